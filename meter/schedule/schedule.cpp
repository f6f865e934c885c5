#include "meter/schedule/schedule.hpp"

#include <algorithm>

#include "meter/clock/date_rule.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

constexpr dlms::Time midnight{0, 0, 0, 0};

bool has_wildcards(const dlms::Date& date) {
    return date.year == dlms::year_not_specified || date.month == dlms::not_specified || date.month > 12 ||
           date.day_of_month == dlms::not_specified || date.day_of_month > 31;
}

bool valid(const dlms::Time& time) {
    return time.hour != dlms::not_specified && time.minute != dlms::not_specified && time.second != dlms::not_specified;
}

}  // namespace

Schedule monthly_schedule() {
    Schedule schedule;
    (void)schedule.executions.add({midnight, {dlms::year_not_specified, dlms::not_specified, 1, dlms::not_specified}});
    return schedule;
}

Schedule daily_schedule() {
    Schedule schedule;
    (void)schedule.executions.add({midnight, {}});
    return schedule;
}

bool valid(const Schedule& schedule) {
    const auto executions = schedule.executions.view();
    if (schedule.type < 1 || schedule.type > 5) return false;
    if (schedule.type == 1 && executions.size() > 1) return false;
    const bool same_time = schedule.type <= 3;
    const bool wildcards = schedule.type % 2 == 1;
    return std::ranges::all_of(executions, [&](const Execution& execution) {
        return valid(execution.time) && (!same_time || execution.time == executions.front().time) &&
               (wildcards || !has_wildcards(execution.date));
    });
}

std::optional<LocalTime> next_execution(const Schedule& schedule, LocalTime after, LocalTime until) {
    constexpr days longest{400};
    const LocalTime from = std::max(after, until - longest);
    for (auto day = floor<days>(from); day <= floor<days>(until); day += days{1}) {
        std::optional<LocalTime> first;
        for (const Execution& execution : schedule.executions.view()) {
            if (!matches(execution.date, day)) continue;
            const LocalTime at = day + time_of_rule(execution.time);
            if (at > from && at <= until && (!first || at < *first)) first = at;
        }
        if (first) return first;
    }
    return std::nullopt;
}

}  // namespace blathy::meter
