// Relay control in a meter: every cause from what makes it to the contact and back, and what is told of it.
#include "meter/relay/relay_control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"

#include "tests/support/relay_bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::RelayBench;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = EventKind;

using enum ControlState;

TEST(RelayControl, IsConnectedWhenNewAndTellsNothing) {
    for (const Model* model : all_models()) {
        RelayBench bench(*model);
        bench.voltage_mv = model->nominal_voltage_mv;
        bench.pass(minutes{10});
        EXPECT_EQ(bench.state(), connected) << model->name;
        EXPECT_TRUE(bench.closed());
        EXPECT_THAT(bench.take_events(), IsEmpty());
        EXPECT_EQ(bench.relay().drive().operations(), RelayOperations{});
    }
}

TEST(RelayControl, ObeysAnOperator) {
    RelayBench bench;
    bench.current_ua = 5'000'000;
    bench.pass(seconds{1});
    const Clock& clock = bench.meter().clock();
    EXPECT_EQ(bench.relay().command(clock, RelayCause::remote, RelayScript::disconnect), Transition::done);
    EXPECT_EQ(bench.state(), disconnected);
    bench.pass(seconds{1});
    EXPECT_FALSE(bench.closed());
    EXPECT_EQ(bench.relay().drive().operations(), (RelayOperations{1, 0}));
    EXPECT_EQ(bench.relay().command(clock, RelayCause::remote, RelayScript::reconnect), Transition::done);
    bench.pass(seconds{1});
    EXPECT_TRUE(bench.closed());
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::remote_disconnection, Kind::remote_connection));
}

// The neutral is broken: unequal voltages while the loads are there, and the network's own once they are not.
TEST(RelayControl, ABrokenNeutralIsNotClosedOntoAgainAndAgain) {
    RelayBench bench;
    bench.current_ua = 5'000'000;
    bench.neutral_broken = true;
    bench.pass(minutes{30});
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::local_disconnection, Kind::ready_for_connection));
    EXPECT_TRUE(bench.meter().events().now().has(Condition::neutral));
    EXPECT_FALSE(bench.closed());
    // Over an outage too.
    bench.cut_power(hours{1});
    bench.pass(minutes{10});
    EXPECT_FALSE(bench.closed());
    EXPECT_EQ(bench.relay().manual_reconnect(bench.meter().clock()), Transition::done);
    bench.pass(minutes{10});
    EXPECT_THAT(bench.take_events(),
                ElementsAre(Kind::manual_connection, Kind::local_disconnection, Kind::ready_for_connection));
    bench.neutral_broken = false;
    const Clock& clock = bench.meter().clock();
    EXPECT_EQ(bench.relay().command(clock, RelayCause::remote, RelayScript::disconnect), Transition::done);
    EXPECT_EQ(bench.relay().command(clock, RelayCause::remote, RelayScript::reconnect), Transition::done);
    bench.pass(minutes{10});
    EXPECT_TRUE(bench.closed());
    EXPECT_FALSE(bench.meter().events().now().has(Condition::neutral));
    // And from now on as ever.
    bench.voltage_mv = 260'000;
    bench.pass(seconds{10});
    EXPECT_FALSE(bench.closed());
    bench.voltage_mv = 230'000;
    bench.pass(seconds{70});
    EXPECT_TRUE(bench.closed());
}

TEST(RelayControl, OpensAboveTheVoltageAndClosesWhenItIsRestored) {
    RelayBench bench;
    bench.voltage_mv = 250'000;
    bench.pass(minutes{1});
    EXPECT_EQ(bench.state(), connected);
    bench.voltage_mv = 250'100;
    bench.pass(seconds{4});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_FALSE(bench.closed());
    EXPECT_EQ(bench.relay().disconnector().causes(), RelayCauses(RelayCause::overvoltage));
    EXPECT_EQ(bench.events.back().detail, static_cast<std::int64_t>(RelayCause::overvoltage));
    bench.voltage_mv = 241'000;
    bench.pass(minutes{5});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.voltage_mv = 240'000;
    bench.pass(seconds{59});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), connected);
    EXPECT_TRUE(bench.closed());
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::local_disconnection, Kind::local_connection));
}

