// The electrical pulse outputs: every pulse of the register, 30 ms long and 30 ms apart, at the full load of each
// model.
#include "meter/energy/pulse_contact.hpp"

#include <random>

#include <gtest/gtest.h>

#include "meter/energy/pulse_count.hpp"
#include "meter/models/models.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t step_us = 1'000;

// What is wired to an output: looks at it every millisecond, as a port does, and counts.
class Counter {
  public:
    template <class Closed>
    void watch(std::uint32_t duration_us, Closed&& closed) {
        for (std::uint32_t at_us = 0; at_us < duration_us; at_us += step_us) {
            const bool now = closed(at_us);
            if (now == closed_) {
                ++for_ms_;
                continue;
            }
            if (now) {
                ++pulses;
                if (pulses > 1) shortest_pause_ms = std::min(shortest_pause_ms, for_ms_);
            } else {
                shortest_ms = std::min(shortest_ms, for_ms_);
                longest_ms = std::max(longest_ms, for_ms_);
            }
            closed_ = now;
            for_ms_ = 1;
        }
    }

    std::uint64_t pulses = 0;
    unsigned shortest_ms = 1'000'000;
    unsigned longest_ms = 0;
    unsigned shortest_pause_ms = 1'000'000;

  private:
    bool closed_ = false;
    unsigned for_ms_ = 0;
};

TEST(PulseContact, ClosesForThirtyMillisecondsAtThePlaceInTheInterval) {
    PulseContact contact;
    EXPECT_FALSE(contact.closed(0));
    // 500 pulses a kWh: one is 7,200,000 mJ. Half way through a fifth of a second.
    contact.advance(500, 0, 14'400'000 - 1, 200'000);
    ASSERT_EQ(contact.closings_us().size(), 1U);
    EXPECT_EQ(contact.closings_us()[0], 100'000U);
    EXPECT_FALSE(contact.closed(99'999));
    EXPECT_TRUE(contact.closed(100'000));
    EXPECT_TRUE(contact.closed(129'999));
    EXPECT_FALSE(contact.closed(130'000));
}

TEST(PulseContact, APulseGoesOnIntoTheNextInterval) {
    PulseContact contact;
    contact.advance(500, 0, 7'200'000, 100'000);  // due with the last microsecond
    EXPECT_TRUE(contact.closings_us().empty());
    contact.advance(500, 7'200'000, 7'200'000, 20'000);
    ASSERT_EQ(contact.closings_us().size(), 1U);
    EXPECT_EQ(contact.closings_us()[0], 0U);
    contact.advance(500, 7'200'000, 7'200'000, 20'000);
    EXPECT_TRUE(contact.closed(9'999));
    EXPECT_FALSE(contact.closed(10'000));
}

TEST(PulseContact, WhatComesTooSoonWaitsAndNoneIsLost) {
    PulseContact contact;
    Counter counter;
    contact.advance(500, 0, 20 * 7'200'000ULL, 200'000);
    const auto watch = [&] { counter.watch(200'000, [&](std::uint32_t at_us) { return contact.closed(at_us); }); };
    watch();
    EXPECT_EQ(contact.closings_us().size(), 4U);
    for (int i = 0; i < 10; ++i) {
        contact.advance(500, 20 * 7'200'000ULL, 20 * 7'200'000ULL, 200'000);
        watch();
    }
    EXPECT_EQ(counter.pulses, 20U);
    EXPECT_EQ(counter.shortest_ms, 30U);
    EXPECT_EQ(counter.longest_ms, 30U);
    EXPECT_EQ(counter.shortest_pause_ms, 30U);
}

// IEC 62053-31, and IEC 62053-21, 8.4: pulses agree with the register, at the greatest power that each model may see,
// on each of its networks, from Intervals as the metrology makes them.
TEST(PulseContact, OfEachModelAgreesWithItsRegisterAtFullLoad) {
    for (const Model* model : all_models()) {
        for (const Network& network : model->networks) {
            SCOPED_TRACE(std::string(model->name) + " " + std::string(network.name));
            test::Bench bench(*model);
            const std::uint64_t elements = network.two_elements ? 2 : model->phases;
            const std::uint64_t power_mw =
                elements * network.voltage_mv / 1000 * 12 / 10 * model->max_current_ma;  // 1.2 Un, Imax
            std::mt19937 random(7);
            std::uniform_int_distribution<std::uint32_t> window_us(182'000, 222'000);  // ten cycles, 55 to 45 Hz
            Counter active;
            Counter reactive;
            double lived_s = 0;
            for (int i = 0; i < 300; ++i) {
                Interval interval;
                interval.duration_us = window_us(random) / step_us * step_us;
                const auto energy_mj = static_cast<std::int64_t>(power_mw * interval.duration_us / 1'000'000);
                interval.phase[0].active_energy_mj = energy_mj;
                interval.phase[0].reactive_energy_mvars = energy_mj / 2;
                (void)bench.meter.advance(interval);
                active.watch(interval.duration_us, [&](auto at_us) { return bench.meter.active_output_closed(at_us); });
                reactive.watch(interval.duration_us,
                               [&](auto at_us) { return bench.meter.reactive_output_closed(at_us); });
                lived_s += interval.duration_us / 1e6;
            }
            const EnergySet& total = bench.meter.energy().total;
            const auto near = [](std::uint64_t pulses, std::uint64_t due) {
                return pulses <= due && pulses + 2 >= due;
            };
            EXPECT_PRED2(near, active.pulses, pulses_due(total.active_absolute(), model->output_constant));
            EXPECT_PRED2(near, reactive.pulses, pulses_due(total.reactive_absolute(), model->output_constant));
            EXPECT_GE(active.shortest_ms, 30U);
            EXPECT_LE(active.longest_ms, 30U);
            EXPECT_GE(active.shortest_pause_ms, 30U);
            EXPECT_GT(static_cast<double>(active.pulses) / lived_s, 1.0);
        }
    }
}

TEST(PulseContact, IsOpenWithoutMains) {
    test::Bench bench;
    Interval interval;
    interval.duration_us = 200'000;
    interval.phase[0].active_energy_mj = 14'400'000 - 1;
    (void)bench.meter.advance(interval);
    ASSERT_TRUE(bench.meter.active_output_closed(100'000));
    ASSERT_TRUE(bench.meter.mains_lost());
    EXPECT_FALSE(bench.meter.active_output_closed(100'000));
}

}  // namespace
}  // namespace blathy::meter
