// HDLC ports of meters on one simulated line, in simulated time. Frames are written as their parts, in hex.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dlms/hdlc/frame.hpp"
#include "meter/server/hdlc_port.hpp"

#include "tests/support/bench.hpp"

namespace blathy::test {

inline constexpr std::string_view silence;
// GET of the logical device name, with its LLC octets.
inline constexpr std::string_view get_name = "E6E600 C001C1 0001 00002A0000FF 02 00";

// What a frame looks like on the line, flags included.
struct FrameParts {
    dlms::hdlc::Address to;
    dlms::hdlc::Address from;
    std::uint8_t control = 0;
    std::string_view information{};
    bool is_segmented = false;
};
inline std::string frame(const FrameParts& parts) {
    const Octets information = hex(parts.information);
    dlms::hdlc::Frame frame;
    frame.destination = parts.to;
    frame.source = parts.from;
    frame.control = parts.control;
    frame.is_segmented = parts.is_segmented;
    frame.information = information;
    std::array<std::uint8_t, 2100> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): encode_frame fills it
    return hex(Bytes(room).first(encode_frame(frame, room)));
}

class HdlcLine {
  public:
    void attach(meter::HdlcPort& port) { ports_.push_back(&port); }

    // What the meters send once `octets` have arrived and the pause that they owe is over.
    std::string ask(std::string_view octets) {
        const Octets sent = hex(octets);
        for (meter::HdlcPort* port : ports_) port->receive(sent, now_ms);
        return wait(pause_ms);
    }
    // What they send within so much time.
    std::string wait(std::uint32_t ms) {
        now_ms += ms;
        std::string answer;
        for (meter::HdlcPort* port : ports_) {
            port->receive({}, now_ms);
            answer += said(*port);
        }
        return answer;
    }

    std::uint32_t now_ms = 0xFFFF'FF00;  // the clock wraps in every longer test
    std::uint32_t pause_ms = 25;

  private:
    std::string said(meter::HdlcPort& port) {
        std::string text;
        std::array<std::uint8_t, meter::HdlcPort::frame_room> room;
        while (const std::size_t size = port.transmit(room, now_ms).size) text += hex(Bytes(room).first(size));
        return text;
    }

    std::vector<meter::HdlcPort*> ports_;
};

}  // namespace blathy::test
