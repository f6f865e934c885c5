#include "meter/relay/settings.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t relay_settings_form = 1;
constexpr std::uint32_t millivolts_in_a_tenth = 100;

void write_monitor(ByteWriter& out, const MonitorSettings& monitor) {
    out.u8(monitor.count);
    for (const auto& threshold : monitor.thresholds) {
        out.u32(threshold.value);
        out.u8(static_cast<std::uint8_t>(threshold.up));
        out.u8(static_cast<std::uint8_t>(threshold.down));
    }
}

RelayScript read_stored_script(ByteReader& in) {
    const std::uint8_t script = in.u8();
    if (script > static_cast<std::uint8_t>(RelayScript::reconnect)) in.invalidate();
    return static_cast<RelayScript>(script);
}

MonitorSettings read_monitor(ByteReader& in) {
    MonitorSettings monitor;
    monitor.count = in.u8();
    if (monitor.count > MonitorSettings::max_thresholds) in.invalidate();
    for (auto& threshold : monitor.thresholds) {
        threshold.value = in.u32();
        threshold.up = read_stored_script(in);
        threshold.down = read_stored_script(in);
    }
    return monitor;
}

RelaySchedules factory_schedules() {
    return {{{RelayScript::disconnect, {}}, {RelayScript::reconnect, {}}}};
}

}  // namespace

RelaySettings factory_relay_settings(const Model& model) {
    RelaySettings settings;
    settings.enabled = causes_of(model);
    settings.times = {{{5, 60}, {10, 60}}};
    const Thresholds& limits = model.thresholds;
    for (std::size_t phase = 0; phase < max_phases; ++phase) {
        settings.monitors[0][phase] = {
            {{{limits.overvoltage_mv / millivolts_in_a_tenth, RelayScript::disconnect, RelayScript::none},
              {limits.overvoltage_restore_mv / millivolts_in_a_tenth, RelayScript::none, RelayScript::reconnect}}},
            2};
        // As a fuse: it is a hand that puts in a new one.
        settings.monitors[1][phase] = {{{{limits.overcurrent_ma, RelayScript::disconnect, RelayScript::none}, {}}}, 1};
    }
    return settings;
}

RelaySettings load_relay_settings(const Model& model, const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::relay_settings, room);
    if (!content) return factory_relay_settings(model);
    ByteReader in(*content);
    RelaySettings settings;
    const bool known = in.u8() == relay_settings_form;
    settings.enabled = RelayCauses(in.u16());
    settings.enabled_tampers = in.u8();
    for (MonitorTimes& times : settings.times) times = {in.u16(), in.u16()};
    for (auto& of_kind : settings.monitors) {
        for (MonitorSettings& monitor : of_kind) monitor = read_monitor(in);
    }
    return known && in.ok() && in.at_end() ? settings : factory_relay_settings(model);
}

bool keep(Store& store, const RelaySettings& settings) {
    std::array<std::uint8_t, 128> room{};
    ByteWriter out(room);
    out.u8(relay_settings_form);
    out.u16(settings.enabled.bits());
    out.u8(settings.enabled_tampers);
    for (const MonitorTimes& times : settings.times) {
        out.u16(times.up_s);
        out.u16(times.down_s);
    }
    for (const auto& of_kind : settings.monitors) {
        for (const MonitorSettings& monitor : of_kind) write_monitor(out, monitor);
    }
    return out.ok() && store.write(RecordId::relay_settings, out.written());
}

RelaySchedules load_relay_schedules(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::relay_schedules, room);
    if (!content) return factory_schedules();
    ByteReader in(*content);
    RelaySchedules schedules;
    const bool known = in.u8() == relay_settings_form;
    for (RelaySchedule& schedule : schedules) {
        schedule.script = read_stored_script(in);
        schedule.schedule = read_schedule(in);
    }
    return known && in.ok() && in.at_end() ? schedules : factory_schedules();
}

bool keep(Store& store, const RelaySchedules& schedules) {
    std::array<std::uint8_t, 256> room{};
    ByteWriter out(room);
    out.u8(relay_settings_form);
    for (const RelaySchedule& schedule : schedules) {
        out.u8(static_cast<std::uint8_t>(schedule.script));
        write(out, schedule.schedule);
    }
    return out.ok() && store.write(RecordId::relay_schedules, out.written());
}

}  // namespace blathy::meter
