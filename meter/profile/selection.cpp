#include "meter/profile/selection.hpp"

#include <algorithm>
#include <array>

#include "meter/clock/local_time.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DateTime;

constexpr std::uint8_t range_selector = 1;
constexpr std::uint8_t entry_selector = 2;

enum class End : bool { lower, upper };

// The first or last moment that the specified fields leave. None if a field is specified behind one that is not, or if
// there is no such day.
std::optional<PlainLocalTime> local_end(const DateTime& given, End end) {
    const auto& [date, time, deviation, status] = given;
    const std::array fields_specified = {date.year != dlms::year_not_specified,    date.month != dlms::not_specified,
                                         date.day_of_month != dlms::not_specified, time.hour != dlms::not_specified,
                                         time.minute != dlms::not_specified,       time.second != dlms::not_specified,
                                         time.hundredths != dlms::not_specified};
    if (!std::ranges::is_partitioned(fields_specified, [](bool specified) { return specified; })) return std::nullopt;
    const bool upper = end == End::upper;
    if (date.year == dlms::year_not_specified) return upper ? PlainLocalTime::max() : PlainLocalTime::min();
    const auto either = [&](std::uint8_t field, int first, int last) {
        return field != dlms::not_specified ? int{field} : upper ? last : first;
    };

    constexpr int last_year = 9999;
    const month in_month{static_cast<unsigned>(either(date.month, 1, 12))};
    if (date.year > last_year || !in_month.ok()) return std::nullopt;
    const year_month_day_last last_day{year{date.year}, month_day_last{in_month}};
    const int days_in_month = static_cast<int>(static_cast<unsigned>(last_day.day()));
    constexpr std::uint8_t last_of_month = 0xFE;
    constexpr std::uint8_t second_last_of_month = 0xFD;
    int day_of_month = either(date.day_of_month, 1, days_in_month);
    if (day_of_month == last_of_month) day_of_month = days_in_month;
    if (day_of_month == second_last_of_month) day_of_month = days_in_month - 1;
    if (day_of_month < 1 || day_of_month > days_in_month) return std::nullopt;

    // A hundredth of a second is ten milliseconds wide itself.
    const int hundredths = either(time.hundredths, 0, 99);
    return sys_days{last_day.year() / in_month / day_of_month} + hours{either(time.hour, 0, 23)} +
           minutes{either(time.minute, 0, 59)} + seconds{either(time.second, 0, 59)} +
           milliseconds{10 * hundredths + (upper ? 9 : 0)};
}

// Where the clock changes to or from daylight saving, the first instant of the new time; there is a change between.
UtcTime change_between(const Clock& clock, UtcTime before, UtcTime after) {
    const bool daylight_before = clock.daylight_saving_at(before);
    while (after - before > milliseconds{1}) {
        const UtcTime middle = before + (after - before) / 2;
        (clock.daylight_saving_at(middle) == daylight_before ? before : after) = middle;
    }
    return after;
}

UtcTime instant_by_clock(const Clock& clock, PlainLocalTime local, std::uint8_t status, End end) {
    const UtcTime normal = local + minutes{clock.settings().time_zone_min};
    const UtcTime daylight = normal - minutes{clock.settings().daylight_deviation_min};
    const bool may_be_normal = !clock.daylight_saving_at(normal);
    const bool may_be_daylight = clock.daylight_saving_at(daylight);
    const auto [earlier, later] = std::minmax(normal, daylight);
    if (may_be_normal && may_be_daylight) {
        if (status != dlms::not_specified) return (status & dlms::clock_daylight_saving) != 0 ? daylight : normal;
        return end == End::lower ? earlier : later;
    }
    if (may_be_normal) return normal;
    if (may_be_daylight) return daylight;
    // An hour that daylight saving skips: nothing happens in it, so the range begins after it or ends before it.
    const UtcTime change = change_between(clock, earlier, later);
    return end == End::lower ? change : change - milliseconds{1};
}

std::optional<UtcTime> instant_of(const DateTime& given, const Clock& clock, End end) {
    const auto local = local_end(given, end);
    if (!local || *local == PlainLocalTime::min() || *local == PlainLocalTime::max()) return local;
    if (given.deviation_min != dlms::deviation_not_specified) return *local + minutes{given.deviation_min};
    return instant_by_clock(clock, *local, given.clock_status, end);
}

