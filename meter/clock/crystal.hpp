// The crystal of the clock: how far its seconds are off, and what has really passed.
//
// A tuning fork of 32.768 kHz runs slower the further it is away from 25 degrees Celsius, by 0.034 ppm a square kelvin,
// and is off by some ppm from its making. The factory measures the one, the meter the temperature; so it keeps time
// within 0.5 s a day from -40 to 70 degrees as long as the temperature is right to a kelvin.
#pragma once

#include <chrono>
#include <cstdint>

#include "meter/storage/store.hpp"

namespace blathy::meter {

class Crystal {
  public:
    // A crystal that is further off is broken.
    static constexpr std::int32_t most_deviation_ppb = 200'000;
    static constexpr std::int16_t turnover_tenths = 250;  // tenths of a degree Celsius

    // At 25 degrees, positive when it runs fast, in billionths.
    explicit Crystal(std::int32_t deviation_ppb = 0) : deviation_ppb_(deviation_ppb) {}

    [[nodiscard]] std::int32_t deviation_ppb() const { return deviation_ppb_; }
    [[nodiscard]] std::int32_t deviation_ppb_at(std::int16_t temperature_tenths) const;

    // The time in which it has counted so much at this temperature. What is below a microsecond is carried to the next
    // call.
    [[nodiscard]] std::chrono::microseconds elapsed(std::chrono::microseconds counted, std::int16_t temperature_tenths);

  private:
    std::int32_t deviation_ppb_;
    std::int32_t carried_ = 0;  // billionths of a microsecond, to be taken away
};

// As the factory has measured it; of a meter that it did not measure, 0.
[[nodiscard]] std::int32_t load_crystal_deviation(const Store& store);
[[nodiscard]] bool keep_crystal_deviation(Store& store, std::int32_t deviation_ppb);

}  // namespace blathy::meter
