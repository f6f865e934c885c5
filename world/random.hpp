// A source of repeatable randomness: the same seed gives the same world on every machine, which the distributions of
// <random> do not promise.
#pragma once

#include <cstdint>

namespace blathy::world {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9e37'79b9'7f4a'7c15);
        z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
        return z ^ (z >> 31);
    }
    // 0 to 1, 1 excluded.
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    // Mean 0 and variance 1: the sum of four uniform numbers, near enough to normal within 3 sigma.
    double normal() {
        const std::uint64_t word = bits();
        std::int64_t sum = 0;
        for (int part = 0; part < 4; ++part) sum += static_cast<std::int64_t>((word >> (16 * part)) & 0xffff);
        // Four numbers uniform over 65536 steps: variance 4 x 65536^2 / 12.
        constexpr double inverse_deviation = 2.6428998e-5;
        return (static_cast<double>(sum) - 2 * 65535.0) * inverse_deviation;
    }

  private:
    std::uint64_t state_;
};

}  // namespace blathy::world
