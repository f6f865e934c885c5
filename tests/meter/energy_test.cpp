#include "meter/energy/energy.hpp"

#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/energy/pulse_output.hpp"

namespace blathy::meter {
namespace {

using enum EnergyRegister;

Interval interval_of(std::array<std::array<std::int64_t, 3>, 3> phases) {
    Interval interval;
    for (std::size_t i = 0; i < 3; ++i) {
        interval.phase[i].active_energy_mj = phases[i][0];
        interval.phase[i].reactive_energy_mvars = phases[i][1];
        interval.phase[i].apparent_energy_mvas = phases[i][2];
    }
    return interval;
}

// IEC 62053-23, annex A.
TEST(EnergySet, CountsEachQuadrantByItself) {
    EnergySet set;
    set.add(1, 2, 3);
    set.add(-10, 20, 30);
    set.add(-100, -200, 300);
    set.add(1000, -2000, 3000);
    EXPECT_EQ(set[active_import], 1001U);
    EXPECT_EQ(set[active_export], 110U);
    EXPECT_EQ(set[reactive_quadrant_1], 2U);
    EXPECT_EQ(set[reactive_quadrant_2], 20U);
    EXPECT_EQ(set[reactive_quadrant_3], 200U);
    EXPECT_EQ(set[reactive_quadrant_4], 2000U);
    EXPECT_EQ(set[apparent_import], 3003U);
    EXPECT_EQ(set[apparent_export], 330U);
    EXPECT_EQ(set.reactive_import(), 22U);
    EXPECT_EQ(set.reactive_export(), 2200U);
    EXPECT_EQ(set.active_absolute(), 1111U);
    EXPECT_EQ(set.active_net(), 891);
    EXPECT_EQ(set.reactive_absolute(), 2222U);
}

TEST(EnergySet, PureReactiveEnergyCountsOnTheImportSide) {
    EnergySet set;
    set.add(0, 5, 5);
    set.add(0, -7, 7);
    EXPECT_EQ(set[reactive_quadrant_1], 5U);
    EXPECT_EQ(set[reactive_quadrant_4], 7U);
    EXPECT_EQ(set[apparent_import], 12U);
    EXPECT_EQ(set.active_absolute(), 0U);
}

TEST(EnergySet, NetEnergyMayBeNegative) {
    EnergySet set;
    set.add(-5, 0, 5);
    EXPECT_EQ(set.active_net(), -5);
}

TEST(EnergySet, TakesTheExtremesOfItsType) {
    EnergySet set;
    set.add(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min(), 0);
    EXPECT_EQ(set[active_export], std::uint64_t{1} << 63U);
    EXPECT_EQ(set[reactive_quadrant_3], std::uint64_t{1} << 63U);
}

TEST(Energy, OfAllPhasesIsTheirSumIntervalByInterval) {
    Energy energy;
    energy.add(interval_of({{{100, 10, 101}, {-40, 5, 41}, {-10, -20, 23}}}));
    EXPECT_EQ(energy.total[active_import], 50U);
    EXPECT_EQ(energy.total[active_export], 0U);
    EXPECT_EQ(energy.total[reactive_quadrant_4], 5U);
    EXPECT_EQ(energy.total[apparent_import], 165U);
    EXPECT_EQ(energy.phase[0][active_import], 100U);
    EXPECT_EQ(energy.phase[1][active_export], 40U);
    EXPECT_EQ(energy.phase[1][reactive_quadrant_2], 5U);
    EXPECT_EQ(energy.phase[2][reactive_quadrant_3], 20U);
}

// A hundred years in quarters of an hour, at up to twice the greatest power of any model.
TEST(Energy, AHundredYearsOfRandomIntervalsLoseNothing) {
    std::mt19937_64 random(2026);
    std::uniform_int_distribution<std::int64_t> amount(-60'000'000'000, 60'000'000'000);
    Energy energy;
    std::array<std::array<__int128, energy_registers>, 4> sums{};
    const auto count = [&](std::size_t set, std::int64_t p, std::int64_t q, std::int64_t s) {
        const std::size_t quadrant = p >= 0 ? (q >= 0 ? 0 : 3) : (q >= 0 ? 1 : 2);
        sums[set][p >= 0 ? 0 : 1] += p >= 0 ? p : -p;
        sums[set][2 + quadrant] += q >= 0 ? q : -q;
        sums[set][p >= 0 ? 6 : 7] += s;
    };
    constexpr int quarters = 100 * 365 * 96;
    for (int i = 0; i < quarters; ++i) {
        std::array<std::array<std::int64_t, 3>, 3> phases{};
        std::array<std::int64_t, 3> total{};
        for (std::size_t p = 0; p < 3; ++p) {
            phases[p] = {amount(random), amount(random), std::abs(amount(random))};
            count(p + 1, phases[p][0], phases[p][1], phases[p][2]);
            for (std::size_t k = 0; k < 3; ++k) total[k] += phases[p][k];
        }
        count(0, total[0], total[1], total[2]);
        energy.add(interval_of(phases));
    }
    for (std::size_t r = 0; r < energy_registers; ++r) {
        EXPECT_TRUE(sums[0][r] == energy.total.raw()[r]) << r;
        for (std::size_t p = 0; p < 3; ++p) EXPECT_TRUE(sums[p + 1][r] == energy.phase[p].raw()[r]) << r;
    }
}

// PulsesOfConstant

void expect_instants(std::span<const std::uint32_t> instants, std::uint32_t duration_us) {
    std::uint32_t before = 0;
    for (const std::uint32_t instant : instants) {
        ASSERT_LE(before, instant);
        ASSERT_LE(instant, duration_us);
        before = instant;
    }
}

class PulsesOfConstant : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Constants, PulsesOfConstant, testing::Values(1000U, 10'000U, 3U, 6400U),
                         testing::PrintToStringParamName());

TEST_P(PulsesOfConstant, AMillionOfThemAreTheRegisterToOnePulse) {
    const std::uint32_t constant = GetParam();
    std::mt19937_64 random(constant);
    const __int128 kwh = 3'600'000'000;
    // Up to four pulses an Interval.
    std::uniform_int_distribution<std::uint64_t> growth(0, 4 * 3'600'000'000ULL / constant);
    PulseOutput output(constant, 0);
    std::uint64_t mj = 0;
    std::uint64_t pulses = 0;
    while (pulses < 1'000'000) {
        mj += growth(random);
        const auto instants = output.advance(mj, 200'000);
        pulses += instants.size();
        expect_instants(instants, 200'000);
        ASSERT_EQ(output.pulses(), pulses);
        ASSERT_TRUE(pulses * kwh <= static_cast<__int128>(mj) * constant);
        ASSERT_TRUE((pulses + 1) * kwh > static_cast<__int128>(mj) * constant);
    }
}

TEST(PulseOutput, StandsWhereTheAveragePowerPutsIt) {
    PulseOutput output(1000, 0);
    // A watt-hour is 3.6e6 mJ; 1.5 of it in a second, from half a watt-hour on.
    EXPECT_TRUE(output.advance(1'800'000, 1'000'000).empty());
    const auto instants = output.advance(7'200'000, 1'000'000);
    ASSERT_EQ(instants.size(), 2U);
    EXPECT_EQ(instants[0], 333'333U);
    EXPECT_EQ(instants[1], 1'000'000U);
}

TEST(PulseOutput, OwesNothingForWhatWasCountedBefore) {
    PulseOutput output(1000, 123'456'789'012'345);
    EXPECT_TRUE(output.advance(123'456'789'012'345, 1'000'000).empty());
    const std::uint64_t before = output.pulses();
    EXPECT_EQ(output.advance(123'456'789'012'345 + 3'600'000, 1'000'000).size(), 1U);
    EXPECT_EQ(output.pulses(), before + 1);
}

TEST(PulseOutput, WhatExceedsAnIntervalComesAtOnceInTheNext) {
    PulseOutput output(1000, 0);
    const std::uint64_t wh = 3'600'000;
    EXPECT_EQ(output.advance(40 * wh, 1'000'000).size(), max_pulses_per_interval);
    for (const std::size_t count : {max_pulses_per_interval, max_pulses_per_interval, std::size_t{4}, std::size_t{0}}) {
        const auto instants = output.advance(40 * wh, 1'000'000);
        ASSERT_EQ(instants.size(), count);
        for (const std::uint32_t instant : instants) EXPECT_EQ(instant, 0U);
    }
    EXPECT_EQ(output.pulses(), 40U);
}

TEST(PulseOutput, LongIntervalsOfMuchEnergyKeepTheirInstants) {
    PulseOutput output(1000, 0);
    const std::uint32_t duration_us = 3'600'000'000;
    const std::uint64_t wh = 3'600'000;
    const auto instants = output.advance(16'000'000 * wh, duration_us);
    ASSERT_EQ(instants.size(), max_pulses_per_interval);
    expect_instants(instants, duration_us);
    for (std::size_t i = 0; i < instants.size(); ++i) {
        const auto exact = static_cast<std::uint64_t>(i + 1) * duration_us / 16'000'000;
        EXPECT_NEAR(static_cast<double>(instants[i]), static_cast<double>(exact), 2.0);
    }
}

RC_GTEST_PROP(PulseOutputProperty, InstantsAreOrderedAndWithinTheInterval, (std::uint64_t start)) {
    start >>= 8U;  // 20 million GWh
    const auto constant = *rc::gen::inRange<std::uint32_t>(1, 100'000);
    PulseOutput output(constant, start);
    std::uint64_t mj = start;
    for (int i = 0; i < 20; ++i) {
        mj += *rc::gen::arbitrary<std::uint64_t>() >> *rc::gen::inRange(24, 60);
        const auto duration_us = *rc::gen::arbitrary<std::uint32_t>();
        std::uint32_t before = 0;
        for (const std::uint32_t instant : output.advance(mj, duration_us)) {
            RC_ASSERT(before <= instant);
            RC_ASSERT(instant <= duration_us);
            before = instant;
        }
    }
}

}  // namespace
}  // namespace blathy::meter
