// A pulse output: LED or contact, so many pulses a kilowatt-hour (IEC 62053-31).
//
// The pulses that are due follow from the very register that is billed, so that pulses times their weight is the
// register, to one pulse, for ever. Within an Interval they stand where its average power puts them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "meter/energy/energy.hpp"

namespace blathy::meter {

// More than any model's maximum power gives in the longest Interval; what exceeds it is owed to the next one.
inline constexpr std::size_t max_pulses_per_interval = 16;

class PulseOutput {
  public:
    // `register_mj` is where the register stands: no pulses are owed for what was counted before.
    PulseOutput(std::uint32_t pulses_per_kwh, std::uint64_t register_mj);

    // The register has grown to `register_mj` in the last `duration_us`. Returns the instants of the pulses, in
    // microseconds after the beginning of that time.
    std::span<const std::uint32_t> advance(std::uint64_t register_mj, std::uint32_t duration_us);

    // Pulses given since the register was zero.
    [[nodiscard]] std::uint64_t pulses() const { return pulses_; }

  private:
    [[nodiscard]] std::uint64_t due_at(std::uint64_t register_mj) const;
    // The register reading, rounded up, at which pulse `number` is due.
    [[nodiscard]] std::uint64_t threshold_mj(std::uint64_t number) const;

    std::uint32_t pulses_per_kwh_;
    std::uint64_t register_mj_;
    std::uint64_t pulses_;
    std::array<std::uint32_t, max_pulses_per_interval> instants_us_{};
};

}  // namespace blathy::meter
