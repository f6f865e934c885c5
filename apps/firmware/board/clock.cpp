#include "apps/firmware/board/clock.hpp"

#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/registers.hpp"

namespace blathy::board {
namespace {

constinit volatile std::uint64_t ticks = 0;

}  // namespace

void start_clock() {
    constexpr std::uint32_t enable = 1u << 0;
    constexpr std::uint32_t interrupt = 1u << 1;
    constexpr std::uint32_t core_clock = 1u << 2;
    SystickReload::write(clock_frequency_hz / 1000 - 1);
    SystickValue::write(0);
    SystickControl::write(enable | interrupt | core_clock);
}

// Two loads on this core, hence the lock against a tick between them.
std::uint64_t uptime_ms() {
    const InterruptLock lock;
    return ticks;
}

void on_tick() {
    ticks = ticks + 1;
}

}  // namespace blathy::board
