#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/tariff/calendar_store.hpp"
#include "world/flash/nor_flash.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

Label label(std::string_view text) {
    Label result;
    for (const char letter : text) (void)result.add(static_cast<std::uint8_t>(letter));
    return result;
}

dlms::DateTime season_start(int month, int day, int year = dlms::year_not_specified) {
    return {{static_cast<std::uint16_t>(year), static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day),
             dlms::not_specified},
            {0, 0, 0, 0}};
}

DayProfile day_of(std::uint8_t id, std::initializer_list<std::pair<minutes, int>> switches) {
    DayProfile day{id, {}};
    for (const auto& [at, tariff] : switches) {
        (void)day.actions.add({static_cast<std::uint32_t>(seconds{at}.count()), CalendarAction::tariff,
                               static_cast<std::uint16_t>(tariff)});
    }
    return day;
}

// Winter and summer from April to September; working days with two tariffs, weekends with one, holidays with another.
Calendar two_seasons() {
    Calendar calendar;
    calendar.name = label("2026");
    (void)calendar.seasons.add({label("summer"), season_start(4, 1), label("s")});
    (void)calendar.seasons.add({label("winter"), season_start(10, 1), label("w")});
    (void)calendar.weeks.add({label("s"), {1, 1, 1, 1, 1, 2, 2}});
    (void)calendar.weeks.add({label("w"), {3, 3, 3, 3, 3, 2, 2}});
    (void)calendar.days.add(day_of(1, {{0h, 1}, {7h, 2}, {21h, 1}}));
    (void)calendar.days.add(day_of(2, {{0h, 3}}));
    (void)calendar.days.add(day_of(3, {{6h, 2}, {22h, 1}}));  // begins with the tariff of the day before
    (void)calendar.days.add(day_of(4, {{0h, 4}}));
    return calendar;
}

LocalTime at(year_month_day date, minutes time) {
    return local_days{date} + time;
}

std::uint8_t tariff_at(LocalTime local, const SpecialDays& special_days = {}) {
    return switching_at(two_seasons(), special_days, local).tariff;
}

TEST(Calendar, SeasonsWeeksAndDaysDecide) {
    EXPECT_EQ(tariff_at(at(2026y / 6 / 15, 6h + 59min)), 1);  // a Monday in summer
    EXPECT_EQ(tariff_at(at(2026y / 6 / 15, 7h)), 2);
    EXPECT_EQ(tariff_at(at(2026y / 6 / 15, 21h)), 1);
    EXPECT_EQ(tariff_at(at(2026y / 6 / 14, 12h)), 3);  // a Sunday
    EXPECT_EQ(tariff_at(at(2026y / 3 / 31, 12h)), 2);  // winter, that of the year before
    EXPECT_EQ(tariff_at(at(2026y / 3 / 31, 23h)), 1);
    EXPECT_EQ(tariff_at(at(2026y / 10 / 1, 6h)), 2);
}

TEST(Calendar, ADayWithoutAnEarlySwitchGoesOnWithTheTariffBefore) {
    EXPECT_EQ(tariff_at(at(2026y / 12 / 8, 5h)), 1);  // Tuesday: since Monday, 22:00
    EXPECT_EQ(tariff_at(at(2026y / 12 / 7, 5h)), 3);  // Monday: since Sunday
}

TEST(Calendar, TheNextSwitchIsOfTheSameDay) {
    const auto switching = switching_at(two_seasons(), {}, at(2026y / 6 / 15, 8h));
    EXPECT_EQ(switching.next, at(2026y / 6 / 15, 21h));
    EXPECT_EQ(switching_at(two_seasons(), {}, at(2026y / 6 / 15, 21h)).next, std::nullopt);
}

