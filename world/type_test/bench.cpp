#include "world/type_test/bench.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "meter/energy/energy.hpp"
#include "meter/energy/pulse_output.hpp"
#include "meter/metrology/calibration_memory.hpp"
#include "meter/metrology/metrology.hpp"
#include "world/factory_calibration.hpp"
#include "world/site.hpp"
#include "world/sparse_flash.hpp"

namespace blathy::world::type_test {

namespace {

constexpr int settling_windows = 10;
constexpr double never = 1e9;  // an error so large that no limit allows it

// All elements together.
struct Powers {
    double active_w = 0;
    double reactive_var = 0;
    [[nodiscard]] double of(Quantity quantity) const { return quantity == Quantity::active ? active_w : reactive_var; }
};

Powers truth_of(const Site& site) {
    Powers sum;
    for (const PhaseTruth& phase : site.truth().phase) {
        sum.active_w += phase.active_w;
        sum.reactive_var += phase.reactive_var;
    }
    return sum;
}

Powers registered_in(const meter::Interval& interval) {  // J and var s
    Powers sum;
    for (const meter::PhaseInterval& phase : interval.phase) {
        sum.active_w += static_cast<double>(phase.active_energy_mj) / 1e3;
        sum.reactive_var += static_cast<double>(phase.reactive_energy_mvars) / 1e3;
    }
    return sum;
}

class Bench {
  public:
    Bench(const meter::Model& model, const Specimen& specimen, const Point& point, std::uint64_t noise)
        : model_(model),
          network_(model.networks[point.network]),
          point_(point),
          site_(model, with_noise(specimen.front_end, noise), {.offset_ppm = specimen.front_end.crystal_ppm}),
          metrology_(model, specimen.calibration) {
        site_.set_temperature(reference_temperature_c);
        scale_voltage(1);
        load();
    }

    [[nodiscard]] Site& site() { return site_; }
    [[nodiscard]] const meter::Interval& interval() const { return metrology_.interval(); }
    void window() {
        while (!metrology_.push(next())) {
        }
    }
    // A sample, with the load switched as the burst asks for.
    meter::Samples next() {
        if (bursting_) {
            if (burst_sample_ == 0) load();
            if (burst_sample_ == burst_samples_ / 2) site_.set_loads({});
            burst_sample_ = (burst_sample_ + 1) % burst_samples_;
        }
        return site_.next();
    }
    // Seconds of an ideal clock in the last window.
    [[nodiscard]] double seconds() const {
        return interval().duration_us / 1e6 * model_.sample_rate_hz / site_.sample_rate_hz();
    }

    void scale_voltage(double share) {
        Mains mains = site_.mains();
        mains.voltage_v = {};
        const double voltage_v = network_.voltage_mv / 1e3 * share;
        for (std::size_t k = 0; k < model_.phases; ++k) mains.voltage_v[k] = voltage_v;
        mains.lag_degrees = {0, 120, 240};
        if (network_.two_elements) {
            mains.voltage_v[1] = 0;
            mains.lag_degrees = {-30, 0, -90};
        }
        site_.set_mains(mains);
    }

    void set_frequency(double frequency_hz) {
        Mains mains = site_.mains();
        mains.frequency_hz = frequency_hz;
        site_.set_mains(mains);
    }

    void load() {
        site_.set_loads({});
        const double angle = point_.quantity == Quantity::active ? std::acos(point_.factor) : std::asin(point_.factor);
        const double lag = (point_.inductive ? angle : -angle) * 180 / std::numbers::pi;
        for (std::size_t k = 0; k < model_.phases; ++k) {
            if (point_.element >= 0 && static_cast<std::size_t>(point_.element) != k) continue;
            double own = lag;
            if (network_.two_elements) {
                if (k == 1) continue;
                // The line currents against V12 and V32.
                if (point_.element < 0) own += k == 0 ? 30 : -30;
            }
            site_.set_load(k, PhaseLoad::lagging(point_.current_a, own));
        }
    }

