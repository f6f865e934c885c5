#include "world/site.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"

namespace blathy::world {
namespace {

using meter::sed302;

double volts(std::int32_t count) {
    return count * 500.0 / 0x1p23;
}
double amperes(std::int32_t count) {
    return count * 200.0 / 0x1p23;
}

TEST(Site, SamplesAreTheSinusoidsThatWereAsked) {
    Site site(sed302);
    site.set_load(1, {.current_a = 10, .power_factor = 0.5});
    for (int n = 0; n < 10'000; ++n) {
        const meter::Samples samples = site.next();
        const double angle = 2 * std::numbers::pi * n / 80;
        const double third = 2 * std::numbers::pi / 3;
        ASSERT_NEAR(volts(samples.voltage[0]), 230 * std::numbers::sqrt2 * std::sin(angle), 1e-4);
        ASSERT_NEAR(volts(samples.voltage[2]), 230 * std::numbers::sqrt2 * std::sin(angle - 2 * third), 1e-4);
        ASSERT_NEAR(amperes(samples.current[1]), 10 * std::numbers::sqrt2 * std::sin(angle - third - third / 2), 1e-4);
        ASSERT_EQ(samples.current[0], 0);
        ASSERT_NEAR(samples.neutral_current, samples.current[1], 1);
    }
}

TEST(Site, TruthIsTheClosedForm) {
    Site site(sed302);
    Mains mains = site.mains();
    mains.harmonics = {{.order = 5, .ratio = 0.1}};
    site.set_mains(mains);
    site.set_loads({.current_a = 50, .harmonics = {{.order = 5, .ratio = 0.4}}});
    const Truth truth = site.truth();
    // The fifth-harmonic test of IEC 62053-21: total power 1.04 times that of the fundamental.
    EXPECT_NEAR(truth.phase[0].active_w, 1.04 * 230 * 50, 1e-6);
    EXPECT_NEAR(truth.phase[0].voltage_v, 230 * std::sqrt(1.01), 1e-9);
    EXPECT_NEAR(truth.phase[0].current_a, 50 * std::sqrt(1.16), 1e-9);
    EXPECT_NEAR(truth.phase[0].reactive_var, 0, 1e-9);
    EXPECT_NEAR(truth.phase[2].voltage_lag_degrees, 240, 1e-9);
    EXPECT_NEAR(truth.neutral_current_a, 0, 1e-9);  // the fifth is a negative sequence, it closes among the phases
    site.set_loads({.current_a = 50, .harmonics = {{.order = 3, .ratio = 0.4}}});
    EXPECT_NEAR(site.truth().neutral_current_a, 3 * 20, 1e-9);  // the third meets itself in the neutral
}

TEST(Site, HalfWaveLoadIsHalfOfASine) {
    Site site(sed302);
    site.set_load(0, {.current_a = 50 / std::numbers::sqrt2, .harmonics = half_wave(40)});
    for (int n = 0; n < 160; ++n) {
        const double sine = std::sin(2 * std::numbers::pi * n / 80);
        EXPECT_NEAR(amperes(site.next().current[0]), 100 * std::fmax(0, sine), 1.0) << n;
    }
}

TEST(Site, QuadrantsFollowTheLoad) {
    Site site(sed302);
    const auto powers = [&site](bool inductive, bool exporting) {
        site.set_load(0, {.current_a = 10, .power_factor = 0.8, .inductive = inductive, .exporting = exporting});
        const PhaseTruth phase = site.truth().phase[0];
        return std::pair{std::lround(phase.active_w), std::lround(phase.reactive_var)};
    };
    EXPECT_EQ(powers(true, false), (std::pair{1840L, 1380L}));
    EXPECT_EQ(powers(true, true), (std::pair{-1840L, 1380L}));
    EXPECT_EQ(powers(false, true), (std::pair{-1840L, -1380L}));
    EXPECT_EQ(powers(false, false), (std::pair{1840L, -1380L}));
}

TEST(Site, PhaseRunsOnThroughAChange) {
    Site changed(sed302);
    Site steady(sed302);
    for (int n = 0; n < 777; ++n) EXPECT_EQ(changed.next().voltage, steady.next().voltage);
    changed.set_loads({.current_a = 1});
    Mains mains = changed.mains();
    mains.voltage_v[2] = 0;
    changed.set_mains(mains);
    for (int n = 0; n < 777; ++n) {
        const meter::Samples a = changed.next();
        const meter::Samples b = steady.next();
        EXPECT_NEAR(a.voltage[0], b.voltage[0], 1);
        EXPECT_EQ(a.voltage[2], 0);
    }
}

TEST(Site, ABypassTakesCurrentFromThePhaseButNotFromTheNeutral) {
    Site site(sed302);
    site.set_load(0, {.current_a = 10});
    site.set_bypass(0, 0.75);
    EXPECT_NEAR(site.truth().phase[0].current_a, 2.5, 1e-9);
    EXPECT_NEAR(site.truth().phase[0].active_w, 575, 1e-9);
    EXPECT_NEAR(site.truth().neutral_current_a, 10, 1e-9);
}

// Down to 0.6 Un, the lowest voltage of the SED302, a load draws what was asked; below it falls with the voltage.
TEST(Site, APhaseWithoutVoltageFeedsNoLoad) {
    for (const bool neutral : {true, false}) {
        Site site(sed302);
        site.set_neutral(neutral);
        site.set_loads({.current_a = 10});
        Mains mains = site.mains();
        mains.voltage_v = {0, 138, 69};
        site.set_mains(mains);
        const Truth truth = site.truth();
        EXPECT_EQ(truth.phase[0].current_a, 0);
        if (!neutral) continue;  // the star point moves, and the currents of the others with it
        EXPECT_NEAR(truth.phase[1].current_a, 10, 1e-9);
        EXPECT_NEAR(truth.phase[2].current_a, 5, 1e-9);
        EXPECT_NEAR(truth.neutral_current_a, std::sqrt(75), 1e-9);
    }
}

TEST(Site, AHouseholdIsDarkWithoutVoltageAndGoesOnWithIt) {
    Site site(sed302);
    site.start_household(Household(7), 19 * 3600);
    const Mains full = site.mains();
    const double before_a = site.truth().phase[0].current_a;
    ASSERT_GT(before_a, 0.5);
    Mains dark = full;
    dark.voltage_v.fill(0);
    site.set_mains(dark);
    for (int n = 0; n < 8000; ++n) (void)site.next();
    EXPECT_EQ(site.truth().phase[0].current_a, 0);
    EXPECT_EQ(site.truth().neutral_current_a, 0);
    site.set_mains(full);
    for (int n = 0; n < 8000; ++n) (void)site.next();
    EXPECT_NEAR(site.truth().phase[0].current_a, before_a, 0.2);
}

TEST(Site, AConverterClips) {
    Site site(sed302);
    site.set_load(0, {.current_a = 1000});
    std::int32_t highest = 0;
    std::int32_t lowest = 0;
    for (int n = 0; n < 80; ++n) {
        const std::int32_t count = site.next().current[0];
        highest = std::max(highest, count);
        lowest = std::min(lowest, count);
    }
    EXPECT_EQ(highest, 0x7f'ffff);
    EXPECT_EQ(lowest, -0x80'0000);
}

TEST(Site, TheSameSeedGivesTheSameSamples) {
    const AnalogFrontEnd front_end = AnalogFrontEnd::manufacture(sed302, 7);
    Site a(sed302, front_end);
    Site b(sed302, front_end);
    Site other(sed302, AnalogFrontEnd::manufacture(sed302, 8));
    int same = 0;
    for (int n = 0; n < 1000; ++n) {
        const meter::Samples sample = a.next();
        EXPECT_EQ(sample.current, b.next().current);
        same += sample.current == other.next().current ? 1 : 0;
    }
    EXPECT_EQ(same, 0);
}

TEST(Site, NoiseHasTheDeclaredSize) {
    AnalogFrontEnd front_end;
    front_end.current[0].noise = 1e-5;
    Site site(sed302, front_end);
    double squares = 0;
    double sum = 0;
    constexpr int samples = 100'000;
    for (int n = 0; n < samples; ++n) {
        const double count = site.next().current[0];
        squares += count * count;
        sum += count;
    }
    EXPECT_NEAR(std::sqrt(squares / samples) / 0x1p23, 1e-5, 1e-7);
    EXPECT_NEAR(sum / samples / 0x1p23, 0, 1.5e-7);
}

TEST(Site, ASlowCrystalSeesAFastMains) {
    Site site(sed302, {}, {.offset_ppm = -100});
    meter::Metrology metrology(sed302, {});
    for (int windows = 0; windows < 20; windows += metrology.push(site.next()) ? 1 : 0) {
    }
    EXPECT_EQ(metrology.interval().frequency_mhz, 50'005U);
}

TEST(Crystal, IsSlowInHeatAndInCold) {
    EXPECT_DOUBLE_EQ((Crystal{.offset_ppm = 3}).error_ppm(), 3);
    EXPECT_NEAR((Crystal{.temperature_c = 70}).error_ppm(), -68.85, 1e-9);
    EXPECT_NEAR((Crystal{.temperature_c = -40}).error_ppm(), -143.65, 1e-9);
}

}  // namespace
}  // namespace blathy::world