TEST(RelayControl, ActsAsAFuseThatAHandReplaces) {
    RelayBench bench(sm120b2);
    bench.current_ua = 121'000'000;
    bench.voltage_mv = 10'000;  // so that it is the current alone
    bench.pass(seconds{10});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_EQ(bench.relay().disconnector().causes(), RelayCauses(RelayCause::overcurrent));
    EXPECT_EQ(bench.relay().manual_reconnect(bench.meter().clock()), Transition::refused_by_state);
    bench.pass(seconds{60});
    EXPECT_TRUE(bench.relay().disconnector().waits_for_hand());
    bench.current_ua = 10'000'000;
    EXPECT_EQ(bench.relay().manual_reconnect(bench.meter().clock()), Transition::done);
    bench.pass(seconds{1});
    EXPECT_TRUE(bench.closed());
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::fuse_exceeded, Kind::local_disconnection, Kind::fuse_normal,
                                                 Kind::ready_for_connection, Kind::manual_connection));
}

TEST(RelayControl, LimitsThePowerAndTriesAgain) {
    RelayBench bench;
    bench.current_ua = 40'000'000;  // 27.6 kW
    bench.pass(seconds{59});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::limiter_exceeded, Kind::local_disconnection));
    bench.current_ua = 10'000'000;
    bench.pass(seconds{299});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), connected);
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::limiter_normal, Kind::local_connection));
}

TEST(RelayControl, HasALowerThresholdInAnEmergencyOfItsGroup) {
    for (const bool in_group : {true, false}) {
        RelayBench bench;
        LimiterSettings settings = factory_limiter_settings(bench.model, 0);
        settings.emergency = 10'000;  // 1 kW
        settings.profile.id = 7;
        const Clock& clock = bench.meter().clock();
        settings.profile.activation = clock.local_at(clock.now() + minutes{10});
        settings.profile.duration_s = 600;
        (void)settings.groups.add(3);
        if (in_group) (void)settings.groups.add(7);
        ASSERT_TRUE(bench.relay().configure(clock, 0, settings));
        bench.current_ua = 5'000'000;  // 3.45 kW
        bench.pass(minutes{10});
        EXPECT_EQ(bench.relay().limiter(0).emergency(), in_group);
        EXPECT_EQ(bench.relay().limiter(0).threshold(), in_group ? 10'000U : 220'000U);
        bench.pass(minutes{1});
        EXPECT_EQ(bench.state(), in_group ? ready_for_reconnection : connected);
        // It ends with its time, over an outage too.
        bench.cut_power(minutes{10});
        bench.pass(seconds{1});
        EXPECT_FALSE(bench.relay().limiter(0).emergency());
        bench.pass(minutes{6});
        EXPECT_EQ(bench.state(), connected);
    }
}

TEST(RelayControl, DisconnectsAboveAMaximumDemandWhenToldTo) {
    RelayBench bench(sm120b2);
    LimiterSettings settings = factory_limiter_settings(bench.model, 1);
    settings.normal = 20'000;  // 2 kW
    settings.when_over = RelayScript::disconnect;
    ASSERT_TRUE(bench.relay().configure(bench.meter().clock(), 1, settings));
    ASSERT_TRUE(bench.meter().account(&Accounting::set_demand, DemandSettings{900, 1}));
    bench.current_ua = 10'000'000;  // 2.3 kW
    bench.pass(minutes{14}, seconds{10});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(minutes{1} + seconds{10}, seconds{10});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_EQ(bench.relay().disconnector().causes(), RelayCauses(RelayCause::maximum_demand));
    bench.pass(minutes{15}, seconds{10});
    EXPECT_TRUE(bench.relay().disconnector().waits_for_hand());
}

