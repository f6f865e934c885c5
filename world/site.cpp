#include "world/site.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace blathy::world {

namespace {

constexpr double radians = std::numbers::pi / 180;
constexpr std::uint32_t samples_between_alignments = 1024;

// The peak phasor of an order of a waveform whose fundamental is rms x sqrt(2) x sin(wt - lag).
std::complex<double> phasor(double rms, double lag_degrees, const std::vector<Harmonic>& harmonics, int order) {
    const double peak = rms * std::numbers::sqrt2;
    std::complex<double> sum = order == 1 ? std::polar(peak, -lag_degrees * radians) : 0;
    for (const Harmonic& harmonic : harmonics) {
        if (harmonic.order != order) continue;
        sum += std::polar(peak * harmonic.ratio, (harmonic.lead_degrees - order * lag_degrees) * radians);
    }
    return sum;
}

double positive_degrees(double angle_radians) {
    const double degrees = angle_radians / radians;
    return degrees < 0 ? degrees + 360 : degrees;
}

}  // namespace

Site::Site(const meter::Model& model, const AnalogFrontEnd& front_end, const Crystal& crystal)
    : breaks_load_(model.connection == meter::Connection::direct),
      front_end_(front_end),
      crystal_(crystal),
      lowest_voltage_v_(model.lowest_voltage_mv / 1e3),
      max_current_a_(model.max_current_ma / 1e3),
      phases_(model.phases),
      has_neutral_(model.neutral_current),
      full_scale_v_(model.full_scale_voltage_mv / 1e3),
      full_scale_a_(model.full_scale_current_ma / 1e3),
      highest_count_(std::ldexp(1.0, model.adc_bits - 1)),
      sample_rate_hz_(model.sample_rate_hz * (1 + crystal.error_ppm() * 1e-6)),
      samples_per_second_(model.sample_rate_hz),
      random_(front_end_.noise_seed) {
    for (std::size_t k = 0; k < phases_; ++k) mains_.voltage_v[k] = model.nominal_voltage_mv / 1e3;
    mains_.frequency_hz = model.nominal_frequency_mhz / 1e3;
    const auto noise = [this](const Channel& channel) {
        return Noise{channel.offset * highest_count_, channel.noise * highest_count_};
    };
    for (std::size_t k = 0; k < max_phases; ++k) {
        noise_[k] = noise(front_end_.voltage[k]);
        noise_[max_phases + k] = noise(front_end_.current[k]);
    }
    noise_[neutral_channel] = noise(front_end_.neutral);
    noisy_ = std::ranges::any_of(noise_, [](const Noise& n) { return n.counts > 0; });
    rebuild();
}

void Site::set_mains(const Mains& mains) {
    mains_ = mains;
    rebuild();
}

void Site::set_load(std::size_t phase, const PhaseLoad& load) {
    household_.reset();
    load_[phase] = load;
    rebuild();
}

void Site::set_loads(const PhaseLoad& load) {
    household_.reset();
    load_.fill(load);
    rebuild();
}

void Site::set_bypass(std::size_t phase, double share) {
    bypass_[phase] = share;
    rebuild();
}

void Site::set_contact(std::size_t phase, bool closed) {
    const bool open = breaks_load_ && !closed;
    if (open == open_[phase]) return;
    open_[phase] = open;
    rebuild();
}

void Site::set_temperature(double celsius) {
    temperature_c_ = celsius;
    crystal_.temperature_c = celsius;
    align();
    sample_rate_hz_ = samples_per_second_ * (1 + crystal_.error_ppm() * 1e-6);
    rebuild();
}

void Site::set_neutral(bool connected) {
    neutral_ = connected;
    rebuild();
}

void Site::set_magnetic_field(double alternating_mt, double lead_degrees, double direct_mt) {
    alternating_mt_ = std::polar(alternating_mt * std::numbers::sqrt2, lead_degrees * radians);
    direct_mt_ = direct_mt;
    rebuild();
}

