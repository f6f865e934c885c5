#include "meter/metrology/metrology.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"

#include "tests/support/metrology_trace.hpp"

namespace blathy::meter {
namespace {

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

// 230 V and `amperes` on every phase, converted by a perfect front end, at sample n.
Samples sinusoids(const Model& model, int n, double frequency_hz, double amperes, double lag_degrees = 0) {
    Samples samples;
    const double full = std::ldexp(1.0, model.adc_bits - 1);
    for (std::size_t k = 0; k < model.phases; ++k) {
        const double angle =
            2 * std::numbers::pi * (frequency_hz * n / model.sample_rate_hz - static_cast<double>(k) / 3);
        const double lag = lag_degrees * std::numbers::pi / 180;
        samples.voltage[k] = static_cast<std::int32_t>(
            std::lround(230e3 * std::numbers::sqrt2 * std::sin(angle) / model.full_scale_voltage_mv * full));
        samples.current[k] = static_cast<std::int32_t>(std::lround(
            amperes * 1e3 * std::numbers::sqrt2 * std::sin(angle - lag) / model.full_scale_current_ma * full));
    }
    return samples;
}

TEST(Metrology, AWindowIsTenCyclesOfTheMains) {
    Metrology metrology(sed302, {});
    for (const double frequency_hz : {50.0, 42.5, 57.5, 49.37}) {
        int windows = 0;
        for (int n = 0; windows < 8; ++n) windows += metrology.push(sinusoids(sed302, n, frequency_hz, 1)) ? 1 : 0;
        EXPECT_NEAR(metrology.interval().duration_us, 10e6 / frequency_hz, 30) << frequency_hz;
        EXPECT_NEAR(metrology.interval().frequency_mhz, frequency_hz * 1e3, 1) << frequency_hz;
    }
}

TEST(Metrology, WithoutVoltageWindowsHaveTheNominalLength) {
    Metrology metrology(sed302, {});
    int samples = 0;
    for (int windows = 0; windows < 10; ++samples) {
        if (!metrology.push({})) continue;
        ++windows;
        EXPECT_EQ(metrology.interval().duration_us, 200'000U);
        EXPECT_EQ(metrology.interval().frequency_mhz, 0U);
        EXPECT_EQ(metrology.interval().phase[0].voltage_mv, 0U);
        EXPECT_FALSE(metrology.interval().phase_sequence_reversed);
    }
    EXPECT_NEAR(samples, 8000, 1);
}

TEST(Metrology, DurationsAddUpToTheSamplesTaken) {
    Metrology metrology(sed302, {});
    std::uint64_t duration_us = 0;
    int samples = 0;
    for (int windows = 0; windows < 100; ++samples) {
        if (!metrology.push(sinusoids(sed302, samples, 49.37, 1))) continue;
        ++windows;
        duration_us += metrology.interval().duration_us;
    }
    // The last window ended inside the last sample.
    EXPECT_LE(duration_us, static_cast<std::uint64_t>(samples) * 250);
    EXPECT_GE(duration_us + 251, static_cast<std::uint64_t>(samples) * 250);
}

// Every sample counts: a current without any period, whose power is known sample by sample, is registered in full.
TEST(Metrology, RegistersTheSumOfAllProducts) {
    Metrology metrology(sed302, {});
    std::uint32_t random = 1;
    double truth_mj = 0;
    double last_mj = 0;
    std::int64_t registered_mj = 0;
    Samples delayed[3];
    for (int n = 0, windows = 0; windows < 300; ++n) {
        Samples samples = sinusoids(sed302, n, 50, 0);
        random = random * 1664525 + 1013904223;
        samples.current[0] = samples.voltage[0] / 8 + static_cast<std::int32_t>(random >> 12) - (1 << 19);
        if ((n / 777) % 3 == 0) samples.current[0] *= -1;
        delayed[n % 3] = samples;  // the metrology works two samples behind
        const Samples& now = delayed[(n + 1) % 3];
        last_mj = std::ldexp(static_cast<double>(now.voltage[0]) * now.current[0], -46) * 500e3 * 200 / 4000;
        truth_mj += last_mj;
        if (!metrology.push(samples)) continue;
        ++windows;
        registered_mj += metrology.interval().phase[0].active_energy_mj;
    }
    ASSERT_GT(std::abs(truth_mj), 1e7);
    // Windows are whole periods of a voltage without d.c. What is left is the share of the last sample that belongs to
    // the next window, and the first window, which begins with the two empty samples of the delay line.
    EXPECT_NEAR(static_cast<double>(registered_mj), truth_mj, std::abs(last_mj) + std::abs(truth_mj) * 5e-7);
}

TEST(Metrology, MillijoulesAreCarriedNotDropped) {
    // 20 mA give 0.92 J in a window; thousands of windows may not lose a share of a millijoule each.
    Metrology metrology(sed302, {});
    std::vector<Samples> period;
    for (int n = 0; n < 80; ++n) period.push_back(sinusoids(sed302, n, 50, 0.020123));
    std::int64_t energy_mj = 0;
    double truth_counts = 0;
    for (const Samples& s : period) truth_counts += static_cast<double>(s.voltage[0]) * s.current[0];
    const double watts = std::ldexp(truth_counts / 80, -46) * 500 * 200;
    int windows = 0;
    for (int n = 0; windows < 5000; ++n) {
        if (!metrology.push(period[static_cast<std::size_t>(n % 80)])) continue;
        ++windows;
        energy_mj += metrology.interval().phase[0].active_energy_mj;
    }
    EXPECT_NEAR(static_cast<double>(energy_mj), watts * 1000 * 0.2 * windows, 12);
}

TEST(Metrology, StartsAtTheStartingCurrentAndNotAtHalfOfItsThreshold) {
    for (const auto& [amperes, starts] : {std::pair{0.020, true}, std::pair{0.0095, false}}) {
        Metrology metrology(sed302, {});
        std::int64_t energy_mj = 0;
        for (int n = 0, windows = 0; windows < 100; ++n) {
            if (!metrology.push(sinusoids(sed302, n, 50, amperes))) continue;
            ++windows;
            energy_mj += metrology.interval().phase[1].active_energy_mj;
        }
        if (starts) {
            EXPECT_NEAR(static_cast<double>(energy_mj), 4600.0 * 20, 4600 * 0.01);  // from the first second on
        } else {
            EXPECT_EQ(energy_mj, 0);
            EXPECT_EQ(metrology.interval().phase[1].active_power_mw, 0);
        }
    }
}

TEST(Metrology, CalibrationScalesDelaysAndOffsets) {
    Calibration calibration;
    calibration.phase[0].voltage_gain_ppm = 10'000;
    calibration.phase[1].current_gain_ppm = -20'000;
    calibration.phase[2].current_delay_ns = 277'778;  // 5 degrees at 50 Hz
    Metrology metrology(sed302, calibration);
    for (int n = 0, windows = 0; windows < 10; ++n) windows += metrology.push(sinusoids(sed302, n, 50, 10)) ? 1 : 0;
    const auto& phase = metrology.interval().phase;
    EXPECT_NEAR(phase[0].voltage_mv, 232'300, 1);
    EXPECT_NEAR(phase[1].current_ua, 9'800'000, 10);
    EXPECT_NEAR(phase[2].current_angle_mdeg, 5'000, 1);
    EXPECT_NEAR(static_cast<double>(phase[0].active_power_mw), 2'323'000, 5);
    EXPECT_NEAR(static_cast<double>(phase[1].active_power_mw), 2'254'000, 5);
    EXPECT_NEAR(static_cast<double>(phase[2].active_power_mw), 2'300'000 * std::cos(5 * std::numbers::pi / 180), 5);
    EXPECT_NEAR(phase[2].current_ua, 10'000'000, 20);  // a delay does not touch the amplitude
}

TEST(Metrology, PowerOffsetsAreSubtracted) {
    Calibration calibration;
    calibration.phase[0].active_offset_uw = 500'000;
    calibration.phase[0].reactive_offset_uvar = -250'000;
    Metrology metrology(sed302, calibration);
    for (int n = 0, windows = 0; windows < 10; ++n) windows += metrology.push(sinusoids(sed302, n, 50, 1, 60)) ? 1 : 0;
    EXPECT_NEAR(static_cast<double>(metrology.interval().phase[0].active_power_mw), 115'000 - 500, 1);
    EXPECT_NEAR(static_cast<double>(metrology.interval().phase[0].reactive_power_mvar), 199'186 + 250, 1);
}

TEST(Metrology, DirectCurrentDisappearsFromEveryReading) {
    Metrology metrology(sed302, {});
    for (int n = 0, windows = 0; windows < 10; ++n) {
        Samples samples = sinusoids(sed302, n, 49.7, 1, 60);
        for (std::size_t k = 0; k < 3; ++k) {
            samples.voltage[k] += 100'000;
            samples.current[k] -= 200'000;  // 4.8 A
        }
        samples.neutral_current = 50'000;
        windows += metrology.push(samples) ? 1 : 0;
    }
    const Interval& interval = metrology.interval();
    for (const PhaseInterval& phase : interval.phase) {
        EXPECT_NEAR(phase.voltage_mv, 230'000, 10);
        EXPECT_NEAR(phase.current_ua, 1'000'000, 400);
        EXPECT_NEAR(static_cast<double>(phase.active_power_mw), 115'000, 60);
        EXPECT_NEAR(static_cast<double>(phase.reactive_power_mvar), 199'186, 60);
    }
    EXPECT_LT(interval.neutral_current_ua, 200U);  // of 1.2 A
}

// Registers are the same on every machine. The figures were found by GCC on x86-64 and on a Cortex-M4 in QEMU; the test
// of the Cortex-M4 program (tests/world) shows it anew wherever that is built.
TEST(Metrology, GivesTheSameBitsOnEveryMachine) {
    const std::map<std::string_view, std::uint64_t> found = {{"SED102", 0xa7c0'c1ff'b98f'7664},
                                                             {"SED302", 0x315f'3c1b'04b0'b413},
                                                             {"SM306", 0x7b1f'201e'5dae'42e8},
                                                             {"SM307", 0xf86e'5fd9'8fb1'270c},
                                                             {"SM120B2", 0xc183'8927'd611'cec1}};
    for (const Model* model : all_models()) {
        Metrology metrology(*model, test::trace_calibration());
        EXPECT_EQ(test::trace(*model, metrology), found.at(model->name)) << model->name;
    }
}

// The family, and the ends of what a model may ask for.
const std::vector<const Model*>& family_and_extremes() {
    static const std::array<Model, 2> extremes = [] {
        std::array<Model, 2> models = {meter::sed302, meter::sed302};
        models[0].sample_rate_hz = 8000;
        models[1].sample_rate_hz = 2000;
        models[1].adc_bits = 12;
        return models;
    }();
    static const std::vector<const Model*> all = [] {
        std::vector<const Model*> models(all_models().begin(), all_models().end());
        for (const Model& model : extremes) models.push_back(&model);
        return models;
    }();
    return all;
}

void expect_sane(const Model& model, const Interval& interval) {
    ASSERT_GE(interval.duration_us, 160'000U);
    ASSERT_LE(interval.duration_us, 255'000U);
    ASSERT_LE(interval.frequency_mhz, 60'000U);
    for (std::size_t k = 0; k < max_phases; ++k) {
        const PhaseInterval& phase = interval.phase[k];
        ASSERT_LT(phase.voltage_angle_mdeg, 360'000U);
        ASSERT_LT(phase.current_angle_mdeg, 360'000U);
        // A gain of 1.5 at most, and a current is cut at twice the converter's range.
        ASSERT_LE(phase.voltage_mv, model.full_scale_voltage_mv * 3 / 2 + 1);
        ASSERT_LE(phase.current_ua, std::uint64_t{model.full_scale_current_ma} * 3'001);
        ASSERT_GE(phase.apparent_power_mva, std::abs(phase.active_power_mw));
        ASSERT_GE(phase.apparent_energy_mvas, 0);
        if (k >= model.phases) {
            ASSERT_EQ(phase.voltage_mv, 0U);
            ASSERT_EQ(phase.active_energy_mj, 0);
        }
    }
}

// Run under UndefinedBehaviorSanitizer: no content of the calibration memory and no converter output may overflow.
RC_GTEST_PROP(MetrologyHostile, AnySamplesAndAnyCalibrationAreSurvived, ()) {
    const Model& model = **rc::gen::elementOf(family_and_extremes());
    const auto any = [] {
        return *rc::gen::oneOf(rc::gen::arbitrary<std::int32_t>(), rc::gen::element(lowest, highest, 0));
    };
    Calibration calibration;
    for (PhaseCalibration& phase : calibration.phase) {
        phase = {any(), any(), any(), any(), any(), any(), static_cast<std::uint32_t>(any())};
    }
    calibration.neutral_gain_ppm = any();
    calibration.neutral_noise_ua = static_cast<std::uint32_t>(any());
    Metrology metrology(model, calibration);
    std::uint32_t random = *rc::gen::arbitrary<std::uint32_t>();
    const std::uint32_t mask = *rc::gen::element(0U, 0x8000'0000U, 0xff00'0000U, 0xffff'ffffU);
    for (int n = 0; n < 4000; ++n) {
        const auto draw = [&] {
            random = random * 1664525U + 1013904223U;
            return static_cast<std::int32_t>((random ^ (random << 13)) | ~mask);
        };
        Samples samples;
        for (std::size_t k = 0; k < max_phases; ++k) {
            samples.voltage[k] = draw();
            samples.current[k] = draw();
        }
        samples.neutral_current = draw();
        if (metrology.push(samples)) expect_sane(model, metrology.interval());
    }
}

TEST(MetrologyHostile, FullScaleSquareWavesOfEveryFrequencyDoNotOverflow) {
    Calibration calibration;
    calibration.phase.fill({highest, highest, highest, highest, lowest, lowest, 0});
    calibration.neutral_gain_ppm = highest;
    for (const Model* model : family_and_extremes()) {
        Metrology metrology(*model, calibration);
        std::uint32_t angle = 0;
        for (int n = 0; n < 60'000; ++n) {
            angle +=
                static_cast<std::uint32_t>((40'000'000LL + n * 450) * 4000 / model->sample_rate_hz);  // 37 to 62 Hz
            const std::int32_t level = angle >> 31 != 0 ? lowest : highest;
            Samples samples;
            samples.voltage.fill(level);
            samples.current.fill(n % 2000 < 1000 ? level : -1 - level);
            samples.neutral_current = level;
            if (metrology.push(samples)) expect_sane(*model, metrology.interval());
        }
    }
}

TEST(Models, AreFoundByNameInAnyLetterCase) {
    EXPECT_EQ(all_models().size(), 5U);
    for (const Model* model : all_models()) EXPECT_EQ(find_model(model->name), model);
    ASSERT_NE(find_model("sed302"), nullptr);
    EXPECT_EQ(find_model("sed302")->name, "SED302");
    EXPECT_EQ(find_model("SED303"), nullptr);
    EXPECT_EQ(find_model(""), nullptr);
}

// What the metrology takes for granted of every model's data.
TEST(Models, KeepTheMetrologysBounds) {
    for (const Model* model : all_models()) {
        SCOPED_TRACE(model->name);
        EXPECT_GE(model->phases, 1);
        EXPECT_LE(model->phases, max_phases);
        EXPECT_GE(model->sample_rate_hz, 2000U);
        EXPECT_LE(model->sample_rate_hz, 8000U);
        EXPECT_GE(model->adc_bits, 12);
        EXPECT_LE(model->adc_bits, 24);
        EXPECT_GE(model->full_scale_current_ma, model->max_current_ma * 1.2 * std::numbers::sqrt2);
        EXPECT_GE(model->full_scale_voltage_mv, model->nominal_voltage_mv * 1.2 * std::numbers::sqrt2);
        EXPECT_LT(model->stop_threshold_percent, model->start_threshold_percent);
        EXPECT_LT(model->start_threshold_percent, 100);
    }
}

// IEC 62053-31: 30 ms on and 30 ms off at the most that the meter may ever see.
TEST(Models, ElectricalOutputsHaveTimeForEveryPulse) {
    for (const Model* model : all_models()) {
        for (const Network& network : model->networks) {
            const double elements = network.two_elements ? 2 : model->phases;
            const double kilowatts = elements * network.voltage_mv / 1e6 * 1.2 * model->max_current_ma / 1e3;
            EXPECT_GE(3600 / (kilowatts * model->output_constant), 0.06) << model->name;
        }
        EXPECT_EQ(model->active_constant_per_kwh % model->output_constant, 0U) << model->name;
    }
}

TEST(Models, NameTheNetworksThatTheirRangeHolds) {
    for (const Model* model : all_models()) {
        ASSERT_FALSE(model->networks.empty()) << model->name;
        EXPECT_EQ(model->networks.front().voltage_mv, model->nominal_voltage_mv) << model->name;
        for (const Network& network : model->networks) {
            EXPECT_GE(network.voltage_mv, model->lowest_voltage_mv) << network.name;
            EXPECT_LE(network.voltage_mv, model->highest_voltage_mv) << network.name;
        }
    }
}

}  // namespace
}  // namespace blathy::meter
