#include "meter/tariff/calendar.hpp"

#include <algorithm>

#include "meter/clock/date_rule.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

constexpr Label label_of(std::string_view text) {
    Label label;
    for (const char letter : text) (void)label.add(static_cast<std::uint8_t>(letter));
    return label;
}

const WeekProfile* find_week(const Calendar& calendar, const Label& name) {
    const auto weeks = calendar.weeks.view();
    const auto found = std::ranges::find(weeks, name, &WeekProfile::name);
    return found == weeks.end() ? nullptr : &*found;
}

const DayProfile* find_day(const Calendar& calendar, std::uint8_t id) {
    const auto days = calendar.days.view();
    const auto found = std::ranges::find(days, id, &DayProfile::id);
    return found == days.end() ? nullptr : &*found;
}

// The last start of the season until `local`; none if it has a year and that is yet to come.
std::optional<LocalTime> last_start(const SeasonProfile& season, LocalTime local) {
    const year this_year = year_month_day{floor<days>(local)}.year();
    for (const year in_year : {this_year, this_year - years{1}}) {
        const bool fixed = season.start.date.year != dlms::year_not_specified;
        const year of_start = fixed ? year{season.start.date.year} : in_year;
        const LocalTime start = LocalTime{instant_of_rule(season.start, of_start).time_since_epoch()};
        if (start <= local) return start;
    }
    return std::nullopt;
}

const SeasonProfile* season_at(const Calendar& calendar, LocalTime local) {
    const SeasonProfile* current = nullptr;
    std::optional<LocalTime> since;
    for (const SeasonProfile& season : calendar.seasons.view()) {
        const auto start = last_start(season, local);
        if (current == nullptr || (start && (!since || *start > *since))) {
            current = &season;
            since = start;
        }
    }
    return current;
}

template <class Items, class Item, class Key>
bool has_twice(const Items& items, Key Item::*key) {
    const auto view = items.view();
    for (std::size_t i = 0; i < view.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (view[i].*key == view[j].*key) return true;
        }
    }
    return false;
}

CalendarFault check(const DayAction& action, const Model& model) {
    if (action.action == CalendarAction::tariff) {
        const bool known = action.selector >= 1 && action.selector <= model.tariffs.tariffs;
        return known ? CalendarFault::none : CalendarFault::unknown_tariff;
    }
    const bool known = action.selector >= 1 && action.selector <= disconnect_scripts;
    return known && model.functions.tariff_disconnect ? CalendarFault::none : CalendarFault::unknown_script;
}

CalendarFault check(const DayProfile& day, const Model& model) {
    const auto actions = day.actions.view();
    if (actions.empty()) return CalendarFault::day_without_action;
    if (actions.size() > model.tariffs.switches_a_day) return CalendarFault::too_many;
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (i > 0 && actions[i].start_s < actions[i - 1].start_s) return CalendarFault::day_order;
        const bool twice = i > 0 && actions[i].start_s == actions[i - 1].start_s;
        if (twice && actions[i].action == actions[i - 1].action) return CalendarFault::day_order;
        const CalendarFault fault = check(actions[i], model);
        if (fault != CalendarFault::none) return fault;
    }
    return CalendarFault::none;
}

// Some year has that day, or the year that it names.
bool exists(const dlms::Date& date) {
    constexpr unsigned last_day = 31;
    if (date.day_of_month > last_day || date.month < 1 || date.month > 12) return true;
    constexpr year leap_year{2028};
    const year in_year = date.year == dlms::year_not_specified ? leap_year : year{date.year};
    return year_month_day{in_year, month{date.month}, day{date.day_of_month}}.ok();
}

bool has_scripts(const Calendar& calendar) {
    return std::ranges::any_of(calendar.days.view(), [](const DayProfile& day) {
        return std::ranges::any_of(day.actions.view(),
                                   [](const DayAction& action) { return action.action != CalendarAction::tariff; });
    });
}

}  // namespace

Calendar factory_calendar() {
    Calendar calendar;
    calendar.name = label_of("FACTORY");
    dlms::DateTime new_year{{dlms::year_not_specified, 1, 1, dlms::not_specified}, {0, 0, 0, 0}};
    (void)calendar.seasons.add({label_of("YEAR"), new_year, label_of("WEEK")});
    (void)calendar.weeks.add({label_of("WEEK"), {1, 1, 1, 1, 1, 1, 1}});
    DayProfile day{1, {}};
    (void)day.actions.add({0, CalendarAction::tariff, 1});
    (void)calendar.days.add(day);
    return calendar;
}

std::string_view text_of(CalendarFault fault) {
    constexpr std::array<std::string_view, static_cast<std::size_t>(CalendarFault::count)> texts = {
        "none",
        "there is no season",
        "there is no week",
        "there is no day profile",
        "there are more parts than this meter has room for",
        "two seasons have the same name or start",
        "two weeks have the same name",
        "two day profiles have the same id",
        "a season names a week that there is not",
        "a week names a day profile that there is not",
        "a season starts at no month and day",
        "a day profile has no action",
        "the switching times of a day profile do not rise",
        "a day profile selects a tariff that there is not",
        "a special day names a day profile that there is not",
        "a day profile calls a script that there is not",
        "the calendar or the special days can't be read from the flash any more",
        "a name is too long",
        "a switching time is not a time of day",
        "a season starts or a special day is on a date that there is not",
        "two special days have the same index",
    };
    return fault < CalendarFault::count ? texts[static_cast<std::size_t>(fault)] : std::string_view{};
}