void Site::start_household(const Household& household, double local_seconds) {
    household_ = household;
    local_seconds_ = local_seconds;
    since_second_ = 0;
    run_household();
}

void Site::stop_household() {
    household_.reset();
}

void Site::run_household() {
    auto voltage_v = mains_.voltage_v;
    for (double& volts : voltage_v) volts = std::max(volts, lowest_voltage_v_);
    const auto loads = household_->at(local_seconds_, voltage_v);
    if (loads == load_) return;
    load_ = loads;
    rebuild();
}

double Site::load_current_a(std::size_t phase) const {
    if (open_[phase]) return 0;
    return load_[phase].current_a * std::min(1.0, mains_.voltage_v[phase] / lowest_voltage_v_);
}

Site::Phasor Site::source_phasor(std::size_t phase, int order) const {
    return phasor(mains_.voltage_v[phase], mains_.lag_degrees[phase], mains_.harmonics, order);
}

Site::Phasor Site::load_phasor(std::size_t phase, int order) const {
    const PhaseLoad& load = load_[phase];
    return phasor(load_current_a(phase), mains_.lag_degrees[phase] + load.lag_degrees(), load.harmonics, order);
}

Site::Phasor Site::star_point(int order) const {
    if (neutral_) return 0;
    if (phases_ == 1) return source_phasor(0, order);
    Phasor current = 0;
    Phasor admittance = 0;
    for (std::size_t k = 0; k < phases_; ++k) {
        const Phasor source = source_phasor(k, order);
        if (source == 0.0) continue;
        current += load_phasor(k, order);
        admittance += load_phasor(k, order) / source;
    }
    return admittance == 0.0 ? 0 : current / admittance;
}

Site::Phasor Site::voltage_phasor(std::size_t phase, int order) const {
    return source_phasor(phase, order) - star_point(order);
}

Site::Phasor Site::current_phasor(std::size_t phase, int order) const {
    const Phasor source = source_phasor(phase, order);
    if (neutral_ || source == 0.0) return neutral_ ? load_phasor(phase, order) : 0;
    return load_phasor(phase, order) * (source - star_point(order)) / source;
}

