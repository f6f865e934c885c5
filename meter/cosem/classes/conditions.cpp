// What conditions leave behind: counters, times and durations of tampers (0-0:96.20.e), of voltages (1-0:32.32.0 and
// the like), and of what no standard names (0-0:96.52.e): IC 1, Data, and IC 3, Register (IEC 62056-6-2, 5.2.1
// and 5.2.2).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/condition_names.hpp"
#include "meter/meter.hpp"
#include "meter/supervision/voltage_quality.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Unit;

constexpr std::uint16_t data_id = 1;
constexpr std::uint16_t register_id = 3;
constexpr std::uint32_t hundredths = 100;

Episode episode_of(const Meter& meter, Condition condition) {
    return meter.events().state().episodes[static_cast<std::size_t>(condition)];
}

// Of what goes on now, else of the last one that has ended.
std::uint32_t present_duration_s(const Meter& meter, Condition condition, const Episode& episode) {
    if (!meter.events().now().has(condition)) return episode.duration_cs / hundredths;
    const std::uint32_t now_s = seconds_of(meter.clock().now());
    return now_s > episode.began_s ? now_s - episode.began_s : 0;
}

DataAccessResult read_figure(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto figure = condition_figure_of(of.object.name);
    if (!figure) return DataAccessResult::object_unavailable;
    const Episode episode = episode_of(of.meter, figure->condition);
    const bool goes_on = of.meter.events().now().has(figure->condition);
    const std::uint32_t present_s = present_duration_s(of.meter, figure->condition, episode);
    switch (figure->kind) {
        case ConditionFigure::Kind::count:
            out.double_long_unsigned(episode.count);
            break;
        case ConditionFigure::Kind::time:
            out.octet_string(episode.began_s == 0
                                 ? dlms::DateTime{}
                                 : of.meter.clock().local_at(UtcTime{std::chrono::seconds{episode.began_s}}));
            break;
        case ConditionFigure::Kind::duration:
            out.double_long_unsigned(present_s);
            break;
        case ConditionFigure::Kind::total:
            out.double_long_unsigned(episode.total_s + (goes_on ? present_s : 0));
            break;
        case ConditionFigure::Kind::last_duration:
            out.double_long_unsigned(episode.duration_cs);
            break;
        case ConditionFigure::Kind::magnitude:
            out.long_unsigned(episode.magnitude);
            break;
    }
    return DataAccessResult::success;
}

DataAccessResult read_figure_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto figure = condition_figure_of(of.object.name);
    if (!figure) return DataAccessResult::object_unavailable;
    switch (figure->kind) {
        case ConditionFigure::Kind::magnitude:
            out.scaler_unit(-1, Unit::volt);
            break;
        case ConditionFigure::Kind::last_duration:
            out.scaler_unit(-2, Unit::second);
            break;
        case ConditionFigure::Kind::duration:
        case ConditionFigure::Kind::total:
            out.scaler_unit(0, Unit::second);
            break;
        default:
            out.scaler_unit(0, Unit::none);
    }
    return DataAccessResult::success;
}

DataAccessResult read_now(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.events().now().bits());
    return DataAccessResult::success;
}

DataAccessResult read_watched(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.supervision().settings().watched.bits());
    return DataAccessResult::success;
}

DataAccessResult write_watched(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const Conditions watched(in.double_long_unsigned());
    if (!in.complete()) return DataAccessResult::type_unmatched;
    const Conditions possible = conditions_of(of.meter.model());
    if ((watched.bits() & ~possible.bits()) != 0) return DataAccessResult::other_reason;
    SupervisionSettings settings = of.meter.supervision().settings();
    settings.watched = watched;
    return of.meter.supervise(settings) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_unbalance(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(voltage_unbalance(of.meter.model(), of.meter.interval()));
    return DataAccessResult::success;
}

DataAccessResult read_unbalance_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(-1, Unit::percent);
    return DataAccessResult::success;
}

constexpr std::array figure_data = {Attribute{2, read_figure, nullptr}};
constexpr std::array figure_register = {Attribute{2, read_figure, nullptr}, Attribute{3, read_figure_unit, nullptr}};
constexpr std::array now_attributes = {Attribute{2, read_now, nullptr}};
constexpr std::array watched_attributes = {Attribute{2, read_watched, write_watched}};
constexpr std::array unbalance_attributes = {Attribute{2, read_unbalance, nullptr},
                                             Attribute{3, read_unbalance_unit, nullptr}};

}  // namespace

constinit const InterfaceClass condition_data_class = {data_id, 0, figure_data, {}};
constinit const InterfaceClass condition_register_class = {register_id, 0, figure_register, {}};
constinit const InterfaceClass conditions_now_class = {data_id, 0, now_attributes, {}};
constinit const InterfaceClass conditions_watched_class = {data_id, 0, watched_attributes, {}};
constinit const InterfaceClass unbalance_class = {register_id, 0, unbalance_attributes, {}};

}  // namespace blathy::meter
