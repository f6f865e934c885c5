#include "world/factory_calibration.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"

namespace blathy::world {
namespace {

TEST(FactoryCalibration, OfAPerfectFrontEndIsNothing) {
    const meter::Calibration found = calibrate_at_factory(meter::sed302, {});
    for (const meter::PhaseCalibration& phase : found.phase) {
        EXPECT_NEAR(phase.voltage_gain_ppm, 0, 1);
        EXPECT_NEAR(phase.current_gain_ppm, 0, 2);
        EXPECT_NEAR(phase.current_delay_ns, 0, 20);
        EXPECT_NEAR(phase.active_offset_uw, 0, 1000);
        EXPECT_NEAR(phase.reactive_offset_uvar, 0, 1000);
        EXPECT_NEAR(phase.current_corner_uhz, 0, 300);
        EXPECT_EQ(phase.current_noise_ua, 0U);
    }
    EXPECT_NEAR(found.neutral_gain_ppm, 0, 2);
}

// What is found is what was made wrong, one fault at a time in each phase.
TEST(FactoryCalibration, FindsEachFault) {
    AnalogFrontEnd front_end;
    front_end.voltage[0].gain = 1.01;
    front_end.current[0].gain = 0.98;
    front_end.current[1].delay_s = -20e-6;  // the current comes early
    front_end.current[2].corner_hz = 50 * std::tan(0.1 * std::numbers::pi / 180);
    front_end.current[2].noise = 6e-6;
    front_end.neutral.gain = 1.04;
    const meter::Calibration found = calibrate_at_factory(meter::sed302, front_end);
    EXPECT_NEAR(found.phase[0].voltage_gain_ppm, 1e6 / 1.01 - 1e6, 2);
    EXPECT_NEAR(found.phase[0].current_gain_ppm, 1e6 / 0.98 - 1e6, 3);
    EXPECT_NEAR(found.phase[1].current_delay_ns, 20'000, 20);
    // A transformer's lead is told from an early sample.
    EXPECT_NEAR(found.phase[2].current_delay_ns, 0, 100);
    EXPECT_NEAR(found.phase[2].current_corner_uhz, 50e6 * std::tan(0.1 * std::numbers::pi / 180), 1000);
    EXPECT_NEAR(found.phase[1].current_corner_uhz, 0, 500);
    EXPECT_NEAR(found.phase[2].current_noise_ua, 6e-6 * 200e6, 30);
    EXPECT_NEAR(found.neutral_gain_ppm, 1e6 / 1.04 - 1e6, 3);
}

TEST(FactoryCalibration, FindsTheCrosstalk) {
    AnalogFrontEnd front_end;
    front_end.crosstalk[1] = 1e-6;
    const meter::Calibration found = calibrate_at_factory(meter::sm306, front_end);
    // 240 V of 500 V full scale, 1e-6 of that in a current of 20 A full scale: 9.6 uA at 240 V, 2304 uW. The gain,
    // found at twenty times the current, has already taken a twentieth of it. A register of 10 s tells 100 uW.
    EXPECT_NEAR(found.phase[1].active_offset_uw, 2304 * 0.95, 200);
    EXPECT_NEAR(found.phase[0].active_offset_uw, 0, 200);
}

// A core that bears d.c. leads by almost five degrees, over frequency as an inductance does.
TEST(FactoryCalibration, FindsTheCornerOfACoreThatBearsDc) {
    AnalogFrontEnd front_end;
    front_end.current[0].corner_hz = 4;
    front_end.current[0].delay_s = 15e-6;
    const meter::Calibration found = calibrate_at_factory(meter::sed302, front_end);
    EXPECT_NEAR(found.phase[0].current_corner_uhz, 4e6, 30e3);
    EXPECT_NEAR(found.phase[0].current_delay_ns, -15'000, 600);
}

TEST(FactoryCalibration, IsRepeatable) {
    const AnalogFrontEnd front_end = AnalogFrontEnd::manufacture(meter::sed302, 99);
    EXPECT_EQ(calibrate_at_factory(meter::sed302, front_end), calibrate_at_factory(meter::sed302, front_end));
}

}  // namespace
}  // namespace blathy::world
