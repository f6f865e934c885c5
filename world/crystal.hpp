// Crystal: how wrong the meter's idea of a second is.
#pragma once

namespace blathy::world {

// A 32.768 kHz tuning fork: an offset from its making and a parabola over temperature about 25 degrees C.
struct Crystal {
    double offset_ppm = 0;
    double temperature_c = 25;
    double curvature_ppm_per_k2 = -0.034;

    // Positive when it runs fast.
    [[nodiscard]] double error_ppm() const {
        const double away = temperature_c - 25;
        return offset_ppm + curvature_ppm_per_k2 * away * away;
    }
};

}  // namespace blathy::world
