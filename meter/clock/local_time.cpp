#include "meter/clock/local_time.hpp"

namespace blathy::meter {

using namespace std::chrono;

bool matches(const dlms::Date& pattern, local_days day) {
    const year_month_day date{day};
    if (pattern.year != dlms::year_not_specified && pattern.year != static_cast<int>(date.year())) return false;
    if (pattern.month != dlms::not_specified && pattern.month != static_cast<unsigned>(date.month())) return false;
    if (pattern.day_of_week != dlms::not_specified && pattern.day_of_week != weekday{day}.iso_encoding()) return false;
    constexpr std::uint8_t last_day = 0xFE;
    constexpr std::uint8_t second_last_day = 0xFD;
    const unsigned of_month = static_cast<unsigned>(date.day());
    const unsigned last = static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day());
    switch (pattern.day_of_month) {
        case dlms::not_specified:
            return true;
        case last_day:
            return of_month == last;
        case second_last_day:
            return of_month + 1 == last;
        default:
            return of_month == pattern.day_of_month;
    }
}

UtcTime end_of_deviation(const Clock& clock, UtcTime utc, milliseconds span) {
    const auto deviation = clock.deviation_min_at(utc);
    UtcTime same = utc;
    UtcTime other = utc + span;
    if (clock.deviation_min_at(other) == deviation) return other;
    while (other - same > milliseconds{1}) {
        const UtcTime middle = same + (other - same) / 2;
        (clock.deviation_min_at(middle) == deviation ? same : other) = middle;
    }
    return other;
}

LocalTime start_of_period(LocalTime local, seconds period) {
    const auto day = floor<days>(local);
    const auto into_day = local - day;
    return day + into_day / milliseconds{period} * milliseconds{period};
}

}  // namespace blathy::meter
