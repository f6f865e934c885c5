#include "meter/clock/clock.hpp"

#include "meter/clock/date_rule.hpp"

namespace blathy::meter {

using namespace std::chrono;

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
