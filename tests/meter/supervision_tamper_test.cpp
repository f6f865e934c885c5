// Tamper: from switch and current to the row in the log, alarm, push, LCD and LED; with the mains and on battery.
#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"
#include "meter/supervision/tamper.hpp"

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

struct Tamper {
    const char* name;
    void (*set)(Inputs&, bool);
    int began;
    int ended;
    std::optional<Annunciator> symbol;
};

const std::vector<Tamper> tampers = {
    {"terminal cover", [](Inputs& of, bool on) { of.terminal_cover_open = on; }, 40, 41, Annunciator::cover_open},
    {"meter cover", [](Inputs& of, bool on) { of.meter_cover_open = on; }, 44, 45, Annunciator::cover_open},
    {"magnet", [](Inputs& of, bool on) { of.magnetic_field = on; }, 42, 43, Annunciator::magnetic_field},
    {"module cover 1", [](Inputs& of, bool on) { of.module_cover_open[0] = on; }, 240, 241, Annunciator::cover_open},
    {"module cover 2", [](Inputs& of, bool on) { of.module_cover_open[1] = on; }, 242, 243, Annunciator::cover_open},
};

void set_destination(Meter& meter, PushSetup setup) {
    PushSettings settings = load_push_settings(meter.store(), setup);
    for (const char letter : std::string_view("192.0.2.7:4059")) {
        (void)settings.destination.add(static_cast<std::uint8_t>(letter));
    }
    ASSERT_TRUE(keep_push_settings(meter.store(), setup, settings));
}

bool pushes(Meter& meter) {
    std::array<std::uint8_t, 4096> room{};
    return meter.outbox().next(meter, room).has_value();
}

// From the cause to everything that shows it, for every model that has it: all of them.
TEST(TamperInputs, AreLoggedCountedShownAndPushed) {
    for (const Model* model : all_models()) {
        for (const Tamper& tamper : tampers) {
            SCOPED_TRACE(std::string(model->name) + " " + tamper.name);
            Bench bench(*model);
            Meter& meter = bench.meter;
            set_destination(meter, PushSetup::alarm);
            live(meter, healthy(*model), 10s);
            EXPECT_FALSE(meter.lcd().test(*tamper.symbol));
            EXPECT_FALSE(meter.alarm_led());
            Inputs inputs;
            tamper.set(inputs, true);
            meter.set_inputs(inputs);
            live(meter, healthy(*model, 200ms), 800ms);
            EXPECT_TRUE(codes(meter, EventLogId::fraud).empty());
            EXPECT_FALSE(pushes(meter));
            live(meter, healthy(*model, 200ms), 200ms);
            EXPECT_EQ(codes(meter, EventLogId::fraud), Codes{tamper.began});
            EXPECT_EQ(meter.events().alarms(0), 1U << 13);
            EXPECT_EQ(meter.events().descriptor(0), 1U << 13);
            EXPECT_TRUE(meter.lcd().test(*tamper.symbol));
            EXPECT_TRUE(meter.lcd().test(Annunciator::alarm));
            EXPECT_TRUE(meter.alarm_led());
            EXPECT_TRUE(pushes(meter));
            ASSERT_TRUE(meter.acknowledge_alarms(0, 0));
            EXPECT_TRUE(meter.alarm_led());  // it lasts
            meter.set_inputs({});
            live(meter, healthy(*model), 1s);
            EXPECT_EQ(codes(meter, EventLogId::fraud), (Codes{tamper.began, tamper.ended}));
            EXPECT_FALSE(meter.lcd().test(*tamper.symbol));
            EXPECT_FALSE(meter.alarm_led());
            ASSERT_TRUE(meter.clear_alarms(0, 0));
            EXPECT_EQ(meter.events().alarms(0), 0U);
        }
    }
}

