// A meter and the oracle that lives with it, to the last digit.
#pragma once

#include <string>

#include "world/simulation/lived_meter.hpp"
#include "world/simulation/oracle.hpp"

namespace blathy::world {

// Both take the step. False: the meter has lost something of its energy that was durable, or has something by half.
[[nodiscard]] bool live_both(LivedMeter& lived, Oracle& oracle, const Step& step);

// The first thing that is not the same of clock, tariff, registers and rows of all profiles, in words; empty if the two
// agree. Rows that have given way to newer ones are not looked at.
[[nodiscard]] std::string first_difference(const meter::Meter& meter, const Oracle& oracle);

}  // namespace blathy::world