TEST(RelayControl, LatchesATamperUntilItIsCleared) {
    RelayBench bench;
    bench.conditions.tamper = tamper_terminal_cover;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_EQ(bench.relay().tamper_latch(), tamper_terminal_cover);
    bench.conditions.tamper = 0;
    bench.pass(minutes{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.conditions.tamper = tamper_magnetic_field;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.relay().tamper_latch(), tamper_terminal_cover | tamper_magnetic_field);
    // The field is there still: it was seen once.
    bench.cut_power(minutes{1});
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_EQ(bench.relay().clear_tamper(bench.meter().clock()), Transition::done);
    bench.pass(minutes{1});
    EXPECT_EQ(bench.state(), connected);
    EXPECT_TRUE(bench.closed());
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::tamper_latch_cleared, Kind::local_connection));
    bench.cut_power();
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), connected);
    // Brought near again, it opens again.
    bench.conditions.tamper = 0;
    bench.pass(seconds{1});
    bench.conditions.tamper = tamper_magnetic_field;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
}

TEST(RelayControl, SeesATamperThatHappenedWithoutPower) {
    RelayBench bench;
    bench.pass(seconds{1});
    bench.conditions.tamper = tamper_meter_cover;
    bench.cut_power(hours{1});
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
}

// Seen on battery, with the meter going on when the mains are back or beginning anew.
TEST(RelayControl, OpensForATamperThatBeganAndEndedOnBattery) {
    for (const Model* model : {&sed102, &sed302}) {
        for (const std::uint8_t source : {tamper_meter_cover, tamper_terminal_cover, tamper_magnetic_field}) {
            for (const bool anew : {false, true}) {
                RelayBench bench(*model);
                bench.pass(seconds{1});
                bench.conditions.tamper = source;
                bench.pass_on_battery(seconds{5});
                bench.conditions.tamper = 0;
                bench.pass_on_battery(seconds{5});
                EXPECT_EQ(bench.state(), connected);
                EXPECT_THAT(bench.take_events(), IsEmpty()) << "nothing can be moved yet";
                if (anew) bench.cut_power(minutes{1});
                bench.pass(seconds{2});
                EXPECT_EQ(bench.state(), ready_for_reconnection);
                EXPECT_FALSE(bench.closed());
                EXPECT_EQ(bench.relay().tamper_latch(), source);
                EXPECT_THAT(bench.take_events(), ElementsAre(Kind::local_disconnection));
                EXPECT_EQ(bench.relay().clear_tamper(bench.meter().clock()), Transition::done);
                bench.cut_power();
                bench.pass(seconds{2});
                EXPECT_TRUE(bench.closed()) << "once for each tamper";
            }
        }
    }
}

TEST(RelayControl, ACoverThatWasOpenBeforeOpensItOnBatteryOnlyAnew) {
    RelayBench bench;
    bench.conditions.tamper = tamper_meter_cover;
    bench.pass(seconds{2});
    EXPECT_EQ(bench.relay().clear_tamper(bench.meter().clock()), Transition::done);
    bench.pass_on_battery(seconds{5});
    bench.pass(seconds{2});
    EXPECT_EQ(bench.state(), connected);
    bench.conditions.tamper = 0;
    bench.pass_on_battery(seconds{5});
    bench.pass(seconds{2});
    EXPECT_EQ(bench.state(), connected);
    bench.conditions.tamper = tamper_meter_cover;
    bench.pass(seconds{2});
    EXPECT_EQ(bench.relay().clear_tamper(bench.meter().clock()), Transition::done);
    for (const std::uint8_t open : {std::uint8_t{0}, std::uint8_t{tamper_meter_cover}}) {
        bench.conditions.tamper = open;
        bench.pass_on_battery(seconds{5});
    }
    bench.pass(seconds{2});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
}

TEST(RelayControl, ATamperOnBatteryCanBeClearedBeforeTheMainsAreBack) {
    RelayBench bench;
    bench.pass(seconds{1});
    bench.conditions.tamper = tamper_meter_cover;
    bench.pass_on_battery(seconds{5});
    EXPECT_EQ(bench.relay().clear_tamper(bench.meter().clock()), Transition::done);
    bench.conditions.tamper = 0;
    bench.pass_on_battery(seconds{5});
    bench.pass(seconds{2});
    EXPECT_EQ(bench.state(), connected);
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::tamper_latch_cleared));
}

