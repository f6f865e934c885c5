#include "world/factory_crystal.hpp"

#include <cmath>

#include "meter/clock/crystal.hpp"

namespace blathy::world {

std::int32_t crystal_deviation_at_factory(const Crystal& crystal) {
    constexpr double reference_counts = 10e6 * 10;
    const double counted = std::floor(reference_counts / (1 + crystal.error_ppm() * 1e-6));
    const double now_ppb = (reference_counts / counted - 1) * 1e9;
    const auto temperature_tenths = static_cast<std::int16_t>(std::lround(crystal.temperature_c * 10));
    const double by_temperature_ppb = meter::Crystal().deviation_ppb_at(temperature_tenths);
    return static_cast<std::int32_t>(std::lround(now_ppb - by_temperature_ppb));
}

}  // namespace blathy::world
