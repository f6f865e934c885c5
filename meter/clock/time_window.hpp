// Windows of time: when a meter may push (IC 40) and when it is on its network (IC 29).
#pragma once

#include <span>

#include "base/bytes.hpp"
#include "base/fixed_list.hpp"
#include "dlms/date_time.hpp"
#include "meter/clock/clock.hpp"

namespace blathy::meter {

// Open from `start` until `end`, in local time; what is not specified comes again and again: every day, or every year.
// With a weekday and no date it comes every week. An end before its start is that of the next time.
struct TimeWindow {
    dlms::DateTime start;
    dlms::DateTime end;

    constexpr bool operator==(const TimeWindow&) const = default;
};

inline constexpr std::size_t max_time_windows = 4;
using TimeWindows = FixedList<TimeWindow, max_time_windows>;

// One of them is open; without any it is always open.
[[nodiscard]] bool is_open(std::span<const TimeWindow> windows, const Clock& clock);

// As records have them.
void write(ByteWriter& out, const TimeWindows& windows);
[[nodiscard]] TimeWindows read_time_windows(ByteReader& in);

}  // namespace blathy::meter
