// Harmonics from the terminals to the wire: a known Fourier content of voltage and load, read as registers.
#include <cmath>

#include <gtest/gtest.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "world/site.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/session_link.hpp"

namespace blathy::world {
namespace {

using dlms::Obis;
using meter::highest_order;
using meter::obis_distortion;

constexpr int current_l1 = 31;
constexpr int voltage_l1 = 32;
constexpr int next_phase = 20;

// Every order, each with a share of its own.
double voltage_share(int order) {
    return 0.05 / order;
}
double current_share(int order) {
    return 0.4 / order;
}
std::vector<Harmonic> harmonics(double (*share)(int)) {
    std::vector<Harmonic> all;
    for (int order = 2; order <= static_cast<int>(highest_order); ++order) {
        all.push_back({order, share(order), 37.0 * order});
    }
    return all;
}
double distortion(double (*share)(int)) {
    double squares = 0;
    for (int order = 2; order <= static_cast<int>(highest_order); ++order) squares += share(order) * share(order);
    return std::sqrt(squares);
}

struct Distorted {
    explicit Distorted(const meter::Model& of) : model(of), bench(of), site(of), metrology(of, {}) {
        Mains mains = site.mains();
        mains.harmonics = harmonics(voltage_share);
        site.set_mains(mains);
        // Each phase with a current of its own, so that none stands for another.
        for (std::size_t k = 0; k < model.phases; ++k) {
            PhaseLoad load;
            load.current_a = current_of(k);
            load.harmonics = harmonics(current_share);
            site.set_load(k, load);
        }
        bench.meter.connect(metrology.spectra());
        constexpr double seconds = 3;
        for (int i = 0; i < static_cast<int>(seconds * model.sample_rate_hz); ++i) {
            if (metrology.push(site.next())) (void)bench.meter.advance(metrology.interval());
        }
    }
    [[nodiscard]] double current_of(std::size_t phase) const {
        return model.basic_current_ma / 1e3 * static_cast<double>(phase + 1);
    }

    const meter::Model& model;
    test::Bench bench;
    Site site;
    meter::Metrology metrology;
};

double read(station::Client& client, int c, int e) {
    const Obis name(1, 0, c, 7, e);
    const auto value = client.get({3, name, 2});
    const auto scaler_unit = client.get({3, name, 3});
    if (!value || !scaler_unit) return std::nan("");
    const auto given = station::scaler_unit_from(*scaler_unit);
    return static_cast<double>(value->integer().value()) * std::pow(10.0, given.value().scaler);
}

struct HarmonicsOnTheWire : testing::TestWithParam<const meter::Model*> {};
INSTANTIATE_TEST_SUITE_P(Models, HarmonicsOnTheWire,
                         testing::ValuesIn(meter::all_models().begin(), meter::all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

// IEC 61000-4-7 allows 5 % of a harmonic; the anti-alias filter takes up to 2 % of order 21.
TEST_P(HarmonicsOnTheWire, AreThoseAtTheTerminals) {
    Distorted house(*GetParam());
    auto client = test::manage(house.bench.meter);
    ASSERT_TRUE(client);
    const double volts = house.site.mains().voltage_v[0];
    for (std::size_t k = 0; k < house.model.phases; ++k) {
        const int of_phase = static_cast<int>(k) * next_phase;
        const double amperes = house.current_of(k);
        for (int order = 1; order <= static_cast<int>(highest_order); ++order) {
            const double share_v = order == 1 ? 1 : voltage_share(order);
            const double share_a = order == 1 ? 1 : current_share(order);
            EXPECT_NEAR(read(*client, voltage_l1 + of_phase, order), volts * share_v, volts * share_v * 0.02) << order;
            EXPECT_NEAR(read(*client, current_l1 + of_phase, order), amperes * share_a, amperes * share_a * 0.02)
                << order;
        }
        EXPECT_NEAR(read(*client, voltage_l1 + of_phase, obis_distortion), 100 * distortion(voltage_share), 0.05);
        EXPECT_NEAR(read(*client, current_l1 + of_phase, obis_distortion), 100 * distortion(current_share), 0.3);
    }
}

TEST(Harmonics, AreZeroWithoutMains) {
    Distorted house(meter::sed302);
    ASSERT_TRUE(house.bench.meter.mains_lost());
    auto client = test::manage(house.bench.meter);
    ASSERT_TRUE(client);
    for (const int e : {1, 5, 21, int{obis_distortion}}) {
        EXPECT_EQ(read(*client, voltage_l1, e), 0) << e;
        EXPECT_EQ(read(*client, current_l1, e), 0) << e;
    }
}

// A meter that lives of a load model pays for no spectra: its voltages are the sinusoids that they stand for.
TEST(Harmonics, OfALoadModelAreThoseOfASinusoid) {
    test::Bench bench(meter::sed302);
    meter::Interval interval;
    interval.duration_us = 1'000'000;
    interval.phase[1] = {.voltage_mv = 231'234, .current_ua = 5'000'000};
    (void)bench.meter.advance(interval);
    auto client = test::manage(bench.meter);
    ASSERT_TRUE(client);
    EXPECT_NEAR(read(*client, voltage_l1 + next_phase, 1), 231.234, 1e-9);
    EXPECT_NEAR(read(*client, current_l1 + next_phase, 1), 5, 1e-9);
    EXPECT_EQ(read(*client, voltage_l1 + next_phase, 3), 0);
    EXPECT_EQ(read(*client, current_l1 + next_phase, obis_distortion), 0);
}

}  // namespace
}  // namespace blathy::world
