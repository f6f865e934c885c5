// What events leave behind, beside the logs: IC 1, Data, IC 3, Register, IC 9, Script table, and IC 21, Register
// monitor, version 0 (IEC 62056-6-2, 5.2.1, 5.2.2, 5.4.2 and 5.4.4).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/event/log_sources.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Obis;

constexpr std::uint16_t data_id = 1;
constexpr std::uint16_t register_id = 3;
constexpr std::uint16_t script_table_id = 9;
constexpr std::uint16_t register_monitor_id = 21;
constexpr std::uint16_t push_setup_id = 40;

constexpr Obis push_script_table{0, 0, 10, 0, 108};
constexpr std::uint8_t execute_service = 2;

EventLogId log_of(const Obis& name) {
    return static_cast<EventLogId>(name.e());
}

DataAccessResult read_code(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(of.meter.events().last_code(log_of(of.object.name)));
    return DataAccessResult::success;
}

DataAccessResult read_counter(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.events().count(log_of(of.object.name)));
    return DataAccessResult::success;
}

// Words of bits, of which the last digit of E says whether they are of register 1 or 2.
std::size_t index_of(const Obis& name) {
    return name.e() % 10U;
}

DataAccessResult read_alarms(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.events().alarms(index_of(of.object.name)));
    return DataAccessResult::success;
}

DataAccessResult read_descriptor(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.events().descriptor(index_of(of.object.name)));
    return DataAccessResult::success;
}

DataAccessResult read_filter(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.supervision().settings().alarm_filters[index_of(of.object.name)]);
    return DataAccessResult::success;
}

DataAccessResult read_errors(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.events().errors());
    return DataAccessResult::success;
}

template <class Change>
DataAccessResult write_word(Bytes value, Change&& change) {
    DataReader in(value);
    const std::uint32_t word = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change(word) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult write_alarms(const RequestContext& of, Bytes value) {
    return write_word(value, [&](std::uint32_t keep) { return of.meter.clear_alarms(index_of(of.object.name), keep); });
}

DataAccessResult write_descriptor(const RequestContext& of, Bytes value) {
    return write_word(value,
                      [&](std::uint32_t keep) { return of.meter.acknowledge_alarms(index_of(of.object.name), keep); });
}

DataAccessResult write_filter(const RequestContext& of, Bytes value) {
    return write_word(value, [&](std::uint32_t filter) {
        SupervisionSettings settings = of.meter.supervision().settings();
        settings.alarm_filters[index_of(of.object.name)] = filter;
        return of.meter.supervise(settings);
    });
}

DataAccessResult write_errors(const RequestContext& of, Bytes value) {
    return write_word(value, [&](std::uint32_t keep) { return of.meter.clear_errors(keep); });
}

template <ReadAttribute read, WriteAttribute write = nullptr>
constexpr std::array value_attribute = {Attribute{2, read, write}};
template <ReadAttribute read, WriteAttribute write = nullptr>
constexpr InterfaceClass data_class = {data_id, 0, value_attribute<read, write>, {}};

// Of the last event of the quality log.
EventRow last_quality_event(const Meter& meter) {
    const RowLog& log = meter.events().log(EventLogId::quality);
    if (log.end() == log.first()) return {};
    return meter.events().row(EventLogId::quality, log.end() - 1).value_or(EventRow{});
}

DataAccessResult read_last_event(const AttributeContext& of, Cursor&, DataWriter& out) {
    const EventRow row = last_quality_event(of.meter);
    out.double_long_unsigned(of.object.name == last_magnitude_name ? row.magnitude : row.duration_cs);
    return DataAccessResult::success;
}

DataAccessResult read_last_event_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const bool of_magnitude = of.object.name == last_magnitude_name;
    out.scaler_unit(of_magnitude ? -1 : -2, of_magnitude ? dlms::Unit::none : dlms::Unit::second);
    return DataAccessResult::success;
}

// Of the last event of the log of recharges, as its rows have it.
DataAccessResult read_last_amount(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RowLog& log = of.meter.events().log(EventLogId::recharge);
    std::optional<EventRow> row;
    if (log.end() != log.first()) row = of.meter.events().row(EventLogId::recharge, log.end() - 1);
    out.double_long_unsigned(row ? row->magnitude : 0);
    return DataAccessResult::success;
}

