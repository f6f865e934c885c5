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

CalendarFault check(const DayProfile& day, const Tariffs& limits) {
    const auto actions = day.actions.view();
    if (actions.empty()) return CalendarFault::day_without_action;
    if (actions.size() > limits.switches_a_day) return CalendarFault::too_many;
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (i > 0 && actions[i].start_s < actions[i - 1].start_s) return CalendarFault::day_order;
        const bool twice = i > 0 && actions[i].start_s == actions[i - 1].start_s;
        if (twice && actions[i].action == actions[i - 1].action) return CalendarFault::day_order;
        const std::uint16_t greatest = actions[i].action == CalendarAction::tariff ? limits.tariffs : std::uint16_t{2};
        if (actions[i].selector < 1 || actions[i].selector > greatest) return CalendarFault::unknown_tariff;
    }
    return CalendarFault::none;
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

CalendarFault check(const Calendar& calendar, const SpecialDays& special_days, const Tariffs& limits) {
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
    }
    for (const WeekProfile& week : calendar.weeks.view()) {
        for (const std::uint8_t day : week.days) {
            if (find_day(calendar, day) == nullptr) return CalendarFault::week_without_day;
        }
    }
    for (const DayProfile& day : calendar.days.view()) {
        const CalendarFault fault = check(day, limits);
        if (fault != CalendarFault::none) return fault;
    }
    for (const SpecialDay& special : special_days.view()) {
        if (find_day(calendar, special.day) == nullptr) return CalendarFault::special_day_without_day;
    }
    return CalendarFault::none;
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
    LocalTime until = local;
    for (int back = 0; back < longest_without_switch; ++back) {
        const auto of_day = floor<days>(until);
        const DayProfile* day = day_profile_at(calendar, special_days, until);
        std::optional<std::uint16_t> tariff;
        if (day != nullptr) {
            for (const DayAction& action : day->actions.view()) {
                const bool begun = of_day + seconds{action.start_s} <= until;
                if (begun && action.action == CalendarAction::tariff) tariff = action.selector;
            }
        }
        if (tariff) {
            result.tariff = static_cast<std::uint8_t>(*tariff);
            break;
        }
        until = of_day - milliseconds{1};
    }
    return result;
}

}  // namespace blathy::meter
