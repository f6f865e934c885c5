// J. E. Volder, "The CORDIC trigonometric computing technique", 1959: rotations by atan(2^-k) are shifts and additions.
#include "meter/metrology/cordic.hpp"

#include <array>
#include <bit>
#include <cstddef>

namespace blathy::meter {

namespace {

// atan(2^-k) in 2^-32 of a turn.
constexpr std::array<std::uint32_t, 30> arc_tangents = {
    536870912U, 316933406U, 167458907U, 85004756U, 42667331U, 21354465U, 10679838U, 5340245U, 2670163U, 1335087U,
    667544U,    333772U,    166886U,    83443U,    41722U,    20861U,    10430U,    5215U,    2608U,    1304U,
    652U,       326U,       163U,       81U,       41U,       20U,       10U,       5U,       3U,       1U,
};

// The product of cos(atan(2^-k)) in 2^-30, by which the rotations stretch a vector.
constexpr std::int32_t shrink = 652032874;

}  // namespace

Vector unit_vector(std::uint32_t angle) {
    const std::uint32_t quarters = (angle + (1U << 29)) >> 30;
    auto rest = static_cast<std::int32_t>(angle - (quarters << 30));  // within 45 degrees of that quarter
    std::int32_t x = shrink;
    std::int32_t y = 0;
    for (std::size_t k = 0; k < arc_tangents.size(); ++k) {
        const std::int32_t dx = y >> k;
        const std::int32_t dy = x >> k;
        const bool forward = rest >= 0;
        x = forward ? x - dx : x + dx;
        y = forward ? y + dy : y - dy;
        const auto step = static_cast<std::int32_t>(arc_tangents[k]);
        rest = forward ? rest - step : rest + step;
    }
    switch (quarters & 3U) {
        case 0:
            return {x, y};
        case 1:
            return {-y, x};
        case 2:
            return {-x, -y};
        default:
            return {y, -x};
    }
}

std::uint32_t direction(std::int64_t x, std::int64_t y) {
    std::uint32_t angle = 0;
    if (x < 0) {  // the rotations reach 99 degrees to either side of the positive x axis
        x = -x;
        y = -y;
        angle = 1U << 31;
    }
    const std::uint64_t reach = static_cast<std::uint64_t>(x) | static_cast<std::uint64_t>(y < 0 ? -y : y);
    if (reach == 0) return 0;
    const int excess = static_cast<int>(std::bit_width(reach)) - 29;  // leaves room for the stretch of 1.65 x sqrt(2)
    auto u = static_cast<std::int32_t>(excess >= 0 ? x >> excess : x << -excess);
    auto w = static_cast<std::int32_t>(excess >= 0 ? y >> excess : y << -excess);
    for (std::size_t k = 0; k < arc_tangents.size(); ++k) {
        const std::int32_t du = w >> k;
        const std::int32_t dw = u >> k;
        const bool above = w >= 0;
        u = above ? u + du : u - du;
        w = above ? w - dw : w + dw;
        angle = above ? angle + arc_tangents[k] : angle - arc_tangents[k];
    }
    return angle;
}

std::uint32_t square_root(std::uint64_t value) {
    std::uint64_t root = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
        if (value >= root + bit) {
            value -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return static_cast<std::uint32_t>(root);
}

}  // namespace blathy::meter
