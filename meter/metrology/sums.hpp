// Sums over samples between two cuts that fall within a sample, and what is found from them.
//
// A sample weighs 2^10. One that lies across a cut is shared between both sides, and the shares add up to the sample,
// so cycles are whole and no energy falls between them.
#pragma once

#include <cstdint>

namespace blathy::meter {

inline constexpr int weight_bits = 10;
inline constexpr std::int32_t sample_weight = std::int32_t{1} << weight_bits;
inline constexpr int root_bits = 8;  // binary places of an r.m.s. value in counts

// The share of a term that lies after the cut. What stays before is the rest, so that nothing is lost by rounding.
constexpr std::int64_t share(std::int64_t term, std::int32_t later) {
    return (term >> weight_bits) * later + (((term & (sample_weight - 1)) * later) >> weight_bits);
}

constexpr void move_share(std::int64_t& sum, std::int64_t& next, std::int64_t term, std::int32_t later) {
    const std::int64_t part = share(term, later);
    sum -= part;
    next = part;
}

// sum / weight in whole counts, x 2^extra_bits. |sum| < 2^59 and the mean x 2^extra_bits fits 63 bits.
constexpr std::int64_t mean(std::int64_t sum, std::int64_t weight, int extra_bits) {
    const int bits = weight_bits + extra_bits;
    return (sum / weight) * (std::int64_t{1} << bits) + (sum % weight) * (std::int64_t{1} << bits) / weight;
}

// Sum of products of deviations from the mean: what two channels have in common apart from their d.c., exactly.
constexpr std::int64_t without_dc(std::int64_t products, std::int64_t a, std::int64_t b, std::int64_t weight) {
    const std::int64_t scaled = a * (std::int64_t{1} << weight_bits);
    return products - (scaled / weight * b + scaled % weight * b / weight);
}

// R.m.s. in 2^-8 counts, without d.c. and without the mean square of `noise`, 2^-16 squared counts.
std::uint32_t root_mean_square(std::int64_t squares, std::int64_t sum, std::int64_t weight, std::uint64_t noise);

}  // namespace blathy::meter
