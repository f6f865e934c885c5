// The clock of a meter whose crystal is no better than others, from cold to heat.
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/analog_front_end.hpp"
#include "world/factory_crystal.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;

constexpr UtcTime start = sys_days{year{2026} / 1 / 10};
constexpr milliseconds limit{500};  // a day

// A day at the crystal's temperature, which the meter's sensor sees as it does: how much the clock gains.
milliseconds gained_in_a_day(LivedMeter& lived, const Crystal& crystal, double seen_c) {
    meter::Inputs inputs;
    inputs.temperature_tenths = static_cast<std::int16_t>(std::lround(seen_c * 10));
    lived.set_inputs(inputs);
    const UtcTime before = lived.meter().clock().now();
    constexpr minutes step{15};
    double counted_us = 0;
    std::int64_t told_us = 0;
    for (minutes past{0}; past < days{1}; past += step) {
        counted_us += static_cast<double>(microseconds{step}.count()) * (1 + crystal.error_ppm() * 1e-6);
        meter::Interval interval;
        interval.duration_us = static_cast<std::uint32_t>(std::llround(counted_us) - told_us);
        told_us += interval.duration_us;
        lived.meter().advance(interval);
    }
    return lived.meter().clock().now() - before - days{1};
}

TEST(ClockDrift, IsWithinHalfASecondADayFromColdToHeat) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> sensor_error_k(-0.5, 0.5);
    milliseconds worst{0};
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Crystal crystal{.offset_ppm = AnalogFrontEnd::manufacture(meter::sed302, seed).crystal_ppm,
                        .temperature_c = reference_temperature_c};
        LivedMeter lived(meter::sed302, start);
        ASSERT_TRUE(lived.meter().calibrate_crystal(crystal_deviation_at_factory(crystal)));
        const double error_k = sensor_error_k(random);
        for (const double celsius : {-40.0, 25.0, 70.0}) {
            crystal.temperature_c = celsius;
            const milliseconds gained = gained_in_a_day(lived, crystal, celsius + error_k);
            EXPECT_LE(abs(gained), limit) << "meter " << seed << " at " << celsius;
            worst = std::max(worst, abs(gained));
        }
    }
    EXPECT_GT(worst, milliseconds{50});  // the sensors are not perfect
}

TEST(ClockDrift, IsMoreWithoutCalibrationOrTemperature) {
    LivedMeter lived(meter::sed302, start);
    EXPECT_GT(gained_in_a_day(lived, {.offset_ppm = 15}, 25), limit);
    EXPECT_LT(gained_in_a_day(lived, {.temperature_c = 70}, 25), -limit);
}

TEST(ClockDrift, TheCalibrationOutlivesAnOutage) {
    LivedMeter lived(meter::sed302, start);
    ASSERT_TRUE(lived.meter().calibrate_crystal(15'000));
    lived.power_off(hours{1});
    EXPECT_EQ(lived.meter().crystal().deviation_ppb(), 15'000);
    EXPECT_LE(abs(gained_in_a_day(lived, {.offset_ppm = 15}, 25)), milliseconds{2});
}

}  // namespace
}  // namespace blathy::world
