#include "apps/firmware/board/fault.hpp"

#include "apps/firmware/board/console.hpp"
#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/memory.hpp"
#include "apps/firmware/board/registers.hpp"
#include "apps/firmware/board/semihosting.hpp"
#include "apps/firmware/board/uart.hpp"

namespace blathy::board {
namespace {

constexpr std::uint32_t hard_fault = 3;
constexpr std::size_t frame_octets = 8 * sizeof(std::uint32_t);
constexpr std::uint16_t semihosting_breakpoint = 0xBEAB;  // bkpt 0xAB

std::string_view name(std::uint32_t exception_number) {
    switch (exception_number) {
        case 2:
            return "non-maskable interrupt";
        case hard_fault:
            return "hard fault";
        case 4:
            return "memory management fault";
        case 5:
            return "bus fault";
        case 6:
            return "usage fault";
        default:
            return "exception without a handler";
    }
}

void last_words(const Line& line) {
    uart2.write_polled(line.octets());
    if (semihosting::available()) semihosting::write(line.c_str());
}

[[noreturn]] void halt() {
    if (semihosting::available()) semihosting::exit(1);
    while (true) wait_for_interrupt();
}

}  // namespace

void stop(std::string_view reason) {
    asm volatile("cpsid i" ::: "memory");
    last_words(Line("stopped: ", reason));
    halt();
}

void on_fault(std::uint32_t* frame, std::uint32_t exception_number) {
    const bool framed = is_in_ram(reinterpret_cast<std::uintptr_t>(frame), frame_octets);
    if (framed && exception_number == hard_fault && !semihosting::available()) {
        std::uint32_t& program_counter = frame[6];
        if (*reinterpret_cast<const std::uint16_t*>(program_counter) == semihosting_breakpoint) {
            program_counter += sizeof(semihosting_breakpoint);
            HardFaultStatus::write(HardFaultStatus::read());  // a bit is cleared by writing 1 to it
            return;
        }
    }
    asm volatile("cpsid i" ::: "memory");
    last_words(Line("stopped: ", name(exception_number), " ", exception_number, ", stack ",
                    Hex{reinterpret_cast<std::uint32_t>(frame)}));
    if (framed) last_words(Line("pc ", Hex{frame[6]}, " lr ", Hex{frame[5]}, " psr ", Hex{frame[7]}));
    last_words(Line("cfsr ", Hex{ConfigurableFaultStatus::read()}, " hfsr ", Hex{HardFaultStatus::read()}, " mmfar ",
                    Hex{MemManageAddress::read()}, " bfar ", Hex{BusFaultAddress::read()}));
    halt();
}

// Reports on a stack of its own, because the cause may be that the other one is used up.
__attribute__((naked)) void fault_handler() {
    asm volatile(
        "mrs r0, msp\n"
        "mrs r1, ipsr\n"
        "mov r2, lr\n"
        "ldr r3, =fault_stack_top\n"
        "msr msp, r3\n"
        "push {r0, r2}\n"
        "bl on_fault\n"
        "pop {r0, r2}\n"
        "msr msp, r0\n"
        "bx r2\n");
}

}  // namespace blathy::board
