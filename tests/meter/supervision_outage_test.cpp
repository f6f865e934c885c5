// Outages: of all phases and of one, short and long; the battery keeps the clock; the last gasp; what was due
// meanwhile.
#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sm120b2.hpp"

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

Failures failures(const Meter& meter, std::size_t kind) {
    return meter.events().state().failures[kind];
}

TEST(Outage, IsCountedAndTimedOverARestart) {
    Bench bench(sed302);
    live(bench.meter, healthy(sed302), 10s);
    (void)bench.meter.mains_lost();
    EXPECT_EQ(codes(bench.meter, EventLogId::standard), Codes{1});
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, test::bench_time + 10s + 100s);
    EXPECT_EQ(codes(again, EventLogId::standard), (Codes{1, 2}));
    live(again, healthy(sed302), 2s);
    for (std::size_t kind = 0; kind < Failures::kinds; ++kind) {
        EXPECT_EQ(failures(again, kind).count, 1U) << kind;
        EXPECT_EQ(failures(again, kind).long_count, 0U) << kind;
        EXPECT_EQ(failures(again, kind).time_s, seconds_of(test::bench_time + 10s)) << kind;
    }
    EXPECT_TRUE(codes(again, EventLogId::power_failure).empty());
    EXPECT_EQ(again.events().state().battery_used_s, 100U);
}

TEST(Outage, ThatIsLongIsInTheLogOfPowerFailures) {
    Bench bench(sed302);
    live(bench.meter, healthy(sed302), 10s);
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(181s);
    bench.meter.mains_returned();
    live(bench.meter, healthy(sed302), 2s);
    for (std::size_t kind = 0; kind < Failures::kinds; ++kind) {
        EXPECT_EQ(failures(bench.meter, kind).long_count, 1U) << kind;
        EXPECT_EQ(failures(bench.meter, kind).last_long_s, 181U) << kind;
    }
    const auto log = rows(bench.meter, EventLogId::power_failure);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].duration_cs, 18'100U);
    EXPECT_EQ(codes(bench.meter, EventLogId::standard), (Codes{1, 2}));
    EXPECT_EQ(bench.meter.events().alarms(1) & 3U, 3U);
}

TEST(Outage, OfOnePhaseIsNoneOfAll) {
    Bench bench(sed302);
    Interval interval = healthy(sed302);
    interval.phase[1].voltage_mv = 0;
    live(bench.meter, healthy(sed302), 10s);
    live(bench.meter, interval, 200s);
    live(bench.meter, healthy(sed302), 1s);
    EXPECT_EQ(failures(bench.meter, Failures::all).count, 0U);
    EXPECT_EQ(failures(bench.meter, 1).count, 0U);
    EXPECT_EQ(failures(bench.meter, 2).long_count, 1U);
    EXPECT_EQ(failures(bench.meter, 2).last_long_s, 200U);
    EXPECT_EQ(failures(bench.meter, Failures::any).last_long_s, 200U);
}

// L2 fails a minute before the others and is back a minute after them.
TEST(Outage, OfAPhaseGoesOnOverThatOfAll) {
    Bench bench(sed302);
    Interval without_l2 = healthy(sed302);
    without_l2.phase[1].voltage_mv = 0;
    live(bench.meter, healthy(sed302), 10s);
    live(bench.meter, without_l2, 60s);
    (void)bench.meter.mains_lost();
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now() + 100s);
    live(again, without_l2, 60s);
    live(again, healthy(sed302), 1s);
    EXPECT_EQ(failures(again, Failures::all).count, 1U);
    EXPECT_EQ(failures(again, Failures::all).long_count, 0U);
    EXPECT_EQ(failures(again, 1).long_count, 0U);
    EXPECT_EQ(failures(again, 2).last_long_s, 220U);
    EXPECT_EQ(failures(again, Failures::any).last_long_s, 220U);
    EXPECT_EQ(failures(again, Failures::any).count, 1U);
}

TEST(Outage, HasACodeForEachPhaseInTheOtherList) {
    Bench bench(sm120b2);
    live(bench.meter, healthy(sm120b2), 10s);
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(60s);
    live(bench.meter, healthy(sm120b2), 2s);
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(600s);
    live(bench.meter, healthy(sm120b2), 2s);
    EXPECT_EQ(codes(bench.meter, EventLogId::quality), (Codes{228, 90, 229, 95}));
}

TEST(Outage, WithoutNoticeIsKnownFromTheLastSave) {
    Bench bench(sed302);
    live(bench.meter, healthy(sed302), 10s);
    ASSERT_TRUE(bench.meter.save());
    bench.store.mount();
    Meter again(sed302, bench.meter.identity(), {}, bench.store, bench.meter.clock().now() + 1h);
    live(again, healthy(sed302), 1s);
    EXPECT_EQ(codes(again, EventLogId::standard), Codes{2});
    EXPECT_EQ(failures(again, Failures::all).last_long_s, 3600U);
}

TEST(Outage, TheThresholdOfALongOneCanBeSet) {
    Bench bench(sed302);
    SupervisionSettings settings = bench.meter.supervision().settings();
    settings.long_failure_s = 30;
    ASSERT_TRUE(bench.meter.supervise(settings));
    live(bench.meter, healthy(sed302), 10s);
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(31s);
    live(bench.meter, healthy(sed302), 1s);
    EXPECT_EQ(failures(bench.meter, Failures::all).long_count, 1U);
}

