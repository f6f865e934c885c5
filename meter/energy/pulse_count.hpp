// How many pulses a register stands for, and where the next one is due.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "meter/energy/energy.hpp"

namespace blathy::meter {

inline constexpr std::uint64_t millijoules_per_kwh = 1000 * millijoules_per_wh;

// Split at the whole kilowatt-hour, since the product of register and constant need not fit 64 bits.
constexpr std::uint64_t pulses_due(std::uint64_t register_mj, std::uint32_t pulses_per_kwh) {
    return register_mj / millijoules_per_kwh * pulses_per_kwh +
           register_mj % millijoules_per_kwh * pulses_per_kwh / millijoules_per_kwh;
}

// The register reading, rounded up, at which pulse `number` is due.
constexpr std::uint64_t pulse_threshold_mj(std::uint64_t number, std::uint32_t pulses_per_kwh) {
    const std::uint64_t rest = number % pulses_per_kwh * millijoules_per_kwh;
    return number / pulses_per_kwh * millijoules_per_kwh + (rest + pulses_per_kwh - 1) / pulses_per_kwh;
}

// The growth of a register in some time, and where in that time it reached a reading, by its average power.
class RegisterGrowth {
  public:
    constexpr RegisterGrowth(std::uint64_t before_mj, std::uint64_t after_mj, std::uint32_t duration_us)
        : before_mj_(before_mj), duration_us_(duration_us) {
        const std::uint64_t grown = after_mj - before_mj;
        // Their upper 32 bits place a pulse to a microsecond or two, and times the duration they fit 64 bits.
        surplus_bits_ = std::max(0, static_cast<int>(std::bit_width(grown)) - 32);
        grown_ = grown >> surplus_bits_;
    }
    // In microseconds after the beginning; 0 for what was reached before.
    [[nodiscard]] constexpr std::uint32_t instant_us(std::uint64_t reading_mj) const {
        if (grown_ == 0 || reading_mj <= before_mj_) return 0;
        const std::uint64_t into = (reading_mj - before_mj_) >> surplus_bits_;
        return static_cast<std::uint32_t>(into * duration_us_ / grown_);
    }

  private:
    std::uint64_t before_mj_;
    std::uint64_t grown_ = 0;
    std::uint32_t duration_us_;
    int surplus_bits_ = 0;
};

}  // namespace blathy::meter
