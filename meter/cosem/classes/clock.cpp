// IC 8, Clock, version 0 (IEC 62056-6-2, 5.4.1).

#include <array>
#include <cstdlib>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::DateTime;

constexpr std::uint8_t internal_crystal = 1;  // clock_base
constexpr int max_daylight_deviation_min = 120;
constexpr int max_shift_s = 900;

// A year outside of these is a mistake, not a time.
constexpr UtcTime earliest = sys_days{year{2000} / 1 / 1};
constexpr UtcTime latest = sys_days{year{2100} / 1 / 1};

std::optional<UtcTime> plausible(std::optional<UtcTime> time) {
    if (!time || *time < earliest || *time >= latest) return std::nullopt;
    return time;
}

// The instant of a time given by a client. Without a deviation it is local time: normal or daylight saving by the rules
// of this clock, and where the hour comes twice, by the status if it says so.
std::optional<UtcTime> instant_of(const Clock& clock, const DateTime& given) {
    const auto normal = clock.settings().time_zone_min;
    const auto daylight = static_cast<std::int16_t>(normal - clock.settings().daylight_deviation_min);
    const bool says_daylight =
        given.clock_status != dlms::not_specified && (given.clock_status & dlms::clock_daylight_saving) != 0;
    const auto as_daylight = plausible(to_utc(given, daylight));
    const auto as_normal = plausible(to_utc(given, normal));
    if (!as_daylight || !as_normal) return std::nullopt;
    const bool may_be_normal = !clock.daylight_saving_at(*as_normal);
    const bool may_be_daylight = clock.daylight_saving_at(*as_daylight);
    if (may_be_daylight && (says_daylight || !may_be_normal)) return as_daylight;
    return as_normal;
}

DataAccessResult read_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.clock().local_now());
    return DataAccessResult::success;
}

DataAccessResult write_time(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const DateTime given = in.date_time();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    const auto time = instant_of(of.meter.clock(), given);
    if (!time) return DataAccessResult::other_reason;
    of.meter.set_clock(*time);
    return DataAccessResult::success;
}

// Settings are changed one at a time, and are in force when they are durable.
template <class Change>
DataAccessResult change_settings(const RequestContext& of, Change&& change) {
    Configuration configuration = of.meter.configuration();
    if (!change(configuration.clock)) return DataAccessResult::other_reason;
    return of.meter.configure(configuration) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_time_zone(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_(of.meter.clock().settings().time_zone_min);
    return DataAccessResult::success;
}

DataAccessResult write_time_zone(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::int16_t minutes = in.long_();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](ClockSettings& clock) {
        clock.time_zone_min = minutes;
        return minutes >= -840 && minutes <= 720;
    });
}

DataAccessResult read_status(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Clock& clock = of.meter.clock();
    out.unsigned_(clock.status_at(clock.now()));
    return DataAccessResult::success;
}

template <DateTime ClockSettings::*rule>
DataAccessResult read_rule(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.clock().settings().*rule);
    return DataAccessResult::success;
}

template <DateTime ClockSettings::*rule>
DataAccessResult write_rule(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const DateTime given = in.date_time();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](ClockSettings& clock) {
        clock.*rule = given;
        return given.date.month >= 1 && given.date.month <= 12 && given.date.day_of_month != dlms::not_specified;
    });
}

DataAccessResult read_daylight_deviation(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.integer(of.meter.clock().settings().daylight_deviation_min);
    return DataAccessResult::success;
}

DataAccessResult write_daylight_deviation(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::int8_t minutes = in.integer();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](ClockSettings& clock) {
        clock.daylight_deviation_min = minutes;
        return std::abs(minutes) <= max_daylight_deviation_min;
    });
}

DataAccessResult read_daylight_enabled(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.boolean(of.meter.clock().settings().daylight_enabled);
    return DataAccessResult::success;
}

