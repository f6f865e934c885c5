// Scripts of other tables than that of the tariffs, which a day profile runs (SM120B2: the relay by the tariff table).
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

struct Run {
    dlms::Obis table;
    std::uint16_t selector;
    bool operator==(const Run&) const = default;
};
using Runs = std::vector<Run>;

constexpr std::uint16_t disconnects = 1;
constexpr std::uint16_t reconnects = 2;

ScriptRunner into(Runs& runs) {
    return {[](void* context, const dlms::Obis& table, std::uint16_t selector) {
                static_cast<Runs*>(context)->push_back({table, selector});
            },
            &runs};
}

// Every day tariff 1, from 7:00 on tariff 2; off at 2:00, on again at 5:00.
Calendar night_off() {
    Calendar calendar = factory_calendar();
    DayProfile& day = calendar.days.items[0];
    day.actions = {};
    const auto at = [](hours time) { return static_cast<std::uint32_t>(seconds{time}.count()); };
    (void)day.actions.add({0, CalendarAction::tariff, 1});
    (void)day.actions.add({at(2h), CalendarAction::disconnect, disconnects});
    (void)day.actions.add({at(5h), CalendarAction::disconnect, reconnects});
    (void)day.actions.add({at(7h), CalendarAction::tariff, 2});
    return calendar;
}

// Midnight of a winter day in Central Europe.
constexpr UtcTime midnight = sys_days{2026y / 1 / 10} - 1h;

void live_idle(world::LivedMeter& lived, minutes duration) {
    Interval interval;
    interval.duration_us = 300'000'000;
    for (minutes past{0}; past < duration; past += 5min) lived.meter().advance(interval);
}

void follow(world::LivedMeter& lived, const Calendar& calendar) {
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    ASSERT_EQ(lived.meter().account(&Accounting::activate_calendar), std::nullopt);
}

const Run off{disconnect_script_table, disconnects};
const Run on{disconnect_script_table, reconnects};

TEST(CalendarScript, RunsAtItsTimeAndOnce) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    Runs runs;
    lived.meter().connect(into(runs));
    EXPECT_EQ(runs, Runs{on});  // yesterday's last one holds
    live_idle(lived, 1h + 55min);
    EXPECT_EQ(runs, Runs{on});
    live_idle(lived, 5min);
    EXPECT_EQ(runs, (Runs{on, off}));
    live_idle(lived, 3h);
    EXPECT_EQ(runs, (Runs{on, off, on}));
    live_idle(lived, 20h);
    EXPECT_EQ(runs, (Runs{on, off, on}));
    EXPECT_EQ(lived.meter().accounting().tariff(), 1);
    live_idle(lived, 1h);
    EXPECT_EQ(runs, (Runs{on, off, on, off}));
}

TEST(CalendarScript, OfThoseThatAnOutageMissedOnlyTheLastOneIsRun) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    Runs runs;
    lived.meter().connect(into(runs));
    live_idle(lived, 1h);
    ASSERT_TRUE(lived.meter().save());
    lived.power_off(days{1} + 2h);  // over off, on and off again
    runs.clear();
    lived.meter().connect(into(runs));
    EXPECT_EQ(runs, Runs{off});
    // And what was run is not run again.
    ASSERT_TRUE(lived.meter().save());
    lived.power_off(10min);
    runs.clear();
    lived.meter().connect(into(runs));
    EXPECT_EQ(runs, Runs{});
}

// The power goes right behind the run, without notice: a hand that closed the relay meanwhile is not undone.
TEST(CalendarScript, IsNotRunAgainAfterACutWithoutNotice) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    Runs runs;
    lived.meter().connect(into(runs));
    live_idle(lived, 2h);
    ASSERT_EQ(runs, (Runs{on, off}));
    lived.power_off(30s);
    runs.clear();
    lived.meter().connect(into(runs));
    EXPECT_EQ(runs, Runs{});
}

TEST(CalendarScript, ASetClockFindsTheStateOfItsTime) {
    world::LivedMeter lived(sm120b2, midnight + 12h);
    follow(lived, night_off());
    Runs runs;
    lived.meter().connect(into(runs));
    EXPECT_EQ(runs, Runs{on});
    lived.meter().set_clock(midnight + 3h);
    EXPECT_EQ(runs, (Runs{on, off}));
    lived.meter().set_clock(midnight + 4h);
    EXPECT_EQ(runs, (Runs{on, off}));
    lived.meter().set_clock(midnight + days{1} + 6h);
    EXPECT_EQ(runs, (Runs{on, off, on}));
}

TEST(CalendarScript, OnlyAModelWhoseTariffTableSwitchesTakesThem) {
    EXPECT_EQ(check(night_off(), {}, sm120b2), CalendarFault::none);
    EXPECT_EQ(check(night_off(), {}, sed302), CalendarFault::unknown_script);
    Calendar unknown = night_off();
    unknown.days.items[0].actions.items[1].selector = 3;
    EXPECT_EQ(check(unknown, {}, sm120b2), CalendarFault::unknown_script);
}

}  // namespace
}  // namespace blathy::meter
