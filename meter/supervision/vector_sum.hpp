// The sum of some r.m.s. values as vectors.
#pragma once

#include <cstdint>

#include "meter/metrology/cordic.hpp"

namespace blathy::meter {

class VectorSum {
  public:
    void add(std::uint32_t value, std::uint32_t angle_mdeg) {
        constexpr std::uint64_t turn_mdeg = 360'000;
        const Vector direction = unit_vector(static_cast<std::uint32_t>((std::uint64_t{angle_mdeg} << 32) / turn_mdeg));
        x_ += (std::int64_t{value} * direction.x) >> unit_bits;
        y_ += (std::int64_t{value} * direction.y) >> unit_bits;
    }
    [[nodiscard]] std::uint64_t magnitude() const { return square_root(square(x_) + square(y_)); }

  private:
    static std::uint64_t square(std::int64_t value) {
        const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
        return magnitude * magnitude;
    }
    std::int64_t x_ = 0;
    std::int64_t y_ = 0;
};

}  // namespace blathy::meter
