// Reactive power by the quarter-period delay of the voltage: the definition by a 90-degree shift, which harmonics
// enter, each with its own share of the delay.
//
// A quarter of the period is no whole number of samples. The products with the two whole delays around it are summed,
// and at the end of a cycle both are weighed so that a sinusoid comes out exact at the frequency that was tracked.
#pragma once

#include <array>
#include <cstdint>

namespace blathy::meter {

// The two delays and their weights, for all phases.
struct QuarterDelay {
    std::uint32_t samples = 0;        // of the shorter
    std::int32_t shorter_weight = 0;  // 2^-30
    std::int32_t longer_weight = 0;
    // For an oscillator that turns by `step`, 2^-32 turns, a sample.
    static QuarterDelay of(std::uint32_t step);
};

// The voltages of one phase, newest last.
class VoltageHistory {
  public:
    // Enough for a quarter of 40 Hz at 8 kHz and one sample more.
    static constexpr std::uint32_t depth = 64;

    void push(std::int32_t voltage) { past_[++newest_ % depth] = voltage; }
    [[nodiscard]] std::int32_t before(std::uint32_t samples) const { return past_[(newest_ - samples) % depth]; }

  private:
    std::array<std::int32_t, depth> past_{};
    std::uint32_t newest_ = 0;
};

}  // namespace blathy::meter
