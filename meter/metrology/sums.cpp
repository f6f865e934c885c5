#include "meter/metrology/sums.hpp"

#include <algorithm>

#include "meter/metrology/cordic.hpp"

namespace blathy::meter {

std::uint32_t root_mean_square(std::int64_t squares, std::int64_t sum, std::int64_t weight, std::uint64_t noise) {
    const std::int64_t alternating = std::max<std::int64_t>(0, without_dc(squares, sum, sum, weight));
    const auto mean_square = static_cast<std::uint64_t>(mean(alternating, weight, 2 * root_bits - 1)) << 1;
    return square_root(mean_square > noise ? mean_square - noise : 0);
}

}  // namespace blathy::meter
