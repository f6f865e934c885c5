// Interrupt lines of the board, and how the main loop shares the processor with them.
#pragma once

#include <cstdint>

namespace blathy::board {

// Numbers of the nested vectored interrupt controller's lines (AN386, table "Interrupt assignments").
enum class Interrupt : std::uint8_t {
    uart0_receive = 0,
    uart0_transmit = 1,
    uart1_receive = 2,
    uart1_transmit = 3,
    uart2_receive = 4,
    uart2_transmit = 5,
};

inline constexpr std::uint32_t interrupt_lines = 32;

inline void enable(Interrupt line) {
    *reinterpret_cast<volatile std::uint32_t*>(0xE000E100) = 1u << static_cast<unsigned>(line);
}

// Returns when the line can no longer interrupt the caller.
inline void disable(Interrupt line) {
    *reinterpret_cast<volatile std::uint32_t*>(0xE000E180) = 1u << static_cast<unsigned>(line);
    asm volatile("dsb\n isb" ::: "memory");
}

// Holds every interrupt off while it lives. A pending one still ends wait_for_interrupt(), so that testing for work and
// going to sleep inside one lock misses no event.
class InterruptLock {
  public:
    InterruptLock() {
        asm volatile("mrs %0, primask" : "=r"(before_));
        asm volatile("cpsid i" ::: "memory");
    }
    ~InterruptLock() { asm volatile("msr primask, %0" ::"r"(before_) : "memory"); }
    InterruptLock(const InterruptLock&) = delete;
    InterruptLock& operator=(const InterruptLock&) = delete;

  private:
    std::uint32_t before_;
};

inline void wait_for_interrupt() {
    asm volatile("dsb\n wfi" ::: "memory");
}

}  // namespace blathy::board
