// The instant that a date-time with wildcards names within a year (IEC 62056-6-2, 4.1.6.1).
#pragma once

#include <chrono>

#include "dlms/date_time.hpp"

namespace blathy::meter {

// The day: of month 0xFE is the last, 0xFD the last but one; with a day of week, the last such weekday, or the first
// one on or after a day that is given. 29 February of a year without one is 1 March.
[[nodiscard]] std::chrono::sys_days day_of_rule(const dlms::Date& rule, std::chrono::year in_year);

// Fields of the time that are not specified are zero.
[[nodiscard]] std::chrono::seconds time_of_rule(const dlms::Time& time);

[[nodiscard]] inline std::chrono::sys_seconds instant_of_rule(const dlms::DateTime& rule, std::chrono::year in_year) {
    return day_of_rule(rule.date, in_year) + time_of_rule(rule.time);
}

}  // namespace blathy::meter