CalendarFault check(const SpecialDays& special_days) {
    if (has_twice(special_days, &SpecialDay::index)) return CalendarFault::special_day_twice;
    const auto days = special_days.view();
    const bool all_exist = std::ranges::all_of(days, [](const SpecialDay& special) { return exists(special.date); });
    return all_exist ? CalendarFault::none : CalendarFault::impossible_date;
}

CalendarFault check(const Calendar& calendar, const SpecialDays& special_days, const Model& model) {
    const Tariffs& limits = model.tariffs;
    if (calendar.seasons.count == 0) return CalendarFault::no_season;
    if (calendar.weeks.count == 0) return CalendarFault::no_week;
    if (calendar.days.count == 0) return CalendarFault::no_day;
    if (calendar.seasons.count > limits.seasons || calendar.weeks.count > limits.weeks ||
        calendar.days.count > limits.day_profiles || special_days.count > limits.special_days) {
        return CalendarFault::too_many;
    }
    if (has_twice(calendar.seasons, &SeasonProfile::name) || has_twice(calendar.seasons, &SeasonProfile::start)) {
        return CalendarFault::season_twice;
    }
    if (has_twice(calendar.weeks, &WeekProfile::name)) return CalendarFault::week_twice;
    if (has_twice(calendar.days, &DayProfile::id)) return CalendarFault::day_twice;
    for (const SeasonProfile& season : calendar.seasons.view()) {
        if (find_week(calendar, season.week) == nullptr) return CalendarFault::season_without_week;
        const dlms::Date& date = season.start.date;
        if (date.month < 1 || date.month > 12 || date.day_of_month == dlms::not_specified) {
            return CalendarFault::season_start;
        }
        if (!exists(date)) return CalendarFault::impossible_date;
    }
    for (const WeekProfile& week : calendar.weeks.view()) {
        for (const std::uint8_t day : week.days) {
            if (find_day(calendar, day) == nullptr) return CalendarFault::week_without_day;
        }
    }
    for (const DayProfile& day : calendar.days.view()) {
        const CalendarFault fault = check(day, model);
        if (fault != CalendarFault::none) return fault;
    }
    for (const SpecialDay& special : special_days.view()) {
        if (find_day(calendar, special.day) == nullptr) return CalendarFault::special_day_without_day;
    }
    return check(special_days);
}

const DayProfile* day_profile_at(const Calendar& calendar, const SpecialDays& special_days, LocalTime local) {
    const auto day = floor<days>(local);
    // Of several special days that name this day, the one of the lowest index counts.
    const SpecialDay* special = nullptr;
    for (const SpecialDay& candidate : special_days.view()) {
        const bool lower = special == nullptr || candidate.index < special->index;
        if (lower && matches(candidate.date, day)) special = &candidate;
    }
    if (special != nullptr) return find_day(calendar, special->day);
    const SeasonProfile* season = season_at(calendar, local);
    const WeekProfile* week = season == nullptr ? nullptr : find_week(calendar, season->week);
    if (week == nullptr) return nullptr;
    return find_day(calendar, week->days[weekday{day}.iso_encoding() - 1]);
}

Switching switching_at(const Calendar& calendar, const SpecialDays& special_days, LocalTime local) {
    Switching result;
    const auto today = floor<days>(local);
    if (const DayProfile* day = day_profile_at(calendar, special_days, local)) {
        for (const DayAction& action : day->actions.view()) {
            const LocalTime start = today + seconds{action.start_s};
            if (start > local && (!result.next || start < *result.next)) result.next = start;
        }
    }
    // A day that begins without a switch goes on with the last tariff of the days before it.
    constexpr int longest_without_switch = 8;
    bool tariff_is_sought = true;
    bool script_is_sought = has_scripts(calendar);
    LocalTime until = local;
    for (int back = 0; back < longest_without_switch && (tariff_is_sought || script_is_sought); ++back) {
        const auto of_day = floor<days>(until);
        if (const DayProfile* day = day_profile_at(calendar, special_days, until)) {
            const DayAction* tariff = nullptr;
            const DayAction* script = nullptr;
            for (const DayAction& action : day->actions.view()) {
                if (of_day + seconds{action.start_s} > until) continue;
                (action.action == CalendarAction::tariff ? tariff : script) = &action;
            }
            if (tariff_is_sought && tariff != nullptr) {
                result.tariff = static_cast<std::uint8_t>(tariff->selector);
                tariff_is_sought = false;
            }
            if (script_is_sought && script != nullptr) {
                result.script = Switching::Script{of_day + seconds{script->start_s}, script->action, script->selector};
                script_is_sought = false;
            }
        }
        until = of_day - milliseconds{1};
    }
    return result;
}

}  // namespace blathy::meter
