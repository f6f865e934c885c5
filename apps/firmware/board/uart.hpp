// The board's serial ports: Arm's CMSDK APB UART (Arm DDI 0479, 4.3), one octet deep in each direction, so that both
// directions are queued here and moved by interrupts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/ring.hpp"
#include "base/bytes.hpp"

namespace blathy::board {

class Uart {
  public:
    // Octets that wait in each direction: two of the longest frames.
    static constexpr std::size_t queue_octets = 4096;

    // Apart from the port, so that they are zeroed at reset instead of lying in flash as initial values.
    struct Queues {
        Ring<queue_octets> received;
        Ring<queue_octets> to_send;
    };

    constexpr Uart(std::uintptr_t base_address, Interrupt receive, Interrupt transmit, Queues& queues)
        : base_address_(base_address),
          receive_(receive),
          transmit_(transmit),
          received_(queues.received),
          to_send_(queues.to_send) {}

    // 8 data bits, no parity, 1 stop bit.
    void open(std::uint32_t bits_per_second);
    // From the next octet on; the one that is on its way is lost.
    void set_speed(std::uint32_t bits_per_second);

    // Takes what has arrived, at most `room`; returns the number of octets.
    std::size_t read(MutableBytes room);
    // Queues what fits and returns the number of octets taken; the rest is for the caller to offer again.
    std::size_t write(Bytes octets);
    // The same, waiting for room until everything is queued.
    void write_all(Bytes octets);
    // Sends at once, past the queue and without interrupts; for the last words after a fault.
    void write_polled(Bytes octets);

    // The last octet has left the queue and the device's buffer, though perhaps not the line.
    [[nodiscard]] bool is_sent() const;
    [[nodiscard]] std::size_t readable() const { return received_.size(); }
    [[nodiscard]] std::size_t writable() const { return to_send_.room(); }
    // How often the line brought an octet before the one in front of it was taken away: octets were lost.
    [[nodiscard]] std::uint32_t overruns() const { return overruns_; }

    // Interrupt handlers.
    void on_receive();
    void on_transmit();

  private:
    struct Registers;
    [[nodiscard]] Registers& device() const;
    void take_from_device();
    void give_to_device();

    std::uintptr_t base_address_;
    Interrupt receive_;
    Interrupt transmit_;
    Ring<queue_octets>& received_;
    Ring<queue_octets>& to_send_;
    std::uint32_t overruns_ = 0;
    volatile bool throttled_ = false;  // the receive interrupt is off because received_ is full
};

extern Uart uart0;  // the optical port
extern Uart uart1;  // RS485
extern Uart uart2;  // the service console

}  // namespace blathy::board