TEST(TamperInputs, AreFoundOnBatteryToo) {
    for (const Tamper& tamper : tampers) {
        SCOPED_TRACE(tamper.name);
        Bench bench(sed302);
        Meter& meter = bench.meter;
        live(meter, healthy(sed302), 10s);
        (void)meter.mains_lost();
        meter.advance_on_battery(1h);
        Inputs inputs;
        tamper.set(inputs, true);
        meter.set_inputs(inputs);
        meter.advance_on_battery(1s);
        EXPECT_EQ(codes(meter, EventLogId::fraud), Codes{tamper.began});
        EXPECT_EQ(rows(meter, EventLogId::fraud)[0].time, test::bench_time + 10s + 1h + 1s);
        meter.set_inputs({});
        meter.advance_on_battery(1s);
        EXPECT_EQ(codes(meter, EventLogId::fraud), (Codes{tamper.began, tamper.ended}));
    }
}

TEST(TamperInputs, ACoverThatIsOpenBeforeAndAfterIsToldOnce) {
    Bench bench(sed302);
    Inputs inputs;
    inputs.meter_cover_open = true;
    bench.meter.set_inputs(inputs);
    live(bench.meter, healthy(sed302), 10s);
    (void)bench.meter.mains_lost();
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now() + 60s);
    again.set_inputs(inputs);
    live(again, healthy(sed302), 10s);
    EXPECT_EQ(codes(again, EventLogId::fraud), Codes{44});
    EXPECT_TRUE(again.alarm_led());
}

TEST(TamperInputs, ChatterIsNoEventAndEachCanBeSwitchedOff) {
    Bench bench(sed302);
    Inputs open;
    open.terminal_cover_open = true;
    open.meter_cover_open = true;
    for (int i = 0; i < 100; ++i) {
        bench.meter.set_inputs(i % 2 == 0 ? open : Inputs{});
        live(bench.meter, healthy(sed302, 200ms), 400ms);
    }
    EXPECT_TRUE(codes(bench.meter, EventLogId::fraud).empty());
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.watched.set(Condition::terminal_cover, false);
    ASSERT_TRUE(bench.meter.supervise(settings));
    bench.meter.set_inputs(open);
    live(bench.meter, healthy(sed302), 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::fraud), (Codes{47, 44}));
}

TEST(TamperInputs, BitsWhoseCauseLastsStayInTheRegister) {
    Bench bench(sed302);
    Inputs open;
    open.terminal_cover_open = true;
    bench.meter.set_inputs(open);
    live(bench.meter, healthy(sed302), 10s);
    ASSERT_TRUE(bench.meter.clear_alarms(0, 0));
    EXPECT_EQ(bench.meter.events().alarms(0), 1U << 13);
    EXPECT_EQ(codes(bench.meter, EventLogId::standard), Codes{11});
}

Interval loaded(const Model& model, std::uint32_t current_ua) {
    Interval interval = healthy(model);
    interval.phase[0].current_ua = current_ua;
    return interval;
}

TEST(Bypass, OfASinglePhaseIsTheDifferenceToTheNeutral) {
    Bench bench(sm120b2);
    Interval interval = loaded(sm120b2, 5'000'000);
    interval.neutral_current_ua = 5'400'000;
    live(bench.meter, interval, 1min);
    EXPECT_TRUE(codes(bench.meter, EventLogId::fraud).empty());
    interval.neutral_current_ua = 10'000'000;
    live(bench.meter, interval, 9s);
    EXPECT_TRUE(codes(bench.meter, EventLogId::fraud).empty());
    live(bench.meter, interval, 1s);
    EXPECT_EQ(codes(bench.meter, EventLogId::fraud), Codes{52});
    EXPECT_EQ(bench.meter.events().alarms(0), 1U << 13);
    interval.neutral_current_ua = 5'000'000;
    live(bench.meter, interval, 10s);
    EXPECT_EQ(codes(bench.meter, EventLogId::fraud), (Codes{52, 53}));
}

TEST(Bypass, OfThreePhasesIsOfTheSumAsVectors) {
    Interval interval = healthy(sed302);
    for (auto& phase : interval.phase) phase.current_ua = 20'000'000;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));  // they cancel
    interval.phase[0].current_ua = 10'000'000;
    EXPECT_TRUE(shows_bypass(sed302, interval, 100));  // half of L1 is led around
    interval.neutral_current_ua = 10'000'000;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    // Each 60 degrees behind its voltage it is the same.
    for (auto& phase : interval.phase) phase.current_angle_mdeg = 60'000;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
}