DataAccessResult read_amount_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(-2, dlms::Unit::currency);
    return DataAccessResult::success;
}

constexpr std::array last_amount_attributes = {Attribute{2, read_last_amount, nullptr},
                                               Attribute{3, read_amount_unit, nullptr}};

constexpr std::array last_event_attributes = {Attribute{2, read_last_event, nullptr},
                                              Attribute{3, read_last_event_unit, nullptr}};

// Monitor n watches alarm descriptor n: when it is no longer 0 the alarm setup is pushed.
DataAccessResult read_thresholds(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(1);
    out.double_long_unsigned(0);
    return DataAccessResult::success;
}

DataAccessResult read_monitored_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.structure(3);
    out.long_unsigned(data_id);
    out.octet_string(Obis(0, 0, 97, 98, 20 + of.object.name.e()));
    out.integer(2);
    return DataAccessResult::success;
}

DataAccessResult read_actions(const AttributeContext&, Cursor&, DataWriter& out) {
    constexpr std::uint16_t nothing = 0;
    out.array(1);
    out.structure(2);
    for (const std::uint16_t script : {std::uint16_t{name_of(PushSetup::alarm).b()}, nothing}) {
        out.structure(2);
        out.octet_string(push_script_table);
        out.long_unsigned(script);
    }
    return DataAccessResult::success;
}

constexpr std::array monitor_attributes = {Attribute{2, read_thresholds, nullptr},
                                           Attribute{3, read_monitored_value, nullptr},
                                           Attribute{4, read_actions, nullptr}};

// The number of a script is group B of the push setup that it pushes; there is none with the number 0.
std::optional<PushSetup> setup_of_script(const Model& model, std::uint16_t script) {
    for (const PushSetup setup : push_setups) {
        const bool offered = setup != PushSetup::power_down || model.ports.last_gasp;
        if (script != 0 && offered && name_of(setup).b() == script) return setup;
    }
    return std::nullopt;
}

DataAccessResult read_push_scripts(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::uint16_t numbers = 8;
    std::size_t count = 0;
    for (std::uint16_t script = 1; script < numbers; ++script) {
        if (setup_of_script(of.meter.model(), script)) ++count;
    }
    out.array(count);
    for (std::uint16_t script = 1; script < numbers; ++script) {
        const auto setup = setup_of_script(of.meter.model(), script);
        if (!setup) continue;
        out.structure(2);
        out.long_unsigned(script);
        out.array(1);
        out.structure(5);
        out.enumerated(execute_service);
        out.long_unsigned(push_setup_id);
        out.octet_string(name_of(*setup));
        out.integer(1);
        out.integer(0);
    }
    return DataAccessResult::success;
}

ActionResult execute_push_script(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::uint16_t script = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    const auto setup = setup_of_script(of.meter.model(), script);
    if (!setup) return ActionResult::object_undefined;
    return of.meter.outbox().push(of.meter, *setup);
}

constexpr std::array push_script_attributes = {Attribute{2, read_push_scripts, nullptr}};
constexpr std::array push_script_methods = {Method{1, execute_push_script}};

}  // namespace

constinit const InterfaceClass event_code_class = data_class<read_code>;
constinit const InterfaceClass event_counter_class = data_class<read_counter>;
constinit const InterfaceClass alarm_register_class = data_class<read_alarms, write_alarms>;
constinit const InterfaceClass alarm_filter_class = data_class<read_filter, write_filter>;
constinit const InterfaceClass alarm_descriptor_class = data_class<read_descriptor, write_descriptor>;
constinit const InterfaceClass error_register_class = data_class<read_errors, write_errors>;
constinit const InterfaceClass last_amount_class = {register_id, 0, last_amount_attributes, {}};
constinit const InterfaceClass last_event_class = {register_id, 0, last_event_attributes, {}};
constinit const InterfaceClass alarm_monitor_class = {register_monitor_id, 0, monitor_attributes, {}};
constinit const InterfaceClass push_scripts_class = {script_table_id, 0, push_script_attributes, push_script_methods};

}  // namespace blathy::meter
