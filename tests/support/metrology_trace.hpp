// A metrology's whole answer to samples that integers make, as one number: the same on every machine or a bit differs.
// It needs nothing that a microcontroller does not have.
#pragma once

#include <cstdint>

#include "meter/metrology/cordic.hpp"
#include "meter/metrology/metrology.hpp"

namespace blathy::test {

// Three seconds at 4 kHz: a mains that changes its frequency, distortion, d.c., noise, a dip, loads of every size.
inline constexpr std::uint32_t trace_samples = 12'000;

class TraceSignal {
  public:
    meter::Samples next() {
        ++sample_;
        angle_ += sample_ < trace_samples / 2 ? 53'364'449U : 54'116'061U;  // 49.7 and 50.4 Hz at 4 kHz
        const bool dip = sample_ % 4'000 > 2'000 && sample_ % 4'000 < 2'300;
        const std::int64_t voltage = dip ? 2'600'000 : 5'400'000;
        const std::int64_t current = std::int64_t{20} << (sample_ / 700);
        meter::Samples samples;
        for (std::uint32_t k = 0; k < meter::max_phases; ++k) {
            const std::uint32_t own = angle_ - k * 1'431'655'765U;
            samples.voltage[k] = sine(own, voltage) + sine(5 * own, voltage / 12) + noise(6) + 4'000;
            samples.current[k] = sine(own - (k << 29), current) + sine(3 * own, current / 3) + noise(5) - 900 +
                                 static_cast<std::int32_t>(k);
        }
        samples.neutral_current = sine(angle_, current) + noise(8);
        return samples;
    }

  private:
    static std::int32_t sine(std::uint32_t angle, std::int64_t amplitude) {
        return static_cast<std::int32_t>((meter::unit_vector(angle).y * amplitude) >> meter::unit_bits);
    }
    std::int32_t noise(int bits) {
        random_ = random_ * 1'664'525U + 1'013'904'223U;
        return static_cast<std::int32_t>(random_) >> (32 - bits);
    }

    std::uint32_t sample_ = 0;
    std::uint32_t angle_ = 0;
    std::uint32_t random_ = 12'345;
};

// FNV-1a over everything that the metrology says.
class TraceHash {
  public:
    template <class Integer>
    void mix(Integer value) {
        for (int shift = 0; shift < 64; shift += 8) {
            hash_ ^= (static_cast<std::uint64_t>(value) >> shift) & 255U;
            hash_ *= 1'099'511'628'211U;
        }
    }
    void mix(const meter::Interval& interval) {
        mix(interval.duration_us);
        mix(interval.frequency_mhz);
        mix(interval.neutral_current_ua);
        mix(interval.phase_sequence_reversed);
        for (const meter::PhaseInterval& phase : interval.phase) {
            mix(phase.voltage_mv);
            mix(phase.current_ua);
            mix(phase.active_power_mw);
            mix(phase.reactive_power_mvar);
            mix(phase.apparent_power_mva);
            mix(phase.voltage_angle_mdeg);
            mix(phase.current_angle_mdeg);
            mix(phase.active_energy_mj);
            mix(phase.reactive_energy_mvars);
            mix(phase.apparent_energy_mvas);
            mix(phase.lowest_half_cycle_mv);
            mix(phase.highest_half_cycle_mv);
            mix(phase.voltage_distortion);
            mix(phase.current_distortion);
        }
    }
    void mix(const meter::PhaseSpectra& spectra) {
        for (const meter::Spectrum* spectrum : {&spectra.voltage, &spectra.current}) {
            for (const std::uint32_t rms : spectrum->rms) mix(rms);
            mix(spectrum->distortion_ppm);
        }
    }
    void mix(const meter::VoltageEvent& event) {
        mix(static_cast<unsigned>(event.kind));
        mix(event.phases);
        mix(event.begin_us);
        mix(event.duration_us);
        mix(event.extreme_mv());
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    std::uint64_t hash_ = 14'695'981'039'346'656'037U;
};

inline meter::Calibration trace_calibration() {
    meter::Calibration calibration;
    calibration.phase[0] = {1'234, -987, 5'600, 4'000'000, 300, -200, 900};
    calibration.phase[1] = {-5'000, 7'000, -12'000, 90'000, 0, 0, 0};
    calibration.phase[2] = {1, 1, 270'000, 0, 1, 1, 1};
    calibration.neutral_gain_ppm = 30'000;
    return calibration;
}

// `metrology` has to be fresh and to have the trace's calibration.
inline std::uint64_t trace(const meter::Model& model, meter::Metrology& metrology) {
    TraceSignal signal;
    TraceHash hash;
    for (std::uint32_t n = 0; n < trace_samples; ++n) {
        if (!metrology.push(signal.next())) continue;
        hash.mix(metrology.interval());
        for (std::size_t k = 0; k < model.phases; ++k) {
            hash.mix(metrology.spectra()[k]);
            hash.mix(metrology.delayed_reactive_power_mvar(k));
        }
        while (const auto event = metrology.voltage_events().take()) hash.mix(*event);
    }
    return hash.value();
}

}  // namespace blathy::test
