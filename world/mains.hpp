// Mains: the voltages at the meter's terminals, in steady state.
#pragma once

#include <array>
#include <vector>

#include "meter/interval.hpp"

namespace blathy::world {

using meter::max_phases;

// One component of a distorted waveform. Orders reach up to 40 (IEC 61000-4-30); 0 is d.c.
struct Harmonic {
    int order = 1;
    double ratio = 0;  // its amplitude, as a share of the fundamental's (for d.c.: of the fundamental's amplitude too)
    double lead_degrees = 0;  // its own phase where the fundamental is at its positive zero crossing
    bool operator==(const Harmonic&) const = default;
};

struct Mains {
    std::array<double, max_phases> voltage_v{};  // r.m.s. of the fundamental; 0 for a phase that is missing
    std::array<double, max_phases> lag_degrees = {0, 120, 240};
    double frequency_hz = 50;
    std::vector<Harmonic> harmonics{};  // of every phase

    void reverse_sequence() { lag_degrees = {0, 240, 120}; }
};

}  // namespace blathy::world
