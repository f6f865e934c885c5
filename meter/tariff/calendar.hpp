// The tariff calendar (IC 20, Activity calendar, and IC 11, Special days table): which tariff applies at a local time.
//
// A season names a week, a week names a day profile for each weekday, a day profile switches at times of the day, and a
// special day takes the place of whatever its weekday would have. The tariff is a function of the local date and time
// and of nothing else, so that it is right after any outage and any setting of the clock. Where daylight saving skips
// an hour, what it would have switched is done at once; where it repeats one, so do the switches in it.
#pragma once

#include <optional>
#include <string_view>

#include "base/fixed_list.hpp"
#include "base/result.hpp"
#include "dlms/date_time.hpp"
#include "dlms/obis.hpp"
#include "meter/clock/local_time.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::size_t max_tariffs = 4;
inline constexpr std::size_t max_day_profiles = 8;
inline constexpr std::size_t max_seasons = 12;
inline constexpr std::size_t max_weeks = 12;
inline constexpr std::size_t max_switches_a_day = 16;
inline constexpr std::size_t max_special_days = 100;
inline constexpr std::size_t max_label_size = 12;

using Label = FixedList<std::uint8_t, max_label_size>;

// The script tables that a day profile may call (IC 9).
enum class CalendarAction : std::uint8_t {
    tariff,      // 0-0:10.0.100.255
    disconnect,  // 0-0:10.0.106.255
};
inline constexpr dlms::Obis tariff_script_table{0, 0, 10, 0, 100};
inline constexpr dlms::Obis disconnect_script_table{0, 0, 10, 0, 106};
inline constexpr std::uint16_t disconnect_scripts = 2;  // 1 disconnects, 2 reconnects
constexpr dlms::Obis script_table_of(CalendarAction action) {
    return action == CalendarAction::tariff ? tariff_script_table : disconnect_script_table;
}

struct DayAction {
    std::uint32_t start_s = 0;  // of the day
    CalendarAction action = CalendarAction::tariff;
    std::uint16_t selector = 1;  // of the script; of the tariffs it is the tariff

    constexpr bool operator==(const DayAction&) const = default;
};

struct DayProfile {
    std::uint8_t id = 0;
    FixedList<DayAction, max_switches_a_day> actions;

    constexpr bool operator==(const DayProfile&) const = default;
};

struct WeekProfile {
    Label name;
    std::array<std::uint8_t, 7> days{};  // day profiles, from Monday

    constexpr bool operator==(const WeekProfile&) const = default;
};

struct SeasonProfile {
    Label name;
    dlms::DateTime start;  // unspecified fields come again: a start without year is every year's
    Label week;

    constexpr bool operator==(const SeasonProfile&) const = default;
};

using Seasons = FixedList<SeasonProfile, max_seasons>;
using Weeks = FixedList<WeekProfile, max_weeks>;
using Days = FixedList<DayProfile, max_day_profiles>;

struct Calendar {
    Label name;
    Seasons seasons;
    Weeks weeks;
    Days days;

    constexpr bool operator==(const Calendar&) const = default;
};

struct SpecialDay {
    std::uint16_t index = 0;
    dlms::Date date;
    std::uint8_t day = 0;

    constexpr bool operator==(const SpecialDay&) const = default;
};
using SpecialDays = FixedList<SpecialDay, max_special_days>;

// Why a calendar can't be in force.
enum class CalendarFault : std::uint8_t {
    none,
    no_season,
    no_week,
    no_day,
    too_many,      // more than the model has
    season_twice,  // two seasons of one name or one start
    week_twice,
    day_twice,
    season_without_week,  // it names a week that there is not
    week_without_day,     // it names a day profile that there is not
    season_start,         // it has no month and day
    day_without_action,
    day_order,  // its switching times don't rise
    unknown_tariff,
    special_day_without_day,
    unknown_script,  // of a table that this model's calendar does not call, or one that the table does not have
    unreadable,      // the flash has lost it, or what it is to be checked against
    name_too_long,
    time_of_day,        // a switching time is not one of a day
    impossible_date,    // of a season's start or a special day, such as 31 February
    special_day_twice,  // two special days of one index
    count,
};
// The manufacturer's object that says why a calendar was refused.
inline constexpr dlms::Obis calendar_fault_name{0, 0, 13, 128, 0};
// In plain English, for whoever has to mend it.
[[nodiscard]] std::string_view text_of(CalendarFault fault);

// One tariff at all times.
[[nodiscard]] Calendar factory_calendar();

// Of the special days alone, whichever calendar they are for.
[[nodiscard]] CalendarFault check(const SpecialDays& special_days);
[[nodiscard]] CalendarFault check(const Calendar& calendar, const SpecialDays& special_days, const Model& model);

// The day profile of a day. None only of a calendar that check() finds fault with.
[[nodiscard]] const DayProfile* day_profile_at(const Calendar& calendar, const SpecialDays& special_days,
                                               LocalTime local);

struct Switching {
    // A script of another table than that of the tariffs.
    struct Script {
        LocalTime time;  // when it was to be run
        CalendarAction action;
        std::uint16_t selector;
    };
    std::uint8_t tariff = 1;
    std::optional<LocalTime> next;  // within the same day; none: nothing switches before midnight
    std::optional<Script> script;   // the last one up to now, of today or of the week before
};
[[nodiscard]] Switching switching_at(const Calendar& calendar, const SpecialDays& special_days, LocalTime local);

}  // namespace blathy::meter
