// HDLC frame format type 3 (IEC 62056-46, 6.4.2):
//
//   7E | format (2) | destination | source | control | HCS (2) | information | FCS (2) | 7E
//
// There is neither bit nor octet stuffing: the length in the format field says where a frame ends. HCS is there only
// when there is an information field.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dlms/hdlc/address.hpp"

namespace blathy::dlms::hdlc {

inline constexpr std::uint8_t flag = 0x7E;
inline constexpr std::size_t max_length = 0x7FF;  // of the eleven bits of the length sub-field
inline constexpr std::size_t min_length = 7;      // format, two addresses of one octet, control, FCS
// All that surrounds the information field of a frame between a client (one octet) and a server (up to four).
inline constexpr std::size_t frame_overhead = 14;

// The room that a frame of `max_information` octets takes, both flags included.
constexpr std::size_t frame_octets(std::size_t max_information) {
    return max_information + frame_overhead;
}

enum class FrameKind : std::uint8_t { i, rr, rnr, snrm, disc, ua, dm, frmr, ui, undefined };

struct Control {
    FrameKind kind = FrameKind::undefined;
    bool poll_final = false;
    std::uint8_t receive_number = 0;  // N(R) of I, RR, RNR
    std::uint8_t send_number = 0;     // N(S) of I

    constexpr bool operator==(const Control&) const = default;
};

Control decode_control(std::uint8_t octet);
// `control.kind` is not `undefined`.
std::uint8_t encode_control(const Control& control);

struct Frame {
    Address destination;
    Address source;
    std::uint8_t control = 0;
    bool is_segmented = false;  // more frames of the same APDU follow
    // The information field, in one piece or, when sending, in two: `head` saves copying the LLC octets before an APDU.
    Bytes head;
    Bytes information;
    // A received frame with good HCS and FCS whose information field did not fit the receiver; `information` is empty.
    bool is_oversize = false;
};

enum class FrameError : std::uint8_t { length, format_type, address, header_check, frame_check };

// The octets between the flags to a frame; `information` views them.
Result<Frame, FrameError> decode_frame(Bytes octets);

// The same for the beginning of a frame that was too long to keep, whose FCS has been found good.
Result<Frame, FrameError> decode_oversize_frame(Bytes beginning);

// What the octets behind the opening flag say about the header as soon as its own check sequence is here: the length
// that it declares is worth waiting for, or not. A frame without an information field has no HCS; its FCS tells in the
// end.
enum class HeaderState : std::uint8_t { incomplete, intact, damaged };
HeaderState header_state(Bytes beginning);

// Both flags included. The octets written, or 0 if the frame does not fit the room or the length sub-field.
std::size_t encode_frame(const Frame& frame, MutableBytes room);

}  // namespace blathy::dlms::hdlc