// A current whose phase has lost its voltage has no direction any more: what the neutral carries with it can be right.
TEST(Bypass, ACurrentWithoutVoltageMayHaveAnyDirection) {
    Interval interval = healthy(sed302);
    for (auto& phase : interval.phase) phase.current_ua = 5'000'000;
    interval.phase[0].voltage_mv = 0;
    interval.phase[2].voltage_angle_mdeg = 120'000;  // of L2, the first that has voltage
    interval.phase[1].voltage_angle_mdeg = 0;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    interval.neutral_current_ua = 5'000'000;  // as if L1 carried nothing
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    interval.neutral_current_ua = 12'000'000;  // more than all of them together could make
    EXPECT_TRUE(shows_bypass(sed302, interval, 100));
    // And less: 5 A, of the two that are left, are not made up for by 2 A.
    interval.phase[0].current_ua = 2'000'000;
    interval.neutral_current_ua = 2'000'000;
    EXPECT_TRUE(shows_bypass(sed302, interval, 100));
    interval.neutral_current_ua = 3'000'000;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    for (auto& phase : interval.phase) phase.voltage_mv = 0, phase.voltage_angle_mdeg = 0;
    interval.neutral_current_ua = 0;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    interval.phase[1].current_ua = 9'000'000;  // longer than the others together
    EXPECT_TRUE(shows_bypass(sed302, interval, 100));
}

// Third harmonics of power supplies return through the neutral, where nothing of them cancels.
TEST(Bypass, HarmonicsInTheNeutralAreNone) {
    Interval interval = healthy(sed302);
    for (auto& phase : interval.phase) phase.current_ua = 10'000'000, phase.current_distortion = 6000;
    interval.neutral_current_ua = 17'000'000;
    EXPECT_FALSE(shows_bypass(sed302, interval, 100));
    for (auto& phase : interval.phase) phase.current_distortion = 0;
    EXPECT_TRUE(shows_bypass(sed302, interval, 100));
}

