// What is recorded over an interval of a load profile: average, minimum and maximum of the instantaneous values.
//
// The values are those that the instantaneous registers show, in their units. The average weighs each with the time
// that it lasted, and is rounded half away from zero.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "meter/quantity/quantity.hpp"

namespace blathy::meter {

// Value groups C of what is recorded; of a meter with fewer phases the others stay zero.
inline constexpr std::array<std::uint8_t, 15> recorded_codes = {1, 2, 3, 4, 32, 52, 72, 31, 51, 71, 33, 53, 73, 14, 91};
inline constexpr std::size_t recorded_count = recorded_codes.size();
[[nodiscard]] std::optional<std::size_t> recorded_index(std::uint8_t c);

struct Recording {
    std::array<std::int64_t, recorded_count> sums{};  // value times microseconds
    std::array<std::int64_t, recorded_count> minima{};
    std::array<std::int64_t, recorded_count> maxima{};
    std::uint64_t duration_us = 0;

    void add(const Measurements& measurements);
    void reset() { *this = {}; }
    // Zero before anything was added.
    [[nodiscard]] std::int64_t average(std::size_t index) const;
};

}  // namespace blathy::meter
