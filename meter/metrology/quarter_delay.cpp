#include "meter/metrology/quarter_delay.hpp"

#include "meter/metrology/cordic.hpp"

namespace blathy::meter {

// With x the angle of a sample, the mean product at delay d of two sinusoids is proportional to cos (d x - lag), so any
// two delays give every other: that of a quarter turn is
//   (at d) sin((d + 1) x - 90 degrees) / sin x  +  (at d + 1) sin(90 degrees - d x) / sin x.
QuarterDelay QuarterDelay::of(std::uint32_t step) {
    constexpr std::uint32_t quarter = 1U << 30;
    QuarterDelay delay;
    delay.samples = quarter / step;
    const std::uint32_t shorter = delay.samples * step;
    const std::int64_t sine = unit_vector(step).y;
    const auto weight = [sine](std::uint32_t angle) {
        return static_cast<std::int32_t>((std::int64_t{unit_vector(angle).y} << unit_bits) / sine);
    };
    delay.shorter_weight = weight(shorter + step - quarter);
    delay.longer_weight = weight(quarter - shorter);
    return delay;
}

}  // namespace blathy::meter
