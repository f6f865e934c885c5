// Failures of the supply (0-0:96.7.e.255), battery and supercapacitor (0-0:96.6.e.255): IC 1, Data, and IC 3, Register
// (IEC 62056-6-2, 5.2.1 and 5.2.2; OBIS, IEC 62056-6-1).

#include <algorithm>
#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/outage_names.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataWriter;
using dlms::Unit;

constexpr std::uint16_t data_id = 1;
constexpr std::uint16_t register_id = 3;
constexpr std::uint32_t hour_s = 3600;

void write_time(const Meter& meter, std::uint32_t time_s, DataWriter& out) {
    out.octet_string(time_s == 0 ? dlms::DateTime{} : meter.clock().local_at(UtcTime{std::chrono::seconds{time_s}}));
}

DataAccessResult read_failures(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto figure = failure_figure_of(of.object.name);
    if (!figure) return DataAccessResult::object_unavailable;
    const Failures failures = of.meter.events().state().failures[figure->kind];
    switch (figure->value) {
        case FailureFigure::Value::count:
            out.double_long_unsigned(failures.count);
            break;
        case FailureFigure::Value::long_count:
            out.double_long_unsigned(failures.long_count);
            break;
        case FailureFigure::Value::time:
            write_time(of.meter, failures.time_s, out);
            break;
        case FailureFigure::Value::last_long:
            out.double_long_unsigned(failures.last_long_s);
            break;
    }
    return DataAccessResult::success;
}

DataAccessResult read_seconds(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(0, Unit::second);
    return DataAccessResult::success;
}

std::uint32_t battery_age_s(const Meter& meter) {
    const std::uint32_t since_s = meter.events().state().battery_since_s;
    const std::uint32_t now_s = seconds_of(meter.clock().now());
    return since_s != 0 && now_s > since_s ? now_s - since_s : 0;
}

DataAccessResult read_battery(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Inputs& inputs = of.meter.supervision().inputs();
    switch (of.object.name.e()) {
        case battery_use_time_e:
            out.double_long_unsigned(of.meter.events().state().battery_used_s / hour_s);
            break;
        case battery_voltage_e:
            out.long_unsigned(inputs.battery_present ? inputs.battery_mv : std::uint16_t{0});
            break;
        case battery_remaining_e:
            out.double_long_unsigned((battery_life_s - std::min(battery_age_s(of.meter), battery_life_s)) / hour_s);
            break;
        default:
            out.long_unsigned(inputs.supercapacitor_mv);
    }
    return DataAccessResult::success;
}

DataAccessResult read_battery_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint8_t e = of.object.name.e();
    const bool is_time = e == battery_use_time_e || e == battery_remaining_e;
    out.scaler_unit(is_time ? 0 : -3, is_time ? Unit::hour : Unit::volt);
    return DataAccessResult::success;
}

DataAccessResult read_battery_date(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_time(of.meter, of.meter.events().state().battery_since_s, out);
    return DataAccessResult::success;
}

constexpr std::array failure_data = {Attribute{2, read_failures, nullptr}};
constexpr std::array failure_register = {Attribute{2, read_failures, nullptr}, Attribute{3, read_seconds, nullptr}};
constexpr std::array battery_register = {Attribute{2, read_battery, nullptr}, Attribute{3, read_battery_unit, nullptr}};
constexpr std::array battery_date = {Attribute{2, read_battery_date, nullptr}};

}  // namespace

constinit const InterfaceClass failure_data_class = {data_id, 0, failure_data, {}};
constinit const InterfaceClass failure_duration_class = {register_id, 0, failure_register, {}};
constinit const InterfaceClass battery_class = {register_id, 0, battery_register, {}};
constinit const InterfaceClass battery_date_class = {data_id, 0, battery_date, {}};

}  // namespace blathy::meter
