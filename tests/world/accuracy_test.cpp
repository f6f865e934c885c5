// Accuracy of the whole chain: a manufactured front end with its tolerances, crosstalk and noise, calibrated at the
// factory, against the truth in closed form. The points of the standards are in type_test_test.cpp; here is what the
// house promises beside them.
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"
#include "world/factory_calibration.hpp"
#include "world/site.hpp"

namespace blathy::world {
namespace {

using meter::Model;

struct Unit {
    AnalogFrontEnd front_end;
    meter::Calibration calibration;
};

// One meter of each model, made and calibrated once for the whole program.
const Unit& unit_of(const Model& model) {
    static std::map<const Model*, Unit> made;
    const auto found = made.find(&model);
    if (found != made.end()) return found->second;
    const AnalogFrontEnd front_end = AnalogFrontEnd::manufacture(model, 20 + made.size());
    return made.emplace(&model, Unit{front_end, calibrate_at_factory(model, front_end)}).first->second;
}

struct PhaseMeasured {
    double active_w = 0;  // energy / time
    double reactive_var = 0;
    double voltage_v = 0;
    double current_a = 0;
    double angle_error_degrees = 0;  // the worst of both angles and all windows
};

struct Measured {
    Truth truth;
    std::array<PhaseMeasured, max_phases> phase;
    double neutral_a = 0;
    double frequency_error_hz = 0;  // the worst of all windows
    bool reversed = false;

