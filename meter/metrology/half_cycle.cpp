#include "meter/metrology/half_cycle.hpp"

#include <algorithm>

#include "meter/metrology/sums.hpp"

namespace blathy::meter {

void HalfCycle::align(std::uint32_t crossing) {
    if (!aligned_) {
        aligned_ = true;
        crossing_ = crossing;
        halves_ = 0;
        return;
    }
    constexpr std::int32_t most = 1 << 28;
    const auto off = static_cast<std::int32_t>(crossing - crossing_);
    crossing_ += static_cast<std::uint32_t>(std::clamp(off, -most, most));
}

bool HalfCycle::end(std::int64_t voltage, std::uint32_t angle_after, std::uint32_t step) {
    static_assert(one_sample == sample_weight);
    const std::uint64_t beyond = (angle_after - crossing_) & 0x7fff'ffffU;
    const auto later = static_cast<std::int32_t>(
        std::min<std::uint64_t>((beyond << weight_bits) / step, static_cast<std::uint64_t>(sample_weight)));
    Half next;
    move_share(now_.squares, next.squares, voltage * voltage, later);
    next.weight = later;
    now_.weight -= later;

    const std::int32_t weight = before_.weight + now_.weight;
    const std::int64_t squares = before_.squares + now_.squares;
    before_ = now_;
    now_ = next;
    constexpr std::uint8_t first_halves = 3;  // the first may be any part of one
    if (halves_ < first_halves) ++halves_;
    if (halves_ < first_halves || weight < sample_weight) return false;
    rms_ = root_mean_square(squares, 0, weight, 0);
    samples_ = static_cast<std::uint32_t>(weight) >> weight_bits;
    return true;
}

}  // namespace blathy::meter
