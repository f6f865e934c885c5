// Power quality: from the values of Intervals to the row in the log, the counters, the alarm, the push and the LED.
#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"
#include "meter/models/sm307.hpp"
#include "meter/supervision/voltage_quality.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using test::Bench;
using test::codes;
using test::healthy;
using test::live;
using test::rows;

using Codes = std::vector<int>;

Interval with_voltage(const Model& model, std::size_t phase, std::uint32_t voltage_mv) {
    Interval interval = healthy(model);
    interval.phase[phase].voltage_mv = voltage_mv;
    return interval;
}

Episode episode(const Meter& meter, Condition condition) {
    return meter.events().state().episodes[static_cast<std::size_t>(condition)];
}

TEST(VoltageQuality, AHealthySupplySaysNothing) {
    for (const Model* model : all_models()) {
        Bench bench(*model);
        live(bench.meter, healthy(*model), 10min);
        EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty()) << model->name;
        EXPECT_TRUE(bench.meter.events().now().none()) << model->name;
        EXPECT_FALSE(bench.meter.alarm_led()) << model->name;
    }
}

TEST(VoltageQuality, OvervoltageBeginsAt250AndEndsAt240) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 1, 250'000), 1min);
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
    live(bench.meter, with_voltage(sed302, 1, 251'000), 9s);
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
    live(bench.meter, with_voltage(sed302, 1, 251'000), 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{80});
    live(bench.meter, with_voltage(sed302, 1, 262'340), 20s);
    live(bench.meter, with_voltage(sed302, 1, 241'000), 60s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{80});
    live(bench.meter, with_voltage(sed302, 1, 239'900), 1s);
    const auto log = rows(bench.meter, EventLogId::quality);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[1].code, 86);
    EXPECT_EQ(log[1].magnitude, 2623U);
    EXPECT_EQ(log[1].duration_cs, 9100U);
    EXPECT_EQ(log[0].time, test::bench_time + 1min + 10s);
    const Episode last = episode(bench.meter, Condition::overvoltage_2);
    EXPECT_EQ(last.count, 1U);
    EXPECT_EQ(last.duration_cs, 9100U);
    EXPECT_EQ(last.magnitude, 2623U);
    EXPECT_EQ(last.began_s, seconds_of(test::bench_time + 1min));
}

TEST(VoltageQuality, UndervoltageHasItsThresholdTimeAndHysteresis) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 0, 183'900), 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{76});
    live(bench.meter, with_voltage(sed302, 0, 195'000), 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{76});
    live(bench.meter, with_voltage(sed302, 0, 195'500), 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{76, 85}));
    EXPECT_EQ(episode(bench.meter, Condition::undervoltage_1).magnitude, 1839U);
}

TEST(VoltageQuality, WhatComesAndGoesBeforeItsTimeIsNoEvent) {
    Bench bench(sed302);
    for (int i = 0; i < 20; ++i) {
        live(bench.meter, with_voltage(sed302, 0, 150'000), 9s);
        live(bench.meter, healthy(sed302), 1s);
    }
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
}

TEST(VoltageQuality, AMissingPhaseIsMissingThenLowThenNormal) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 2, 0), 3s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{84});
    EXPECT_EQ(bench.meter.events().alarms(1), 1U << 4);
    EXPECT_TRUE(bench.meter.alarm_led());
    live(bench.meter, with_voltage(sed302, 2, 150'000), 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{84, 78}));
    live(bench.meter, healthy(sed302), 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{84, 78, 87}));
    EXPECT_EQ(episode(bench.meter, Condition::voltage_missing_3).duration_cs, 400U);
    EXPECT_TRUE(bench.meter.events().now().none());
}

TEST(VoltageQuality, AnUndervoltageThatBecomesMissingHasOneCondition) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 0, 150'000), 20s);
    live(bench.meter, with_voltage(sed302, 0, 10'000), 3s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{76, 82}));
    EXPECT_EQ(bench.meter.events().now(), Conditions(Condition::voltage_missing_1));
    EXPECT_EQ(episode(bench.meter, Condition::undervoltage_1).duration_cs, 2300U);
}

TEST(VoltageQuality, AConditionGoesOnOverARestart) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 0, 150'000), 20s);
    ASSERT_TRUE(bench.meter.save());
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now() + 60s);
    live(again, with_voltage(sed302, 0, 150'000), 30s);
    EXPECT_EQ(codes(again, EventLogId::quality), Codes{76});
    live(again, healthy(sed302), 1s);
    EXPECT_EQ(codes(again, EventLogId::quality), (Codes{76, 85}));
    EXPECT_EQ(episode(again, Condition::undervoltage_1).duration_cs, 11100U);
}

TEST(VoltageQuality, TheSequenceOfPhasesCanBeReversed) {
    Bench bench(sed302);
    Interval interval = healthy(sed302);
    interval.phase_sequence_reversed = true;
    live(bench.meter, interval, 10s);
    live(bench.meter, healthy(sed302), 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{88, 221}));
    EXPECT_EQ(bench.meter.events().alarms(1), 1U << 11);
    Bench single(sm120b2);
    Interval of_one = healthy(sm120b2);
    of_one.phase_sequence_reversed = true;
    live(single.meter, of_one, 10min);
    EXPECT_TRUE(codes(single.meter, EventLogId::quality).empty());
}

// Without its neutral the star point of unequal loads moves: here L1 falls and the others rise.
Interval without_neutral(const Model& model) {
    Interval interval = healthy(model);
    interval.phase[0].voltage_mv = 150'000;
    interval.phase[1].voltage_mv = 280'000;
    interval.phase[1].voltage_angle_mdeg = 134'000;
    interval.phase[2].voltage_mv = 280'000;
    interval.phase[2].voltage_angle_mdeg = 226'000;
    return interval;
}

TEST(VoltageQuality, ANeutralIsMissingWhenTheStarPointMovesAndNoCurrentReturns) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched = Condition::neutral;
    ASSERT_TRUE(bench.meter.supervise(settings));
    live(bench.meter, without_neutral(sed302), 2s);
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
    live(bench.meter, without_neutral(sed302), 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{89});
    EXPECT_EQ(bench.meter.events().alarms(1), 1U << 8);
    // The same voltages with a current in the neutral are the network's own fault.
    Interval with_current = without_neutral(sed302);
    with_current.neutral_current_ua = 5'000'000;
    live(bench.meter, with_current, 3s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{89, 220}));
}

// Behind a relay that has opened, or at night, the voltages are those of any network.
TEST(VoltageQuality, AMissingNeutralIsMissingUntilALoadShowsIt) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched = Condition::neutral;
    ASSERT_TRUE(bench.meter.supervise(settings));
    live(bench.meter, without_neutral(sed302), 3s);
    live(bench.meter, healthy(sed302), 1h);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{89});
    Interval loaded = healthy(sed302);
    loaded.phase[1].current_ua = loaded.neutral_current_ua = 1'000'000;
    live(bench.meter, loaded, 2s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{89});
    live(bench.meter, loaded, 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{89, 220}));
}

// A load that is much greater than the others draws the star point to its own phase, which has no voltage then.
TEST(VoltageQuality, AMissingNeutralMayLeaveAPhaseWithoutVoltage) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched = Condition::neutral;
    ASSERT_TRUE(bench.meter.supervise(settings));
    Interval interval = with_voltage(sed302, 0, 5'000);
    interval.phase[1].voltage_mv = interval.phase[2].voltage_mv = 395'000;
    interval.phase[1].voltage_angle_mdeg = 0;
    interval.phase[2].voltage_angle_mdeg = 60'000;
    live(bench.meter, interval, 3s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{89});
}

TEST(VoltageQuality, APhaseThatIsMissingIsNotTakenForAMissingNeutral) {
    Bench bench(sed302);
    live(bench.meter, with_voltage(sed302, 0, 0), 5min);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{82});
}

TEST(VoltageQuality, UnbalanceIsOfTheMean) {
    Interval interval = healthy(sed302);
    EXPECT_EQ(voltage_unbalance(sed302, interval), 0U);
    interval.phase[0].voltage_mv = 170'000;
    EXPECT_EQ(voltage_unbalance(sed302, interval), 190U);  // 40 V of 210 V
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched = Condition::unbalance;
    ASSERT_TRUE(bench.meter.supervise(settings));
    live(bench.meter, interval, 1min);
    live(bench.meter, healthy(sed302), 1min);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{90, 218}));
}

TEST(VoltageQuality, AReversedCurrentIsToldByPhase) {
    Bench bench(sed302);
    Interval interval = healthy(sed302);
    interval.phase[2].active_power_mw = -100'000;
    live(bench.meter, interval, 59s);
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
    live(bench.meter, interval, 1s);
    live(bench.meter, healthy(sed302), 60s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{91, 219}));
    EXPECT_EQ(rows(bench.meter, EventLogId::quality)[0].detail, 3);
    EXPECT_EQ(bench.meter.events().alarms(1), 1U << 10);
    EXPECT_EQ(episode(bench.meter, Condition::reversal_3).count, 1U);
}

TEST(VoltageQuality, AnOvercurrentHasItsTimeAndAHysteresis) {
    Bench bench(sm306);
    Interval interval = healthy(sm306);
    interval.phase[0].current_ua = 12'100'000;
    live(bench.meter, interval, 10s);
    interval.phase[0].current_ua = 11'900'000;
    live(bench.meter, interval, 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{222});
    EXPECT_EQ(rows(bench.meter, EventLogId::quality)[0].magnitude, 121U);
    interval.phase[0].current_ua = 11'000'000;
    live(bench.meter, interval, 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{222, 225}));
}

TEST(VoltageQuality, DipsSwellsAndInterruptionsComeFromTheHalfCycles) {
    Bench bench(sed302);
    bench.meter.take(VoltageEvent{VoltageEventKind::dip, 0b110, 0, 40'000, {0, 120'040, 180'000}});
    bench.meter.take(VoltageEvent{VoltageEventKind::swell, 0b101, 0, 500'000, {270'000, 0, 255'000}});
    bench.meter.take(VoltageEvent{VoltageEventKind::interruption, 0b111, 0, 2'000'000, {2'000, 1'000, 2'000}});
    const auto log = rows(bench.meter, EventLogId::quality);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{93, 94, 213, 215, 216}));
    ASSERT_EQ(log.size(), 5U);
    EXPECT_EQ(log[0].magnitude, 1200U);
    EXPECT_EQ(log[1].magnitude, 1800U);
    EXPECT_EQ(log[3].magnitude, 2550U);
    EXPECT_EQ(log[4].magnitude, 10U);
    for (const std::size_t i : {0U, 1U}) EXPECT_EQ(log[i].duration_cs, 4U);
    EXPECT_EQ(bench.meter.events().alarms(1), 1U << 16 | 1U << 15 | 1U << 14);
}

TEST(VoltageQuality, WhatIsNotWatchedIsNoEvent) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched.set(Condition::overvoltage_1, false);
    ASSERT_TRUE(bench.meter.supervise(settings));
    Interval interval = with_voltage(sed302, 0, 300'000);
    interval.phase[1].voltage_mv = 300'000;
    live(bench.meter, interval, 30s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), Codes{80});
}

TEST(VoltageQuality, SettingsAreKeptAndThoseOutOfOrderRefused) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.undervoltage_restore = settings.overvoltage;
    EXPECT_FALSE(bench.meter.supervise(settings));
    settings = bench.meter.supervision().settings();
    settings.overvoltage = 2600;
    settings.overvoltage_time_s = 3601;
    EXPECT_FALSE(bench.meter.supervise(settings));
    settings.overvoltage_time_s = 60;
    ASSERT_TRUE(bench.meter.supervise(settings));
    EXPECT_EQ(codes(bench.meter, EventLogId::fraud), Codes{47});
    bench.store.mount();
    const Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now());
    EXPECT_EQ(again.supervision().settings(), settings);
}

TEST(VoltageQuality, FactorySettingsOfEveryModelAreInOrder) {
    for (const Model* model : all_models()) {
        EXPECT_TRUE(valid(factory_supervision_settings(*model))) << model->name;
    }
    const SupervisionSettings settings = factory_supervision_settings(sed302);
    EXPECT_EQ(settings.overvoltage, 2500);
    EXPECT_EQ(settings.overvoltage_restore, 2400);
}

}  // namespace
}  // namespace blathy::meter
