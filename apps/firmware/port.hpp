// A serial port that speaks the wrapper: the octets of one peer, in and out.
#pragma once

#include <array>
#include <cstdint>

#include "apps/firmware/board/uart.hpp"
#include "meter/meter.hpp"
#include "meter/server/wrapper_link.hpp"

namespace blathy::firmware {

class Port {
  public:
    explicit Port(board::Uart& uart) : uart_(uart) {}

    // Answers what has come, as far as the answers can be queued.
    void poll(meter::Meter& meter);

  private:
    void receive();

    board::Uart& uart_;
    meter::WrapperLink link_;
    std::array<std::uint8_t, meter::WrapperLink::receive_buffer_size> received_{};
    std::size_t size_ = 0;
    // An answer is at most what the queue of the UART takes at once.
    std::array<std::uint8_t, board::Uart::queue_octets> send_buffer_{};
};

}  // namespace blathy::firmware