TEST(Calendar, SpecialDaysTakePrecedenceAndTheLowestIndexCounts) {
    SpecialDays special_days;
    (void)special_days.add({7, {dlms::year_not_specified, 12, 25, dlms::not_specified}, 2});
    (void)special_days.add({3, {2026, 12, 25, dlms::not_specified}, 4});
    (void)special_days.add({9, {2028, 2, 29, dlms::not_specified}, 4});
    EXPECT_EQ(tariff_at(at(2026y / 12 / 25, 12h), special_days), 4);
    EXPECT_EQ(tariff_at(at(2027y / 12 / 25, 12h), special_days), 3);
    EXPECT_EQ(tariff_at(at(2028y / 2 / 29, 12h), special_days), 4);
    EXPECT_EQ(tariff_at(at(2027y / 3 / 1, 12h), special_days), 2);
}

TEST(Calendar, ASeasonOfAYearBeginsOnlyThen) {
    Calendar calendar = two_seasons();
    calendar.seasons.items[0].start = season_start(4, 1, 2027);
    const auto tariff = [&](LocalTime local) { return switching_at(calendar, {}, local).tariff; };
    EXPECT_EQ(tariff(at(2026y / 6 / 15, 6h + 30min)), 2);
    EXPECT_EQ(tariff(at(2027y / 6 / 14, 6h + 30min)), 1);
}

TEST(Calendar, IsRefusedWholeWithTheReason) {
    const auto fault = [](auto&& spoil) {
        Calendar calendar = two_seasons();
        SpecialDays special_days;
        spoil(calendar, special_days);
        return check(calendar, special_days, sed302);
    };
    using C = Calendar&;
    using S = SpecialDays&;
    EXPECT_EQ(fault([](C, S) {}), CalendarFault::none);
    EXPECT_EQ(fault([](C c, S) { c.seasons = {}; }), CalendarFault::no_season);
    EXPECT_EQ(fault([](C c, S) { c.weeks = {}; }), CalendarFault::no_week);
    EXPECT_EQ(fault([](C c, S) { c.days = {}; }), CalendarFault::no_day);
    EXPECT_EQ(fault([](C c, S) { c.seasons.items[1].name = c.seasons.items[0].name; }), CalendarFault::season_twice);
    EXPECT_EQ(fault([](C c, S) { c.seasons.items[1].start = c.seasons.items[0].start; }), CalendarFault::season_twice);
    EXPECT_EQ(fault([](C c, S) { c.weeks.items[1].name = c.weeks.items[0].name; }), CalendarFault::week_twice);
    EXPECT_EQ(fault([](C c, S) { c.days.items[1].id = 1; }), CalendarFault::day_twice);
    EXPECT_EQ(fault([](C c, S) { c.seasons.items[0].week = label("x"); }), CalendarFault::season_without_week);
    EXPECT_EQ(fault([](C c, S) { c.weeks.items[0].days[6] = 9; }), CalendarFault::week_without_day);
    EXPECT_EQ(fault([](C c, S) { c.seasons.items[0].start = {}; }), CalendarFault::season_start);
    EXPECT_EQ(fault([](C c, S) {
                  c.seasons.items[0].start.date = {dlms::year_not_specified, 2, 31, 0xFF};
              }),
              CalendarFault::impossible_date);
    EXPECT_EQ(fault([](C c, S) {
                  c.seasons.items[0].start.date = {dlms::year_not_specified, 2, 29, 0xFF};
              }),
              CalendarFault::none);
    EXPECT_EQ(fault([](C, S s) {
                  (void)s.add({1, {dlms::year_not_specified, 4, 31, 0xFF}, 1});
              }),
              CalendarFault::impossible_date);
    EXPECT_EQ(fault([](C, S s) {
                  (void)s.add({1, {dlms::year_not_specified, 4, 30, 0xFF}, 1});
                  (void)s.add({1, {dlms::year_not_specified, 5, 1, 0xFF}, 1});
              }),
              CalendarFault::special_day_twice);
    EXPECT_EQ(fault([](C c, S) { c.days.items[1].actions = {}; }), CalendarFault::day_without_action);
    EXPECT_EQ(fault([](C c, S) { std::swap(c.days.items[0].actions.items[0], c.days.items[0].actions.items[1]); }),
              CalendarFault::day_order);
    EXPECT_EQ(fault([](C c, S) { c.days.items[0].actions.items[1].selector = 5; }), CalendarFault::unknown_tariff);
    EXPECT_EQ(fault([](C, S s) { (void)s.add({1, {}, 9}); }), CalendarFault::special_day_without_day);
    Model few = sed302;
    few.tariffs.weeks = 1;
    EXPECT_EQ(check(two_seasons(), {}, few), CalendarFault::too_many);
}