    void influence() {
        Mains mains = site_.mains();
        PhaseLoad load = site_.load(0);
        switch (point_.influence) {
            case Influence::none:
            case Influence::self_heating:
                return;
            case Influence::temperature:
                site_.set_temperature(point_.level);
                return;
            case Influence::voltage:
                scale_voltage(point_.level);
                return;
            case Influence::frequency:
                set_frequency(point_.level);
                return;
            case Influence::reversed_sequence:
                mains.reverse_sequence();
                break;
            case Influence::unbalance:
                for (std::size_t k = 0; k < model_.phases; ++k) {
                    if ((static_cast<unsigned>(point_.level) >> k & 1U) != 0) mains.voltage_v[k] = 0;
                }
                break;
            case Influence::fifth_harmonic:
                mains.harmonics = {{.order = 5, .ratio = 0.1}};
                load.harmonics = {{.order = 5, .ratio = 0.4}};
                site_.set_loads(load);
                break;
            case Influence::half_wave:
                // R.m.s. of the half-wave as of the sine before; its fundamental is half of the sine it is cut from.
                load.current_a /= std::numbers::sqrt2;
                load.harmonics = half_wave(40);
                site_.set_loads(load);
                break;
            case Influence::phase_fired:
                site_.set_loads(phase_fired(point_.current_a, 39));
                break;
            case Influence::burst:
                bursting_ = true;
                burst_samples_ = 4 * model_.sample_rate_hz * 1000 / model_.nominal_frequency_mhz;
                break;
            case Influence::alternating_field:
                site_.set_magnetic_field(0.5, point_.level, 0);
                break;
            case Influence::magnet:
                site_.set_magnetic_field(0, 0, point_.level);
                break;
        }
        site_.set_mains(mains);
    }
    [[nodiscard]] bool bursting() const { return bursting_; }

    // Windows that bring the noise well below what is asked for.
    [[nodiscard]] int windows() const {
        const double noise_a = model_.full_scale_current_ma / 1e3 * std::pow(10, -101.0 / 20) / std::numbers::sqrt2;
        const double asked =
            std::max(0.001, point_.limit / 100 * (point_.kind == Kind::dynamic_range ? 1 : point_.goal));
        constexpr double deviations = 8;
        const bool per_kelvin = point_.influence == Influence::temperature;
        const double allowed = std::min(asked * (per_kelvin ? 30 : 1), 0.01) / deviations;
        const double ratio = noise_a / (point_.current_a * point_.factor * allowed);
        const double samples_a_window = model_.sample_rate_hz * 0.2;
        const auto needed = static_cast<int>(ratio * ratio / samples_a_window);
        return std::clamp(needed + needed % 2, 10, 400);  // even: a burst is two windows
    }

    // Error in per cent.
    double error() {
        for (int n = 0; n < settling_windows; ++n) window();
        Powers energy;
        double time = 0;
        for (int n = windows(); n > 0; --n) {
            window();
            const Powers more = registered_in(interval());
            energy.active_w += more.active_w;
            energy.reactive_var += more.reactive_var;
            time += seconds();
        }
        // Half of the time of a burst; when it is off the site's truth is nothing.
        if (bursting_) load();
        const double share = bursting_ ? 0.5 : 1;
        return (energy.of(point_.quantity) / time / (truth_of(site_).of(point_.quantity) * share) - 1) * 100;
    }

  private:
    static AnalogFrontEnd with_noise(AnalogFrontEnd front_end, std::uint64_t noise) {
        front_end.noise_seed ^= noise;
        return front_end;
    }

