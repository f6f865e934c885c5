#include "world/load.hpp"

#include <cmath>
#include <numbers>

namespace blathy::world {

double PhaseLoad::lag_degrees() const {
    const double angle = std::acos(std::fmin(1.0, std::fmax(0.0, power_factor))) * 180 / std::numbers::pi;
    const double imported = inductive ? angle : 360 - angle;
    return std::fmod(exporting ? 540 - imported : imported, 360.0);
}

PhaseLoad PhaseLoad::lagging(double current_a, double degrees) {
    const double angle = degrees * std::numbers::pi / 180;
    return {.current_a = current_a,
            .power_factor = std::abs(std::cos(angle)),
            .inductive = std::sin(angle) >= 0,
            .exporting = std::cos(angle) < 0};
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

// Fourier's integrals of sin x over a quarter to a half turn and the same negative half a turn later.
PhaseLoad phase_fired(double current_a, int highest_order) {
    constexpr double pi = std::numbers::pi;
    const double fundamental = std::hypot(0.5, 1 / pi);
    const double lag = std::atan2(1 / pi, 0.5) * 180 / pi;
    PhaseLoad load = PhaseLoad::lagging(current_a, lag);
    for (int n = 3; n <= highest_order; n += 2) {
        const double sine = (std::sin((n + 1) * pi / 2) / (n + 1) - std::sin((n - 1) * pi / 2) / (n - 1)) / pi;
        const double cosine =
            ((std::cos((n + 1) * pi / 2) - 1) / (n + 1) + (1 - std::cos((n - 1) * pi / 2)) / (n - 1)) / pi;
        load.harmonics.push_back({.order = n,
                                  .ratio = std::hypot(sine, cosine) / fundamental,
                                  .lead_degrees = std::atan2(cosine, sine) * 180 / pi + n * lag});
    }
    return load;
}

}  // namespace blathy::world