TEST(RelayControl, KnowsOnlyTheTampersThatAreEnabled) {
    RelayBench bench;
    RelaySettings settings = factory_relay_settings(bench.model);
    settings.enabled_tampers = tamper_meter_cover;
    ASSERT_TRUE(bench.relay().configure(bench.meter().clock(), settings));
    bench.conditions.tamper = tamper_terminal_cover | tamper_magnetic_field;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), connected);
    bench.conditions.tamper = tamper_sources;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    EXPECT_EQ(bench.relay().tamper_latch(), tamper_meter_cover);
}

TEST(RelayControl, OpensWithoutCreditAndClosesWithIt) {
    RelayBench bench;
    bench.conditions.credit_exhausted = true;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.cut_power(minutes{1});
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
    bench.conditions.credit_exhausted = false;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), connected);
}

TEST(RelayControl, RunsTheScriptsOfTheCalendar) {
    RelayBench bench(sm120b2);
    const auto run = [&](RelayScript script) {
        bench.relay().run_script(bench.meter().clock(), RelayCause::tariff, script);
        bench.pass(seconds{1});
    };
    run(RelayScript::disconnect);
    EXPECT_EQ(bench.state(), disconnected);
    EXPECT_EQ(bench.relay().disconnector().causes(), RelayCauses(RelayCause::tariff));
    bench.cut_power(minutes{1});
    EXPECT_EQ(bench.state(), disconnected);
    // Who has an operator's word needs no calendar.
    ASSERT_EQ(bench.relay().command(bench.meter().clock(), RelayCause::remote, RelayScript::reconnect),
              Transition::done);
    run(RelayScript::reconnect);
    EXPECT_EQ(bench.state(), connected);
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::remote_connection));
}

TEST(RelayControl, HasOnlyTheCausesOfItsModel) {
    RelayBench bench(sm306);
    bench.conditions = {tamper_sources, true};
    bench.relay().run_script(bench.meter().clock(), RelayCause::tariff, RelayScript::disconnect);
    bench.voltage_mv = 400'000;
    bench.current_ua = 200'000'000;
    bench.pass(minutes{10});
    EXPECT_EQ(bench.state(), connected);
    EXPECT_EQ(bench.relay().command(bench.meter().clock(), RelayCause::remote, RelayScript::disconnect),
              Transition::done);
    bench.pass(minutes{1});
    EXPECT_FALSE(bench.closed());
    EXPECT_FALSE(bench.relay().drive().failed());
}

TEST(RelayControl, CanHaveACauseDisabledWhileItStands) {
    RelayBench bench;
    bench.voltage_mv = 260'000;
    bench.pass(seconds{5});
    ASSERT_EQ(bench.state(), ready_for_reconnection);
    RelaySettings settings = factory_relay_settings(bench.model);
    settings.enabled.remove(RelayCause::overvoltage);
    ASSERT_TRUE(bench.relay().configure(bench.meter().clock(), settings));
    EXPECT_EQ(bench.state(), connected);
    bench.pass(minutes{5});
    EXPECT_EQ(bench.state(), connected);
    ASSERT_TRUE(bench.relay().configure(bench.meter().clock(), factory_relay_settings(bench.model)));
    bench.pass(seconds{5});
    EXPECT_EQ(bench.state(), ready_for_reconnection);
}

RelaySchedules night_off() {
    RelaySchedules schedules;
    schedules[0].script = RelayScript::disconnect;
    (void)schedules[0].schedule.executions.add({{23, 0, 0, 0}, {}});
    schedules[1].script = RelayScript::reconnect;
    (void)schedules[1].schedule.executions.add({{6, 0, 0, 0}, {}});
    return schedules;
}

