#include "meter/clock/date_rule.hpp"

namespace blathy::meter {

using namespace std::chrono;

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

}  // namespace blathy::meter
