// Local time as numbers: what calendars, schedules and periods are reckoned in.
#pragma once

#include <chrono>
#include <cstdint>

#include "dlms/date_time.hpp"
#include "meter/clock/clock.hpp"

namespace blathy::meter {

// Milliseconds of local time since 1 January 1970, 00:00 local.
using LocalTime = std::chrono::local_time<std::chrono::milliseconds>;

// The same, where it is compared with instants: local time as if it were UTC.
using PlainLocalTime = std::chrono::sys_time<std::chrono::milliseconds>;

[[nodiscard]] inline LocalTime local_of(const Clock& clock, UtcTime utc) {
    return LocalTime{utc.time_since_epoch() - std::chrono::minutes{clock.deviation_min_at(utc)}};
}

// Whether the fields that the pattern specifies are those of the day. The daylight saving codes match no day.
[[nodiscard]] bool matches(const dlms::Date& pattern, std::chrono::local_days day);

// The instant before which local time runs as it does at `utc`: where daylight saving begins or ends, if that is
// within the next `span`, else the end of the span. Of two changes within the span none is seen.
[[nodiscard]] UtcTime end_of_deviation(const Clock& clock, UtcTime utc, std::chrono::milliseconds span);

// Where the period that `local` is in began. Periods are counted from midnight.
[[nodiscard]] LocalTime start_of_period(LocalTime local, std::chrono::seconds period);

}  // namespace blathy::meter
