#include "meter/clock/time_window.hpp"

#include <algorithm>

#include "meter/clock/local_time.hpp"
#include "meter/storage/read_list.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

// The day that the date names among the days around `today`.
sys_days day_of(const dlms::Date& date, sys_days today) {
    const year_month_day now{today};
    const bool no_date = date.year == dlms::year_not_specified && date.month == dlms::not_specified &&
                         date.day_of_month == dlms::not_specified;
    if (no_date) {
        if (date.day_of_week == dlms::not_specified) return today;
        return today - (weekday{today} - Monday) + days{date.day_of_week - 1};
    }
    const year in_year = date.year == dlms::year_not_specified ? now.year() : year{date.year};
    const month in_month = date.month == dlms::not_specified ? now.month() : month{date.month};
    const sys_days last{in_year / in_month / std::chrono::last};
    switch (date.day_of_month) {
        case dlms::not_specified:
            return std::min(last, sys_days{in_year / in_month / 1} + (now.day() - day{1}));
        case 0xFE:
            return last;
        case 0xFD:
            return last - days{1};
        default:
            return std::min(last, sys_days{in_year / in_month / 1} + days{date.day_of_month - 1});
    }
}

seconds start_of(const dlms::Time& time) {
    const auto or_zero = [](std::uint8_t field) { return field == dlms::not_specified ? 0 : field; };
    return hours{or_zero(time.hour)} + minutes{or_zero(time.minute)} + seconds{or_zero(time.second)};
}

seconds end_of(const dlms::Time& time) {
    if (time.hour == dlms::not_specified) return days{1};
    if (time.minute == dlms::not_specified) return start_of(time) + hours{1};
    if (time.second == dlms::not_specified) return start_of(time) + minutes{1};
    return start_of(time);
}

bool window_is_open(const TimeWindow& window, PlainLocalTime now) {
    const auto today = floor<days>(now);
    const PlainLocalTime start = day_of(window.start.date, today) + start_of(window.start.time);
    const PlainLocalTime end = day_of(window.end.date, today) + end_of(window.end.time);
    const bool comes_again = window.start.date.year == dlms::year_not_specified;
    if (start > end && comes_again) return now >= start || now < end;
    return now >= start && now < end;
}

}  // namespace

bool is_open(std::span<const TimeWindow> windows, const Clock& clock) {
    if (windows.empty()) return true;
    const PlainLocalTime local = clock.now() - minutes{clock.deviation_min_at(clock.now())};
    return std::ranges::any_of(windows, [&](const TimeWindow& window) { return window_is_open(window, local); });
}

void write(ByteWriter& out, const TimeWindows& windows) {
    out.u8(windows.count);
    for (const TimeWindow& window : windows.view()) {
        dlms::write(out, window.start);
        dlms::write(out, window.end);
    }
}

TimeWindows read_time_windows(ByteReader& in) {
    TimeWindows windows;
    const auto read_time = [&] {
        const auto time = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
        if (!time) in.invalidate();
        return time.value_or(dlms::DateTime{});
    };
    read_list(in, windows, [&] {
        const dlms::DateTime start = read_time();
        return TimeWindow{start, read_time()};
    });
    return windows;
}

}  // namespace blathy::meter
