// The secondary station of the DLMS/COSEM data link (IEC 62056-46, 6.4.4), sans I/O: octets and the time come in,
// events and octets come out. The owner drives it like this, on every octet received and no later than wake_after_ms():
//
//   while (auto event = link.receive(input, now_ms)) handle(*event);              // may call respond()
//   while (auto size = link.transmit(room, now_ms)) port.write(room.first(size));
//
// A port holds one connection at a time. An SNRM from another client, or to another logical device, takes the port over
// and ends the connection before it: a hand-held unit that lost its session needs no two minutes of patience, and a
// half-duplex line carries one conversation anyway.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "dlms/hdlc/deframer.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/parameters.hpp"
#include "dlms/hdlc/transfer.hpp"
#include "dlms/pause.hpp"

namespace blathy::dlms::hdlc {

// The server address structures that a port accepts, as a set. One octet carries no physical device address, so it
// belongs on point-to-point ports only (optical); on a bus every meter would answer.
enum AddressSizes : std::uint8_t { one_octet = 1, two_octets = 2, four_octets = 4, bus_sizes = 6, any_size = 7 };

// IEC HDLC setup (class 23) and what surrounds it.
struct ServerSettings {
    Parameters parameters;
    std::uint16_t inter_octet_timeout_ms = 25;
    std::uint16_t inactivity_timeout_s = 120;  // 0: never
    // Silence kept after the last octet received before the first one is sent.
    std::uint16_t turnaround_ms = 25;
    std::uint16_t physical_device = 0x10;              // lower address
    std::span<const std::uint16_t> logical_devices{};  // upper addresses served here; viewed
    std::uint8_t address_sizes = bus_sizes;
    // This device has called the client, or sits alone on the line: it answers to the "calling" physical device
    // address.
    bool answers_calling_address = false;
};

struct ServerEvent {
    enum class Kind : std::uint8_t {
        connected,     // whatever association this port carried before is gone
        disconnected,  // by DISC or by inactivity: release the association
        request,       // `apdu` arrived; answer with respond()
        datagram,      // `apdu` arrived in a UI frame, perhaps to all stations; no answer is due
        // The client has all of the answer and polls on: respond() now sends one more APDU of it (general block
        // transfer in streaming); without, the poll is answered with RR.
        poll,
    };
    Kind kind;
    std::uint8_t client;  // service access point
    Address server;       // as the client wrote it; `upper` is the logical device
    Bytes apdu;           // valid until the next call of receive()
};

class ServerLink {
  public:
    // `frame_buffer` holds frame_octets(parameters.max_info_receive), `request_buffer` the longest APDU and 3 octets.
    ServerLink(const ServerSettings& settings, MutableBytes frame_buffer, MutableBytes request_buffer);

    std::optional<ServerEvent> receive(Bytes& input, std::uint32_t now_ms);

    // Answers the last request. `apdu` is viewed until the next event; it leaves in segments as the client polls for
    // them. An empty one returns the turn without an answer. Without a connection it is ignored.
    void respond(Bytes apdu);

    // Queues one UI frame (unconfirmed service, push). It leaves when the line is quiet or, on a connection, with the
    // next turn. `apdu` is viewed until is_datagram_pending() is false. False if one is pending or it does not fit.
    bool send_datagram(std::uint8_t client, const Address& server, Bytes apdu);
    [[nodiscard]] bool is_datagram_pending() const { return datagram_.is_pending; }
    // One that is queued now is what transmit() gives next.
    [[nodiscard]] bool is_free_for_datagram(std::uint32_t now_ms) const {
        return !datagram_.is_pending && (!is_connected_ || reply_ != Reply::none) && silence_.is_over(now_ms);
    }

    // Writes the next frame that is due and returns its size, 0 if there is none. `room` holds
    // frame_octets(parameters.max_info_transmit).
    std::size_t transmit(MutableBytes room, std::uint32_t now_ms);

    // When to call again if nothing is received; none: not before something is.
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    [[nodiscard]] bool is_connected() const { return is_connected_; }
    // What was negotiated, from the server's view.
    [[nodiscard]] const Parameters& negotiated() const { return negotiated_; }
    [[nodiscard]] const ServerSettings& settings() const { return settings_; }

    // New settings hold from the next connection on, timeouts at once. A connection keeps its address.
    void configure(const ServerSettings& settings);
    // The line is gone (hang-up, socket closed): forgets everything, without an event.
    void reset();

  private:
    enum class Reach : std::uint8_t { nobody, this_device, all_stations };
    enum class Reply : std::uint8_t { none, ua, dm, frmr, rr, information };
    struct Datagram {
        Bytes apdu;
        Address server;
        std::uint8_t client = 0;
        bool is_pending = false;
    };
    struct Peer {
        Address server;
        std::uint8_t client = 0;
        bool operator==(const Peer&) const = default;
    };

    [[nodiscard]] Reach reach(const Address& destination) const;
    [[nodiscard]] bool is_inactive(std::uint32_t now_ms) const;
    [[nodiscard]] bool is_datagram_due() const;
    std::optional<ServerEvent> accept(const Frame& frame, std::uint32_t now_ms);
    std::optional<ServerEvent> accept_connected(const Frame& frame, const Control& control);
    std::optional<ServerEvent> accept_information(const Frame& frame, const Control& control);
    std::optional<ServerEvent> accept_datagram(const Frame& frame);
    std::optional<ServerEvent> connect(const Frame& frame, const Peer& peer);
    std::optional<ServerEvent> accept_supervisory(const Frame& frame, const Control& control);
    void reject(const Frame& frame, const Control& control, std::uint8_t reason);
    void take_turn();
    void disconnect();
    void reply(Reply reply, const Peer& peer);
    [[nodiscard]] std::size_t send(MutableBytes room, const Peer& peer, const Control& control, Bytes head = {},
                                   Bytes information = {}, bool is_segmented = false) const;
    std::size_t send_information(MutableBytes room);

    ServerSettings settings_;
    Deframer deframer_;
    Receiving request_;
    Sending response_;
    Datagram datagram_;
    Parameters negotiated_;
    Peer peer_;        // of the connection
    Peer reply_peer_;  // of the reply that is due
    std::uint32_t last_activity_ms_ = 0;
    Pause silence_;  // before the next frame may be sent
    std::array<std::uint8_t, 3> reject_information_{};
    Reply reply_ = Reply::none;
    bool is_connected_ = false;
    bool is_rejecting_ = false;       // FRMR was due: only SNRM and DISC help
    bool is_peer_busy_ = false;       // RNR
    bool owes_response_ = false;      // the turn is ours as soon as respond() is called
    bool has_responded_ = false;      // to the last request
    bool ua_has_parameters_ = false;  // of the UA that is due
};

}  // namespace blathy::dlms::hdlc
