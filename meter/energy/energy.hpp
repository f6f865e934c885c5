// Energy registers: what the meter is for.
//
// Integers of a millijoule (mW s, mvar s, mVA s) in 64 bits hold five million GWh, so a register neither rounds nor
// rolls over in service. Quadrants follow IEC 62053-23, annex A: I and IV import active energy, I and II have the
// current lagging.
//
// The registers of all phases together count the arithmetic sum of the phases of each Interval, as an induction meter
// does: a phase that exports while the others import more lowers import, it does not raise export.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "meter/interval.hpp"

namespace blathy::meter {

enum class EnergyRegister : std::uint8_t {
    active_import,
    active_export,
    reactive_quadrant_1,
    reactive_quadrant_2,
    reactive_quadrant_3,
    reactive_quadrant_4,
    apparent_import,
    apparent_export,
    count,
};
inline constexpr std::size_t energy_registers = static_cast<std::size_t>(EnergyRegister::count);

// A millijoule is a 3,600,000th of a watt-hour.
inline constexpr std::uint64_t millijoules_per_wh = 3'600'000;

class EnergySet {
  public:
    void add(std::int64_t active_mj, std::int64_t reactive_mvars, std::int64_t apparent_mvas);
    [[nodiscard]] std::uint64_t operator[](EnergyRegister which) const {
        return registers_[static_cast<std::size_t>(which)];
    }
    [[nodiscard]] std::uint64_t reactive_import() const {
        return (*this)[EnergyRegister::reactive_quadrant_1] + (*this)[EnergyRegister::reactive_quadrant_2];
    }
    [[nodiscard]] std::uint64_t reactive_export() const {
        return (*this)[EnergyRegister::reactive_quadrant_3] + (*this)[EnergyRegister::reactive_quadrant_4];
    }
    // Both directions together, what the pulse outputs count.
    [[nodiscard]] std::uint64_t active_absolute() const {
        return (*this)[EnergyRegister::active_import] + (*this)[EnergyRegister::active_export];
    }
    [[nodiscard]] std::uint64_t reactive_absolute() const { return reactive_import() + reactive_export(); }
    [[nodiscard]] std::int64_t active_net() const {
        return static_cast<std::int64_t>((*this)[EnergyRegister::active_import]) -
               static_cast<std::int64_t>((*this)[EnergyRegister::active_export]);
    }

    std::array<std::uint64_t, energy_registers>& raw() { return registers_; }
    [[nodiscard]] const std::array<std::uint64_t, energy_registers>& raw() const { return registers_; }
    bool operator==(const EnergySet&) const = default;

  private:
    void count(EnergyRegister which, std::uint64_t amount) { registers_[static_cast<std::size_t>(which)] += amount; }
    std::array<std::uint64_t, energy_registers> registers_{};
};

struct Energy {
    EnergySet total;
    std::array<EnergySet, max_phases> phase;

    void add(const Interval& interval);
    bool operator==(const Energy&) const = default;
};

}  // namespace blathy::meter
