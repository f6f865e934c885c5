// A UART that one of the meter's line ports has to itself: octets in and out, at the speed that the protocol asks for.
#pragma once

#include <array>
#include <cstdint>

#include "apps/firmware/board/uart.hpp"
#include "meter/meter.hpp"

namespace blathy::firmware {

// `LinePort` is meter::HdlcPort or meter::OpticalPort. The UART knows 8N1 only: where the protocol wants 7E1, the
// parity bit is the eighth of an octet, which the port adds when the peer does.
template <class LinePort>
class Port {
  public:
    template <class Settings>
    Port(board::Uart& uart, meter::Meter& meter, const Settings& settings)
        : uart_(uart), line_(meter, settings), baud_(line_.line().baud) {
        uart_.open(baud_);
    }

    // To be called every millisecond, and when octets have come.
    void poll(std::uint32_t now_ms) {
        std::array<std::uint8_t, 128> received;
        do {
            const std::size_t count = uart_.read(received);
            line_.receive(Bytes(received).first(count), now_ms);
        } while (uart_.readable() > 0);
        // A frame is made only when the queue takes it whole.
        while (follow_speed(now_ms) && uart_.writable() >= frame_.size()) {
            const auto chunk = line_.transmit(frame_, now_ms);
            if (chunk.size == 0) return;
            uart_.write(Bytes(frame_).first(chunk.size));
            busy_ms_ = now_ms;
        }
    }

  private:
    // False: the speed is to be changed, but the last octet is not out yet.
    bool follow_speed(std::uint32_t now_ms) {
        const std::uint32_t wanted = line_.line().baud;
        if (wanted == baud_) return true;
        if (!uart_.is_sent()) busy_ms_ = now_ms;
        // Behind the queue the UART holds one more octet, which it does not tell of.
        const std::uint32_t octet_time_ms = 10'000 / baud_ + 1;
        if (now_ms - busy_ms_ < 2 * octet_time_ms) return false;
        uart_.set_speed(wanted);
        baud_ = wanted;
        return true;
    }

    board::Uart& uart_;
    LinePort line_;
    std::array<std::uint8_t, LinePort::frame_room> frame_{};
    std::uint32_t baud_;
    std::uint32_t busy_ms_ = 0;  // when the queue last held an octet
};

}  // namespace blathy::firmware
