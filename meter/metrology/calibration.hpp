// Calibration: what the factory found out about one meter's analog front end. All zero for a perfect one.
//
// The metrology bounds every field on entry, so that no content of a damaged memory can make it misbehave.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"

namespace blathy::meter {

struct PhaseCalibration {
    // What a reading has to be multiplied by, minus one. Bounded to +-500,000 ppm.
    std::int32_t voltage_gain_ppm = 0;
    std::int32_t current_gain_ppm = 0;
    // By how much the current is to be delayed against the voltage, in nanoseconds (1 degree at 50 Hz is 55,556 ns).
    // Bounded to +-1.2 sample periods, +-5.4 degrees at 50 Hz and 4 kHz.
    std::int32_t current_delay_ns = 0;
    // Corner frequency of the high-pass that the magnetising inductance of a current transformer makes: 0.1 Hz of a
    // good core, 4 Hz of one that bears d.c. It is undone at every frequency, d.c. excepted. Bounded to 0 to 10 Hz.
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

}  // namespace blathy::meter
