#include "world/analog_front_end.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "world/random.hpp"

namespace blathy::world {

std::complex<double> Channel::response(double frequency_hz, const Conditions& conditions) const {
    using namespace std::complex_literals;
    const double warmer = conditions.temperature_c - reference_temperature_c;
    std::complex<double> response =
        std::polar(gain * (1 + gain_per_k * warmer), -2 * std::numbers::pi * frequency_hz * delay_s);
    if (pole_hz > 0) response /= 1.0 + 1i * (frequency_hz / pole_hz);
    if (sinc_hz > 0 && frequency_hz > 0) {
        const double x = std::numbers::pi * frequency_hz / sinc_hz;
        response *= std::pow(std::sin(x) / x, 3);
    }
    return response;
}

double Channel::corner(const Conditions& conditions) const {
    return corner_hz * (1 + corner_per_k * (conditions.temperature_c - reference_temperature_c)) *
           (1 + corner_rise / (1 + conditions.current_a / rise_half_a));
}

AnalogFrontEnd AnalogFrontEnd::manufacture(const meter::Model& model, std::uint64_t seed) {
    Random random(seed);
    const double signal_to_noise_db = std::min(101.0, 6.02 * model.adc_bits + 1.76);
    const double noise = std::pow(10, -signal_to_noise_db / 20) / std::numbers::sqrt2;
    const double reference_per_k = random.uniform(-10e-6, 10e-6);  // one reference for all channels
    const auto channel = [&](double gain_tolerance, double gain_per_k, double delay_tolerance_s) {
        Channel made;
        made.gain = 1 + random.uniform(-gain_tolerance, gain_tolerance);
        made.gain_per_k = reference_per_k + random.uniform(-gain_per_k, gain_per_k);
        made.delay_s = random.uniform(-delay_tolerance_s, delay_tolerance_s);
        made.pole_hz = 20e3 * random.uniform(0.95, 1.05);
        made.sinc_hz = 16e3;
        made.offset = random.uniform(-1e-3, 1e-3);
        made.noise = noise * random.uniform(0.8, 1.0);
        return made;
    };
    const bool direct = model.connection == meter::Connection::direct;
    const double basic_a = model.basic_current_ma / 1e3;
    AnalogFrontEnd made;
    for (std::size_t k = 0; k < max_phases; ++k) {
        made.voltage[k] = channel(0.01, 15e-6, 2e-6);
        Channel& current = made.current[k] = channel(0.015, 20e-6, 20e-6);
        current.corner_hz = direct ? random.uniform(3.7, 4.4) : random.uniform(0.05, 0.1);
        current.corner_per_k = direct ? random.uniform(-0.5e-3, 0.5e-3) : random.uniform(-3e-3, 3e-3);
        current.corner_rise = direct ? random.uniform(0.005, 0.012) : random.uniform(0.2, 0.3);
        current.rise_half_a = basic_a * (direct ? 1 : 0.2);
        current.saturation_a = direct ? random.uniform(95, 110) : random.uniform(0.05, 0.06);
        made.crosstalk[k] = random.uniform(-5e-7, 5e-7);
        const double pickup = random.uniform(0, direct ? 20e-3 : 2e-3);
        made.pickup_a_per_mt[k] = std::polar(pickup, random.uniform(0, 2 * std::numbers::pi));
        made.bias_a_per_mt[k] = random.uniform(0, direct ? 0.15 : 0.1e-3);
    }
    made.neutral = channel(0.04, 50e-6, 20e-6);
    made.self_heating_k = direct ? random.uniform(5, 10) : random.uniform(1, 2);
    made.crystal_ppm = random.uniform(-15, 15);
    made.noise_seed = random.bits();
    return made;
}

}  // namespace blathy::world
