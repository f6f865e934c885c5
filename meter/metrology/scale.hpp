// Scale: a positive real factor as a 32-bit mantissa and a power of two. Counts become units without floating point,
// with a relative error of a few 2^-31 whatever the factor.
#pragma once

#include <cstdint>

namespace blathy::meter {

class Scale {
  public:
    // numerator / denominator x 2^exponent. Neither is 0, and the denominator is below 2^63.
    static constexpr Scale ratio(std::uint64_t numerator, std::uint64_t denominator, int exponent = 0) {
        std::uint64_t quotient = numerator / denominator;
        std::uint64_t rest = numerator % denominator;
        int shift = -exponent;
        for (; quotient >> 32 != 0; --shift) quotient >>= 1;
        for (; quotient >> 31 == 0; ++shift) {  // long division, one binary digit at a time
            rest <<= 1;
            quotient = (quotient << 1) | (rest >= denominator ? 1U : 0U);
            if (rest >= denominator) rest -= denominator;
        }
        return {static_cast<std::uint32_t>(quotient), shift};
    }

    friend constexpr Scale operator*(Scale a, Scale b) {
        const std::uint64_t product = std::uint64_t{a.mantissa} * b.mantissa;
        const int excess = product >> 63 != 0 ? 32 : 31;
        return {static_cast<std::uint32_t>(product >> excess), a.shift + b.shift - excess};
    }

    constexpr Scale inverse() const { return ratio(std::uint64_t{1} << 62, mantissa, shift - 62); }

    // value x factor, rounded. |value| is below 2^62; the result has to fit 63 bits, which is for the caller to know.
    constexpr std::int64_t apply(std::int64_t value) const {
        const std::int64_t high = (value >> 32) * mantissa;
        const std::uint64_t low = (static_cast<std::uint64_t>(value) & 0xffff'ffff) * mantissa;
        if (shift <= 32) return (high << (32 - shift)) + static_cast<std::int64_t>(low >> shift);
        const std::int64_t half = std::int64_t{1} << (shift - 33);
        return (high + static_cast<std::int64_t>(low >> 32) + half) >> (shift - 32);
    }

    std::uint32_t mantissa;  // 2^31 to 2^32 - 1
    int shift;               // the factor is mantissa / 2^shift; `apply` serves 0 < shift < 95
};

}  // namespace blathy::meter
