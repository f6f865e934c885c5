// Sine, cosine, arc tangent and square root in integers, the same bits on every machine.
//
// Angles are unsigned 32-bit fractions of a turn: 2^30 is 90 degrees, and wrapping is free.
#pragma once

#include <cstdint>

namespace blathy::meter {

struct Vector {
    std::int32_t x;
    std::int32_t y;
};

inline constexpr int unit_bits = 30;  // cosine and sine of 1 is 2^30

// Cosine and sine of an angle, within 2^-29.
Vector unit_vector(std::uint32_t angle);

// The direction of (x, y), within 1e-8 of a turn; 0 for the null vector.
std::uint32_t direction(std::int64_t x, std::int64_t y);

// The largest integer whose square does not exceed the value.
std::uint32_t square_root(std::uint64_t value);

}  // namespace blathy::meter
