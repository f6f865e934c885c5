// The millisecond clock of the meter's ports.
#pragma once

#include <chrono>
#include <cstdint>

namespace blathy::apps {

inline std::uint32_t line_clock_ms(std::chrono::steady_clock::time_point at) {
    using std::chrono::milliseconds;
    return static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count());
}

}  // namespace blathy::apps
