// Calibration: what the factory found out about one meter's analog front end. All zero for a perfect one.
//
// What is beyond the limits below is of no meter. Nobody keeps it, and the metrology bounds every field on entry all
// the same, so that no content whatsoever can make it misbehave.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"

namespace blathy::meter {

inline constexpr std::int32_t most_gain_ppm = 500'000;
inline constexpr std::int32_t most_delay_ns = 1'000'000;
inline constexpr std::int32_t most_corner_uhz = 10'000'000;
inline constexpr std::int32_t most_offset = 10'000'000;  // uW or uvar
inline constexpr std::uint32_t most_noise_ua = 1'000'000;

struct PhaseCalibration {
    // What a reading has to be multiplied by, minus one.
    std::int32_t voltage_gain_ppm = 0;
    std::int32_t current_gain_ppm = 0;
    // By how much the current is to be delayed against the voltage, in nanoseconds (1 degree at 50 Hz is 55,556 ns).
    // The metrology goes up to 1.2 sample periods, 5.4 degrees at 50 Hz and 4 kHz.
    std::int32_t current_delay_ns = 0;
    // Corner frequency of the high-pass that the magnetising inductance of a current transformer makes: 0.1 Hz of a
    // good core, 4 Hz of one that bears d.c. It is undone at every frequency, d.c. excepted. Never negative.
    std::int32_t current_corner_uhz = 0;
    // Power that the meter would register at nominal voltage with no current in it, from crosstalk between its
    // channels. It follows the square of the voltage, and is subtracted.
    std::int32_t active_offset_uw = 0;
    std::int32_t reactive_offset_uvar = 0;
    // Noise of the current channel, r.m.s. It is taken out of the r.m.s. current; powers are free of it by nature.
    std::uint32_t current_noise_ua = 0;
    bool operator==(const PhaseCalibration&) const = default;
};

struct Calibration {
    std::array<PhaseCalibration, max_phases> phase{};
    std::int32_t neutral_gain_ppm = 0;
    std::uint32_t neutral_noise_ua = 0;
    bool operator==(const Calibration&) const = default;
};

[[nodiscard]] constexpr bool is_within(std::int32_t value, std::int32_t limit) {
    return value >= -limit && value <= limit;
}
// Every field is within its limit.
[[nodiscard]] constexpr bool valid(const Calibration& calibration) {
    for (const PhaseCalibration& phase : calibration.phase) {
        if (!is_within(phase.voltage_gain_ppm, most_gain_ppm) || !is_within(phase.current_gain_ppm, most_gain_ppm) ||
            !is_within(phase.current_delay_ns, most_delay_ns) || phase.current_corner_uhz < 0 ||
            phase.current_corner_uhz > most_corner_uhz || !is_within(phase.active_offset_uw, most_offset) ||
            !is_within(phase.reactive_offset_uvar, most_offset) || phase.current_noise_ua > most_noise_ua) {
            return false;
        }
    }
    return is_within(calibration.neutral_gain_ppm, most_gain_ppm) && calibration.neutral_noise_ua <= most_noise_ua;
}

}  // namespace blathy::meter
