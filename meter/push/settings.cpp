#include "meter/push/settings.hpp"

#include <algorithm>

#include "meter/clock/local_time.hpp"
#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;

constexpr RecordId record_of(PushSetup setup) {
    constexpr std::array records = {RecordId::push_connectivity, RecordId::push_interval, RecordId::push_alarm,
                                    RecordId::push_power_down};
    return records[static_cast<std::size_t>(setup)];
}

constexpr CaptureObject attribute(std::uint16_t class_id, const Obis& name, std::int8_t id) {
    return {{class_id, name, id}, 0};
}

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

bool window_is_open(const PushWindow& window, PlainLocalTime now) {
    const auto today = floor<days>(now);
    const PlainLocalTime start = day_of(window.start.date, today) + start_of(window.start.time);
    const PlainLocalTime end = day_of(window.end.date, today) + end_of(window.end.time);
    const bool comes_again = window.start.date.year == dlms::year_not_specified;
    if (start > end && comes_again) return now >= start || now < end;
    return now >= start && now < end;
}

}  // namespace

std::optional<PushSetup> push_setup_named(const Obis& name) {
    const auto* const found = std::ranges::find(push_setups, name, [](PushSetup setup) { return name_of(setup); });
    if (found == push_setups.end()) return std::nullopt;
    return *found;
}

std::uint32_t delay_s(const RepetitionDelay& delay, unsigned repetition) {
    // Sixteen bits behind the point: no exponent makes a delay vanish, and none overflows before the maximum stops it.
    constexpr unsigned fraction = 16;
    const std::uint64_t most = std::uint64_t{std::max(delay.min_s, delay.max_s)} << fraction;
    std::uint64_t value = std::uint64_t{delay.min_s} << fraction;
    for (unsigned i = 1; i < repetition && value < most; ++i) value = value * delay.exponent / 100;
    return static_cast<std::uint32_t>(std::min(value, most) >> fraction);
}

bool PushSettings::window_open_at(const Clock& clock) const {
    if (windows.count == 0) return true;
    const PlainLocalTime local = clock.now() - minutes{clock.deviation_min_at(clock.now())};
    return std::ranges::any_of(windows.view(), [&](const PushWindow& window) { return window_is_open(window, local); });
}

PushSettings factory_push_settings(PushSetup setup) {
    PushSettings settings;
    const auto add = [&](std::uint16_t class_id, const Obis& name, std::int8_t id) {
        (void)settings.objects.add(attribute(class_id, name, id));
    };
    add(40, name_of(setup), 2);
    add(1, Obis(0, 0, 42, 0, 0), 2);
    if (setup != PushSetup::connectivity) add(8, Obis(0, 0, 1, 0, 0), 2);
    if (setup == PushSetup::interval) {
        add(3, Obis(1, 0, 1, 8, 0), 2);
        add(3, Obis(1, 0, 2, 8, 0), 2);
    }
    if (setup == PushSetup::alarm) {
        for (const int e : {20, 21}) add(1, Obis(0, 0, 97, 98, e), 2);
    }
    return settings;
}

PushSettings load_push_settings(const Store& store, PushSetup setup) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(record_of(setup), room);
    const auto settings = content ? read_push_settings_record(*content) : std::nullopt;
    return settings ? *settings : factory_push_settings(setup);
}

bool keep_push_settings(Store& store, PushSetup setup, const PushSettings& settings) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write_record(out, settings);
    return out.ok() && store.write(record_of(setup), out.written());
}

}  // namespace blathy::meter
