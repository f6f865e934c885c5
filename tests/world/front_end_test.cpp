// The hardware as it is simulated: sensors, filters, drift.
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "world/analog_front_end.hpp"
#include "world/core.hpp"
#include "world/site.hpp"

namespace blathy::world {
namespace {

constexpr double degrees = std::numbers::pi / 180;

struct Response {
    double ratio;
    double lead_degrees;
};

// Of the fundamental of 50 Hz through a core, by Fourier's integral over the last of its cycles.
Response through(Core& core, double amplitude, double direct) {
    constexpr int cycle = 80;
    double in_phase = 0;
    double quadrature = 0;
    for (int n = 0; n < 100 * cycle; ++n) {
        const double angle = 2 * std::numbers::pi * n / cycle;
        const double out = core.next(amplitude * std::sin(angle) + direct);
        if (n < 99 * cycle) continue;
        in_phase += out * std::sin(angle) * 2 / cycle / amplitude;
        quadrature += out * std::cos(angle) * 2 / cycle / amplitude;
    }
    return {std::hypot(in_phase, quadrature), std::atan2(quadrature, in_phase) / degrees};
}

TEST(Core, LeadsAsAnInductanceAcrossABurdenDoes) {
    Core core;
    core.set(4.0 / 4000, 0, 0);
    const Response response = through(core, 1, 0);
    EXPECT_NEAR(response.lead_degrees, std::atan(4.0 / 50) / degrees, 0.01);
    EXPECT_NEAR(response.ratio, 1 / std::hypot(1, 4.0 / 50), 1e-4);
}

TEST(Core, TakesDirectCurrentAwayAndOneThatBearsItGoesOn) {
    Core tolerant;
    tolerant.set(4.0 / 4000, 100, 0);
    const Response with = through(tolerant, 70, 45);
    EXPECT_NEAR(with.ratio, 0.997, 0.002);
    double sum = 0;
    for (int n = 0; n < 80; ++n) sum += tolerant.next(70 * std::sin(2 * std::numbers::pi * n / 80) + 45);
    EXPECT_NEAR(sum / 80, 0, 0.01);
}

TEST(Core, OfHighPermeabilitySaturatesUnderDirectCurrent) {
    Core core;
    core.set(0.08 / 4000, 0.05, 0);
    EXPECT_LT(through(core, 1, 0).lead_degrees, 0.1);
    Core biased;
    biased.set(0.08 / 4000, 0.05, 0);
    EXPECT_GT(through(biased, 1, 0.5).lead_degrees, 1);
}

TEST(Core, IsBiasedByAMagnet) {
    Core core;
    core.set(4.0 / 4000, 100, 120);
    EXPECT_GT(through(core, 1, 0).lead_degrees, 1.5 * std::atan(4.0 / 50) / degrees);
}

TEST(Channel, DriftsFiltersAndDroops) {
    Channel channel;
    channel.gain_per_k = 20e-6;
    EXPECT_NEAR(std::abs(channel.response(50, {.temperature_c = 73})), 1.001, 1e-9);
    channel = {};
    channel.pole_hz = 20e3;
    EXPECT_NEAR(std::arg(channel.response(1000)), -std::atan(1000.0 / 20e3), 1e-12);
    channel = {};
    channel.sinc_hz = 16e3;
    EXPECT_NEAR(std::abs(channel.response(8000)), std::pow(2 / std::numbers::pi, 3), 1e-12);
    EXPECT_EQ(std::abs(channel.response(0)), 1);
    channel = {};
    channel.corner_hz = 0.08;
    channel.corner_rise = 0.3;
    channel.rise_half_a = 0.2;
    EXPECT_NEAR(channel.corner({.current_a = 0}), 0.104, 1e-12);
    EXPECT_NEAR(channel.corner({.current_a = 0.2}), 0.092, 1e-12);
}

TEST(Production, IsWithinItsTolerancesAndNoTwoAreAlike) {
    for (const meter::Model* model : meter::all_models()) {
        const bool direct = model->connection == meter::Connection::direct;
        double previous = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const AnalogFrontEnd made = AnalogFrontEnd::manufacture(*model, seed);
            for (const Channel& channel : made.current) {
                EXPECT_NEAR(channel.gain, 1, 0.015);
                const double lead = std::atan(channel.corner_hz / 50) / degrees;
                EXPECT_GT(lead, direct ? 4.2 : 0.05);
                EXPECT_LT(lead, direct ? 5.1 : 0.12);
            }
            EXPECT_NE(made.current[0].gain, previous);
            previous = made.current[0].gain;
        }
    }
}

TEST(Site, TemperatureMovesTheCrystalToo) {
    Site site(meter::sed302, {}, {.offset_ppm = 5});
    site.set_temperature(75);
    EXPECT_NEAR(site.sample_rate_hz(), 4000 * (1 + (5 - 0.034 * 2500) * 1e-6), 1e-6);
}

TEST(Load, PhaseFiredIsTheSecondHalfOfEachHalfWave) {
    Site site(meter::sed302);
    const double peak = 10 * std::numbers::sqrt2 / std::hypot(0.5, 1 / std::numbers::pi);
    site.set_load(0, phase_fired(10, 39));
    for (int n = 0; n < 160; ++n) {
        const double amperes = site.next().current[0] * 200 / 0x1p23;
        if (n % 20 < 3 || n % 20 > 17) continue;  // a step of limited bandwidth rings
        const bool fired = n % 40 > 20;
        EXPECT_NEAR(amperes, fired ? peak * std::sin(2 * std::numbers::pi * n / 80) : 0, peak * 0.1) << n;
    }
}

}  // namespace
}  // namespace blathy::world
