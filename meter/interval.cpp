#include "meter/interval.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

// value * part / whole, towards zero, where the product need not fit.
std::int64_t share(std::int64_t value, std::uint32_t part, std::uint32_t whole) {
    const std::uint64_t magnitude =
        value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    const std::uint64_t result = magnitude / whole * part + magnitude % whole * part / whole;
    return value < 0 ? -static_cast<std::int64_t>(result) : static_cast<std::int64_t>(result);
}

void take(std::int64_t& from, std::int64_t& to, std::uint32_t part, std::uint32_t whole) {
    to = share(from, part, whole);
    from -= to;
}

}  // namespace

Interval take_first(Interval& interval, std::uint32_t first_us) {
    Interval first = interval;
    const std::uint32_t whole_us = std::max(interval.duration_us, std::uint32_t{1});
    first.duration_us = first_us;
    interval.duration_us -= first_us;
    for (std::size_t i = 0; i < max_phases; ++i) {
        PhaseInterval& to = first.phase[i];
        PhaseInterval& from = interval.phase[i];
        take(from.active_energy_mj, to.active_energy_mj, first_us, whole_us);
        take(from.reactive_energy_mvars, to.reactive_energy_mvars, first_us, whole_us);
        take(from.apparent_energy_mvas, to.apparent_energy_mvas, first_us, whole_us);
    }
    return first;
}

}  // namespace blathy::meter