TEST(Bypass, SmallCurrentsAreNotCompared) {
    Interval interval = loaded(sm120b2, 10'000);
    interval.neutral_current_ua = 200'000;
    EXPECT_FALSE(shows_bypass(sm120b2, interval, 100));
    interval.neutral_current_ua = 260'000;
    EXPECT_TRUE(shows_bypass(sm120b2, interval, 100));
}

TEST(Bypass, IsWatchedWhereTheNeutralIsMeasured) {
    EXPECT_FALSE(conditions_of(sed102).has(Condition::bypass));
    EXPECT_TRUE(factory_supervision_settings(sed302).watched.has(Condition::bypass));
    EXPECT_FALSE(factory_supervision_settings(sm306).watched.has(Condition::bypass));
    EXPECT_TRUE(conditions_of(sm306).has(Condition::bypass));
}

TEST(Battery, IsLowAfterAMinuteAndReplacedWithANewOne) {
    Bench bench(sed302);
    Meter& meter = bench.meter;
    Inputs inputs;
    inputs.battery_mv = 2'900;
    meter.set_inputs(inputs);
    live(meter, healthy(sed302), 59s);
    EXPECT_TRUE(codes(meter, EventLogId::standard).empty());
    live(meter, healthy(sed302), 1s);
    EXPECT_EQ(codes(meter, EventLogId::standard), Codes{8});
    EXPECT_EQ(meter.events().alarms(0), 1U << 1);
    EXPECT_EQ(meter.events().errors(), error_battery);
    EXPECT_TRUE(meter.lcd().test(Annunciator::battery_low));
    inputs.battery_mv = 3'100;  // it became warm
    meter.set_inputs(inputs);
    live(meter, healthy(sed302), 5min);
    EXPECT_EQ(codes(meter, EventLogId::standard), Codes{8});
    inputs.battery_mv = 3'600;
    meter.set_inputs(inputs);
    live(meter, healthy(sed302), 1min);
    EXPECT_EQ(codes(meter, EventLogId::standard), (Codes{8, 232}));
    EXPECT_FALSE(meter.lcd().test(Annunciator::battery_low));
    EXPECT_EQ(meter.events().state().battery_since_s, seconds_of(meter.clock().now()));
    inputs.battery_present = false;
    meter.set_inputs(inputs);
    live(meter, healthy(sed302), 1min);
    EXPECT_EQ(codes(meter, EventLogId::standard), (Codes{8, 232, 8}));
}

// The bay of the modules tells of them; that nothing else senses them says nothing.
TEST(ModulesOfTheMeter, AreToldWhenTheyComeAndGo) {
    Bench bench(sed302);
    bench.meter.tell(EventKind::module_inserted, 1);
    bench.meter.tell(EventKind::module_inserted, 2);
    live(bench.meter, healthy(sed302), 1min);
    EXPECT_EQ(bench.meter.events().now(), Condition::module_1 | Condition::module_2);
    bench.meter.tell(EventKind::module_removed, 1);
    EXPECT_EQ(codes(bench.meter, EventLogId::communication), (Codes{245, 247, 244}));
    EXPECT_EQ(bench.meter.events().now(), Conditions(Condition::module_2));
}

TEST(UnauthorisedCommunication, IsCountedAndRaisesTheFraudAlarm) {
    Bench bench(sed302);
    bench.meter.tell(EventKind::wrong_password, 2);
    bench.meter.tell(EventKind::replay, 2);
    EXPECT_EQ(codes(bench.meter, EventLogId::fraud), (Codes{46, 50}));
    EXPECT_EQ(bench.meter.events().alarms(0), 1U << 13);
    EXPECT_TRUE(bench.meter.alarm_led());
    const auto state = bench.meter.events().state();
    EXPECT_EQ(state.episodes[static_cast<std::size_t>(Condition::communication)].count, 2U);
}

// Until a client has acknowledged it an alarm is pushed again, every hour.
TEST(Alarms, ArePushedUntilTheyAreAcknowledged) {
    Bench bench(sed302);
    Meter& meter = bench.meter;
    set_destination(meter, PushSetup::alarm);
    std::array<std::uint8_t, 4096> room{};
    const auto delivered = [&] {
        const auto delivery = meter.outbox().next(meter, room);
        if (delivery) meter.outbox().report(meter, delivery->entry, true);
        return delivery.has_value();
    };
    meter.tell(EventKind::replay, 2);
    EXPECT_TRUE(delivered());
    EXPECT_FALSE(delivered());
    live(meter, healthy(sed302, 10s), 59min + 50s);
    EXPECT_FALSE(delivered());
    live(meter, healthy(sed302, 10s), 10s);
    EXPECT_TRUE(delivered());
    ASSERT_TRUE(meter.acknowledge_alarms(0, 0));
    live(meter, healthy(sed302, 10s), 3h);
    EXPECT_FALSE(delivered());
}

TEST(Alarms, WaitOverAnOutage) {
    Bench bench(sed302);
    set_destination(bench.meter, PushSetup::alarm);
    bench.meter.tell(EventKind::replay, 2);
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now() + 60s);
    EXPECT_TRUE(pushes(again));
}

TEST(Alarms, APushThatFailsForGoodIsAnEvent) {
    Bench bench(sed302);
    Meter& meter = bench.meter;
    set_destination(meter, PushSetup::alarm);
    meter.tell(EventKind::replay, 2);
    std::array<std::uint8_t, 4096> room{};
    for (int attempt = 0; attempt < 4; ++attempt) {
        const auto delivery = meter.outbox().next(meter, room);
        ASSERT_TRUE(delivery) << attempt;
        meter.outbox().report(meter, delivery->entry, false);
        live(meter, healthy(sed302, 10s), 5min);
    }
    EXPECT_EQ(codes(meter, EventLogId::communication), Codes{250});
}

}  // namespace
}  // namespace blathy::meter