TEST(RelayControl, FollowsItsSchedules) {
    RelayBench bench;  // at 14:00
    ASSERT_TRUE(bench.relay().set_schedules(bench.meter().clock(), night_off()));
    bench.pass(hours{9} - minutes{1}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(minutes{2}, seconds{60});
    EXPECT_EQ(bench.state(), disconnected);
    bench.pass(hours{7} - minutes{2}, seconds{60});
    EXPECT_EQ(bench.state(), disconnected);
    bench.pass(minutes{2}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
}

TEST(RelayControl, MakesUpForSchedulesThatWereDueWithoutPower) {
    for (const bool over_the_morning : {false, true}) {
        RelayBench bench;
        ASSERT_TRUE(bench.relay().set_schedules(bench.meter().clock(), night_off()));
        bench.pass(seconds{1});
        bench.cut_power(over_the_morning ? hours{17} : hours{10});
        bench.pass(seconds{1});
        EXPECT_EQ(bench.state(), over_the_morning ? connected : disconnected);
        // Once is enough.
        ASSERT_TRUE(over_the_morning || bench.relay().command(bench.meter().clock(), RelayCause::remote,
                                                              RelayScript::reconnect) == Transition::done);
        bench.cut_power();
        bench.pass(seconds{1});
        EXPECT_EQ(bench.state(), connected);
    }
}

TEST(RelayControl, DoesNotRepeatASchedule) {
    RelayBench bench;
    ASSERT_TRUE(bench.relay().set_schedules(bench.meter().clock(), night_off()));
    bench.pass(hours{9} + minutes{1}, seconds{60});
    ASSERT_EQ(bench.relay().command(bench.meter().clock(), RelayCause::remote, RelayScript::reconnect),
              Transition::done);
    bench.meter().set_clock(bench.meter().clock().now() - minutes{30});
    bench.pass(hours{1}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
}

TEST(RelayControl, FollowsNoScheduleWithoutKnowingTheTime) {
    RelayBench bench(sed302, nullptr, std::nullopt);
    ASSERT_TRUE(bench.relay().set_schedules(bench.meter().clock(), night_off()));
    bench.pass(hours{48}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
    bench.meter().set_clock(test::bench_time);
    bench.pass(hours{8}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(hours{2}, seconds{60});
    EXPECT_EQ(bench.state(), disconnected);
}

TEST(RelayControl, FollowsAScheduleThatDaylightSavingSkips) {
    // Local clocks go from 02:00 to 03:00.
    RelayBench bench(sed302, nullptr, UtcTime{sys_days{2026y / 3 / 29}} + minutes{30});
    RelaySchedules schedules;
    schedules[0].script = RelayScript::disconnect;
    (void)schedules[0].schedule.executions.add({{2, 30, 0, 0}, {}});
    ASSERT_TRUE(bench.relay().set_schedules(bench.meter().clock(), schedules));
    bench.pass(minutes{29}, seconds{60});
    EXPECT_EQ(bench.state(), connected);
    bench.pass(minutes{2}, seconds{60});
    EXPECT_EQ(bench.state(), disconnected);
}

TEST(RelayControl, FindsAWeldedContact) {
    RelayBench bench;
    bench.current_ua = 20'000'000;
    bench.pass(seconds{1});
    bench.welded = true;
    ASSERT_EQ(bench.relay().command(bench.meter().clock(), RelayCause::remote, RelayScript::disconnect),
              Transition::done);
    bench.pass(minutes{1});
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::remote_disconnection, Kind::disconnector_failed));
    EXPECT_TRUE(bench.relay().drive().failed());
    EXPECT_TRUE(bench.relay().drive().closed());
    EXPECT_EQ(bench.state(), disconnected);
    bench.welded = false;
    bench.pass(minutes{11});
    EXPECT_FALSE(bench.relay().drive().failed());
    EXPECT_FALSE(bench.closed());
}

TEST(RelayControl, IsDrivenToItsStateAtPowerUp) {
    RelayBench bench;
    bench.welded = true;  // until the power fails: the pulse came too late
    ASSERT_EQ(bench.relay().command(bench.meter().clock(), RelayCause::remote, RelayScript::disconnect),
              Transition::done);
    bench.pass(seconds{1});
    ASSERT_TRUE(bench.closed());
    bench.welded = false;
    bench.cut_power(hours{1});
    bench.pass(seconds{1});
    EXPECT_EQ(bench.state(), disconnected);
    EXPECT_FALSE(bench.closed());
}

TEST(RelayControl, TakesLittleMemory) {
    RecordProperty("octets", static_cast<int>(sizeof(RelayControl)));
    EXPECT_LE(sizeof(RelayControl), 448U);
}

}  // namespace
}  // namespace blathy::meter
