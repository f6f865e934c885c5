// A pulse LED: so many pulses a kilowatt-hour (IEC 62053-31).
//
// The pulses that are due follow from the very register that is billed, so that pulses times their weight is the
// register, to one pulse, for ever. Within an Interval they stand where its average power puts them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blathy::meter {

// More than any model's maximum power gives in ten cycles, the Interval of a metrology; what exceeds it is owed to the
// next one.
inline constexpr std::size_t max_pulses_per_interval = 12;

class PulseOutput {
  public:
    // `register_mj` is where the register stands: no pulses are owed for what was counted before.
    PulseOutput(std::uint32_t pulses_per_kwh, std::uint64_t register_mj)
        : pulses_per_kwh_(pulses_per_kwh), register_mj_(register_mj) {}

    // The register has grown to `register_mj` in the last `duration_us`. Returns the instants of the pulses, in
    // microseconds after the beginning of that time.
    std::span<const std::uint32_t> advance(std::uint64_t register_mj, std::uint32_t duration_us);

    // Where the register stood last.
    [[nodiscard]] std::uint64_t register_mj() const { return register_mj_; }
    // Pulses given since the register was zero.
    [[nodiscard]] std::uint64_t pulses() const;

  private:
    std::uint32_t pulses_per_kwh_;
    std::uint32_t owed_ = 0;
    std::uint64_t register_mj_;
    std::array<std::uint32_t, max_pulses_per_interval> instants_us_{};
};

}  // namespace blathy::meter
