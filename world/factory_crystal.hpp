// Where a meter's production line measures its crystal.
#pragma once

#include <cstdint>

#include "world/crystal.hpp"

namespace blathy::world {

// What a counter finds that counts a reference of 10 MHz between two of the meter's one-second pulses ten seconds
// apart, reckoned to 25 degrees Celsius: the deviation in billionths that Meter::calibrate_crystal takes.
std::int32_t crystal_deviation_at_factory(const Crystal& crystal);

}  // namespace blathy::world
