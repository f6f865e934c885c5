// IC 21, Register monitor, version 0 (IEC 62056-6-2, 4.5.11): overvoltage and fuse supervision, phase by phase.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataTag;
using dlms::DataWriter;
using dlms::Obis;

struct Monitored {
    MonitorKind kind;
    std::size_t phase;

    [[nodiscard]] Obis name() const {
        const int c = kind == MonitorKind::overvoltage ? voltage : current;
        return {1, 0, c + obis_phase_step * static_cast<int>(phase + 1), obis_instantaneous, 0};
    }
    [[nodiscard]] DataTag type() const {
        return kind == MonitorKind::overvoltage ? DataTag::long_unsigned : DataTag::double_long_unsigned;
    }
};

// Those of the voltages are 0-0:16.0.1.255 and so on; those of the currents have the current in their name.
Monitored monitored_by(const Obis& name) {
    if (name.a() == 0) return {MonitorKind::overvoltage, name.e() - 1U};
    return {MonitorKind::overcurrent, quantity_code(name.c()).phase - 1U};
}

MonitorSettings& monitor_in(RelaySettings& settings, const Obis& name) {
    const Monitored monitored = monitored_by(name);
    return settings.monitors[static_cast<std::size_t>(monitored.kind)][monitored.phase];
}

MonitorSettings settings_of(const AttributeContext& of) {
    RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    return monitor_in(settings, of.object.name);
}

template <class Change>
DataAccessResult change_settings(const RequestContext& of, Change&& change) {
    RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    change(monitor_in(settings, of.object.name));
    return of.meter.relay().configure(of.meter.clock(), settings) ? DataAccessResult::success
                                                                  : DataAccessResult::hardware_fault;
}

DataAccessResult read_thresholds(const AttributeContext& of, Cursor&, DataWriter& out) {
    const MonitorSettings settings = settings_of(of);
    const DataTag type = monitored_by(of.object.name).type();
    out.array(settings.count);
    for (std::size_t i = 0; i < settings.count; ++i) write_number(out, type, settings.thresholds[i].value);
    return DataAccessResult::success;
}

DataAccessResult write_thresholds(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const bool is_long = monitored_by(of.object.name).type() == DataTag::long_unsigned;
    std::array<std::uint32_t, MonitorSettings::max_thresholds> values{};
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint32_t threshold = is_long ? in.long_unsigned() : in.double_long_unsigned();
        if (i < values.size()) values[i] = threshold;
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (count > values.size()) return DataAccessResult::other_reason;
    return change_settings(of, [&](MonitorSettings& settings) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i >= count) settings.thresholds[i] = {};
            settings.thresholds[i].value = values[i];
        }
        settings.count = static_cast<std::uint8_t>(count);
    });
}

DataAccessResult read_monitored_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::int8_t value_attribute = 2;
    out.structure(3);
    out.long_unsigned(register_class_number);
    out.octet_string(monitored_by(of.object.name).name());
    out.integer(value_attribute);
    return DataAccessResult::success;
}

// One action set a threshold: {action_up, action_down}.
DataAccessResult read_actions(const AttributeContext& of, Cursor&, DataWriter& out) {
    const MonitorSettings settings = settings_of(of);
    out.array(settings.count);
    for (std::size_t i = 0; i < settings.count; ++i) {
        out.structure(2);
        write_script(out, settings.thresholds[i].up);
        write_script(out, settings.thresholds[i].down);
    }
    return DataAccessResult::success;
}

// As many sets as there are thresholds: whoever wants more of both writes the thresholds first.
DataAccessResult write_actions(const RequestContext& of, Bytes value) {
    DataReader in(value);
    struct Actions {
        RelayScript up = RelayScript::none;
        RelayScript down = RelayScript::none;
    };
    std::array<Actions, MonitorSettings::max_thresholds> actions;
    bool served = true;
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        in.structure(2);
        const auto up = read_script(in);
        const auto down = read_script(in);
        served = served && i < actions.size() && up && down && *up != RelayScript::reconnect &&
                 *down != RelayScript::disconnect;
        if (served) actions[i] = {*up, *down};
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    const MonitorSettings now = settings_of({of.meter, of.object, of.association, nullptr});
    if (!served || count != now.count) return DataAccessResult::other_reason;
    return change_settings(of, [&](MonitorSettings& settings) {
        for (std::size_t i = 0; i < count; ++i) {
            settings.thresholds[i].up = actions[i].up;
            settings.thresholds[i].down = actions[i].down;
        }
    });
}

constexpr std::array register_monitor_attributes = {
    Attribute{2, read_thresholds, write_thresholds},
    Attribute{3, read_monitored_value, nullptr},
    Attribute{4, read_actions, write_actions},
};

}  // namespace

constinit const InterfaceClass register_monitor_class = {21, 0, register_monitor_attributes, {}};

}  // namespace blathy::meter
