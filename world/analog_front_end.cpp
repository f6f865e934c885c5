#include "world/analog_front_end.hpp"

#include <cmath>
#include <numbers>

#include "world/random.hpp"

namespace blathy::world {

std::complex<double> Channel::response(double frequency_hz) const {
    using namespace std::complex_literals;
    const std::complex<double> late = std::polar(gain, -2 * std::numbers::pi * frequency_hz * delay_s);
    if (corner_hz == 0) return late;
    return late * (1i * frequency_hz) / (1i * frequency_hz + corner_hz);
}

AnalogFrontEnd AnalogFrontEnd::manufacture(const meter::Model& model, std::uint64_t seed) {
    Random random(seed);
    const double signal_to_noise_db = std::min(101.0, 6.02 * model.adc_bits + 1.76);
    const double noise = std::pow(10, -signal_to_noise_db / 20) / std::numbers::sqrt2;
    const auto channel = [&](double gain_tolerance, double delay_tolerance_s, double lead_degrees) {
        Channel made;
        made.gain = 1 + random.uniform(-gain_tolerance, gain_tolerance);
        made.delay_s = random.uniform(-delay_tolerance_s, delay_tolerance_s);
        made.corner_hz = 50 * std::tan(random.uniform(0, lead_degrees) * std::numbers::pi / 180);
        made.offset = random.uniform(-1e-3, 1e-3);
        made.noise = noise * random.uniform(0.8, 1.0);
        return made;
    };
    AnalogFrontEnd made;
    for (std::size_t k = 0; k < max_phases; ++k) {
        made.voltage[k] = channel(0.01, 2e-6, 0);
        made.current[k] = channel(0.015, 20e-6, 0.1);
        made.crosstalk[k] = random.uniform(-5e-7, 5e-7);
    }
    made.neutral = channel(0.04, 20e-6, 0);
    made.noise_seed = random.bits();
    return made;
}

}  // namespace blathy::world
