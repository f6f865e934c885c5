// The board's time base: the core clock of 25 MHz and a tick of one millisecond from the system timer.
#pragma once

#include <cstdint>

namespace blathy::board {

inline constexpr std::uint32_t clock_frequency_hz = 25'000'000;

void start_clock();
// Milliseconds since start_clock(); never runs backwards and never wraps in the life of a meter.
std::uint64_t uptime_ms();

// Interrupt handler.
void on_tick();

}  // namespace blathy::board
