// The meter on a Cortex-M4: the communication port on UART0, the service console on UART1.
#include <array>
#include <cstdint>

#include "apps/firmware/board/clock.hpp"
#include "apps/firmware/board/console.hpp"
#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/memory.hpp"
#include "apps/firmware/board/semihosting.hpp"
#include "apps/firmware/board/uart.hpp"

using namespace blathy;

namespace {

void print_banner() {
    const board::MemoryFigures memory = board::memory_figures();
    board::print("Blathy ", BLATHY_VERSION, " on Cortex-M4F, MPS2 AN386");
    board::print("flash ", memory.flash_used, " of ", memory.flash_size, " octets");
    board::print("ram   ", memory.ram_used, " of ", memory.ram_size, " octets, stack included");
    board::print("stack ", memory.stack_high_water, " of ", memory.stack_size, " octets used");
    board::print("up    ", board::uptime_ms(), " ms after reset");
}

void poll_port(board::Uart& port) {
    std::array<std::uint8_t, 256> octets;
    while (port.readable() > 0 && port.writable() >= octets.size()) {
        port.write(Bytes(octets).first(port.read(octets)));
    }
}

}  // namespace

int main() {
    board::semihosting::probe();
    board::uart0.open(115'200);
    board::uart1.open(115'200);
    print_banner();
    while (true) {
        poll_port(board::uart0);

        const board::InterruptLock lock;
        if (board::uart0.readable() == 0) board::wait_for_interrupt();
    }
}
