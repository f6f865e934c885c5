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

bool specified(const dlms::Time& time) {
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
    return schedule.type >= 1 && schedule.type <= 5 &&
           std::ranges::all_of(schedule.executions.view(),
                               [](const Execution& execution) { return specified(execution.time); });
}

bool consistent(const Schedule& schedule) {
    const auto executions = schedule.executions.view();
    if (!valid(schedule)) return false;
    if (schedule.type == 1 && executions.size() > 1) return false;
    const bool same_time = schedule.type <= 3;
    const bool wildcards = schedule.type % 2 == 1;
    return std::ranges::all_of(executions, [&](const Execution& execution) {
        return (!same_time || execution.time == executions.front().time) &&
               (wildcards || !has_wildcards(execution.date));
    });
}

std::optional<LocalTime> next_execution(const Schedule& schedule, LocalTime after, LocalTime until) {
    if (!consistent(schedule)) return std::nullopt;
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

void write_executions(dlms::DataWriter& out, const Schedule& schedule) {
    out.array(schedule.executions.count);
    for (const Execution& execution : schedule.executions.view()) {
        out.structure(2);
        out.octet_string(execution.time);
        out.octet_string(execution.date);
    }
}

dlms::DataAccessResult read_executions(Bytes value, Schedule& schedule) {
    dlms::DataReader in(value);
    FixedList<Execution, max_executions> executions;
    const std::size_t count = in.array();
    if (!in.ok()) return dlms::DataAccessResult::type_unmatched;
    for (std::size_t i = 0; i < count; ++i) {
        in.structure(2);
        const auto time = dlms::read_time(in.octet_string());
        const auto date = dlms::read_date(in.octet_string());
        if (!in.ok() || !time || !date) return dlms::DataAccessResult::type_unmatched;
        if (!executions.add({*time, *date})) return dlms::DataAccessResult::other_reason;
    }
    if (!in.complete()) return dlms::DataAccessResult::type_unmatched;
    schedule.executions = executions;
    return dlms::DataAccessResult::success;
}

Schedule read_schedule(ByteReader& in) {
    Schedule schedule;
    schedule.type = in.u8();
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto time = dlms::read_time(in.bytes(dlms::Time::encoded_size));
        const auto date = dlms::read_date(in.bytes(dlms::Date::encoded_size));
        if (!time || !date || !schedule.executions.add({*time, *date})) in.invalidate();
    }
    return schedule;
}

void write(ByteWriter& out, const Schedule& schedule) {
    out.u8(schedule.type);
    out.u8(schedule.executions.count);
    for (const Execution& execution : schedule.executions.view()) {
        write(out, execution.time);
        write(out, execution.date);
    }
}

}  // namespace blathy::meter
