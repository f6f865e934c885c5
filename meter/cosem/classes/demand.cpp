// IC 4, Extended register, and IC 5, Demand register, version 0 (IEC 62056-6-2, 5.2.3 and 5.2.4), and the registers of
// IC 3 that follow from energy: tariffs, billing periods, recording intervals.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

ActionResult done(bool durable) {
    return durable ? ActionResult::success : ActionResult::hardware_fault;
}

// The parameter of methods that means nothing: integer (0).
bool is_integer(Bytes parameters) {
    DataReader in(parameters);
    (void)in.integer();
    return in.complete();
}

DataAccessResult write_number_of(const AttributeContext& of, DataWriter& out, std::optional<std::int64_t> value) {
    const auto presentation = register_presentation(of.object.name);
    if (!value || !presentation) return DataAccessResult::object_unavailable;
    write_number(out, presentation->type, *value);
    return DataAccessResult::success;
}

DataAccessResult read_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    return write_number_of(of, out, of.meter.registers().read(of.object.name));
}

DataAccessResult read_scaler_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto presentation = register_presentation(of.object.name);
    if (!presentation) return DataAccessResult::object_unavailable;
    out.scaler_unit(presentation->scaler, presentation->unit);
    return DataAccessResult::success;
}

// The status of a demand is that of recording interval 1, which has the same marks.
DataAccessResult read_status(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(of.meter.accounting().status(status_recording_1, of.meter.clock()));
    return DataAccessResult::success;
}

void write_time(DataWriter& out, const Clock& clock, UtcTime time) {
    out.octet_string(time == UtcTime{} ? dlms::DateTime{} : clock.local_at(time));
}

DataAccessResult read_peak_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto peak = of.meter.registers().peak(of.object.name);
    if (!peak) return DataAccessResult::object_unavailable;
    write_time(out, of.meter.clock(), UtcTime{std::chrono::seconds{peak->time_s}});
    return DataAccessResult::success;
}

ActionResult reset_peak(const RequestContext& of, Bytes parameters, DataWriter&) {
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    const auto index = demand_index(of.object.name.c());
    if (!index) return ActionResult::object_unavailable;
    return done(of.meter.account(&Accounting::reset_peaks, *index, std::size_t{of.object.name.e()}));
}

DataAccessResult read_last_average(const AttributeContext& of, Cursor&, DataWriter& out) {
    return write_number_of(of, out, of.meter.registers().last_average(of.object.name));
}

template <UtcTime Demand::*time>
DataAccessResult read_demand_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_time(out, of.meter.clock(), of.meter.accounting().ledger().demand.*time);
    return DataAccessResult::success;
}

DataAccessResult read_period(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.accounting().settings().demand.period_s);
    return DataAccessResult::success;
}

DataAccessResult read_periods(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(of.meter.accounting().settings().demand.periods);
    return DataAccessResult::success;
}

DataAccessResult change(const RequestContext& of, const DemandSettings& demand) {
    if (!demand.valid()) return DataAccessResult::other_reason;
    return of.meter.account(&Accounting::set_demand, demand) ? DataAccessResult::success
                                                             : DataAccessResult::hardware_fault;
}

// One window for all demands: whoever sets it in one of them sets it in all.
DataAccessResult write_period(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint32_t period_s = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (period_s > DemandSettings::longest_period_s) return DataAccessResult::other_reason;
    return change(of, {static_cast<std::uint16_t>(period_s), of.meter.accounting().settings().demand.periods});
}

DataAccessResult write_periods(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t periods = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (periods > DemandSettings::max_periods) return DataAccessResult::other_reason;
    return change(of, {of.meter.accounting().settings().demand.period_s, static_cast<std::uint8_t>(periods)});
}

ActionResult reset_demand(const RequestContext& of, Bytes parameters, DataWriter&) {
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    return done(of.meter.account(&Accounting::reset_demand));
}

ActionResult next_period(const RequestContext& of, Bytes parameters, DataWriter&) {
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    return done(of.meter.account(&Accounting::end_demand_period));
}

constexpr std::array register_attributes = {
    Attribute{2, read_value, nullptr},
    Attribute{3, read_scaler_unit, nullptr},
};

constexpr std::array extended_register_attributes = {
    Attribute{2, read_value, nullptr},
    Attribute{3, read_scaler_unit, nullptr},
    Attribute{4, read_status, nullptr},
    Attribute{5, read_peak_time, nullptr},
};
constexpr std::array extended_register_methods = {Method{1, reset_peak}};

constexpr std::array demand_register_attributes = {
    Attribute{2, read_value, nullptr},
    Attribute{3, read_last_average, nullptr},
    Attribute{4, read_scaler_unit, nullptr},
    Attribute{5, read_status, nullptr},
    Attribute{6, read_demand_time<&Demand::captured>, nullptr},
    Attribute{7, read_demand_time<&Demand::window_start>, nullptr},
    Attribute{8, read_period, write_period},
    Attribute{9, read_periods, write_periods},
};
constexpr std::array demand_register_methods = {Method{1, reset_demand}, Method{2, next_period}};

// Settings in seconds.
template <std::uint16_t (*read)(const MeteringSettings&)>
DataAccessResult read_seconds(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(read(of.meter.accounting().settings()));
    return DataAccessResult::success;
}
DataAccessResult read_seconds_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(0, dlms::Unit::second);
    return DataAccessResult::success;
}
DataAccessResult write_shift_limit(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t limit_s = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return of.meter.account(&Accounting::set_time_shift_limit, limit_s) ? DataAccessResult::success
                                                                        : DataAccessResult::hardware_fault;
}

std::uint16_t demand_period(const MeteringSettings& settings) {
    return settings.demand.period_s;
}
template <std::size_t index>
std::uint16_t recording_period(const MeteringSettings& settings) {
    return settings.recording_period_s[index];
}
std::uint16_t shift_limit(const MeteringSettings& settings) {
    return settings.time_shift_limit_s;
}

template <std::uint16_t (*read)(const MeteringSettings&), WriteAttribute write = nullptr>
constexpr std::array seconds_attributes = {Attribute{2, read_seconds<read>, write},
                                           Attribute{3, read_seconds_unit, nullptr}};

constexpr std::uint16_t register_id = register_class_number;

}  // namespace

constinit const InterfaceClass account_register_class = {register_id, 0, register_attributes, {}};
constinit const InterfaceClass maximum_demand_class = {extended_register_class_number, 0, extended_register_attributes,
                                                       extended_register_methods};
constinit const InterfaceClass demand_class = {demand_register_class_number, 0, demand_register_attributes,
                                               demand_register_methods};
constinit const InterfaceClass demand_period_class = {register_id, 0, seconds_attributes<demand_period>, {}};
constinit const InterfaceClass recording_interval_1_class = {
    register_id, 0, seconds_attributes<recording_period<0>>, {}};
constinit const InterfaceClass recording_interval_2_class = {
    register_id, 0, seconds_attributes<recording_period<1>>, {}};
constinit const InterfaceClass time_shift_limit_class = {
    register_id, 0, seconds_attributes<shift_limit, write_shift_limit>, {}};

}  // namespace blathy::meter
