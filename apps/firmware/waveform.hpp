// A built-in waveform in place of the converter: 50 Hz, nominal voltage, and twice the basic current at power factor 1
// in every phase. On a real board the converter's interrupt takes its place.
#pragma once

#include <array>
#include <cstdint>

#include "meter/metrology/metrology.hpp"
#include "meter/model.hpp"

namespace blathy::firmware {

class Waveform {
  public:
    static constexpr std::uint32_t frequency_hz = 50;

    explicit Waveform(const meter::Model& model);

    meter::Samples next();

  private:
    std::uint32_t samples_per_cycle_;
    std::uint32_t position_ = 0;
    std::int64_t voltage_peak_;  // counts
    std::int64_t current_peak_;
};

}  // namespace blathy::firmware
