// Scripts of other tables than that of the tariffs, which a day profile runs (SM120B2: the relay by the tariff table).
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/relay_bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr std::uint16_t disconnects = 1;
constexpr std::uint16_t reconnects = 2;

// What the calendar has done to the relay, as its log has it.
std::vector<int> relay_codes(world::LivedMeter& lived) {
    return test::codes(lived.meter(), EventLogId::disconnector);
}
constexpr int off = 64;  // local disconnection and connection, in the list of FID2
constexpr int on = 65;
using Codes = std::vector<int>;

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

TEST(CalendarScript, RunsAtItsTimeAndOnce) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    live_idle(lived, 1h + 55min);
    EXPECT_EQ(relay_codes(lived), Codes{}) << "yesterday's last one has closed what was closed";
    live_idle(lived, 5min);
    EXPECT_EQ(relay_codes(lived), Codes{off});
    EXPECT_EQ(lived.meter().relay().disconnector().causes(), RelayCauses(RelayCause::tariff));
    live_idle(lived, 3h);
    EXPECT_EQ(relay_codes(lived), (Codes{off, on}));
    EXPECT_TRUE(lived.meter().relay().wants_closed());
    live_idle(lived, 20h);
    EXPECT_EQ(relay_codes(lived), (Codes{off, on}));
    EXPECT_EQ(lived.meter().accounting().tariff(), 1);
    live_idle(lived, 1h);
    EXPECT_EQ(relay_codes(lived), (Codes{off, on, off}));
}

TEST(CalendarScript, OnceRunIsNotRunAgainWhoeverUndidIt) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    live_idle(lived, 3h);
    ASSERT_FALSE(lived.meter().relay().wants_closed());
    ASSERT_EQ(lived.meter().relay().command(lived.meter().clock(), RelayCause::remote, RelayScript::reconnect),
              Transition::done);
    live_idle(lived, 1h);
    EXPECT_TRUE(lived.meter().relay().wants_closed());
    lived.power_off(10min);
    live_idle(lived, 5min);
    EXPECT_TRUE(lived.meter().relay().wants_closed());
}

TEST(CalendarScript, OfThoseThatAnOutageMissedOnlyTheLastOneIsRun) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    live_idle(lived, 1h);
    lived.power_off(days{1} + 2h);  // over off, on and off again
    EXPECT_EQ(relay_codes(lived), Codes{off});
    lived.power_off(10min);
    EXPECT_EQ(relay_codes(lived), Codes{off});
    lived.power_off(3h);
    EXPECT_EQ(relay_codes(lived), (Codes{off, on}));
}

// The power goes before the registers are saved the next time.
TEST(CalendarScript, IsNotRunAgainAfterACutWithoutNotice) {
    world::LivedMeter lived(sm120b2, midnight);
    follow(lived, night_off());
    live_idle(lived, 2h);
    ASSERT_EQ(relay_codes(lived), Codes{off});
    ASSERT_EQ(lived.meter().relay().command(lived.meter().clock(), RelayCause::remote, RelayScript::reconnect),
              Transition::done);
    lived.power_off(30s);
    EXPECT_TRUE(lived.meter().relay().wants_closed());
}

TEST(CalendarScript, ASetClockFindsTheStateOfItsTime) {
    world::LivedMeter lived(sm120b2, midnight + 12h);
    follow(lived, night_off());
    EXPECT_EQ(relay_codes(lived), Codes{});
    lived.meter().set_clock(midnight + 3h);
    EXPECT_EQ(relay_codes(lived), Codes{off});
    lived.meter().set_clock(midnight + 4h);
    EXPECT_EQ(relay_codes(lived), Codes{off});
    lived.meter().set_clock(midnight + days{1} + 6h);
    EXPECT_EQ(relay_codes(lived), (Codes{off, on}));
}

TEST(CalendarScript, WhileNobodyKnowsTheTimeNoneIsRun) {
    test::Bench bench(sm120b2, 12345, {}, std::nullopt);
    ASSERT_TRUE(keep_passive_calendar(bench.meter.store(), night_off()));
    ASSERT_EQ(bench.meter.account(&Accounting::activate_calendar), std::nullopt);
    test::live(bench.meter, test::healthy(sm120b2, minutes{5}), days{1});
    EXPECT_TRUE(bench.meter.relay().wants_closed());
    bench.meter.set_clock(midnight + 3h);
    EXPECT_FALSE(bench.meter.relay().wants_closed());
}

// From the calendar on the wire to the contact, and the reason that a client reads.
TEST(CalendarScript, OfACalendarThatAClientWritesMovesTheContact) {
    test::RelayBench bench(sm120b2, nullptr, midnight + 1h);
    ASSERT_TRUE(bench.meter().security().provision_demo_keys());
    test::Client manager(bench.meter(), test::management_client_sap);
    ASSERT_TRUE(manager.open(test::management_password));
    const std::string calendar =
        "0014"
        "00000D0000FF";
    const auto action = [](std::string_view time, std::string_view table, std::string_view selector) {
        return "02030904" + std::string(time) + "0906" + std::string(table) + "12" + std::string(selector);
    };
    const std::string tariffs = "00000A0064FF";
    const std::string relay = "00000A006AFF";
    const auto set = [&](int attribute, const std::string& value) {
        return manager.ask("C101C1" + calendar + test::octet_hex(static_cast<std::size_t>(attribute)) + "00" + value);
    };
    ASSERT_EQ(set(6, "09026E31"), test::set_success);
    ASSERT_EQ(set(7,
                  "0101020309016"
                  "1090CFFFF0101FF00000000800000"
                  "090177"),
              test::set_success);
    ASSERT_EQ(set(8, "010102080901771101110111011101110111011101"), test::set_success);
    ASSERT_EQ(set(9,
                  "010102021101"
                  "0103" +
                      action("00000000", tariffs, "0001") + action("02000000", relay, "0001") +
                      action("05000000", relay, "0002")),
              test::set_success);
    ASSERT_EQ(manager.ask("C301C1" + calendar +
                          "01"
                          "010F00"),
              "C701C10000");
    const auto first_reason = [&] { return manager.value(1, dlms::Obis(0, 0, 96, 60, 1), 2); };
    const auto control_state = [&] { return manager.value(70, dlms::Obis(0, 0, 96, 3, 10), 3); };
    bench.pass(59min, 60s);
    EXPECT_TRUE(bench.closed());
    EXPECT_EQ(first_reason(), "11FF");
    bench.pass(2min, 60s);
    EXPECT_FALSE(bench.closed());
    EXPECT_EQ(first_reason(), "1108") << "the tariff";
    EXPECT_EQ(control_state(), "1600");
    bench.pass(3h, 60s);
    EXPECT_TRUE(bench.closed());
    EXPECT_EQ(first_reason(), "11FF");
    EXPECT_EQ(control_state(), "1601");
    EXPECT_EQ(test::codes(bench.meter(), EventLogId::disconnector), (Codes{off, on}));
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
