// Household: a believable three-phase home through the day. The same seed and second give the same load, on every
// machine and in any order of asking.
#pragma once

#include <array>
#include <cstdint>

#include "world/load.hpp"

namespace blathy::world {

class Household {
  public:
    explicit Household(std::uint64_t seed) : seed_(seed) {}

    // The three phases' loads at a second of local time since some midnight, at these voltages.
    [[nodiscard]] std::array<PhaseLoad, max_phases> at(double seconds,
                                                       const std::array<double, max_phases>& voltage_v) const;

  private:
    struct Powers;
    std::uint64_t seed_;
};

}  // namespace blathy::world
