// One HDLC line that leads to the meter (IEC 62056-46): octets and the time in, octets out. A bus (RS485), a point to
// point line, a TCP connection that carries one, or the optical port after its sign-on. Driven like this, on every
// octet received and no later than wake_after_ms():
//
//   port.receive(octets, now_ms);
//   while (auto chunk = port.transmit(room, now_ms); chunk.size > 0) write(room.first(chunk.size));
//
// Of a line of the meter's own, what is pushed by it leaves in UI frames: while the line is quiet, or with the meter's
// next turn. The line carries one connection at a time. DISC and inactivity end it with its association, and an SNRM of
// another client takes the line over. Nothing a client sends makes this grow: every buffer is in here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/hdlc/server_link.hpp"
#include "dlms/iec62056_21/line.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/server/session.hpp"

namespace blathy::meter {

class Meter;

struct HdlcPortSettings {
    // One of the meter's lines: what clients write to its setup holds, in place of `setup`. Window sizes, lengths and
    // address from the next connection on, the speed when the one before is over, timeouts at once.
    std::optional<HdlcLine> line{};
    // What is offered; SNRM and UA settle on the lesser of both sides.
    HdlcSetup setup{};
    // One octet names no physical device: only for a line with this meter alone.
    std::uint8_t address_sizes = dlms::hdlc::any_size;
    std::uint16_t turnaround_ms = 25;  // 0 where nobody has to let go of a line first
    // What the way here may put between two octets that were sent without a pause: adds to the inter-octet timeout.
    std::uint16_t octet_delay_ms = 0;
    AccessPort access_port = AccessPort::serial;  // whose guesses at passwords count together
};

class HdlcPort {
  public:
    // The room for a frame that transmit() wants.
    static constexpr std::size_t frame_room = dlms::hdlc::frame_octets(dlms::hdlc::max_info);

    // `meter` is viewed.
    HdlcPort(Meter& meter, const HdlcPortSettings& settings);
    HdlcPort(const HdlcPort&) = delete;
    HdlcPort& operator=(const HdlcPort&) = delete;

    void receive(Bytes octets, std::uint32_t now_ms);
    // One frame a call, of size 0 when none is due.
    dlms::iec62056_21::Chunk transmit(MutableBytes room, std::uint32_t now_ms);
    // When to call again if nothing is received; none: not before something is.
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    // 8N1. Takes up a speed that was written meanwhile once nobody is connected.
    [[nodiscard]] dlms::iec62056_21::LineSettings line();
    // Something may be pushed by this line: call transmit(), whatever wake_after_ms() said.
    [[nodiscard]] bool may_have_push() const;
    // Instead of the setup's, until reset(): what a sign-on settled on.
    void set_baud(std::uint32_t baud) { agreed_baud_ = baud; }
    [[nodiscard]] bool is_connected() const { return link_.is_connected(); }
    // Not connected, and nothing is left to be sent.
    [[nodiscard]] bool is_idle() const { return !link_.is_connected() && !link_.wake_after_ms(0); }
    [[nodiscard]] bool has_open_association() const { return session_.association().is_open(); }
    // Of a client that has proven who it is.
    [[nodiscard]] bool has_proven_client() const { return session_.association().is_proven(); }
    // The line is gone: ends the connection and the association.
    void reset();

  private:
    // Before an answer stands room for a header that is written last; with its LLC octets a full one is two frames.
    static constexpr std::size_t header_room = 16;
    static constexpr std::size_t answer_room = header_room + 2 * dlms::hdlc::max_info - dlms::hdlc::llc_response.size();
    static_assert(answer_room >= Session::min_answer_room);

    void follow_setup();
    void handle(const dlms::hdlc::ServerEvent& event, std::uint32_t now_ms);
    void take_datagram(const dlms::hdlc::ServerEvent& event, std::uint32_t now_ms);
    void queue_push(std::uint32_t now_ms);
    [[nodiscard]] dlms::hdlc::Address own_address() const;

    Meter& meter_;
    HdlcPortSettings settings_;
    std::uint32_t baud_;
    std::optional<std::uint32_t> agreed_baud_;
    std::uint8_t setup_changes_;  // of the meter, that were taken up
    std::array<std::uint8_t, frame_room> frame_{};
    std::array<std::uint8_t, max_receive_pdu_size + dlms::hdlc::llc_command.size()> request_{};
    std::array<std::uint8_t, answer_room> answer_{};
    std::array<std::uint8_t, dlms::hdlc::max_info - dlms::hdlc::llc_response.size()> push_{};
    dlms::hdlc::ServerLink link_;
    // Of the connection; without one, of the client that last opened an unconfirmed association by datagram.
    Session session_;
    dlms::Pause unconfirmed_;  // until that association is forgotten
};

}  // namespace blathy::meter