    // Of all phases, the worst.
    [[nodiscard]] double active_error_percent() const {
        double worst = 0;
        for (std::size_t k = 0; k < max_phases; ++k) {
            if (truth.phase[k].apparent_va == 0) continue;
            worst = std::fmax(worst, std::abs(phase[k].active_w / truth.phase[k].active_w - 1) * 100);
        }
        return worst;
    }
    [[nodiscard]] double reactive_error_percent() const {
        double worst = 0;
        for (std::size_t k = 0; k < max_phases; ++k) {
            if (truth.phase[k].apparent_va == 0) continue;
            worst = std::fmax(worst, std::abs(phase[k].reactive_var / truth.phase[k].reactive_var - 1) * 100);
        }
        return worst;
    }
};

double angle_between(double a_degrees, double b_degrees) {
    return std::abs(std::remainder(a_degrees - b_degrees, 360.0));
}

Measured measure(const Model& model, const std::function<void(Site&)>& arrange, int windows = 25) {
    constexpr int settling_windows = 10;
    const Unit& unit = unit_of(model);
    Site site(model, unit.front_end);
    arrange(site);
    meter::Metrology metrology(model, unit.calibration);
    Measured measured;
    measured.truth = site.truth();
    const Truth& truth = measured.truth;
    double seconds = 0;
    for (int window = -settling_windows; window < windows; ++window) {
        while (!metrology.push(site.next())) {
        }
        if (window < 0) continue;
        const meter::Interval& interval = metrology.interval();
        seconds += interval.duration_us / 1e6;
        measured.neutral_a += interval.neutral_current_ua / 1e6 / windows;
        measured.frequency_error_hz =
            std::fmax(measured.frequency_error_hz, std::abs(interval.frequency_mhz / 1e3 - truth.frequency_hz));
        measured.reversed = interval.phase_sequence_reversed;
        for (std::size_t k = 0; k < model.phases; ++k) {
            const meter::PhaseInterval& read = interval.phase[k];
            PhaseMeasured& phase = measured.phase[k];
            phase.active_w += static_cast<double>(read.active_energy_mj) / 1e3;
            phase.reactive_var += static_cast<double>(read.reactive_energy_mvars) / 1e3;
            phase.voltage_v += read.voltage_mv / 1e3 / windows;
            phase.current_a += read.current_ua / 1e6 / windows;
            if (truth.phase[0].voltage_v == 0 || truth.phase[k].apparent_va == 0) continue;
            phase.angle_error_degrees =
                std::fmax(phase.angle_error_degrees,
                          std::fmax(angle_between(read.voltage_angle_mdeg / 1e3, truth.phase[k].voltage_lag_degrees),
                                    angle_between(read.current_angle_mdeg / 1e3, truth.phase[k].current_lag_degrees)));
        }
    }
    for (PhaseMeasured& phase : measured.phase) {
        phase.active_w /= seconds;
        phase.reactive_var /= seconds;
    }
    return measured;
}

std::function<void(Site&)> balanced(const PhaseLoad& load) {
    return [load](Site& site) { site.set_loads(load); };
}

void set_frequency(Site& site, double frequency_hz) {
    Mains mains = site.mains();
    mains.frequency_hz = frequency_hz;
    site.set_mains(mains);
}

void scale_voltage(Site& site, double factor) {
    Mains mains = site.mains();
    for (double& voltage_v : mains.voltage_v) voltage_v *= factor;
    site.set_mains(mains);
}

class Accuracy : public testing::TestWithParam<const Model*> {};

TEST_P(Accuracy, OfASinglePhaseLoadIsThatOfABalancedOne) {
    const std::size_t phases = GetParam()->phases;
    for (std::size_t loaded = 0; loaded < phases; ++loaded) {
        const Measured measured = measure(*GetParam(), [&](Site& site) {
            site.set_load(loaded, {.current_a = GetParam()->basic_current_ma / 1e3, .power_factor = 0.5});
        });
        EXPECT_NEAR(measured.phase[loaded].active_w / measured.truth.phase[loaded].active_w, 1, 0.001);
        for (std::size_t k = 0; k < phases; ++k) {
            EXPECT_EQ(measured.phase[k].active_w != 0, k == loaded) << k;
        }
        if (GetParam()->neutral_current) {
            EXPECT_NEAR(measured.neutral_a / measured.truth.neutral_current_a, 1, 0.002);
        }
    }
}

TEST_P(Accuracy, StartsAtTheStartingCurrentAndNeverWithoutLoad) {
    const Measured started =
        measure(*GetParam(), balanced({.current_a = GetParam()->starting_current_ua_active / 1e6}), 50);
    EXPECT_LT(started.active_error_percent(), 2);
    const Measured open = measure(
        *GetParam(),
        [](Site& site) {
            site.set_loads({});
            scale_voltage(site, 1.15);
        },
        100);
    for (const PhaseMeasured& phase : open.phase) {
        EXPECT_EQ(phase.active_w, 0);
        EXPECT_EQ(phase.reactive_var, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Models, Accuracy, testing::ValuesIn(meter::all_models().begin(), meter::all_models().end()),
                         [](const auto& model) { return std::string(model.param->name); });

// The house's own, wider promises, shown on the three-phase direct meter.
class Readings : public testing::TestWithParam<std::pair<double, double>> {};

TEST_P(Readings, AreExactOverFrequencyAndVoltage) {
    const double frequency_hz = GetParam().first;
    const double voltage_share = GetParam().second;
    for (const double current_a : {0.5, 5.0, 100.0}) {
        const Measured measured = measure(meter::sed302, [&](Site& site) {
            site.set_loads({.current_a = current_a, .power_factor = 0.5});
            scale_voltage(site, voltage_share);
            set_frequency(site, frequency_hz);
        });
        EXPECT_LE(measured.active_error_percent(), 0.1) << current_a;
        EXPECT_LE(measured.reactive_error_percent(), 0.1) << current_a;
        EXPECT_LE(measured.frequency_error_hz, 0.001) << current_a;
        EXPECT_FALSE(measured.reversed);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(measured.phase[k].voltage_v / measured.truth.phase[k].voltage_v, 1, 1e-4);
            EXPECT_NEAR(measured.phase[k].current_a / measured.truth.phase[k].current_a, 1, 4e-4);
            EXPECT_LE(measured.phase[k].angle_error_degrees, 0.1);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(House, Readings,
                         testing::Values(std::pair{45.0, 1.0}, std::pair{49.37, 0.6}, std::pair{50.0, 0.6},
                                         std::pair{50.03, 1.2}, std::pair{51.1, 1.2}, std::pair{55.0, 1.0}));

TEST(Readings, ReactivePowerIsThatOfTheFundamentalOnly) {
    const Measured measured = measure(meter::sed302, [](Site& site) {
        Mains mains = site.mains();
        mains.harmonics = {{.order = 5, .ratio = 0.1, .lead_degrees = 90}};
        site.set_mains(mains);
        site.set_loads({.current_a = 50,
                        .power_factor = 0.866025404,
                        .harmonics = {{.order = 5, .ratio = 0.4, .lead_degrees = 40}}});
    });
    EXPECT_LE(measured.reactive_error_percent(), 0.1);
    EXPECT_LE(measured.active_error_percent(), 0.1);
    EXPECT_LE(measured.frequency_error_hz, 0.001);
}

TEST(Readings, ExportCountsNegativeInEveryQuadrant) {
    for (const bool inductive : {true, false}) {
        const Measured measured = measure(
            meter::sed302, balanced({.current_a = 5, .power_factor = 0.5, .inductive = inductive, .exporting = true}));
        EXPECT_LT(measured.phase[0].active_w, 0);
        EXPECT_EQ(measured.phase[0].reactive_var > 0, inductive);
        EXPECT_LE(measured.active_error_percent(), 0.1);
        EXPECT_LE(measured.reactive_error_percent(), 0.1);
        EXPECT_LE(measured.phase[0].angle_error_degrees, 0.1);
    }
}

TEST(Readings, ShowAReversedFieldWithThreePhasesAndWithTwo) {
    for (const int missing : {-1, 0, 1, 2}) {
        for (const bool reversed : {false, true}) {
            const Measured measured = measure(meter::sed302, [&](Site& site) {
                Mains mains = site.mains();
                if (reversed) mains.reverse_sequence();
                if (missing >= 0) mains.voltage_v[static_cast<std::size_t>(missing)] = 0;
                site.set_mains(mains);
                site.set_loads({.current_a = 5});
            });
            EXPECT_EQ(measured.reversed, reversed) << "without phase " << missing;
        }
    }
}

TEST(Readings, HoldWithOneAndTwoPhasesMissing) {
    for (const unsigned missing : {0b001U, 0b010U, 0b100U, 0b011U, 0b110U, 0b101U}) {
        const Measured measured = measure(meter::sed302, [&](Site& site) {
            Mains mains = site.mains();
            for (std::size_t k = 0; k < 3; ++k) {
                if ((missing >> k & 1U) != 0) mains.voltage_v[k] = 0;
            }
            site.set_mains(mains);
            site.set_loads({.current_a = 5, .power_factor = 0.5});
        });
        EXPECT_LE(measured.active_error_percent(), 0.1) << missing;
        EXPECT_LE(measured.reactive_error_percent(), 0.1) << missing;
        EXPECT_LE(measured.frequency_error_hz, 0.001) << missing;
        for (std::size_t k = 0; k < 3; ++k) {
            if ((missing >> k & 1U) == 0) continue;
            EXPECT_LT(measured.phase[k].voltage_v, 0.02);
            EXPECT_EQ(measured.phase[k].active_w, 0);
        }
    }
}

// As where only the voltage's wire is off: the current is read, and has neither direction nor power.
TEST(Readings, ACurrentWhoseVoltageIsLostHasNoPower) {
    const Unit& unit = unit_of(meter::sed302);
    Site site(meter::sed302, unit.front_end);
    site.set_loads({.current_a = 5});
    meter::Metrology metrology(meter::sed302, unit.calibration);
    for (int windows = 0; windows < 20;) {
        meter::Samples samples = site.next();
        samples.voltage[0] = 0;
        windows += metrology.push(samples) ? 1 : 0;
    }
    const meter::PhaseInterval& lost = metrology.interval().phase[0];
    EXPECT_NEAR(lost.current_ua, 5e6, 5e3);
    EXPECT_EQ(lost.active_power_mw, 0);
    EXPECT_EQ(lost.voltage_angle_mdeg, 0U);
    EXPECT_EQ(lost.current_angle_mdeg, 0U);
    EXPECT_NEAR(static_cast<double>(metrology.interval().phase[1].active_power_mw), 1150e3, 1150);
}

// Burst control, two cycles on and two off (IEC 62053-21 annex): windows see a beat, the register must not.
TEST(Readings, ABurstFiredLoadIsRegisteredInFull) {
    const Unit& unit = unit_of(meter::sed302);
    Site site(meter::sed302, unit.front_end);
    meter::Metrology metrology(meter::sed302, unit.calibration);
    double energy_j = 0;
    double seconds = 0;
    int windows = 0;
    for (int n = 0; windows < 200; ++n) {
        if (n % 160 == 0) site.set_loads({.current_a = n % 320 == 0 ? 5.0 : 0.0});
        if (!metrology.push(site.next()) || ++windows <= 10) continue;
        energy_j += static_cast<double>(metrology.interval().phase[0].active_energy_mj) / 1e3;
        seconds += metrology.interval().duration_us / 1e6;
    }
    EXPECT_NEAR(energy_j / seconds, 575, 575 * 0.003);  // a fifth of the class's 1.5 %
}

// IEC 62052-11: dips and interruptions of the voltage with no current leave the registers alone.
TEST(Readings, DipsAndInterruptionsRegisterNothing) {
    const Unit& unit = unit_of(meter::sed302);
    Site site(meter::sed302, unit.front_end);
    const Mains full = site.mains();
    Mains dark = full;
    dark.voltage_v.fill(0);
    Mains half = full;
    for (double& voltage_v : half.voltage_v) voltage_v /= 2;
    meter::Metrology metrology(meter::sed302, unit.calibration);
    std::int64_t registered = 0;
    const auto run = [&](const Mains& mains, int samples) {
        site.set_mains(mains);
        for (int n = 0; n < samples; ++n) {
            if (!metrology.push(site.next())) continue;
            for (const meter::PhaseInterval& phase : metrology.interval().phase) {
                registered += std::abs(phase.active_energy_mj) + std::abs(phase.reactive_energy_mvars);
            }
        }
    };
    run(full, 8'000);
    for (int times = 0; times < 3; ++times) {
        run(dark, 4'000);
        run(full, 200);
    }
    run(full, 8'000);
    run(dark, 80);
    run(full, 8'000);
    run(half, 40'000);
    run(full, 8'000);
    EXPECT_EQ(registered, 0);
    EXPECT_EQ(metrology.interval().frequency_mhz, 50'000U);
}

// A dip and the jump of phase that comes with it may not throw the frequency off for longer than the window they are
// in.
TEST(Readings, FrequencyRidesThroughADip) {
    Site site(meter::sed302);
    meter::Metrology metrology(meter::sed302, {});
    const auto windows = [&](int count) {
        for (int done = 0; done < count; done += metrology.push(site.next()) ? 1 : 0) {
        }
    };
    windows(10);
    scale_voltage(site, 0.7);
    windows(1);
    EXPECT_NEAR(metrology.interval().frequency_mhz, 50'000, 5);
    windows(1);
    EXPECT_NEAR(metrology.interval().frequency_mhz, 50'000, 1);
    EXPECT_NEAR(metrology.interval().phase[2].voltage_mv, 161'000, 5);
}

}  // namespace
}  // namespace blathy::world