// Within the first Interval after power up, whatever was due has been done, at its own time.
TEST(Outage, WhatWasDueMeanwhileIsMadeUpWhenPowerIsBack) {
    for (const bool restarts : {false, true}) {
        Bench bench(sed302);
        live(bench.meter, healthy(sed302), 10s);
        const UtcTime back = test::bench_time + 3 * 24h;
        (void)bench.meter.mains_lost();
        std::optional<Meter> again;
        if (restarts) {
            bench.store.mount();
            again.emplace(sed302, bench.meter.identity(), Configuration{}, bench.store, back);
        } else {
            bench.meter.advance_on_battery(duration_cast<microseconds>(back - bench.meter.clock().now()));
            bench.meter.mains_returned();
        }
        Meter& meter = restarts ? *again : bench.meter;
        live(meter, healthy(sed302, 200ms), 200ms);
        const RowLog& daily = meter.accounting().log(ProfileId::daily);
        EXPECT_EQ(daily.end() - daily.first(), 3U);
        EXPECT_EQ(meter.clock().now(), back + 200ms);
        EXPECT_TRUE(meter.powered());
    }
}

TEST(Outage, NothingIsMeasuredOnBattery) {
    Bench bench(sed302);
    Interval interval = healthy(sed302);
    interval.phase[0].active_energy_mj = 1'000'000;
    live(bench.meter, interval, 10s);
    (void)bench.meter.mains_lost();
    const auto energy = bench.meter.energy().total;
    bench.meter.advance_on_battery(10h);
    bench.meter.mains_returned();
    EXPECT_EQ(bench.meter.energy().total, energy);
    EXPECT_TRUE(codes(bench.meter, EventLogId::quality).empty());
}

TEST(LastGasp, IsPushedByModelsThatHaveOne) {
    std::array<std::uint8_t, 4096> room{};
    for (const Model* model : all_models()) {
        Bench bench(*model);
        PushSettings settings = load_push_settings(bench.store, PushSetup::power_down);
        settings.transport = PushTransport::udp;
        (void)settings.destination.add('h');
        ASSERT_TRUE(keep_push_settings(bench.store, PushSetup::power_down, settings));
        Inputs inputs;
        inputs.supercapacitor_mv = 5'000;
        bench.meter.set_inputs(inputs);
        live(bench.meter, healthy(*model), 10s);
        (void)bench.meter.mains_lost();
        const auto delivery = bench.meter.outbox().next(bench.meter, room);
        EXPECT_EQ(delivery.has_value(), model->ports.last_gasp) << model->name;
        if (!delivery) continue;
        EXPECT_EQ(delivery->transport, PushTransport::udp);
        bench.meter.outbox().report(bench.meter, delivery->entry, false);
        inputs.supercapacitor_mv = 2'000;
        bench.meter.set_inputs(inputs);
        bench.meter.advance_on_battery(5min);
        EXPECT_FALSE(bench.meter.outbox().next(bench.meter, room)) << model->name;
        // When the power is back nobody needs to hear that it is gone.
        bench.meter.mains_returned();
        live(bench.meter, healthy(*model, 10s), 1h);
        EXPECT_FALSE(bench.meter.outbox().next(bench.meter, room)) << model->name;
    }
}

TEST(Clock, ThatNobodyKnowsIsAnEvent) {
    Bench bench(sed302, 1, {}, std::nullopt);
    EXPECT_EQ(codes(bench.meter, EventLogId::standard), Codes{6});
    EXPECT_TRUE(rows(bench.meter, EventLogId::standard)[0].time_invalid);
    EXPECT_EQ(bench.meter.events().alarms(0), 1U);
    EXPECT_EQ(bench.meter.events().errors(), error_clock_invalid);
    ASSERT_TRUE(bench.meter.clear_errors(0));
    EXPECT_EQ(bench.meter.events().errors(), error_clock_invalid);
    bench.meter.set_clock(test::bench_time);
    ASSERT_TRUE(bench.meter.clear_errors(0));
    EXPECT_EQ(bench.meter.events().errors(), 0U);
}

TEST(Clock, ThatIsSetHasBothTimesInTheLog) {
    Bench bench(sed302);
    bench.meter.set_clock(test::bench_time + 2h);
    const auto log = rows(bench.meter, EventLogId::standard);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[0].code, 4);
    EXPECT_EQ(log[0].time, test::bench_time);
    EXPECT_EQ(log[1].code, 5);
    EXPECT_EQ(log[1].time, test::bench_time + 2h);
}

TEST(Firmware, ThatIsAnotherThanBeforeIsAnEvent) {
    Bench bench(sed302);
    EXPECT_TRUE(codes(bench.meter, EventLogId::firmware).empty());
    EventState state = load_event_state(bench.store);
    ++state.firmware;
    ASSERT_TRUE(keep(bench.store, state));
    const Meter again(sed302, bench.meter.identity(), {}, bench.store, test::bench_time);
    EXPECT_EQ(codes(again, EventLogId::firmware), Codes{18});
}

TEST(Hook, IsToldOnceTheEventIsRecorded) {
    struct Owner {
        const Meter* meter = nullptr;
        std::vector<std::pair<EventKind, std::uint32_t>> told;
    } owner;
    test::MemoryFlash flash(256, 4096);
    Store store(flash);
    store.mount();
    const EventHook hook{[](void* context, const Event& event) {
                             auto& of = *static_cast<Owner*>(context);
                             of.told.emplace_back(event.kind, of.meter->events().count(EventLogId::fraud));
                         },
                         &owner};
    Meter meter(sed302, Identity(sed302, 1), {}, store, test::bench_time, hook);
    owner.meter = &meter;
    meter.tell(EventKind::replay, 1);
    ASSERT_EQ(owner.told.size(), 1U);
    EXPECT_EQ(owner.told[0], std::pair(EventKind::replay, 1U));
}

}  // namespace
}  // namespace blathy::meter
