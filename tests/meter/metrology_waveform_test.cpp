// Harmonics, Urms(1/2), dips and swells, and reactive power by delay, against signals whose Fourier coefficients are
// known. References are computed in long double and owe nothing to the code under test.
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"

namespace blathy::meter {
namespace {

using Real = long double;
constexpr Real two_pi = 2 * std::numbers::pi_v<Real>;

struct Component {
    int order;
    Real rms;
    Real lag_degrees;
};

Real value_at(const std::vector<Component>& components, Real turns) {
    Real sum = 0;
    for (const Component& c : components) {
        sum += c.rms * std::numbers::sqrt2_v<Real> * std::sin(two_pi * (c.order * turns - c.lag_degrees / 360));
    }
    return sum;
}

// A phase's signals as a perfect front end converts them.
class Source {
  public:
    Source(const Model& model, Real frequency_hz) : model_(model), frequency_hz_(frequency_hz) {}

    std::vector<Component> voltage = {{1, 230, 0}};
    std::vector<Component> current = {{1, 5, 0}};
    Real direct_a = 0;
    Real voltage_share = 1;

    Samples next() {
        turns_ += frequency_hz_ / model_.sample_rate_hz;
        const Real full = std::ldexp(Real{1}, model_.adc_bits - 1);
        Samples samples;
        for (std::size_t k = 0; k < model_.phases; ++k) {
            const Real own = turns_ - static_cast<Real>(k) / 3;
            samples.voltage[k] =
                count(value_at(voltage, own) * voltage_share * 1000 / model_.full_scale_voltage_mv * full);
            samples.current[k] =
                count((value_at(current, own) + direct_a) * 1000 / model_.full_scale_current_ma * full);
        }
        return samples;
    }
    // Until so many windows have ended.
    void run(Metrology& metrology, int windows) {
        for (int ended = 0; ended < windows; ended += metrology.push(next()) ? 1 : 0) {
        }
    }

  private:
    static std::int32_t count(Real value) { return static_cast<std::int32_t>(std::lround(value)); }

