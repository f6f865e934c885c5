#include "meter/clock/clock.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

// The day that a date with wildcards names within `in_year`. Day of month 0xFE is the last, 0xFD the last but one; with
// a day of week, the last such weekday, or the first one on or after a day that is given (IEC 62056-6-2, 4.1.6.1).
sys_days day_of_rule(const dlms::Date& rule, year in_year) {
    const month in_month{rule.month <= 12 && rule.month >= 1 ? rule.month : std::uint8_t{1}};
    const bool any_weekday = rule.day_of_week == dlms::not_specified;
    const sys_days last = sys_days{in_year / in_month / std::chrono::last};
    if (rule.day_of_month == 0xFE || rule.day_of_month == 0xFD) {
        const days back{rule.day_of_month == 0xFD ? 1 : 0};
        if (any_weekday) return last - back;
        const days from_weekday = weekday{last} - weekday{rule.day_of_week % 7U};
        return last - from_weekday - (back.count() > 0 ? weeks{1} : weeks{0});
    }
    const unsigned number = rule.day_of_month >= 1 && rule.day_of_month <= 31 ? rule.day_of_month : 1U;
    const sys_days first = sys_days{in_year / in_month / 1} + days{number - 1};
    if (any_weekday) return first;
    return first + (weekday{rule.day_of_week % 7U} - weekday{first});
}

seconds time_of_rule(const dlms::Time& time) {
    const auto or_zero = [](std::uint8_t value) { return value == dlms::not_specified ? 0 : value; };
    return hours{or_zero(time.hour)} + minutes{or_zero(time.minute)} + seconds{or_zero(time.second)};
}

}  // namespace

void Clock::advance(microseconds duration) {
    const microseconds elapsed = duration + microseconds{below_ms_us_};
    const auto whole = floor<milliseconds>(elapsed);
    now_ += whole;
    below_ms_us_ = static_cast<std::uint16_t>((elapsed - whole).count());
}

void Clock::set(UtcTime now) {
    adjust(now);
    valid_ = true;
}

void Clock::adjust(UtcTime now) {
    now_ = now;
    below_ms_us_ = 0;
}

bool Clock::daylight_saving_at(UtcTime utc) const {
    if (!settings_.daylight_enabled) return false;
    const UtcTime normal = utc - minutes{settings_.time_zone_min};  // local normal time
    const auto& begin_rule = settings_.daylight_begin;
    const auto& end_rule = settings_.daylight_end;
    const year_month_day today{floor<days>(normal)};
    const UtcTime begin = day_of_rule(begin_rule.date, today.year()) + time_of_rule(begin_rule.time);
    const UtcTime end = day_of_rule(end_rule.date, today.year()) + time_of_rule(end_rule.time) -
                        minutes{settings_.daylight_deviation_min};
    if (begin <= end) return normal >= begin && normal < end;
    return normal >= begin || normal < end;  // the southern hemisphere's summer spans the new year
}

std::int16_t Clock::deviation_min_at(UtcTime utc) const {
    const int correction = daylight_saving_at(utc) ? settings_.daylight_deviation_min : 0;
    return static_cast<std::int16_t>(settings_.time_zone_min - correction);
}

std::uint8_t Clock::status_at(UtcTime utc) const {
    unsigned status = 0;
    if (!valid_) status |= dlms::clock_invalid;
    if (daylight_saving_at(utc)) status |= dlms::clock_daylight_saving;
    return static_cast<std::uint8_t>(status);
}

dlms::DateTime Clock::local_at(UtcTime utc) const {
    return dlms::local_date_time(utc, deviation_min_at(utc), status_at(utc));
}

}  // namespace blathy::meter
