#include "meter/metrology/metrology.hpp"

#include <algorithm>
#include <limits>

#include "meter/metrology/cordic.hpp"
#include "meter/metrology/sums.hpp"

// Bounds, for the proof that nothing overflows. Samples are 24 bits: |voltage| <= 2^23; the delay filter and the
// integral stretch a hostile current, which is cut at 2^24. A cycle has at most 200 samples (8 kHz, 40 Hz), a window
// 2,000.
//   squares and products   2^48 a sample, 2^59 a window
//   demodulation           2^54 a sample; 2^61 a cycle (at most 2/pi of the sum of magnitudes)
//   integral               2^24 x 2^24 a sample x 2^13 samples
//   weights                2^10 a sample, 2^21 a window

namespace blathy::meter {

namespace {

constexpr int filter_bits = 28;
constexpr int integral_bits = 28;
constexpr int leak_bits = 13;  // the integral forgets within 2^13 samples
constexpr std::int64_t highest_current = (std::int64_t{1} << 24) - 1;
constexpr int sample_bits = 24;
constexpr int coarse_bits = 28;             // an energy is counted in steps of 2^28 squared counts x sample period
constexpr std::uint32_t voltage_delay = 2;  // samples, which the current's delay filter takes at its middle

std::uint64_t noise_counts_squared(std::uint32_t noise_ua, std::uint32_t full_scale_ma) {
    const std::uint64_t counts = (std::uint64_t{std::min(noise_ua, most_noise_ua)} << (sample_bits - 1 + root_bits)) /
                                 (std::uint64_t{full_scale_ma} * 1000);
    return counts * counts;
}

Scale gain(std::int32_t ppm) {
    const std::int64_t bounded = std::clamp(ppm, -most_gain_ppm, most_gain_ppm);
    return Scale::ratio(static_cast<std::uint64_t>(1'000'000 + bounded), 1'000'000);
}

// 2 pi x corner / sample rate, 2^-28.
std::int32_t corner_gain(std::int32_t corner_uhz, std::uint32_t sample_rate_hz) {
    constexpr std::int64_t two_pi = 1'686'629'713;  // 2^-28
    const std::int64_t bounded = std::clamp<std::int32_t>(corner_uhz, 0, most_corner_uhz);
    return static_cast<std::int32_t>(bounded * two_pi / 1'000'000 / sample_rate_hz);
}

// value x factor, 2^-30, exactly rounded down.
constexpr std::int64_t times_unit(std::int64_t value, std::int32_t factor) {
    constexpr std::int64_t unit = std::int64_t{1} << unit_bits;
    return (value >> unit_bits) * factor + (((value & (unit - 1)) * factor) >> unit_bits);
}

// Lagrange interpolation through five samples, delayed by two samples and `fraction` x 2^-28 more or less: flat to
// 10^-6 at the fundamental and to 10^-4 at the fifth harmonic, in gain as well as in delay.
std::array<std::int32_t, 5> delay_taps(std::int64_t fraction) {
    const auto d = [fraction](std::int64_t node) { return fraction + (node << filter_bits); };
    const auto times = [](std::int64_t a, std::int64_t b) { return (a * b) >> filter_bits; };
    const auto product = [&](std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t e) {
        return times(times(a, b), times(c, e));
    };
    std::array<std::int32_t, 5> h{};
    h[0] = static_cast<std::int32_t>(product(d(1), d(0), d(-1), d(-2)) / 24);
    h[1] = static_cast<std::int32_t>(-product(d(2), d(0), d(-1), d(-2)) / 6);
    h[3] = static_cast<std::int32_t>(-product(d(2), d(1), d(0), d(-2)) / 6);
    h[4] = static_cast<std::int32_t>(product(d(2), d(1), d(0), d(-1)) / 24);
    h[2] = (1 << filter_bits) - h[0] - h[1] - h[3] - h[4];
    return h;
}

std::uint32_t oscillator_step(std::uint64_t frequency_mhz, std::uint32_t sample_rate_hz) {
    return static_cast<std::uint32_t>((frequency_mhz << 32) / (std::uint64_t{sample_rate_hz} * 1000));
}

std::uint32_t millidegrees(std::uint32_t angle) {
    return static_cast<std::uint32_t>((std::uint64_t{angle} * 360'000 + (std::uint64_t{1} << 31)) >> 32) % 360'000;
}

}  // namespace

// The remainders of both steps stay in the counter, so over time not a count is lost.
std::int64_t Metrology::EnergyCounter::add(std::int64_t energy, Scale scale) {
    counts += energy;
    const std::int64_t coarse = counts >> coarse_bits;
    counts -= coarse * (std::int64_t{1} << coarse_bits);
    fraction += coarse * scale.mantissa;
    const std::int64_t whole = fraction >> scale.shift;
    fraction -= whole * (std::int64_t{1} << scale.shift);
    return whole;
}

Metrology::Metrology(const Model& model, const Calibration& calibration)
    : phases_(std::min<std::uint8_t>(model.phases, max_phases)),
      has_neutral_(model.neutral_current),
      unused_bits_(static_cast<std::uint8_t>(sample_bits - model.adc_bits)),
      highest_count_((std::int32_t{1} << (model.adc_bits - 1)) - 1),
      sample_rate_hz_(model.sample_rate_hz),
      nominal_step_(oscillator_step(model.nominal_frequency_mhz, sample_rate_hz_)),
      lowest_step_(oscillator_step(40'000, sample_rate_hz_)),
      highest_step_(oscillator_step(60'000, sample_rate_hz_)),
      presence_mv_(model.nominal_voltage_mv / 100 * presence_percent),
      voltage_events_(phases_, {.declared_mv = model.nominal_voltage_mv}) {
    const auto limit = [&](std::uint64_t starting_current_ua) {
        return NoLoadLimit{starting_current_ua * model.start_threshold_percent / 100,
                           starting_current_ua * model.stop_threshold_percent / 100};
    };
    active_limit_ = limit(model.starting_current_ua_active);
    reactive_limit_ = limit(model.starting_current_ua_reactive);

    constexpr int root_exponent = -(sample_bits - 1 + root_bits);
    const Scale millivolts = Scale::ratio(model.full_scale_voltage_mv, 1, root_exponent);
    const Scale microamperes = Scale::ratio(std::uint64_t{model.full_scale_current_ma} * 1000, 1, root_exponent);
    for (std::size_t k = 0; k < phases_; ++k) {
        Phase& phase = phase_[k];
        const PhaseCalibration& found = calibration.phase[k];
        const std::int64_t one = std::int64_t{1} << filter_bits;
        const std::int64_t longest = one + one / 5;
        const std::int64_t delay_ns = std::clamp(found.current_delay_ns, -most_delay_ns, most_delay_ns);
        const std::int64_t delay = delay_ns * sample_rate_hz_ * one / 1'000'000'000;
        phase.delay_filter = delay_taps(std::clamp(delay, -longest, longest));
        phase.voltage_scale = millivolts * gain(found.voltage_gain_ppm);
        phase.current_scale = microamperes * gain(found.current_gain_ppm);
        phase.power_scale = phase.voltage_scale * phase.current_scale * Scale::ratio(1, 1'000'000, 2 * root_bits);
        phase.energy_scale = phase.power_scale * Scale::ratio(1, sample_rate_hz_, coarse_bits);
        const Scale counts_of_a_microwatt = (phase.power_scale * Scale::ratio(1000, 1)).inverse();
        const auto nominal_counts =
            static_cast<std::uint64_t>(phase.voltage_scale.inverse().apply(model.nominal_voltage_mv) >> root_bits);
        const auto leak = [&](std::int32_t offset_uw) {
            const std::int64_t counts = counts_of_a_microwatt.apply(std::clamp(offset_uw, -most_offset, most_offset));
            if (counts == 0) return Leak{};
            const bool negative = counts < 0;
            return Leak{
                Scale::ratio(static_cast<std::uint64_t>(negative ? -counts : counts), nominal_counts * nominal_counts),
                negative ? -1 : 1};
        };
        phase.active_leak = leak(found.active_offset_uw);
        phase.reactive_leak = leak(found.reactive_offset_uvar);
        phase.corner_gain = corner_gain(found.current_corner_uhz, sample_rate_hz_);
        phase.noise_squared = noise_counts_squared(found.current_noise_ua, model.full_scale_current_ma);
    }
    neutral_.scale = microamperes * gain(calibration.neutral_gain_ppm);
    neutral_.noise_squared = noise_counts_squared(calibration.neutral_noise_ua, model.full_scale_current_ma);

    const Vector start = unit_vector(angle_);
    cosine_ = start.x;
    sine_ = start.y;
    set_oscillator(nominal_step_);
    previous_step_ = step_;
    analyser_.begin_window(angle_, step_);
}

void Metrology::set_oscillator(std::uint32_t step) {
    previous_step_ = step_;
    step_ = std::clamp(step, lowest_step_, highest_step_);
    const Vector turn = unit_vector(step_);
    step_cosine_ = turn.x;
    step_sine_ = turn.y;
    quarter_ = QuarterDelay::of(step_);
}

std::int32_t Metrology::converted(std::int32_t count) const {
    return std::clamp(count, -highest_count_ - 1, highest_count_) * (std::int32_t{1} << unused_bits_);
}

// Both channels of a phase come to the same instant, and the current to what it was before its transformer.
void Metrology::take(Phase& phase, std::int32_t voltage, std::int32_t current) const {
    phase.voltages.push(voltage);
    phase.voltage = phase.voltages.before(voltage_delay);

    auto& past = phase.past_currents;
    std::int64_t sum = std::int64_t{1} << (filter_bits - 1);
    for (std::size_t tap = taps - 1; tap > 0; --tap) {
        past[tap] = past[tap - 1];
        sum += std::int64_t{past[tap]} * phase.delay_filter[tap];
    }
    past[0] = current;
    sum += std::int64_t{current} * phase.delay_filter[0];
    std::int64_t restored = sum >> filter_bits;
    phase.sensor_current = static_cast<std::int32_t>(std::clamp(restored, -highest_current, highest_current));
    if (phase.corner_gain != 0 && first_windows_ == offset_windows) {
        // The integral to the middle of this sample; a rectangle short would be half a sample late. A transformer gives
        // no d.c., so what there is comes from the converter and is not for integration.
        const std::int64_t growth = (std::int64_t{phase.sensor_current} - phase.converter_offset) * phase.corner_gain;
        restored += (phase.current_integral + (growth >> 1)) >> integral_bits;
        phase.current_integral += growth - (phase.current_integral >> leak_bits);
    }
    phase.current = static_cast<std::int32_t>(std::clamp(restored, -highest_current, highest_current));
}

void Metrology::accumulate(Phase& phase) const {
    const std::int64_t v = phase.voltage;
    const std::int64_t i = phase.current;
    Cycle& sums = phase.cycle;
    sums.moments.voltage += v;
    sums.moments.current += i;
    sums.moments.sensor += phase.sensor_current;
    sums.moments.voltage_squared += v * v;
    sums.moments.current_squared += i * i;
    sums.moments.active += v * i;
    sums.moments.shorter_delay += phase.voltages.before(voltage_delay + quarter_.samples) * i;
    sums.moments.longer_delay += phase.voltages.before(voltage_delay + quarter_.samples + 1) * i;
    sums.voltage.cosine += v * cosine_;
    sums.voltage.sine += v * sine_;
    sums.current.cosine += i * cosine_;
    sums.current.sine += i * sine_;
}

bool Metrology::push(const Samples& samples) {
    ++samples_;
    const std::uint32_t before = angle_;
    angle_ += step_;
    for (std::size_t k = 0; k < phases_; ++k) {
        Phase& phase = phase_[k];
        take(phase, converted(samples.voltage[k]), converted(samples.current[k]));
        accumulate(phase);
        if (phase.half_cycle.add(phase.voltage, angle_, step_)) end_half_cycle(k);
    }
    const Phase& analysed = phase_[analysed_];
    analyser_.add(analyses_current_ ? analysed.current : analysed.voltage, cosine_, sine_);
    if (has_neutral_) {
        neutral_.current = converted(samples.neutral_current);
        neutral_.cycle += neutral_.current;
        neutral_.cycle_squared += std::int64_t{neutral_.current} * neutral_.current;
    }
    cycle_weight_ += 1 << weight_bits;

    if (angle_ < before) {
        // The cell of this sample reaches from `before` to beyond the full turn; angle_ of its step_ lies after it.
        return end_cycle(static_cast<std::int32_t>((std::uint64_t{angle_} << weight_bits) / step_));
    }
    constexpr std::int64_t half = std::int64_t{1} << (unit_bits - 1);
    const std::int64_t c = cosine_;
    const std::int64_t s = sine_;
    cosine_ = static_cast<std::int32_t>((c * step_cosine_ - s * step_sine_ + half) >> unit_bits);
    sine_ = static_cast<std::int32_t>((s * step_cosine_ + c * step_sine_ + half) >> unit_bits);
    return false;
}

bool Metrology::end_cycle(std::int32_t later) {
    std::array<Cycle, max_phases> next;
    for (std::size_t k = 0; k < phases_; ++k) {
        const Phase& phase = phase_[k];
        Cycle& sums = phase_[k].cycle;
        const std::int64_t v = phase.voltage;
        const std::int64_t i = phase.current;
        move_share(sums.moments.voltage, next[k].moments.voltage, v, later);
        move_share(sums.moments.current, next[k].moments.current, i, later);
        move_share(sums.moments.sensor, next[k].moments.sensor, phase.sensor_current, later);
        move_share(sums.moments.voltage_squared, next[k].moments.voltage_squared, v * v, later);
        move_share(sums.moments.current_squared, next[k].moments.current_squared, i * i, later);
        move_share(sums.moments.active, next[k].moments.active, v * i, later);
        move_share(sums.moments.shorter_delay, next[k].moments.shorter_delay,
                   phase.voltages.before(voltage_delay + quarter_.samples) * i, later);
        move_share(sums.moments.longer_delay, next[k].moments.longer_delay,
                   phase.voltages.before(voltage_delay + quarter_.samples + 1) * i, later);
        move_share(sums.voltage.cosine, next[k].voltage.cosine, v * cosine_, later);
        move_share(sums.voltage.sine, next[k].voltage.sine, v * sine_, later);
        move_share(sums.current.cosine, next[k].current.cosine, i * cosine_, later);
        move_share(sums.current.sine, next[k].current.sine, i * sine_, later);
    }
    const std::int64_t neutral = neutral_.current;
    std::int64_t next_neutral = 0;
    std::int64_t next_neutral_squared = 0;
    move_share(neutral_.cycle, next_neutral, neutral, later);
    move_share(neutral_.cycle_squared, next_neutral_squared, neutral * neutral, later);
    cycle_weight_ -= later;

    const QuarterDelay quarter = quarter_;  // that these sums were made with
    align_half_cycles();
    follow_reference();

    // Products of two demodulated sums, without the 2^60 of the oscillator's amplitude. A voltage keeps 2^27.5 and a
    // current 2^34.3 at full scale, so that the smallest current is not coarse and no product exceeds 2^62.
    constexpr int voltage_drop = 33;
    constexpr int current_drop = 27;
    static_assert(voltage_drop + current_drop == 2 * unit_bits);
    const auto dropped = [](const Fundamental& f, int bits) { return Fundamental{f.cosine >> bits, f.sine >> bits}; };
    const auto in_phase = [](const Fundamental& a, const Fundamental& b) {
        return a.cosine * b.cosine + a.sine * b.sine;
    };
    const auto lagging = [](const Fundamental& a, const Fundamental& b) {  // b behind a by a quarter turn is positive
        return a.cosine * b.sine - a.sine * b.cosine;
    };
    // The mean product of two sines is 2 / weight^2 times that of their demodulated sums; in a cycle that is 2 /
    // weight.
    const auto cycle_product = [this](std::int64_t product) {
        return product / cycle_weight_ * (std::int64_t{1} << (weight_bits + 1));
    };
    const Fundamental reference = dropped(phase_[reference_].cycle.voltage, voltage_drop);
    for (std::size_t k = 0; k < phases_; ++k) {
        Cycle& sums = phase_[k].cycle;
        Window& window = phase_[k].window;
        window.moments.voltage += sums.moments.voltage;
        window.moments.current += sums.moments.current;
        window.moments.sensor += sums.moments.sensor;
        window.moments.voltage_squared += sums.moments.voltage_squared;
        window.moments.current_squared += sums.moments.current_squared;
        window.moments.active += sums.moments.active;
        const Fundamental voltage = dropped(sums.voltage, voltage_drop);
        const Fundamental current = dropped(sums.current, current_drop);
        window.fundamental_active += cycle_product(in_phase(voltage, current));
        window.reactive += cycle_product(lagging(voltage, current));
        window.delayed_reactive += times_unit(sums.moments.shorter_delay, quarter.shorter_weight) +
                                   times_unit(sums.moments.longer_delay, quarter.longer_weight);
        window.against_reference.cosine += in_phase(reference, voltage);
        window.against_reference.sine += lagging(reference, voltage);
        sums = next[k];
    }
    neutral_.window += neutral_.cycle;
    neutral_.window_squared += neutral_.cycle_squared;
    neutral_.cycle = next_neutral;
    neutral_.cycle_squared = next_neutral_squared;
    window_weight_ += cycle_weight_;
    cycle_weight_ = later;

    const Vector start = unit_vector(angle_);
    cosine_ = start.x;
    sine_ = start.y;
    if (++cycles_ < cycles_per_window) {
        analyser_.begin_cycle(static_cast<std::uint32_t>(cycles_), angle_, step_);
        return false;
    }
    end_window();
    analyser_.begin_window(angle_, step_);
    return true;
}

void Metrology::end_half_cycle(std::size_t k) {
    Phase& phase = phase_[k];
    const std::uint32_t rms = phase.half_cycle.rms();
    phase.lowest_half_cycle = std::min(phase.lowest_half_cycle, rms);
    phase.highest_half_cycle = std::max(phase.highest_half_cycle, rms);
    const auto microseconds = [this](std::uint64_t samples) { return samples * 1'000'000 / sample_rate_hz_; };
    const std::uint64_t begin = samples_ - std::min<std::uint64_t>(samples_, phase.half_cycle.samples());
    voltage_events_.refresh(k, half_cycle_voltage_mv(k), microseconds(begin), microseconds(samples_));
}

// Each voltage's zero crossings, from its fundamental in the cycle that ended. One that is missing keeps them.
void Metrology::align_half_cycles() {
    constexpr std::uint32_t quarter_turn = 1U << 30;
    for (std::size_t k = 0; k < phases_; ++k) {
        Phase& phase = phase_[k];
        if (half_cycle_voltage_mv(k) < presence_mv_) continue;
        const Fundamental& voltage = phase.cycle.voltage;
        phase.half_cycle.align(0U - direction(voltage.cosine, -voltage.sine) - quarter_turn);
    }
}

// The reference voltage turns against the oscillator as fast as the oscillator is wrong. From one cycle to the next
// that gives the frequency between the middles of both, in which the oscillator ran at its previous and its present
// step.
void Metrology::follow_reference() {
    const Phase& phase = phase_[reference_];
    const std::int64_t squares = phase.cycle.moments.voltage_squared;
    const std::uint32_t rms = root_mean_square(squares, phase.cycle.moments.voltage, cycle_weight_, 0);
    reference_present_ = phase.voltage_scale.apply(rms) >= presence_mv_;
    if (!reference_present_) {
        direction_known_ = false;
        return;
    }
    const std::uint32_t now = direction(phase.cycle.voltage.cosine, -phase.cycle.voltage.sine);
    const auto advance = static_cast<std::int32_t>(now - direction_);
    direction_ = now;
    if (!direction_known_) {
        direction_known_ = true;
        previous_step_ = step_;
        return;
    }
    const std::int64_t ran_at = (std::int64_t{previous_step_} + step_) / 2;
    const std::int64_t found = std::clamp<std::int64_t>(
        ran_at + (std::int64_t{advance} * (1 << weight_bits)) / cycle_weight_, lowest_step_, highest_step_);
    frequency_sum_ += static_cast<std::uint64_t>(found);
    ++frequencies_;
    // A quarter of the way: settles from 50 to 42.5 Hz in half a second, and a phase jump hardly moves it.
    set_oscillator(static_cast<std::uint32_t>(step_ + (found - step_) / 4));
}

void Metrology::end_window() {
    interval_ = {};
    const std::uint64_t elapsed = static_cast<std::uint64_t>(window_weight_) * 1'000'000 + duration_remainder_;
    const std::uint64_t unit = std::uint64_t{sample_rate_hz_} << weight_bits;
    interval_.duration_us = static_cast<std::uint32_t>(elapsed / unit);
    duration_remainder_ = elapsed % unit;

    const Phase& analysed = phase_[analysed_];
    Spectrum& spectrum = analyses_current_ ? spectra_[analysed_].current : spectra_[analysed_].voltage;
    spectrum = analyser_.spectrum(analyses_current_ ? analysed.current_scale : analysed.voltage_scale);
    if (analyses_current_) analysed_ = static_cast<std::uint8_t>((analysed_ + 1U) % phases_);
    analyses_current_ = !analyses_current_;

    for (std::size_t k = 0; k < phases_; ++k) {
        measure(phase_[k], spectra_[k], interval_.phase[k]);
        follow_converter_offset(phase_[k]);
    }
    if (first_windows_ < offset_windows) ++first_windows_;
    if (has_neutral_) {
        interval_.neutral_current_ua = static_cast<std::uint32_t>(neutral_.scale.apply(
            root_mean_square(neutral_.window_squared, neutral_.window, window_weight_, neutral_.noise_squared)));
    }
    if (reference_present_) {
        const std::uint64_t step = frequencies_ > 0 ? frequency_sum_ / frequencies_ : step_;
        interval_.frequency_mhz =
            static_cast<std::uint32_t>((step * sample_rate_hz_ * 1000 + (std::uint64_t{1} << 31)) >> 32);
    }
    measure_angles();
    choose_reference();

    for (std::size_t k = 0; k < phases_; ++k) phase_[k].window = {};
    neutral_.window = 0;
    neutral_.window_squared = 0;
    window_weight_ = 0;
    cycles_ = 0;
    frequency_sum_ = 0;
    frequencies_ = 0;
}

void Metrology::measure(Phase& phase, const PhaseSpectra& spectra, PhaseInterval& out) {
    const Moments& sums = phase.window.moments;
    const std::int64_t weight = window_weight_;
    const auto power = [&](std::int64_t energy) { return phase.power_scale.apply(mean(energy, weight, 0)); };

    const std::uint32_t voltage = root_mean_square(sums.voltage_squared, sums.voltage, weight, 0);
    const std::uint32_t current = root_mean_square(sums.current_squared, sums.current, weight, phase.noise_squared);
    out.voltage_mv = static_cast<std::uint32_t>(phase.voltage_scale.apply(voltage));
    out.current_ua = static_cast<std::uint32_t>(phase.current_scale.apply(current));

    const std::int64_t squares = without_dc(sums.voltage_squared, sums.voltage, sums.voltage, weight);
    const std::int64_t active =
        without_dc(sums.active, sums.voltage, sums.current, weight) - phase.active_leak.of(squares);
    const std::int64_t reactive_leak = phase.reactive_leak.of(squares);
    const std::int64_t reactive = phase.window.reactive - reactive_leak;
    const std::int64_t delayed =
        without_dc(phase.window.delayed_reactive, sums.voltage, sums.current, weight) - reactive_leak;
    // Rounding must not let the apparent power fall below the active power that it contains.
    const auto apparent_mean = static_cast<std::int64_t>((std::uint64_t{voltage} * current) >> (2 * root_bits));
    const std::int64_t apparent = std::max((apparent_mean >> weight_bits) * weight, active < 0 ? -active : active);

    const std::int64_t active_mw = power(active);
    const std::int64_t reactive_mvar = power(reactive);
    const std::int64_t apparent_mva = power(apparent);
    const std::uint64_t gate_mv = std::max(out.voltage_mv, presence_mv_);
    const auto threshold = [gate_mv](std::uint64_t ua) { return static_cast<std::int64_t>(gate_mv * ua / 1'000'000); };
    const auto pass = [&](NoLoadGate& gate, std::int64_t energy, std::int64_t mean_power, const NoLoadLimit& limit) {
        return gate.pass(energy, mean_power, threshold(limit.start_ua), threshold(limit.stop_ua));
    };
    out.active_energy_mj =
        phase.active.add(pass(phase.active_gate, active, active_mw, active_limit_), phase.energy_scale);
    out.reactive_energy_mvars =
        phase.reactive.add(pass(phase.reactive_gate, reactive, reactive_mvar, reactive_limit_), phase.energy_scale);
    out.apparent_energy_mvas =
        phase.apparent.add(pass(phase.apparent_gate, apparent, apparent_mva, active_limit_), phase.energy_scale);
    phase.delayed_reactive_mvar = phase.reactive_gate.open() ? power(delayed) : 0;
    if (phase.active_gate.open()) out.active_power_mw = active_mw;
    if (phase.reactive_gate.open()) out.reactive_power_mvar = reactive_mvar;
    if (phase.apparent_gate.open()) out.apparent_power_mva = apparent_mva;

    out.highest_half_cycle_mv = static_cast<std::uint32_t>(phase.voltage_scale.apply(phase.highest_half_cycle));
    out.lowest_half_cycle_mv = static_cast<std::uint32_t>(
        phase.voltage_scale.apply(std::min(phase.lowest_half_cycle, phase.highest_half_cycle)));
    phase.lowest_half_cycle = std::numeric_limits<std::uint32_t>::max();
    phase.highest_half_cycle = 0;
    phase.half_cycle.set_offset(static_cast<std::int32_t>(mean(sums.voltage, weight, 0)));
    const auto hundredths = [](std::uint32_t ppm) {
        return static_cast<std::uint16_t>(
            std::min<std::uint32_t>(ppm / 100, std::numeric_limits<std::uint16_t>::max()));
    };
    out.voltage_distortion = hundredths(spectra.voltage.distortion_ppm);
    out.current_distortion = hundredths(spectra.current.distortion_ppm);
}

// At first as it is found, then slowly: a load that is switched sends a little d.c. through its transformer as well.
void Metrology::follow_converter_offset(Phase& phase) const {
    const std::int64_t found = mean(phase.window.moments.sensor, window_weight_, 0);
    constexpr std::int64_t windows = 64;
    const std::int64_t away = found - phase.converter_offset;
    phase.converter_offset += static_cast<std::int32_t>(first_windows_ < offset_windows ? away : away / windows);
}

void Metrology::measure_angles() {
    const auto present = [this](std::size_t k) { return interval_.phase[k].voltage_mv >= presence_mv_; };
    for (std::size_t k = 0; k < phases_; ++k) {
        if (!present(k)) continue;
        const Window& window = phase_[k].window;
        if (reference_present_) {
            interval_.phase[k].voltage_angle_mdeg =
                millidegrees(direction(window.against_reference.cosine, window.against_reference.sine));
        }
        if (phase_[k].apparent_gate.open()) {
            interval_.phase[k].current_angle_mdeg = millidegrees(direction(window.fundamental_active, window.reactive));
        }
    }
    // Two phases are enough to see which way the field turns: the later one lags the earlier one by 120 degrees for
    // each place between them if it turns L1, L2, L3.
    for (std::size_t j = 0; j < phases_; ++j) {
        for (std::size_t k = j + 1; k < phases_; ++k) {
            if (!present(j) || !present(k)) continue;
            const std::uint32_t lag =
                (interval_.phase[k].voltage_angle_mdeg + 360'000 - interval_.phase[j].voltage_angle_mdeg) % 360'000;
            const bool behind = lag < 180'000;
            interval_.phase_sequence_reversed = behind != (k - j == 1);
            return;
        }
    }
}

// The first phase that has voltage leads; without any the oscillator keeps the nominal pace.
void Metrology::choose_reference() {
    const auto first = std::find_if(interval_.phase.begin(), interval_.phase.begin() + phases_,
                                    [this](const PhaseInterval& p) { return p.voltage_mv >= presence_mv_; });
    const auto chosen = static_cast<std::uint8_t>(first - interval_.phase.begin());
    if (chosen == phases_) {
        set_oscillator(nominal_step_);
        direction_known_ = false;
    } else if (chosen != reference_) {
        reference_ = chosen;
        direction_known_ = false;
    }
}

}  // namespace blathy::meter
