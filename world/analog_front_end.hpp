// Analog front end: what dividers, current sensors and converters do to voltage and current before they are counts.
#pragma once

#include <array>
#include <complex>
#include <cstdint>

#include "meter/model.hpp"
#include "world/mains.hpp"

namespace blathy::world {

inline constexpr double reference_temperature_c = 23;  // IEC 62052-11, at which meters are calibrated

// What a channel's behaviour depends on, besides frequency.
struct Conditions {
    double temperature_c = reference_temperature_c;
    double current_a = 0;  // r.m.s. of the fundamental in a current transformer's primary
};

// One channel, sensor to converter. All zero but the gain: a perfect one.
struct Channel {
    double gain = 1;
    double gain_per_k = 0;  // of resistors and of the converter's reference, share a kelvin
    double delay_s = 0;     // of the converter's turn in sampling
    double pole_hz = 0;     // of the anti-alias filter, a resistor and a capacitor; 0: none
    double sinc_hz = 0;     // data rate of the third-order sinc that begins decimation, flat from there on; 0: none

    // Current transformer (core.hpp). Its magnetising inductance makes a high-pass of `corner_hz`: the current leads by
    // atan(corner / frequency). Permeability is lower at a low flux, so at small currents the corner is higher, by the
    // share `corner_rise` without any current and by half of that at `rise_half_a`.
    double corner_hz = 0;
    double corner_per_k = 0;  // share a kelvin
    double corner_rise = 0;
    double rise_half_a = 1;
    double saturation_a = 0;  // magnetising current in the primary at which twice as much is needed; 0: never

    double offset = 0;  // share of full scale
    double noise = 0;   // r.m.s., share of full scale

    // Of all but the core.
    [[nodiscard]] std::complex<double> response(double frequency_hz, const Conditions& conditions = {}) const;
    [[nodiscard]] double corner(const Conditions& conditions) const;  // Hz
};

struct AnalogFrontEnd {
    std::array<Channel, max_phases> voltage;
    std::array<Channel, max_phases> current;
    Channel neutral;
    std::array<double, max_phases>
        crosstalk{};  // share of the voltage signal, in full scales, that leaks into the current
    // What the current sensors catch of a magnetic field: an alternating one adds a current, as a phasor against the
    // first voltage; a magnet biases the core as so much d.c. does.
    std::array<std::complex<double>, max_phases> pickup_a_per_mt{};
    std::array<double, max_phases> bias_a_per_mt{};
    double self_heating_k = 0;  // above ambient, of current channels that carry Imax
    double crystal_ppm = 0;     // how fast the sampling clock runs at 25 degrees C
    std::uint64_t noise_seed = 1;

    // One as it comes out of production, before calibration. Dividers are good to 1 %, current transformers to 1.5 %,
    // the sampling instant to 20 us, the neutral shunt to 4 %; resistors and reference drift by 10 to 20 ppm/K; noise
    // is that of a 24-bit converter with a signal to noise ratio of 101 dB. Direct meters have transformers that bear
    // d.c., with a lead of 4.2 to 5 degrees; those behind other transformers have ones of high permeability, 0.1
    // degrees.
    static AnalogFrontEnd manufacture(const meter::Model& model, std::uint64_t seed);
};

}  // namespace blathy::world
