// Core: the magnetising current of a current transformer, in time.
//
// The secondary delivers what the primary carries less what magnetises the core, and that voltage across its burden
// drives the flux:  y = x - g(m),  dm/dt = 2 pi corner y,  with m in primary units and g(m) = m (1 + (m /
// saturation)^6) for a core whose curve flattens. Without saturation it is a high-pass of that corner. A step of the
// load thus has the transient that it has in copper and iron, and d.c. takes its time to leave the core.
#pragma once

#include <cmath>

namespace blathy::world {

class Core {
  public:
    // A corner of 0 is a sensor without a core. Saturation 0 is a core that never saturates. `bias` is what a magnet
    // adds.
    void set(double turns_per_sample, double saturation, double bias) {
        constexpr double two_pi = 6.283185307179586;
        half_step_ = two_pi * turns_per_sample / 2;
        saturation_ = saturation;
        bias_ = bias;
        divisor_ = 1 / (1 + half_step_);
    }
    [[nodiscard]] bool present() const { return half_step_ > 0; }

    // By the trapezoidal rule; the curve's share is that of the flux a sample ago.
    [[nodiscard]] double next(double primary) {
        const double flux = magnetising_ + half_step_ * secondary_;
        double curve = 1;
        double divisor = divisor_;
        const double level = saturation_ > 0 ? (flux + bias_) / saturation_ : 0;
        if (std::abs(level) > 0.2) {
            const double square = level * level;
            curve += square * square * square;
            divisor = 1 / (1 + curve * half_step_);
        }
        secondary_ = (primary - curve * flux) * divisor;
        magnetising_ = flux + half_step_ * secondary_;
        return secondary_;
    }

  private:
    double half_step_ = 0;
    double divisor_ = 1;
    double saturation_ = 0;
    double bias_ = 0;
    double magnetising_ = 0;
    double secondary_ = 0;
};

}  // namespace blathy::world
