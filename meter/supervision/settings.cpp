#include "meter/supervision/settings.hpp"

#include <algorithm>

#include "meter/interval.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t supervision_form = 1;

constexpr std::uint16_t tenths_of_a_volt(std::uint32_t voltage_mv) {
    return static_cast<std::uint16_t>((voltage_mv + 50) / 100);
}

// What is read and what is written is the same list.
template <class Settings, class Visit>
void each_setting(Settings& settings, Visit&& visit) {
    for (auto& filter : settings.alarm_filters) visit(filter);
    visit(settings.undervoltage), visit(settings.undervoltage_restore), visit(settings.undervoltage_time_s);
    visit(settings.overvoltage), visit(settings.overvoltage_restore), visit(settings.overvoltage_time_s);
    visit(settings.missing_voltage), visit(settings.missing_voltage_time_s);
    visit(settings.overcurrent_ma), visit(settings.overcurrent_time_s);
    visit(settings.unbalance), visit(settings.unbalance_time_s);
    visit(settings.neutral_displacement), visit(settings.neutral_time_s);
    visit(settings.sequence_time_s), visit(settings.reversal_time_s);
    visit(settings.bypass), visit(settings.bypass_time_s);
    visit(settings.input_time_ms), visit(settings.battery_low_mv), visit(settings.long_failure_s);
}

}  // namespace

bool valid(const SupervisionSettings& settings) {
    constexpr std::uint16_t whole = 1000;
    const std::array times = {
        settings.undervoltage_time_s, settings.overvoltage_time_s, settings.missing_voltage_time_s,
        settings.overcurrent_time_s,  settings.unbalance_time_s,   settings.neutral_time_s,
        settings.sequence_time_s,     settings.reversal_time_s,    settings.bypass_time_s};
    return settings.missing_voltage <= settings.undervoltage &&
           settings.undervoltage <= settings.undervoltage_restore &&
           settings.undervoltage_restore < settings.overvoltage_restore &&
           settings.overvoltage_restore <= settings.overvoltage && settings.overcurrent_ma > 0 &&
           settings.unbalance > 0 && settings.neutral_displacement > 0 && settings.bypass > 0 &&
           settings.unbalance <= whole && settings.neutral_displacement <= whole && settings.bypass <= whole &&
           std::ranges::all_of(times, [](std::uint16_t time_s) { return time_s <= longest_condition_time_s; });
}

SupervisionSettings factory_supervision_settings(const Model& model) {
    SupervisionSettings settings;
    settings.watched = conditions_of(model);
    // A neutral current transformer is an option of the meters that are connected by transformers.
    if (model.connection != Connection::direct) settings.watched.set(Condition::bypass, false);
    settings.alarm_filters = factory_alarm_filters(model.companion);
    settings.undervoltage = tenths_of_a_volt(model.thresholds.undervoltage_mv);
    settings.undervoltage_restore = tenths_of_a_volt(model.thresholds.undervoltage_restore_mv);
    settings.overvoltage = tenths_of_a_volt(model.thresholds.overvoltage_mv);
    settings.overvoltage_restore = tenths_of_a_volt(model.thresholds.overvoltage_restore_mv);
    settings.missing_voltage = tenths_of_a_volt(model.lowest_voltage_mv / 2);
    settings.overcurrent_ma = model.thresholds.overcurrent_ma;
    return settings;
}

SupervisionSettings load_supervision_settings(const Model& model, const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::supervision, room);
    if (!content) return factory_supervision_settings(model);
    ByteReader in(*content);
    SupervisionSettings settings;
    const bool known = in.u8() == supervision_form;
    settings.watched = Conditions(in.u32());
    each_setting(settings, [&](auto& number) {
        if constexpr (sizeof(number) == 2) {
            number = in.u16();
        } else {
            number = in.u32();
        }
    });
    return known && in.ok() && in.at_end() && valid(settings) ? settings : factory_supervision_settings(model);
}

bool keep(Store& store, const SupervisionSettings& settings) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    out.u8(supervision_form);
    out.u32(settings.watched.bits());
    each_setting(settings, [&](const auto& number) {
        if constexpr (sizeof(number) == 2) {
            out.u16(number);
        } else {
            out.u32(number);
        }
    });
    return out.ok() && store.write(RecordId::supervision, out.written());
}

}  // namespace blathy::meter