    const meter::Model& model_;
    const meter::Network& network_;
    const Point& point_;
    Site site_;
    meter::Metrology metrology_;
    bool bursting_ = false;
    std::uint32_t burst_samples_ = 0;
    std::uint32_t burst_sample_ = 0;
};

// Noise differs from point to point and from run to run, the same for the same point.
std::uint64_t noise_of(const Point& point, unsigned run) {
    Random mixer(static_cast<std::uint64_t>(point.current_a * 1e6) * 31 +
                 static_cast<std::uint64_t>(point.factor * 1e3));
    return mixer.bits() ^ (std::uint64_t{run} << 56) ^ static_cast<std::uint64_t>(point.level * 1e3 + 1e6) ^
           (static_cast<std::uint64_t>(point.kind) << 48) ^ (static_cast<std::uint64_t>(point.element + 1) << 40);
}

double change_of_error(const meter::Model& model, const Specimen& specimen, const Point& point) {
    if (point.influence == Influence::self_heating) {
        // Cold, before the current has warmed anything, against warm.
        Specimen cold = specimen;
        cold.front_end.self_heating_k = 0;
        return Bench(model, specimen, point, noise_of(point, 0)).error() -
               Bench(model, cold, point, noise_of(point, 1)).error();
    }
    const double before = Bench(model, specimen, point, noise_of(point, 0)).error();
    Bench bench(model, specimen, point, noise_of(point, 1));
    bench.influence();
    const double change = bench.error() - before;
    return point.influence == Influence::temperature ? change / (point.level - reference_temperature_c) : change;
}

// How much later than it should, in per cent of the time between two pulses at this current, the first pulse comes from
// the moment that voltage and current are there. Registration is steady once it has begun, so half a minute tells when.
double starting(const meter::Model& model, const Specimen& specimen, const Point& point) {
    Bench bench(model, specimen, point, noise_of(point, 0));
    const double power = truth_of(bench.site()).of(point.quantity);
    const bool active = point.quantity == Quantity::active;
    const double pulse_j = 3.6e6 / (active ? model.active_constant_per_kwh : model.reactive_constant_per_kvarh);
    double energy = 0;
    double time = 0;
    double late_energy = 0;
    double late_time = 0;
    constexpr int windows = 150;
    for (int n = 0; n < windows; ++n) {
        bench.window();
        const double more = registered_in(bench.interval()).of(point.quantity);
        energy += more;
        time += bench.seconds();
        if (n < windows / 3) continue;
        if (more <= 0) return never;  // it started, but did not continue
        late_energy += more;
        late_time += bench.seconds();
    }
    const double first_pulse_s = time + (pulse_j - energy) / (late_energy / late_time);
    return (first_pulse_s / (pulse_j / power) - 1) * 100;
}

double no_load(const meter::Model& model, const Specimen& specimen, const Point& point) {
    Bench bench(model, specimen, point, noise_of(point, 0));
    const meter::Network& network = model.networks[point.network];
    const double elements = network.two_elements ? 2 : model.phases;
    double minutes = 0;
    for (const NoLoadLimit& row : no_load_limits()) {
        const bool active = row.quantity == Quantity::active;
        if (row.accuracy_class != (active ? model.active_class : model.reactive_class)) continue;
        const double constant = active ? model.active_constant_per_kwh : model.reactive_constant_per_kvarh;
        minutes = std::max(minutes, row.constant * 1e6 /
                                        (constant * elements * network.voltage_mv / 1e3 * model.max_current_ma / 1e3));
    }
    bench.scale_voltage(1.15);
    double active_j = 0;
    double reactive_vars = 0;
    double left_s = minutes * 60;
    while (left_s > 0) {
        bench.window();
        left_s -= bench.seconds();
        const Powers more = registered_in(bench.interval());
        active_j += std::abs(more.active_w);
        reactive_vars += std::abs(more.reactive_var);
    }
    return std::max(active_j * model.active_constant_per_kwh, reactive_vars * model.reactive_constant_per_kvarh) /
           3.6e6;
}

// Pulses that the output gave, less the whole ones that the register accounts for.
double constant(const meter::Model& model, const Specimen& specimen, const Point& point) {
    Bench bench(model, specimen, point, noise_of(point, 0));
    meter::Energy energy;
    meter::PulseOutput output(model.active_constant_per_kwh, 0);
    std::size_t pulses = 0;
    for (int n = 0; n < 100; ++n) {
        bench.window();
        energy.add(bench.interval());
        pulses += output.advance(energy.total.active_absolute(), bench.interval().duration_us).size();
    }
    const std::uint64_t millijoules_per_kwh = 1000 * meter::millijoules_per_wh;
    const std::uint64_t due = energy.total.active_absolute() * model.active_constant_per_kwh / millijoules_per_kwh;
    return static_cast<double>(pulses) - static_cast<double>(due);
}

double repeatability(const meter::Model& model, const Specimen& specimen, const Point& point) {
    double lowest = never;
    double highest = -never;
    for (unsigned run = 0; run < 5; ++run) {
        const double error = Bench(model, specimen, point, noise_of(point, run)).error();
        lowest = std::min(lowest, error);
        highest = std::max(highest, error);
    }
    return highest - lowest;
}

// Means over two seconds of what the Intervals say, in per cent, millihertz or degrees.
double reading(const meter::Model& model, const Specimen& specimen, const Point& point) {
    Bench bench(model, specimen, point, noise_of(point, 0));
    if (point.reading == Reading::voltage) bench.scale_voltage(point.level);
    if (point.reading == Reading::frequency) bench.set_frequency(point.level);
    const Truth truth = bench.site().truth();
    for (int n = 0; n < settling_windows; ++n) bench.window();
    constexpr int windows = 10;
    std::array<double, max_phases> sum{};
    for (int n = 0; n < windows; ++n) {
        bench.window();
        const meter::Interval& interval = bench.interval();
        for (std::size_t k = 0; k < model.phases; ++k) {
            const meter::PhaseInterval& phase = interval.phase[k];
            const PhaseTruth& true_phase = truth.phase[k];
            const auto relative = [](double read, double should) { return should > 0 ? (read / should - 1) * 100 : 0; };
            double error = 0;
            switch (point.reading) {
                case Reading::voltage:
                    error = relative(phase.voltage_mv / 1e3, true_phase.voltage_v);
                    break;
                case Reading::current:
                    error = relative(phase.current_ua / 1e6, true_phase.current_a);
                    break;
                case Reading::neutral_current:
                    error = relative(interval.neutral_current_ua / 1e6, truth.neutral_current_a);
                    break;
                case Reading::current_angle:
                    if (true_phase.apparent_va == 0) break;
                    error = std::remainder(phase.current_angle_mdeg / 1e3 - true_phase.current_lag_degrees, 360.0);
                    break;
                case Reading::frequency:
                    error = interval.frequency_mhz - truth.frequency_hz * 1e3;
                    break;
            }
            sum[k] += error / windows;
        }
    }
    return *std::ranges::max_element(sum, {}, [](double error) { return std::abs(error); });
}

// IEC 62052-11: interruptions of 1 s, three times, 50 ms apart; one of a cycle; a dip of 50 % for a minute. Without
// load, the register may change by 10^-6 m Un Imax kWh.
double dips(const meter::Model& model, const Specimen& specimen, const Point& point) {
    Bench bench(model, specimen, point, noise_of(point, 0));
    meter::Metrology metrology(model, specimen.calibration);
    double energy_j = 0;
    const auto run = [&](double share, double seconds) {
        bench.scale_voltage(share);
        const auto samples = static_cast<int>(seconds * model.sample_rate_hz);
        for (int n = 0; n < samples; ++n) {
            if (!metrology.push(bench.site().next())) continue;
            const Powers more = registered_in(metrology.interval());
            energy_j += std::max(std::abs(more.active_w), std::abs(more.reactive_var));
        }
    };
    run(1, 2);
    for (int times = 0; times < 3; ++times) {
        run(0, 1);
        run(1, 0.05);
    }
    run(1, 2);
    run(0, 0.02);
    run(1, 2);
    run(0.5, 60);
    run(1, 2);
    const double allowed_kwh = 1e-6 * model.phases * model.nominal_voltage_mv / 1e3 * model.max_current_ma / 1e3;
    return energy_j / 3.6e6 / allowed_kwh;
}

}  // namespace

Specimen make_specimen(const meter::Model& model, std::uint64_t seed) {
    const AnalogFrontEnd front_end = AnalogFrontEnd::manufacture(model, seed);
    // As it leaves the factory: found, stored, sealed, and read again.
    SparseFlash flash(2);
    meter::CalibrationMemory memory(flash, static_cast<std::uint32_t>(seed));
    if (!memory.write(calibrate_at_factory(model, front_end), 0) || !memory.seal()) return {seed, front_end, {}};
    const auto kept = memory.read();
    return {seed, front_end, kept ? kept->calibration : meter::Calibration{}};
}

double run(const meter::Model& model, const Specimen& specimen, const Point& point) {
    switch (point.kind) {
        case Kind::error:
        case Kind::dynamic_range:
            return Bench(model, specimen, point, noise_of(point, 0)).error();
        case Kind::influence:
            return change_of_error(model, specimen, point);
        case Kind::starting:
            return starting(model, specimen, point);
        case Kind::no_load:
            return no_load(model, specimen, point);
        case Kind::constant:
            return constant(model, specimen, point);
        case Kind::repeatability:
            return repeatability(model, specimen, point);
        case Kind::dips:
            return dips(model, specimen, point);
        case Kind::reading:
            return reading(model, specimen, point);
    }
    return never;
}

}  // namespace blathy::world::type_test
