// When something is to happen (IC 22, Single action schedule), in local time.
#pragma once

#include <optional>

#include "base/fixed_list.hpp"
#include "dlms/data.hpp"
#include "meter/clock/local_time.hpp"

namespace blathy::meter {

inline constexpr std::size_t max_executions = 8;

struct Execution {
    dlms::Time time;  // no wildcards, but in the hundredths
    dlms::Date date;

    constexpr bool operator==(const Execution&) const = default;
};

// Type 1: one execution, whose date may have wildcards. 2 and 3: all at the same time of the day, without and with
// wildcards in the dates. 4 and 5: at different times, without and with them. A client writes type and executions one
// after the other, in the order that it likes: while they contradict each other nothing is executed.
struct Schedule {
    std::uint8_t type = 1;
    FixedList<Execution, max_executions> executions;

    constexpr bool operator==(const Schedule&) const = default;
};

// At this time on the first of each month, or on every day.
[[nodiscard]] Schedule monthly_schedule();
[[nodiscard]] Schedule daily_schedule();

// Whether the type is one, and each execution has a time of the day: what may be kept.
[[nodiscard]] bool valid(const Schedule& schedule);
// Whether the executions are what the type says: what is executed.
[[nodiscard]] bool consistent(const Schedule& schedule);

// The first execution behind `after`, if there is one until `until`; of a schedule that is not consistent there is
// none. A year and a bit is looked through at most, from `until` back.
[[nodiscard]] std::optional<LocalTime> next_execution(const Schedule& schedule, LocalTime after, LocalTime until);

// The execution_time of class 22: an array of {time, date}. A fault leaves the schedule as it was.
void write_executions(dlms::DataWriter& out, const Schedule& schedule);
[[nodiscard]] dlms::DataAccessResult read_executions(Bytes value, Schedule& schedule);

// As records have it.
void write(ByteWriter& out, const Schedule& schedule);
[[nodiscard]] Schedule read_schedule(ByteReader& in);

}  // namespace blathy::meter
