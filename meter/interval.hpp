// Interval: the one value that passes from measuring to metering.
//
// Two sources make it: `meter/metrology` from ADC samples, and a load model directly. Nothing downstream knows which.
// Everything is an integer from here on, so that the same Intervals give the same registers on every machine.
// Signs and angles follow IEC 62053-23 annex: import is positive, reactive is positive when the current lags; the signs
// of both energies tell the quadrant. Reactive power and energy are those of the fundamental (IEC 62053-24). Powers and
// energies below the start threshold are 0. The reference of the voltage angles is the first phase that has
// voltage.
#pragma once

#include <array>
#include <cstdint>

namespace blathy::meter {

inline constexpr std::size_t max_phases = 3;

// Of the nominal voltage: a phase with less has none, and neither its voltage nor its current has an angle (both 0).
inline constexpr std::uint32_t presence_percent = 5;

struct PhaseInterval {
    std::uint32_t voltage_mv = 0;          // r.m.s.
    std::uint32_t current_ua = 0;          // r.m.s.
    std::int64_t active_power_mw = 0;      // signed
    std::int64_t reactive_power_mvar = 0;  // signed
    std::int64_t apparent_power_mva = 0;   // never negative
    std::uint32_t voltage_angle_mdeg = 0;  // fundamental of this voltage, how far it lags the reference, 0..359999
    std::uint32_t current_angle_mdeg = 0;  // fundamental of this current, how far it lags its own voltage, 0..359999
    // Energy of this interval. Whatever a millijoule cannot hold is carried into the next interval, never dropped.
    std::int64_t active_energy_mj = 0;       // mW s, signed
    std::int64_t reactive_energy_mvars = 0;  // mvar s, signed
    std::int64_t apparent_energy_mvas = 0;   // mVA s, never negative
    // Lowest and highest Urms(1/2) of the interval (IEC 61000-4-30); both 0 from a source that knows no waveform.
    std::uint32_t lowest_half_cycle_mv = 0;
    std::uint32_t highest_half_cycle_mv = 0;
    // Total harmonic distortion up to order 21, 0.01 %, as of this phase's latest turn in being analysed.
    std::uint16_t voltage_distortion = 0;
    std::uint16_t current_distortion = 0;
};

struct Interval {
    std::uint32_t duration_us = 0;    // of meter time, as the meter's own crystal counts it
    std::uint32_t frequency_mhz = 0;  // 0 without voltage
    std::uint32_t neutral_current_ua = 0;
    bool phase_sequence_reversed = false;
    std::array<PhaseInterval, max_phases> phase{};  // those that the model has, the others zero
};

// Divides an interval at `first_us` after its beginning, at most its duration: returns what comes before and leaves
// what comes behind. The energies are divided as the time is, and no millijoule is lost.
[[nodiscard]] Interval take_first(Interval& interval, std::uint32_t first_us);

}  // namespace blathy::meter