TEST(Calendar, TheGreatestFitsTheStore) {
    world::NorFlash flash(64);
    Store store(flash);
    store.mount();
    Calendar calendar;
    calendar.name = label("twelve chars");
    for (std::size_t i = 0; i < max_seasons; ++i) {
        Label name = label("twelve chars");
        name.items[0] = static_cast<std::uint8_t>('a' + i);
        (void)calendar.seasons.add({name, season_start(static_cast<int>(i) + 1, 1), name});
        (void)calendar.weeks.add({name, {1, 2, 3, 4, 5, 6, 7}});
    }
    for (std::uint8_t id = 1; id <= max_day_profiles; ++id) {
        DayProfile day{id, {}};
        for (std::uint32_t i = 0; i < max_switches_a_day; ++i) {
            (void)day.actions.add({i * 5400, CalendarAction::tariff, static_cast<std::uint16_t>(i % 4 + 1)});
        }
        (void)calendar.days.add(day);
    }
    SpecialDays special_days;
    for (std::uint16_t i = 0; i < max_special_days; ++i) (void)special_days.add({i, {2026, 1, 1, 4}, 1});
    ASSERT_EQ(check(calendar, special_days, sed302), CalendarFault::none);
    for (int turn = 0; turn < 20; ++turn) {
        ASSERT_TRUE(keep_passive_calendar(store, calendar));
        EXPECT_EQ(load_active_calendar(store), turn == 0 ? factory_calendar() : calendar);
        ASSERT_TRUE(activate_passive_calendar(store));
        ASSERT_TRUE(keep_special_days(store, special_days));
        store.mount();
        EXPECT_EQ(load_active_calendar(store), calendar);
        EXPECT_EQ(load_passive_calendar(store), calendar);
        EXPECT_EQ(load_special_days(store), special_days);
    }
}

// The tariffs of a living meter at the two nights when Central Europe changes its clock.

Interval quarter() {
    Interval interval;
    interval.duration_us = 900'000'000;
    interval.phase[0].active_energy_mj = 3'600'000;
    return interval;
}

Calendar night_switches() {
    Calendar calendar = factory_calendar();
    calendar.days.items[0] = day_of(1, {{0h, 1}, {2h + 30min, 2}, {3h, 3}, {4h, 1}});
    return calendar;
}

std::array<std::uint64_t, max_tariffs> quarters_of_a_night(sys_days day) {
    // From 23:00 UTC on, midnight of local winter time.
    world::LivedMeter lived(sed302, UtcTime{day} - 1h);
    EXPECT_TRUE(keep_passive_calendar(lived.meter().store(), night_switches()));
    EXPECT_EQ(lived.meter().account(&Accounting::activate_calendar), std::nullopt);
    for (int i = 0; i < 4 * 8; ++i) lived.meter().advance(quarter());
    std::array<std::uint64_t, max_tariffs> wh{};
    for (std::size_t i = 0; i < max_tariffs; ++i) {
        wh[i] = lived.meter().accounting().ledger().tariff[i][EnergyRegister::active_import] / millijoules_per_wh;
    }
    return wh;
}

TEST(Calendar, TheSkippedHourSwitchesAtOnce) {
    // 2:30 never comes; from 3:00 daylight time on it is tariff 3, at 4:00 tariff 1. Eight hours in all.
    EXPECT_EQ(quarters_of_a_night(sys_days{2026y / 3 / 29}), (std::array<std::uint64_t, 4>{8 + 20, 0, 4, 0}));
}

TEST(Calendar, TheRepeatedHourSwitchesAgain) {
    // Daylight time at first: midnight is an hour earlier, and eight hours begin at 1:00.
    EXPECT_EQ(quarters_of_a_night(sys_days{2026y / 10 / 25}),
              (std::array<std::uint64_t, 4>{4 + 2 + 2 + 16, 2 + 2, 4, 0}));
}