DataAccessResult write_daylight_enabled(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const bool enabled = in.boolean();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](ClockSettings& clock) {
        clock.daylight_enabled = enabled;
        return true;
    });
}

DataAccessResult read_clock_base(const AttributeContext&, Cursor&, DataWriter& out) {
    out.enumerated(internal_crystal);
    return DataAccessResult::success;
}

constexpr std::array clock_attributes = {
    Attribute{2, read_time, write_time},
    Attribute{3, read_time_zone, write_time_zone},
    Attribute{4, read_status, nullptr},
    Attribute{5, read_rule<&ClockSettings::daylight_begin>, write_rule<&ClockSettings::daylight_begin>},
    Attribute{6, read_rule<&ClockSettings::daylight_end>, write_rule<&ClockSettings::daylight_end>},
    Attribute{7, read_daylight_deviation, write_daylight_deviation},
    Attribute{8, read_daylight_enabled, write_daylight_enabled},
    Attribute{9, read_clock_base, nullptr},
};

// The parameter that the adjusting methods take and that means nothing: integer (0).
bool is_integer(Bytes parameters) {
    DataReader in(parameters);
    (void)in.integer();
    return in.complete();
}

ActionResult adjust_to_nearest(const RequestContext& of, Bytes parameters, seconds period) {
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    const Clock& clock = of.meter.clock();
    // Boundaries are those of local time; zones are not all whole quarters of an hour away from UTC.
    const minutes to_local{-clock.deviation_min_at(clock.now())};
    const auto since_epoch = (clock.now() + to_local).time_since_epoch() + period / 2;
    of.meter.adjust_clock(UtcTime{since_epoch - since_epoch % period - to_local});
    return ActionResult::success;
}

ActionResult adjust_to_quarter(const RequestContext& of, Bytes parameters, DataWriter&) {
    return adjust_to_nearest(of, parameters, minutes{15});
}

ActionResult adjust_to_measuring_period(const RequestContext& of, Bytes parameters, DataWriter&) {
    return adjust_to_nearest(of, parameters, seconds{of.meter.accounting().settings().demand.period_s});
}

ActionResult adjust_to_minute(const RequestContext& of, Bytes parameters, DataWriter&) {
    return adjust_to_nearest(of, parameters, minutes{1});
}

ActionResult adjust_to_preset_time(const RequestContext& of, Bytes parameters, DataWriter&) {
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    return of.meter.adjust_to_preset_time() ? ActionResult::success : ActionResult::temporary_failure;
}

ActionResult preset_adjusting_time(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    in.structure(3);
    const DateTime preset = in.date_time();
    const DateTime begin = in.date_time();
    const DateTime end = in.date_time();
    if (!in.complete()) return ActionResult::type_unmatched;
    const Clock& clock = of.meter.clock();
    const auto preset_at = instant_of(clock, preset);
    const auto begin_at = instant_of(clock, begin);
    const auto end_at = instant_of(clock, end);
    if (!preset_at || !begin_at || !end_at || *end_at < *begin_at) return ActionResult::other_reason;
    return of.meter.preset_time({*preset_at, *begin_at, *end_at}) ? ActionResult::success
                                                                  : ActionResult::hardware_fault;
}

ActionResult shift_time(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::int16_t shift_s = in.long_();
    if (!in.complete()) return ActionResult::type_unmatched;
    if (std::abs(shift_s) > max_shift_s) return ActionResult::other_reason;
    of.meter.adjust_clock(of.meter.clock().now() + seconds{shift_s});
    return ActionResult::success;
}

constexpr std::array clock_methods = {
    Method{1, adjust_to_quarter},     Method{2, adjust_to_measuring_period}, Method{3, adjust_to_minute},
    Method{4, adjust_to_preset_time}, Method{5, preset_adjusting_time},      Method{6, shift_time},
};

}  // namespace

constinit const InterfaceClass clock_class = {8, 0, clock_attributes, clock_methods};

}  // namespace blathy::meter