Result<ProfileSelection, DataAccessResult> read_range(Bytes parameters, std::span<const CaptureObject> columns,
                                                      std::size_t time_column, const Clock& clock) {
    DataReader in(parameters);
    in.structure(4);
    const CaptureObject restricting = read_capture_object(in);
    const DateTime from = in.date_time();
    const DateTime to = in.date_time();
    const std::size_t count = in.array();
    ProfileSelection selection;
    bool all_known = true;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto column = std::ranges::find(columns, read_capture_object(in));
        if (column == columns.end()) {
            all_known = false;
        } else {
            selection.columns.add(static_cast<std::size_t>(column - columns.begin()));
        }
    }
    if (!in.complete()) return fail(DataAccessResult::type_unmatched);
    if (!all_known || restricting != columns[time_column]) return fail(DataAccessResult::scope_of_access_violated);
    const auto first = instant_of(from, clock, End::lower);
    const auto last = instant_of(to, clock, End::upper);
    if (!first || !last) return fail(DataAccessResult::other_reason);
    if (selection.columns.empty()) selection.columns = whole_profile(columns).columns;
    selection.times = TimeRange{*first, *last};
    return selection;
}

Result<ProfileSelection, DataAccessResult> read_entries(Bytes parameters, std::span<const CaptureObject> columns) {
    DataReader in(parameters);
    in.structure(4);
    const std::uint32_t first_row = in.double_long_unsigned();
    const std::uint32_t last_row = in.double_long_unsigned();
    const std::size_t first_column = in.long_unsigned();
    const std::size_t last_column = in.long_unsigned();
    if (!in.complete()) return fail(DataAccessResult::type_unmatched);
    const std::size_t last_wanted = last_column == 0 ? columns.size() : last_column;
    if (first_row == 0 || first_column == 0 || first_column > last_wanted || last_wanted > columns.size()) {
        return fail(DataAccessResult::scope_of_access_violated);
    }
    ProfileSelection selection;
    selection.columns = ColumnSet::range(first_column - 1, last_wanted);
    selection.entries.first = first_row;
    if (last_row != 0) selection.entries.last = last_row;
    return selection;
}

ProfileRows part(const ProfileRows& rows, std::uint32_t begin, std::uint32_t end) {
    return {rows.first + begin, end > begin ? end - begin : 0};
}

}  // namespace

Result<ProfileSelection, DataAccessResult> read_selection(const dlms::SelectiveAccess& access,
                                                          std::span<const CaptureObject> columns,
                                                          std::size_t time_column, const Clock& clock) {
    switch (access.selector) {
        case range_selector:
            return read_range(access.parameters, columns, time_column, clock);
        case entry_selector:
            return read_entries(access.parameters, columns);
        default:
            return fail(DataAccessResult::scope_of_access_violated);
    }
}

ProfileSelection whole_profile(std::span<const CaptureObject> columns) {
    ProfileSelection selection;
    selection.columns = ColumnSet::range(0, columns.size());
    return selection;
}

SelectedRows selected_rows(const ProfileSource& source, const Meter& meter, const ProfileSelection& selection) {
    const ProfileRows all = source.rows(meter);
    if (!selection.times) {
        const ProfileRows rows =
            part(all, std::min(selection.entries.first - 1, all.count), std::min(selection.entries.last, all.count));
        return {rows, source.readable == nullptr ? rows.count : source.readable(meter, rows)};
    }
    SelectedRows selected{{all.first, 0}, 0};
    RowScratch scratch;
    scratch.times_only = true;
    for (std::uint32_t row = all.first; row != all.first + all.count; ++row) {
        if (!is_selected(source, meter, selection, row, scratch)) continue;
        if (selected.count++ == 0) selected.rows.first = row;
        selected.rows.count = row + 1 - selected.rows.first;
    }
    return selected;
}

bool is_selected(const ProfileSource& source, const Meter& meter, const ProfileSelection& selection, std::uint32_t row,
                 RowScratch& scratch) {
    if (!selection.times) return true;
    const auto time = source.time_of(meter, row, scratch);
    return time && *time >= selection.times->from && *time <= selection.times->to;
}

}  // namespace blathy::meter
