// Analog front end: what dividers, current sensors and converters do to voltage and current before they are counts.
#pragma once

#include <array>
#include <complex>
#include <cstdint>

#include "meter/model.hpp"
#include "world/mains.hpp"

namespace blathy::world {

// One channel, sensor to converter.
struct Channel {
    double gain = 1;
    double delay_s = 0;    // of the anti-alias filter and of the converter's turn in sampling
    double corner_hz = 0;  // of the high-pass that the magnetising inductance of a current transformer makes
    double offset = 0;     // share of full scale
    double noise = 0;      // r.m.s., share of full scale

    [[nodiscard]] std::complex<double> response(double frequency_hz) const;
};

struct AnalogFrontEnd {
    std::array<Channel, max_phases> voltage;
    std::array<Channel, max_phases> current;
    Channel neutral;
    std::array<double, max_phases>
        crosstalk{};  // share of the voltage signal, in full scales, that leaks into the current
    std::uint64_t noise_seed = 1;

    // One as it comes out of production, before calibration. Dividers are good to 1 %, current transformers to 1.5 %
    // and 0.1 degrees, the sampling instant to 20 us, the neutral shunt to 4 %; noise is that of a 24-bit converter
    // with a signal to noise ratio of 101 dB.
    static AnalogFrontEnd manufacture(const meter::Model& model, std::uint64_t seed);
};

}  // namespace blathy::world
