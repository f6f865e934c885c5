// J. E. Volder, "The CORDIC trigonometric computing technique", 1959: rotations by atan(2^-k) are shifts and additions.
#include "meter/metrology/cordic.hpp"

#include <array>
#include <bit>
#include <cstddef>

namespace blathy::meter {

namespace {

// atan(2^-k) in 2^-40 of a turn.
constexpr int guarded_turn_bits = 40;
constexpr std::array<std::int64_t, 33> arc_tangents = {
    137438953472, 81134951838, 42869480287, 21761217566, 10922836750, 5466743129, 2734038620, 1367102738, 683561799,
    341782203,    170891265,   85445653,    42722829,    21361415,    10680707,   5340354,    2670177,    1335088,
    667544,       333772,      166886,      83443,       41722,       20861,      10430,      5215,       2608,
    1304,         652,         326,         163,         81,          41,
};

// The product of cos(atan(2^-k)) in 2^-36, by which the rotations stretch a vector. The six bits below those of the
// result hold what the shifts of all rotations cut off.
constexpr int guard_bits = 6;
constexpr std::int64_t shrink = 41730103940;

}  // namespace

Vector unit_vector(std::uint32_t angle) {
    const std::uint32_t quarters = (angle + (1U << 29)) >> 30;
    const auto within = static_cast<std::int32_t>(angle - (quarters << 30));  // 45 degrees of that quarter
    std::int64_t rest = std::int64_t{within} * (1 << (guarded_turn_bits - 32));
    std::int64_t guarded_x = shrink;
    std::int64_t guarded_y = 0;
    for (std::size_t k = 0; k < arc_tangents.size(); ++k) {
        const std::int64_t dx = guarded_y >> k;
        const std::int64_t dy = guarded_x >> k;
        const bool forward = rest >= 0;
        guarded_x = forward ? guarded_x - dx : guarded_x + dx;
        guarded_y = forward ? guarded_y + dy : guarded_y - dy;
        rest = forward ? rest - arc_tangents[k] : rest + arc_tangents[k];
    }
    const auto rounded = [](std::int64_t value) {
        return static_cast<std::int32_t>((value + (1 << (guard_bits - 1))) >> guard_bits);
    };
    const std::int32_t x = rounded(guarded_x);
    const std::int32_t y = rounded(guarded_y);
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
    constexpr std::size_t steps = 30;
    constexpr int excess_bits = guarded_turn_bits - 32;
    for (std::size_t k = 0; k < steps; ++k) {
        const std::int32_t du = w >> k;
        const std::int32_t dw = u >> k;
        const bool above = w >= 0;
        u = above ? u + du : u - du;
        w = above ? w - dw : w + dw;
        const auto step = static_cast<std::uint32_t>((arc_tangents[k] + (1 << (excess_bits - 1))) >> excess_bits);
        angle = above ? angle + step : angle - step;
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