std::vector<int> Site::orders() const {
    std::vector<int> found = {1};
    for (const Harmonic& harmonic : mains_.harmonics) found.push_back(harmonic.order);
    for (const PhaseLoad& load : load_) {
        for (const Harmonic& harmonic : load.harmonics) found.push_back(harmonic.order);
    }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

Conditions Site::conditions(std::size_t phase) const {
    const double through_meter = load_current_a(phase) * (1 - bypass_[phase]);
    const double share = through_meter / max_current_a_;
    return {.temperature_c = temperature_c_ + front_end_.self_heating_k * share * share, .current_a = through_meter};
}

void Site::rebuild() {
    align();
    turns_per_sample_ = mains_.frequency_hz / sample_rate_hz_;
    order_.clear();
    for (std::size_t k = 0; k < phases_; ++k) {
        const double counts_per_a = highest_count_ / full_scale_a_;
        const Channel& current = front_end_.current[k];
        core_[k].set(current.corner(conditions(k)) / sample_rate_hz_, current.saturation_a * counts_per_a,
                     front_end_.bias_a_per_mt[k] * direct_mt_ * counts_per_a);
    }
    for (const int order : orders()) {
        const double frequency_hz = order * mains_.frequency_hz;
        Order& built = order_.emplace_back();
        built.order = order;
        built.turn = std::polar(1.0, 2 * std::numbers::pi * order * turns_per_sample_);
        built.angle = std::polar(1.0, 2 * std::numbers::pi * order * turns_);
        built.counts = {};
        Phasor neutral = 0;
        for (std::size_t k = 0; k < phases_; ++k) {
            const Phasor voltage = voltage_phasor(k, order) / full_scale_v_ *
                                   front_end_.voltage[k].response(frequency_hz, {.temperature_c = temperature_c_});
            const Phasor current = current_phasor(k, order) / full_scale_a_;
            neutral += current;
            Phasor sensed = current * (1 - bypass_[k]);
            if (order == 1) sensed += front_end_.pickup_a_per_mt[k] * alternating_mt_ / full_scale_a_;
            built.counts[k] = voltage * highest_count_;
            built.counts[max_phases + k] =
                sensed * front_end_.current[k].response(frequency_hz, conditions(k)) * highest_count_;
        }
        built.counts[neutral_channel] =
            neutral * front_end_.neutral.response(frequency_hz, {.temperature_c = temperature_c_}) * highest_count_;
    }
}

// Recurrences drift; now and then the angles are computed anew.
void Site::align() {
    turns_ = std::fmod(turns_ + since_alignment_ * turns_per_sample_, 1.0);
    since_alignment_ = 0;
    for (Order& order : order_) order.angle = std::polar(1.0, 2 * std::numbers::pi * order.order * turns_);
}

meter::Samples Site::next() {
    std::array<double, channels> sum;
    sum.fill(0);
    for (Order& order : order_) {
        const double re = order.angle.real();
        const double im = order.angle.imag();
        for (std::size_t c = 0; c < channels; ++c) sum[c] += order.counts[c].real() * im + order.counts[c].imag() * re;
        order.angle = {re * order.turn.real() - im * order.turn.imag(),
                       re * order.turn.imag() + im * order.turn.real()};
    }
    for (std::size_t k = 0; k < phases_; ++k) {
        double& current = sum[max_phases + k];
        if (core_[k].present()) current = core_[k].next(current);
        current += sum[k] * front_end_.crosstalk[k];
    }
    for (std::size_t c = 0; c < channels; ++c) sum[c] += noise_[c].offset_counts;
    if (noisy_) {
        for (std::size_t c = 0; c < channels; ++c) sum[c] += noise_[c].counts * random_.normal();
    }
    const auto convert = [this](double counts) {
        return static_cast<std::int32_t>(std::floor(std::clamp(counts + 0.5, -highest_count_, highest_count_ - 0.5)));
    };
    meter::Samples samples;
    for (std::size_t k = 0; k < phases_; ++k) {
        samples.voltage[k] = convert(sum[k]);
        samples.current[k] = convert(sum[max_phases + k]);
    }
    if (has_neutral_) samples.neutral_current = convert(sum[neutral_channel]);

    if (++since_alignment_ == samples_between_alignments) align();
    if (household_ && ++since_second_ == samples_per_second_) {
        since_second_ = 0;
        local_seconds_ += 1;
        run_household();
    }
    return samples;
}

Truth Site::truth() const {
    Truth truth;
    truth.frequency_hz = mains_.frequency_hz;
    double neutral_squared = 0;
    for (const int order : orders()) {
        if (order == 0) continue;
        Phasor neutral = 0;
        for (std::size_t k = 0; k < phases_; ++k) {
            PhaseTruth& phase = truth.phase[k];
            const Phasor voltage = voltage_phasor(k, order) / std::numbers::sqrt2;
            const Phasor through_meter = current_phasor(k, order) * (1 - bypass_[k]) / std::numbers::sqrt2;
            neutral += current_phasor(k, order) / std::numbers::sqrt2;
            const Phasor power = voltage * std::conj(through_meter);
            phase.voltage_v += std::norm(voltage);
            phase.current_a += std::norm(through_meter);
            phase.active_w += power.real();
            if (order == 1) {
                phase.reactive_var = power.imag();
                phase.voltage_lag_degrees =
                    neutral_ ? std::fmod(mains_.lag_degrees[k] + 360, 360.0) : positive_degrees(-std::arg(voltage));
                phase.current_lag_degrees = positive_degrees(std::arg(power));
            }
        }
        neutral_squared += std::norm(neutral);
    }
    for (PhaseTruth& phase : truth.phase) {
        phase.voltage_v = std::sqrt(phase.voltage_v);
        phase.current_a = std::sqrt(phase.current_a);
        phase.apparent_va = phase.voltage_v * phase.current_a;
    }
    truth.neutral_current_a = std::sqrt(neutral_squared);
    return truth;
}

}  // namespace blathy::world
