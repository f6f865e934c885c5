#include "apps/firmware/board/uart.hpp"

#include <algorithm>

#include "apps/firmware/board/clock.hpp"

namespace blathy::board {

struct Uart::Registers {
    volatile std::uint32_t data;
    volatile std::uint32_t state;
    volatile std::uint32_t control;
    volatile std::uint32_t interrupts;  // read: pending; write 1: clear
    volatile std::uint32_t baud_divider;
};

namespace {

enum State : std::uint32_t { transmit_full = 1u << 0, receive_full = 1u << 1, receive_overrun = 1u << 3 };
enum Control : std::uint32_t {
    transmit_enable = 1u << 0,
    receive_enable = 1u << 1,
    transmit_interrupt = 1u << 2,
    receive_interrupt = 1u << 3,
};

constexpr std::uint32_t smallest_baud_divider = 16;

constinit Uart::Queues queues0;
constinit Uart::Queues queues1;
constinit Uart::Queues queues2;

}  // namespace

constinit Uart uart0(0x40004000, Interrupt::uart0_receive, Interrupt::uart0_transmit, queues0);
constinit Uart uart1(0x40005000, Interrupt::uart1_receive, Interrupt::uart1_transmit, queues1);
constinit Uart uart2(0x40006000, Interrupt::uart2_receive, Interrupt::uart2_transmit, queues2);

Uart::Registers& Uart::device() const {
    return *reinterpret_cast<Registers*>(base_address_);
}

void Uart::open(std::uint32_t bits_per_second) {
    set_speed(bits_per_second);
    device().control = transmit_enable | receive_enable | transmit_interrupt | receive_interrupt;
    enable(receive_);
    enable(transmit_);
}

void Uart::set_speed(std::uint32_t bits_per_second) {
    device().baud_divider = std::max(clock_frequency_hz / bits_per_second, smallest_baud_divider);
}

bool Uart::is_sent() const {
    return to_send_.empty() && (device().state & transmit_full) == 0;
}

std::size_t Uart::read(MutableBytes room) {
    const std::size_t count = std::min(room.size(), received_.size());
    for (std::uint8_t& octet : room.first(count)) octet = received_.pop();
    if (count > 0 && throttled_) {
        throttled_ = false;
        take_from_device();
        if (!throttled_) enable(receive_);
    }
    return count;
}

std::size_t Uart::write(Bytes octets) {
    const std::size_t count = std::min(octets.size(), to_send_.room());
    for (const std::uint8_t octet : octets.first(count)) to_send_.push(octet);
    // The device interrupts when it becomes free, so somebody has to hand an idle one its first octet.
    disable(transmit_);
    give_to_device();
    enable(transmit_);
    return count;
}

void Uart::write_all(Bytes octets) {
    while (true) {
        octets = octets.subspan(write(octets));
        if (octets.empty()) return;
        const InterruptLock lock;
        if (to_send_.room() == 0) wait_for_interrupt();
    }
}

void Uart::write_polled(Bytes octets) {
    device().control = transmit_enable;
    for (const std::uint8_t octet : octets) {
        while ((device().state & transmit_full) != 0) {
        }
        device().data = octet;
    }
}

void Uart::on_receive() {
    device().interrupts = receive_interrupt >> 2;
    take_from_device();
    if (throttled_) disable(receive_);
}

void Uart::on_transmit() {
    device().interrupts = transmit_interrupt >> 2;
    give_to_device();
}

// A full queue leaves the octet in the device: a peer with flow control waits, and one without is seen as an overrun.
void Uart::take_from_device() {
    while (true) {
        const std::uint32_t state = device().state;
        if ((state & receive_overrun) != 0) {
            device().state = receive_overrun;
            ++overruns_;
        }
        if ((state & receive_full) == 0) return;
        if (received_.full()) {
            throttled_ = true;
            return;
        }
        received_.push(static_cast<std::uint8_t>(device().data));
    }
}

void Uart::give_to_device() {
    while (!to_send_.empty() && (device().state & transmit_full) == 0) device().data = to_send_.pop();
}

}  // namespace blathy::board
