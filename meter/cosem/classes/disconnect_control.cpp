// IC 70, Disconnect control, version 0 (IEC 62056-6-2, 4.5.8), its scripts (IC 9) and its schedules (IC 22).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/transition_result.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

constexpr std::uint16_t disconnect_control_id = 70;

DataAccessResult read_output_state(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.boolean(of.meter.relay().drive().closed());
    return DataAccessResult::success;
}

DataAccessResult read_control_state(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(of.meter.relay().disconnector().state()));
    return DataAccessResult::success;
}

DataAccessResult read_control_mode(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(of.meter.relay().disconnector().mode());
    return DataAccessResult::success;
}

DataAccessResult write_control_mode(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint8_t mode = in.enumerated();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    switch (of.meter.relay().set_mode(of.meter.clock(), mode)) {
        case Transition::done:
            return DataAccessResult::success;
        case Transition::not_durable:
            return DataAccessResult::hardware_fault;
        default:
            return DataAccessResult::other_reason;
    }
}

ActionResult command(const RequestContext& of, RelayScript script) {
    return result_of(of.meter.relay().command(of.meter.clock(), RelayCause::remote, script));
}

template <RelayScript script>
ActionResult invoke(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    (void)in.integer();
    return in.complete() ? command(of, script) : ActionResult::type_unmatched;
}

constexpr std::array disconnect_control_attributes = {
    Attribute{2, read_output_state, nullptr},
    Attribute{3, read_control_state, nullptr},
    Attribute{4, read_control_mode, write_control_mode},
};
constexpr std::array disconnect_control_methods = {
    Method{1, invoke<RelayScript::disconnect>},
    Method{2, invoke<RelayScript::reconnect>},
};

// Script k calls method k of the disconnector.
DataAccessResult read_scripts(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::uint8_t execute_service = 2;
    out.array(2);
    for (const std::uint8_t script : {std::uint8_t{1}, std::uint8_t{2}}) {
        out.structure(2);
        out.long_unsigned(script);
        out.array(1);
        out.structure(5);
        out.enumerated(execute_service);
        out.long_unsigned(disconnect_control_id);
        out.octet_string(disconnector_name(of.meter.model()));
        out.integer(static_cast<std::int8_t>(script));
        out.integer(0);
    }
    return DataAccessResult::success;
}

ActionResult execute(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::uint16_t script = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    if (script < 1 || script > 2) return ActionResult::object_undefined;
    return command(of, static_cast<RelayScript>(script));
}

constexpr std::array script_attributes = {Attribute{2, read_scripts, nullptr}};
constexpr std::array script_methods = {Method{1, execute}};

// B of the logical name is the index of the schedule.
RelaySchedule schedule_of(const AttributeContext& of) {
    return load_relay_schedules(of.meter.store())[of.object.name.b()];
}

template <class Change>
DataAccessResult change_schedule(const RequestContext& of, Change&& change) {
    RelaySchedules schedules = load_relay_schedules(of.meter.store());
    RelaySchedule& schedule = schedules[of.object.name.b()];
    if (const auto result = change(schedule); result != DataAccessResult::success) return result;
    if (!valid(schedule.schedule)) return DataAccessResult::other_reason;
    return of.meter.relay().set_schedules(of.meter.clock(), schedules) ? DataAccessResult::success
                                                                       : DataAccessResult::hardware_fault;
}

DataAccessResult read_executed_script(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_script(out, schedule_of(of).script);
    return DataAccessResult::success;
}

DataAccessResult write_executed_script(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const auto script = read_script(in);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!script) return DataAccessResult::other_reason;
    return change_schedule(of, [&](RelaySchedule& schedule) {
        schedule.script = *script;
        return DataAccessResult::success;
    });
}

DataAccessResult read_type(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(schedule_of(of).schedule.type);
    return DataAccessResult::success;
}

DataAccessResult write_type(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint8_t type = in.enumerated();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_schedule(of, [&](RelaySchedule& schedule) {
        schedule.schedule.type = type;
        return DataAccessResult::success;
    });
}

DataAccessResult read_times(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_executions(out, schedule_of(of).schedule);
    return DataAccessResult::success;
}

DataAccessResult write_times(const RequestContext& of, Bytes value) {
    return change_schedule(of, [&](RelaySchedule& schedule) { return read_executions(value, schedule.schedule); });
}

constexpr std::array schedule_attributes = {
    Attribute{2, read_executed_script, write_executed_script},
    Attribute{3, read_type, write_type},
    Attribute{4, read_times, write_times},
};

}  // namespace

constinit const InterfaceClass disconnect_control_class = {disconnect_control_id, 0, disconnect_control_attributes,
                                                           disconnect_control_methods};
constinit const InterfaceClass relay_scripts_class = {9, 0, script_attributes, script_methods};
constinit const InterfaceClass relay_schedule_class = {22, 0, schedule_attributes, {}};

}  // namespace blathy::meter
