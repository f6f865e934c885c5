// From reset to main(): the vector table (Arm DDI 0403E, B1.5.3) and the C++ runtime environment.
#include <algorithm>
#include <array>
#include <cstdint>

#include "apps/firmware/board/clock.hpp"
#include "apps/firmware/board/fault.hpp"
#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/memory.hpp"
#include "apps/firmware/board/registers.hpp"
#include "apps/firmware/board/uart.hpp"

int main();

extern "C" {
extern std::uint32_t stack_top[], data_start[], data_end[], bss_start[], bss_end[];
extern const std::uint32_t data_image[];
extern void (*const init_array_start[])();
extern void (*const init_array_end[])();
[[noreturn]] void reset_handler();
}

namespace blathy::board {
namespace {

using Handler = void (*)();

struct VectorTable {
    const void* initial_stack_pointer;
    std::array<Handler, 15> system;
    std::array<Handler, interrupt_lines> interrupts;
};

constexpr VectorTable make_vectors() {
    VectorTable table{.initial_stack_pointer = stack_top, .system = {}, .interrupts = {}};
    table.system.fill(fault_handler);
    table.interrupts.fill(fault_handler);
    table.system[0] = reset_handler;
    table.system[14] = on_tick;
    const auto attach = [&](Interrupt line, Handler handler) {
        table.interrupts[static_cast<std::size_t>(line)] = handler;
    };
    attach(Interrupt::uart0_receive, [] { uart0.on_receive(); });
    attach(Interrupt::uart0_transmit, [] { uart0.on_transmit(); });
    attach(Interrupt::uart1_receive, [] { uart1.on_receive(); });
    attach(Interrupt::uart1_transmit, [] { uart1.on_transmit(); });
    attach(Interrupt::uart2_receive, [] { uart2.on_receive(); });
    attach(Interrupt::uart2_transmit, [] { uart2.on_transmit(); });
    return table;
}

__attribute__((section(".vectors"), used)) constinit const VectorTable vectors = make_vectors();

void enable_fpu() {
    constexpr std::uint32_t full_access = 0xFu << 20;  // coprocessors 10 and 11
    CoprocessorAccess::set(full_access);
    asm volatile("dsb\n isb" ::: "memory");
}

void enable_faults() {
    constexpr std::uint32_t memory_bus_usage = 7u << 16;
    constexpr std::uint32_t trap_division_by_zero = 1u << 4;
    SystemHandlerControl::set(memory_bus_usage);
    ConfigurationControl::set(trap_division_by_zero);
}

}  // namespace
}  // namespace blathy::board

void reset_handler() {
    using namespace blathy::board;
    paint_stack();
    enable_fpu();
    std::copy(data_image, data_image + (data_end - data_start), data_start);
    std::fill(bss_start, bss_end, 0u);
    enable_faults();
    protect_memory();
    start_clock();
    for (auto constructor = init_array_start; constructor != init_array_end; ++constructor) (*constructor)();
    main();
    stop("main returned");
}
