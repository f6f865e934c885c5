#include "world/load.hpp"

#include <cmath>
#include <numbers>

namespace blathy::world {

double PhaseLoad::lag_degrees() const {
    const double angle = std::acos(std::fmin(1.0, std::fmax(0.0, power_factor))) * 180 / std::numbers::pi;
    const double imported = inductive ? angle : 360 - angle;
    return std::fmod(exporting ? 540 - imported : imported, 360.0);
}

PhaseLoad PhaseLoad::of_powers(double active_w, double reactive_var, double voltage_v) {
    const double apparent = std::hypot(active_w, reactive_var);
    PhaseLoad load;
    if (apparent <= 0 || voltage_v <= 0) return load;
    load.current_a = apparent / voltage_v;
    load.power_factor = std::abs(active_w) / apparent;
    load.inductive = reactive_var >= 0;
    load.exporting = active_w < 0;
    return load;
}

// (sin x + |sin x|) / 2 with its fundamental sin(x) / 2 as unit: d.c. 2 / pi, and the even orders
// -4 / (pi (n^2 - 1)) cos(n x).
std::vector<Harmonic> half_wave(int highest_order) {
    std::vector<Harmonic> harmonics = {{.order = 0, .ratio = 2 / std::numbers::pi, .lead_degrees = 90}};
    for (int n = 2; n <= highest_order; n += 2) {
        harmonics.push_back({.order = n, .ratio = 4 / (std::numbers::pi * (n * n - 1)), .lead_degrees = -90});
    }
    return harmonics;
}

}  // namespace blathy::world
