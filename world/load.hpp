// Load: the current that one phase carries, in steady state.
#pragma once

#include <vector>

#include "world/mains.hpp"

namespace blathy::world {

struct PhaseLoad {
    double current_a = 0;     // r.m.s. of the fundamental
    double power_factor = 1;  // of the fundamental, 0 to 1
    bool inductive = true;    // the current lags; otherwise it leads
    bool exporting = false;   // active power flows back into the mains
    std::vector<Harmonic> harmonics{};
    bool operator==(const PhaseLoad&) const = default;

    // How far the fundamental of the current lags that of its voltage, 0 to 360 degrees, counted as IEC 62053-23 does:
    // 0 to 90 import inductive, 90 to 180 export with positive reactive power, and so on.
    [[nodiscard]] double lag_degrees() const;

    // A current that lags its voltage by so much.
    static PhaseLoad lagging(double current_a, double degrees);
    // The load that takes these powers at this voltage; reactive power is positive when the current lags.
    static PhaseLoad of_powers(double active_w, double reactive_var, double voltage_v);
};

// Distorted loads of the influence tests of IEC 62053-21, as the harmonics that a converter of limited bandwidth sees.
// Half-wave rectified current: half of the sine it is cut from, d.c. and even harmonics.
std::vector<Harmonic> half_wave(int highest_order);
// A current that flows from the crest of its sine to the zero crossing, in both halves (phase-fired at 90 degrees),
// with a fundamental of this size.
PhaseLoad phase_fired(double current_a, int highest_order);

}  // namespace blathy::world