    const Model& model_;
    Real frequency_hz_;
    Real turns_ = 0;
};

Real rms(const std::vector<Component>& components, int from = 1) {
    Real squares = 0;
    for (const Component& c : components) squares += c.order >= from ? c.rms * c.rms : 0;
    return std::sqrt(squares);
}

Real active(const Source& source) {
    Real watts = 0;
    for (const Component& v : source.voltage) {
        for (const Component& i : source.current) {
            if (v.order == i.order) watts += v.rms * i.rms * std::cos(two_pi * (i.lag_degrees - v.lag_degrees) / 360);
        }
    }
    return watts;
}

// Every order that is measured, in falling sizes and with phases all around.
Source distorted(const Model& model, Real frequency_hz, Real amperes) {
    Source source(model, frequency_hz);
    source.current = {{1, amperes, 60}};
    for (int n = 2; n <= static_cast<int>(highest_order); ++n) {
        source.voltage.push_back({n, Real{20} / n, static_cast<Real>(37 * n % 360)});
        source.current.push_back({n, amperes / n, static_cast<Real>(101 * n % 360)});
    }
    return source;
}

class Distorted : public testing::TestWithParam<double> {};

TEST_P(Distorted, PowersAndEffectiveValuesAreThoseOfTheCoefficients) {
    Source source = distorted(sed102, GetParam(), 5);
    Metrology metrology(sed102, {});
    source.run(metrology, 7);
    const PhaseInterval& phase = metrology.interval().phase[0];
    EXPECT_NEAR(phase.voltage_mv, static_cast<double>(rms(source.voltage) * 1e3L), 25);
    EXPECT_NEAR(phase.current_ua, static_cast<double>(rms(source.current) * 1e6L), 700);
    EXPECT_NEAR(static_cast<double>(phase.active_power_mw), static_cast<double>(active(source) * 1e3L), 80);
    EXPECT_NEAR(static_cast<double>(phase.reactive_power_mvar), 230e3 * 5 * std::sin(std::numbers::pi / 3), 80);
    EXPECT_NEAR(phase.current_angle_mdeg, 60'000, 5);
    EXPECT_NEAR(metrology.interval().frequency_mhz, GetParam() * 1e3, 1);
}

// IEC 61000-4-7 class I allows 5 % of a harmonic above 1 % of the nominal value.
TEST_P(Distorted, EveryOrderIsFoundToATenthOfAPerCent) {
    Source source = distorted(sed102, GetParam(), 5);
    Metrology metrology(sed102, {});
    source.run(metrology, 7);
    const PhaseSpectra& spectra = metrology.spectra()[0];
    for (std::size_t n = 1; n <= highest_order; ++n) {
        const double volts = n == 1 ? 230 : 20.0 / static_cast<double>(n);
        EXPECT_NEAR(spectra.voltage.rms[n], volts * 1e3, volts + 1) << "order " << n;
        EXPECT_NEAR(spectra.current.rms[n], 5e6 / static_cast<double>(n), 5e3 / static_cast<double>(n))
            << "order " << n;
    }
    const auto distortion = [](const std::vector<Component>& c) {
        return static_cast<double>(rms(c, 2) / c.front().rms);
    };
    EXPECT_NEAR(spectra.voltage.distortion_ppm, distortion(source.voltage) * 1e6, 100);
    EXPECT_NEAR(spectra.current.distortion_ppm, distortion(source.current) * 1e6, 500);
    EXPECT_NEAR(metrology.interval().phase[0].voltage_distortion, distortion(source.voltage) * 1e4, 2);
    EXPECT_NEAR(metrology.interval().phase[0].current_distortion, distortion(source.current) * 1e4, 6);
}

INSTANTIATE_TEST_SUITE_P(Frequencies, Distorted, testing::Values(45.0, 49.37, 50.0, 50.013, 52.5, 55.0));

TEST(Spectra, OfASinusoidHaveNothingButTheFundamental) {
    for (const double frequency_hz : {45.0, 49.37, 50.0, 55.0}) {
        Source source(sed302, frequency_hz);
        source.direct_a = 1;
        Metrology metrology(sed302, {});
        source.run(metrology, 12);
        const PhaseSpectra& spectra = metrology.spectra()[2];
        EXPECT_NEAR(spectra.voltage.rms[1], 230'000, 20);
        for (std::size_t n = 2; n <= highest_order; ++n) {
            EXPECT_LE(spectra.voltage.rms[n], 5U) << n;
            EXPECT_LE(spectra.current.rms[n], 100U) << n;
        }
        EXPECT_LE(spectra.voltage.distortion_ppm, 30U);
    }
}

TEST(Spectra, VoltagesAndCurrentsTakeTurns) {
    Source source(sed302, 50);
    source.current = {{1, 5, 0}};
    Metrology metrology(sed302, {});
    for (std::size_t turn = 0; turn < 2 * std::size_t{sed302.phases}; ++turn) {
        source.run(metrology, 1);
        for (std::size_t other = 0; other < 2 * std::size_t{sed302.phases}; ++other) {
            const PhaseSpectra& phase = metrology.spectra()[other / 2];
            const Spectrum& spectrum = other % 2 == 0 ? phase.voltage : phase.current;
            EXPECT_EQ(spectrum.rms[1] != 0, other <= turn) << other << " at turn " << turn;
        }
    }
}

TEST(Spectra, WithoutSignalAreZero) {
    Metrology metrology(sed302, {});
    for (int windows = 0; windows < 6; windows += metrology.push({}) ? 1 : 0) {
    }
    EXPECT_EQ(metrology.spectra()[0].voltage.rms[1], 0U);
    EXPECT_EQ(metrology.spectra()[0].current.distortion_ppm, 0U);
}

// The quarter-period delay agrees with the fundamental's reactive power for sinusoids at every frequency, and takes the
// harmonics as the delay turns them.
TEST(DelayedReactive, IsThatOfASinusoidAtEveryFrequency) {
    for (const double frequency_hz : {45.0, 49.0, 50.0, 51.37, 55.0}) {
        for (const double lag : {30.0, 90.0, 200.0, 330.0}) {
            Source source(sed302, frequency_hz);
            source.current = {{1, 5, static_cast<Real>(lag)}};
            Metrology metrology(sed302, {});
            source.run(metrology, 10);
            const double truth = 1150e3 * std::sin(lag * std::numbers::pi / 180);
            EXPECT_NEAR(static_cast<double>(metrology.delayed_reactive_power_mvar(0)), truth, 120)
                << frequency_hz << lag;
            EXPECT_NEAR(static_cast<double>(metrology.interval().phase[0].reactive_power_mvar), truth, 120);
        }
    }
}

TEST(DelayedReactive, TakesHarmonicsInAndTheFundamentalsDoesNot) {
    Source source(sed302, 50);
    source.voltage = {{1, 230, 0}, {5, 23, 0}};
    source.current = {{1, 5, 30}, {5, 2, 50}};
    Metrology metrology(sed302, {});
    source.run(metrology, 10);
    const double fundamental = 1150e3 * 0.5;
    // At 250 Hz a quarter of the mains period is 450 degrees.
    const double fifth = 46e3 * std::cos((450 - 50) * std::numbers::pi / 180);
    EXPECT_NEAR(static_cast<double>(metrology.interval().phase[0].reactive_power_mvar), fundamental, 60);
    EXPECT_NEAR(static_cast<double>(metrology.delayed_reactive_power_mvar(0)), fundamental + fifth, 1000);
}

// ---- Urms(1/2), IEC 61000-4-30

TEST(HalfCycle, IsTheEffectiveValueOfEachCycleTwiceACycle) {
    for (const double frequency_hz : {45.0, 49.37, 50.0, 55.0}) {
        Source source(sed302, frequency_hz);
        source.voltage.push_back({5, 23, 0});
        Metrology metrology(sed302, {});
        source.run(metrology, 5);
        const double truth = 230e3 * std::sqrt(1.01);
        for (const PhaseInterval& phase : metrology.interval().phase) {
            EXPECT_NEAR(phase.lowest_half_cycle_mv, truth, truth * 0.001) << frequency_hz;
            EXPECT_NEAR(phase.highest_half_cycle_mv, truth, truth * 0.001) << frequency_hz;
        }
    }
}

struct Disturbance {
    const char* name;
    Real share;
    int samples;  // at 4 kHz
    VoltageEventKind kind;
};

class Disturbed : public testing::TestWithParam<Disturbance> {};

// Uncertainty of class S: voltage 1 %, duration a cycle (IEC 61000-4-30, 5.4).
TEST_P(Disturbed, IsFoundWithItsDepthAndItsDuration) {
    const Disturbance& disturbance = GetParam();
    for (const double frequency_hz : {49.37, 50.0}) {
        Source source(sed302, frequency_hz);
        Metrology metrology(sed302, {});
        source.run(metrology, 5);
        std::uint64_t sample = 0;
        const auto samples = [&](int count) {
            for (int n = 0; n < count; ++n, ++sample) (void)metrology.push(source.next());
        };
        EXPECT_FALSE(metrology.voltage_events().take().has_value());
        source.voltage_share = disturbance.share;
        samples(disturbance.samples);
        source.voltage_share = 1;
        samples(2000);
        std::vector<VoltageEvent> events;
        while (const auto event = metrology.voltage_events().take()) events.push_back(*event);
        const std::size_t expected = disturbance.kind == VoltageEventKind::interruption ? 2 : 1;  // it is a dip as well
        ASSERT_EQ(events.size(), expected);
        const VoltageEvent& event =
            disturbance.kind == VoltageEventKind::interruption ? events[0] : events[expected - 1];
        EXPECT_EQ(event.kind, disturbance.kind);
        EXPECT_EQ(event.phases, 7);
        const double cycle_us = 1e6 / frequency_hz;
        // From the start of the first cycle below to the end of the first that is whole again: up to two cycles more.
        EXPECT_GE(static_cast<double>(event.duration_us), disturbance.samples * 250.0 - cycle_us);
        EXPECT_LE(static_cast<double>(event.duration_us), disturbance.samples * 250.0 + 2 * cycle_us + 250);
        if (disturbance.samples >= 160) {
            EXPECT_NEAR(event.extreme_mv(), static_cast<double>(disturbance.share) * 230e3, 2300);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Voltage, Disturbed,
                         testing::Values(Disturbance{"Dip", 0.7L, 400, VoltageEventKind::dip},
                                         Disturbance{"DeepDip", 0.2L, 200, VoltageEventKind::dip},
                                         Disturbance{"DipOfACycle", 0.4L, 80, VoltageEventKind::dip},
                                         Disturbance{"Swell", 1.15L, 800, VoltageEventKind::swell},
                                         Disturbance{"Interruption", 0, 800, VoltageEventKind::interruption}),
                         [](const auto& disturbance) { return std::string(disturbance.param.name); });

TEST(VoltageEvents, HysteresisHoldsADipThatWavers) {
    VoltageEvents events(1, {.declared_mv = 230'000});
    std::uint64_t now = 0;
    const auto refresh = [&](std::uint32_t mv) {
        events.refresh(0, mv, now, now + 20'000);
        now += 10'000;
    };
    refresh(206'000);  // below 207 V
    refresh(208'000);  // above, but not by 4.6 V
    EXPECT_TRUE(events.active(VoltageEventKind::dip));
    refresh(205'000);
    refresh(211'600);
    EXPECT_FALSE(events.active(VoltageEventKind::dip));
    const auto dip = events.take();
    ASSERT_TRUE(dip.has_value());
    EXPECT_EQ(dip->phases, 1);
    EXPECT_EQ(dip->begin_us, 0U);
    EXPECT_EQ(dip->duration_us, 50'000U);
    EXPECT_EQ(dip->extreme_mv(), 205'000U);
    EXPECT_FALSE(events.take().has_value());
}

TEST(VoltageEvents, ADipIsOfAnyPhaseAnInterruptionOfAll) {
    VoltageEvents events(3, {.declared_mv = 230'000});
    const auto all = [&](std::uint32_t l1, std::uint32_t l2, std::uint32_t l3, std::uint64_t at) {
        events.refresh(0, l1, at, at + 20'000);
        events.refresh(1, l2, at, at + 20'000);
        events.refresh(2, l3, at, at + 20'000);
    };
    all(230'000, 1'000, 230'000, 0);
    EXPECT_TRUE(events.active(VoltageEventKind::dip));
    EXPECT_FALSE(events.active(VoltageEventKind::interruption));
    all(0, 0, 0, 10'000);
    EXPECT_TRUE(events.active(VoltageEventKind::interruption));
    all(230'000, 0, 0, 20'000);
    EXPECT_FALSE(events.active(VoltageEventKind::interruption));
    EXPECT_TRUE(events.active(VoltageEventKind::dip));
    all(230'000, 230'000, 230'000, 30'000);
    EXPECT_EQ(events.take()->kind, VoltageEventKind::interruption);
    const auto dip = events.take();
    EXPECT_EQ(dip->phases, 7);
    EXPECT_EQ(dip->extreme_mv(), 0U);
    EXPECT_EQ(dip->duration_us, 50'000U);
}

TEST(VoltageEvents, EachPhaseHasItsOwnExtreme) {
    for (const bool rises : {false, true}) {
        VoltageEvents events(3, {.declared_mv = 230'000});
        const auto refresh = [&](std::size_t phase, std::uint32_t dip_mv, std::uint32_t swell_mv, std::uint64_t at) {
            events.refresh(phase, rises ? swell_mv : dip_mv, at, at + 20'000);
        };
        refresh(1, 150'000, 260'000, 0);
        refresh(1, 100'000, 280'000, 10'000);
        refresh(2, 190'000, 255'000, 10'000);
        refresh(1, 160'000, 270'000, 20'000);
        for (const std::size_t phase : {0U, 1U, 2U}) refresh(phase, 230'000, 230'000, 30'000);
        const auto event = events.take();
        ASSERT_TRUE(event.has_value());
        EXPECT_EQ(event->phases, 0b110);
        EXPECT_EQ(event->extremes_mv[1], rises ? 280'000U : 100'000U);
        EXPECT_EQ(event->extremes_mv[2], rises ? 255'000U : 190'000U);
        EXPECT_EQ(event->extreme_mv(), rises ? 280'000U : 100'000U);
        EXPECT_EQ(event->duration_us, 50'000U);
    }
}

TEST(VoltageEvents, APhaseThatIsNotWatchedIsNoDip) {
    VoltageEvents events(3, {.declared_mv = 110'000, .phases = 0b101});
    const auto refresh = [&](std::uint32_t mv) {
        for (const std::size_t k : {0U, 1U, 2U}) events.refresh(k, k == 1 ? 0 : mv, 0, 20'000);
    };
    refresh(110'000);
    EXPECT_FALSE(events.active(VoltageEventKind::dip));
    refresh(1'000);
    EXPECT_TRUE(events.active(VoltageEventKind::interruption));
}

TEST(VoltageEvents, TheOldestOfTooManyAreLostAndCounted) {
    VoltageEvents events(1, {.declared_mv = 100'000});
    for (std::uint32_t n = 0; n < 10; ++n) {
        events.refresh(0, 50'000 + n, n * 100'000, n * 100'000 + 20'000);
        events.refresh(0, 100'000, n * 100'000 + 20'000, n * 100'000 + 40'000);
    }
    EXPECT_EQ(events.lost(), 2U);
    EXPECT_EQ(events.take()->extreme_mv(), 50'002U);
}

// ---- What a calibration undoes

// A transformer's high-pass, in the frequency domain: the current leads and is a little smaller.
TEST(CurrentTransformer, IsUndoneAtEveryFrequency) {
    Calibration calibration;
    for (PhaseCalibration& phase : calibration.phase) phase.current_corner_uhz = 4'000'000;
    for (const double frequency_hz : {45.0, 50.0, 55.0}) {
        Source source(sed102, frequency_hz);
        source.current.clear();
        for (const auto& [order, amperes, lag] : {Component{1, 5, 60}, Component{3, 1, 20}}) {
            const Real ratio = 4 / (static_cast<Real>(frequency_hz) * order);
            source.current.push_back(
                {order, amperes / std::sqrt(1 + ratio * ratio), lag - std::atan(ratio) * 360 / two_pi});
        }
        source.voltage.push_back({3, 23, 0});
        source.direct_a = 0.2L;  // the converter's offset
        Metrology metrology(sed102, calibration);
        source.run(metrology, 70);
        const PhaseInterval& phase = metrology.interval().phase[0];
        const double third = 23e3 * std::cos(20 * std::numbers::pi / 180);
        EXPECT_NEAR(static_cast<double>(phase.active_power_mw), 575e3 + third, 600e3 * 3e-4) << frequency_hz;
        EXPECT_NEAR(static_cast<double>(phase.reactive_power_mvar), 995'929, 1e6 * 3e-4) << frequency_hz;
        EXPECT_NEAR(phase.current_ua, std::sqrt(26.0) * 1e6, 1e3) << frequency_hz;
    }
}

// Crosstalk's power goes with the square of the voltage, and so does what is subtracted.
TEST(PowerOffset, FollowsTheSquareOfTheVoltage) {
    Calibration calibration;
    calibration.phase[0].active_offset_uw = 400'000;
    for (const Real share : {1.0L, 0.5L}) {
        Source source(sed302, 50);
        source.voltage_share = share;
        Metrology metrology(sed302, calibration);
        source.run(metrology, 10);
        EXPECT_NEAR(static_cast<double>(metrology.interval().phase[0].active_power_mw),
                    static_cast<double>(1'150'000 * share - 400 * share * share), 1);
    }
}

// Registration starts at a current, whatever the voltage of the network.
TEST(Starting, IsTheSameCurrentOnEveryNetwork) {
    for (const Network& network : sm306.networks) {
        for (const auto& [amperes, starts] : {std::pair{0.001L, true}, std::pair{0.00045L, false}}) {
            Source source(sm306, 50);
            source.voltage = {{1, static_cast<Real>(network.voltage_mv) / 1000, 0}};
            source.current = {{1, amperes, 0}};
            Metrology metrology(sm306, {});
            source.run(metrology, 30);
            EXPECT_EQ(metrology.interval().phase[0].active_energy_mj > 0, starts) << network.name;
        }
    }
}

}  // namespace
}  // namespace blathy::meter
