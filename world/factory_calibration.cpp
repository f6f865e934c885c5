#include "world/factory_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "world/site.hpp"

namespace blathy::world {

namespace {

struct PhaseReading {
    double voltage_v = 0;
    double current_a = 0;
    double active_w = 0;
    double reactive_var = 0;
};

struct Reading {
    std::array<PhaseReading, max_phases> phase;
    double neutral_a = 0;
};

class Bench {
  public:
    Bench(const meter::Model& model, const AnalogFrontEnd& front_end) : model_(model), site_(model, front_end) {}

    void apply(const PhaseLoad& load) { site_.set_loads(load); }
    void set_frequency(double frequency_hz) {
        Mains mains = site_.mains();
        mains.frequency_hz = frequency_hz;
        site_.set_mains(mains);
    }
    void apply_to_first(const PhaseLoad& load) {
        site_.set_loads({});
        site_.set_load(0, load);
    }
    [[nodiscard]] Truth truth() const { return site_.truth(); }

    // Means over a number of windows, after those in which the meter settles and decides that there is load. Powers are
    // taken from the registers, which carry what a single reading rounds off.
    Reading read(const meter::Calibration& calibration, int windows) {
        constexpr int settling_windows = 15;
        meter::Metrology metrology(model_, calibration);
        Reading mean;
        double seconds = 0;
        for (int window = -settling_windows; window < windows; ++window) {
            while (!metrology.push(site_.next())) {
            }
            if (window < 0) continue;
            const meter::Interval& interval = metrology.interval();
            seconds += interval.duration_us / 1e6;
            for (std::size_t k = 0; k < model_.phases; ++k) {
                const meter::PhaseInterval& phase = interval.phase[k];
                mean.phase[k].voltage_v += phase.voltage_mv / 1e3 / windows;
                mean.phase[k].current_a += phase.current_ua / 1e6 / windows;
                mean.phase[k].active_w += static_cast<double>(phase.active_energy_mj) / 1e3;
                mean.phase[k].reactive_var += static_cast<double>(phase.reactive_energy_mvars) / 1e3;
            }
            mean.neutral_a += interval.neutral_current_ua / 1e6 / windows;
        }
        for (PhaseReading& phase : mean.phase) {
            phase.active_w /= seconds;
            phase.reactive_var /= seconds;
        }
        return mean;
    }

  private:
    const meter::Model& model_;
    Site site_;
};

std::int32_t rounded(double value) {
    return static_cast<std::int32_t>(std::lround(value));
}

constexpr double low_hz = 45;
constexpr double high_hz = 55;

// By how much the current leads in a reading at power factor 0.5 inductive, in radians.
double lead(const PhaseReading& reading) {
    return std::numbers::pi / 3 - std::atan2(reading.reactive_var, reading.active_w);
}

// A time that the current is early leads in proportion to the frequency, a transformer's magnetising inductance in
// inverse proportion, so two frequencies tell one from the other: lead = corner / f + 2 pi f early.
void correct_phase(meter::PhaseCalibration& phase, const PhaseReading& low, const PhaseReading& high) {
    const double corner_hz = (high_hz * lead(low) - low_hz * lead(high)) / (high_hz / low_hz - low_hz / high_hz);
    const double early_s =
        (high_hz * lead(high) - low_hz * lead(low)) / (high_hz * high_hz - low_hz * low_hz) / (2 * std::numbers::pi);
    phase.current_corner_uhz = std::max(0, phase.current_corner_uhz + rounded(corner_hz * 1e6));
    phase.current_delay_ns += rounded(early_s * 1e9);
}

// Multiplies what is there by the ratio of what ought to be read to what is read.
void correct_gain(std::int32_t& gain_ppm, double truth, double reading) {
    gain_ppm = rounded((1e6 + gain_ppm) * truth / reading - 1e6);
}

}  // namespace

meter::Calibration calibrate_at_factory(const meter::Model& model, const AnalogFrontEnd& front_end) {
    constexpr int short_reading = 10;  // windows of 200 ms
    constexpr int long_reading = 50;
    const double basic_a = model.basic_current_ma / 1e3;
    const double nominal_hz = model.nominal_frequency_mhz / 1e3;
    Bench bench(model, front_end);
    meter::Calibration found;

    bench.apply({});
    const Reading noise = bench.read(found, short_reading);
    for (std::size_t k = 0; k < model.phases; ++k) {
        found.phase[k].current_noise_ua = static_cast<std::uint32_t>(rounded(noise.phase[k].current_a * 1e6));
    }
    found.neutral_noise_ua = static_cast<std::uint32_t>(rounded(noise.neutral_a * 1e6));

    // Three times: a phase error still takes a little of the power when the gain is first found, and a transformer's
    // lead is the arc tangent of what is solved for here.
    for (int pass = 0; pass < 3; ++pass) {
        bench.apply({.current_a = basic_a});
        const Reading gain = bench.read(found, short_reading);
        const Truth full = bench.truth();
        for (std::size_t k = 0; k < model.phases; ++k) {
            meter::PhaseCalibration& phase = found.phase[k];
            const double power_ratio = full.phase[k].active_w / gain.phase[k].active_w;
            const double voltage_ratio = full.phase[k].voltage_v / gain.phase[k].voltage_v;
            correct_gain(phase.voltage_gain_ppm, voltage_ratio, 1);
            correct_gain(phase.current_gain_ppm, power_ratio / voltage_ratio, 1);
        }
        bench.apply({.current_a = basic_a, .power_factor = 0.5});
        bench.set_frequency(low_hz);
        const Reading low = bench.read(found, short_reading);
        bench.set_frequency(high_hz);
        const Reading high = bench.read(found, short_reading);
        bench.set_frequency(nominal_hz);
        for (std::size_t k = 0; k < model.phases; ++k) correct_phase(found.phase[k], low.phase[k], high.phase[k]);
    }

    bench.apply({.current_a = basic_a / 20});
    const Reading active = bench.read(found, long_reading);
    const Truth in_phase = bench.truth();
    bench.apply({.current_a = basic_a / 20, .power_factor = 0});
    const Reading reactive = bench.read(found, long_reading);
    const Truth in_quadrature = bench.truth();
    for (std::size_t k = 0; k < model.phases; ++k) {
        found.phase[k].active_offset_uw = rounded((active.phase[k].active_w - in_phase.phase[k].active_w) * 1e6);
        found.phase[k].reactive_offset_uvar =
            rounded((reactive.phase[k].reactive_var - in_quadrature.phase[k].reactive_var) * 1e6);
    }

    if (model.neutral_current) {
        bench.apply_to_first({.current_a = basic_a});
        correct_gain(found.neutral_gain_ppm, bench.truth().neutral_current_a,
                     bench.read(found, short_reading).neutral_a);
    }
    return found;
}

bool calibrate_at_factory(meter::Meter& meter, const AnalogFrontEnd& front_end) {
    return meter.calibrate(calibrate_at_factory(meter.model(), front_end));
}

}  // namespace blathy::world
