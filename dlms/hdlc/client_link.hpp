// The primary station of the DLMS/COSEM data link (IEC 62056-46, 6.4.4), sans I/O like ServerLink and driven the same
// way. One connection, one exchange at a time:
//
//   connect -> connected, then any number of: request -> response; then disconnect -> disconnected
//
// Lost and damaged frames are repeated; an event tells the end of every operation, good or bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/hdlc/deframer.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/parameters.hpp"
#include "dlms/hdlc/transfer.hpp"
#include "dlms/pause.hpp"

namespace blathy::dlms::hdlc {

struct ClientSettings {
    Parameters parameters;
    std::uint8_t client = 0x10;  // service access point
    Address server = two_octet_address(1, 0x10);
    std::uint16_t inter_octet_timeout_ms = 100;
    std::uint16_t turnaround_ms = 0;
    std::uint32_t response_timeout_ms = 2000;  // from the last octet sent until the turn comes back
    std::uint8_t max_attempts = 3;             // to send a frame that nobody answers
    std::uint32_t busy_poll_ms = 200;          // between polls of a server that has no answer yet
    std::uint32_t stall_timeout_ms = 60'000;   // without any progress, however alive the server looks
    std::uint32_t baud = 0;                    // to know when the last octet is out; 0: at once
};

struct ClientEvent {
    enum class Kind : std::uint8_t {
        connected,
        response,      // `apdu` answers the request
        datagram,      // `apdu` came in a UI frame (push); nothing else has changed
        disconnected,  // as asked for
        failed,        // the connection is gone, see `failure`
    };
    enum class Failure : std::uint8_t {
        none,
        no_answer,   // nothing valid within all attempts, or no progress
        refused,     // DM, to SNRM or in the middle: the server has no such connection
        rejected,    // FRMR
        bad_answer,  // UA with a malformed information field, response without LLC octets
        answer_too_long,
    };
    Kind kind;
    Failure failure = Failure::none;
    Bytes apdu;  // valid until the next call of receive() or request()
};

class ClientLink {
  public:
    // `frame_buffer` holds frame_octets(parameters.max_info_receive), `response_buffer` the longest APDU and 3 octets.
    ClientLink(const ClientSettings& settings, MutableBytes frame_buffer, MutableBytes response_buffer);

    // Each is false when it cannot begin now: a connection or an exchange stands in the way, or there is none.
    bool connect(std::uint32_t now_ms);
    bool request(Bytes apdu, std::uint32_t now_ms);  // `apdu` is viewed until the response or a failure
    bool disconnect(std::uint32_t now_ms);

    // Queues one UI frame (unconfirmed service, broadcast), connection or not. `apdu` is viewed until
    // is_datagram_pending() is false. False if one is pending or it does not fit.
    bool send_datagram(const Address& destination, Bytes apdu);
    [[nodiscard]] bool is_datagram_pending() const { return datagram_.is_pending; }

    std::optional<ClientEvent> receive(Bytes& input, std::uint32_t now_ms);
    // Writes the next frame that is due and returns its size, 0 if there is none. `room` holds
    // frame_octets(parameters.max_info_transmit).
    std::size_t transmit(MutableBytes room, std::uint32_t now_ms);
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    [[nodiscard]] bool is_connected() const { return phase_ == Phase::ready || phase_ == Phase::exchanging; }
    [[nodiscard]] bool is_busy() const { return phase_ != Phase::idle && phase_ != Phase::ready; }
    [[nodiscard]] const Parameters& negotiated() const { return negotiated_; }

    // The line is gone: forgets everything, without an event.
    void reset();

  private:
    enum class Phase : std::uint8_t { idle, connecting, ready, exchanging, disconnecting };
    enum class Due : std::uint8_t { nothing, snrm, disc, information, poll };
    struct Datagram {
        Bytes apdu;
        Address destination;
        bool is_pending = false;
    };

    void begin(Phase phase, Due due, std::uint32_t now_ms);
    void progress(std::uint32_t now_ms);
    void continue_exchange();
    bool repeat();
    std::optional<ClientEvent> accept(const Frame& frame, std::uint32_t now_ms);
    std::optional<ClientEvent> accept_connecting(const Frame& frame, const Control& control);
    std::optional<ClientEvent> accept_exchanging(const Frame& frame, const Control& control, std::uint32_t now_ms);
    std::optional<ClientEvent> accept_information(const Frame& frame, const Control& control, std::uint32_t now_ms);
    std::optional<ClientEvent> accept_supervisory(const Control& control, std::uint32_t now_ms);
    std::optional<ClientEvent> deliver();
    std::optional<ClientEvent> check_time(std::uint32_t now_ms);
    ClientEvent end(ClientEvent::Kind kind, ClientEvent::Failure failure = ClientEvent::Failure::none);
    [[nodiscard]] bool is_duplicate(std::uint8_t send_number) const;
    [[nodiscard]] std::uint32_t line_time_ms(std::size_t octets) const;
    [[nodiscard]] bool is_due() const;
    std::size_t send(MutableBytes room, const Address& destination, const Control& control, Bytes head,
                     Bytes information, bool is_segmented, std::uint32_t now_ms);

    ClientSettings settings_;
    Deframer deframer_;
    Receiving response_;
    Sending request_;
    Datagram datagram_;
    Parameters negotiated_;
    Pause silence_;  // before the next frame may be sent
    Pause line_;     // until the last octet handed over is out
    Pause answer_;   // until a frame that nobody has answered is repeated
    Pause stall_;    // until an operation without progress is given up
    Phase phase_ = Phase::idle;
    Due due_ = Due::nothing;
    std::uint8_t attempts_ = 0;  // without an answer
    bool is_complete_ = false;   // the last segment is here, but not the turn
};

}  // namespace blathy::dlms::hdlc