TEST(Calendar, IsActivatedByDate) {
    world::LivedMeter lived(sed302, sys_days{2026y / 6 / 14} + 20h);
    Calendar calendar = factory_calendar();
    calendar.days.items[0] = day_of(1, {{0h, 3}});
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    const dlms::DateTime midnight{{2026, 6, 15, dlms::not_specified}, {0, 0, 0, 0}};
    ASSERT_TRUE(lived.meter().account(&Accounting::set_activation_time, midnight));
    for (int i = 0; i < 7; ++i) {
        lived.meter().advance(quarter());
        ASSERT_EQ(lived.meter().accounting().tariff(), 1);
    }
    lived.power_off(60s);  // it is not forgotten
    lived.meter().advance(quarter());
    EXPECT_EQ(lived.meter().accounting().tariff(), 3);
    EXPECT_EQ(load_activation_time(lived.meter().store()), never);
}

// Whatever the clock does between: the date is past, and the calendar in force.
TEST(Calendar, IsActivatedByADateThatAnOutageOrASetClockSkips) {
    Calendar calendar = factory_calendar();
    calendar.days.items[0] = day_of(1, {{0h, 3}});
    for (const bool by_outage : {true, false}) {
        world::LivedMeter lived(sed302, sys_days{2026y / 6 / 14} + 20h);
        ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
        const dlms::DateTime midnight{{2026, 6, 15, dlms::not_specified}, {0, 0, 0, 0}};
        ASSERT_TRUE(lived.meter().account(&Accounting::set_activation_time, midnight));
        if (by_outage) {
            lived.power_off(5h);
        } else {
            lived.meter().set_clock(lived.meter().clock().now() + 5h);
        }
        lived.meter().advance(quarter());
        EXPECT_EQ(lived.meter().accounting().tariff(), 3);
        EXPECT_EQ(load_activation_time(lived.meter().store()), never);
    }
}

TEST(Calendar, AnInvalidOneIsRefusedAtItsDateAndNotTriedAgain) {
    int refusals = 0;
    const EventHook hook{[](void* context, const Event& event) {
                             if (event.kind == EventKind::calendar_refused) ++*static_cast<int*>(context);
                         },
                         &refusals};
    world::LivedMeter lived(sed302, sys_days{2026y / 6 / 14} + 20h, hook);
    Calendar calendar = two_seasons();
    calendar.weeks.items[0].days[0] = 8;
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    const dlms::DateTime midnight{{2026, 6, 15, dlms::not_specified}, {0, 0, 0, 0}};
    ASSERT_TRUE(lived.meter().account(&Accounting::set_activation_time, midnight));
    for (int i = 0; i < 12; ++i) lived.meter().advance(quarter());
    EXPECT_EQ(refusals, 1);
    EXPECT_EQ(lived.meter().accounting().calendar_fault(), CalendarFault::week_without_day);
    EXPECT_EQ(load_active_calendar(lived.meter().store()), factory_calendar());
    EXPECT_EQ(load_activation_time(lived.meter().store()), never);
}

TEST(Calendar, AnInvalidOneLeavesTheOldOneInForce) {
    int refused = 0;
    const EventHook hook{[](void* context, const Event& event) {
                             if (event.kind == EventKind::calendar_refused)
                                 *static_cast<int*>(context) = static_cast<int>(event.detail);
                         },
                         &refused};
    world::LivedMeter lived(sed302, sys_days{2026y / 6 / 14}, hook);
    Calendar calendar = two_seasons();
    calendar.weeks.items[0].days[0] = 8;
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    EXPECT_EQ(lived.meter().account(&Accounting::activate_calendar), CalendarFault::week_without_day);
    EXPECT_EQ(refused, static_cast<int>(CalendarFault::week_without_day));
    EXPECT_EQ(load_active_calendar(lived.meter().store()), factory_calendar());
}

}  // namespace
}  // namespace blathy::meter
