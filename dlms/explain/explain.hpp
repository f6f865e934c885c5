// Says what a frame or an APDU of DLMS/COSEM is made of, octet by octet and where it matters bit by bit.
//
// The explanation is a tree, handed to a sink node by node in document order: a parent, then its children one level
// deeper. Nothing is stored, so it runs where there is no heap. Any input is explained as far as it makes sense; the
// place where it stops doing so is a node with `error` set, whose value is the reason, and what follows it up to the
// end of the frame (or of the APDU) is one more node of raw octets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/function_ref.hpp"
#include "base/result.hpp"

namespace blathy::dlms {

struct Node {
    std::uint8_t depth;     // 0 for a frame or an APDU, one more than the parent's for a child
    std::uint32_t offset;   // in the input; of a deciphered part, of what it was deciphered from
    std::uint32_t length;   // in octets; within the parent's
    std::string_view name;  // `name` and `value` live until the sink returns
    std::string_view value;
    bool error;
    Bytes octets;  // those at the offset, deciphered ones if they were; until the sink returns
};
using Sink = FunctionRef<void(const Node&)>;

enum class Undeciphered : std::uint8_t {
    no_key,     // none of the keys is for this APDU
    none_fits,  // there are such keys, but the authentication tag or the signature is not theirs
};
// Deciphers a ciphered APDU with whatever keys the caller has: the APDU inside, of as many octets as the text had,
// until the next call. Of a signed APDU it checks the signature alone, and gives what was signed.
using Decipher = FunctionRef<Result<Bytes, Undeciphered>(Bytes apdu)>;

// An explanation that would grow beyond this ends with a node that says so.
inline constexpr std::uint32_t max_nodes = 10'000;

// One APDU: ACSE, xDLMS, ciphered or not.
void explain_apdu(Bytes apdu, Sink sink, std::optional<Decipher> decipher = {});
// WPDUs of the TCP/UDP wrapper, one behind the other.
void explain_wrapper(Bytes wpdus, Sink sink, std::optional<Decipher> decipher = {});
// HDLC frames with their flags, one behind the other. An APDU that one frame holds whole is explained too.
void explain_hdlc(Bytes frames, Sink sink, std::optional<Decipher> decipher = {});
// Messages of the optical port's start (IEC 62056-21), one behind the other.
void explain_iec62056_21(Bytes messages, Sink sink);

enum class Protocol : std::uint8_t { apdu, wrapper, hdlc, iec62056_21 };
// What the first octets look like.
Protocol guess_protocol(Bytes octets);
void explain(Bytes octets, Protocol protocol, Sink sink, std::optional<Decipher> decipher = {});
inline void explain(Bytes octets, Sink sink) {
    explain(octets, guess_protocol(octets), sink);
}

// One line: "get-request-normal 1-0:1.8.0.255 attribute 2 (value)", "AARE accepted, LN, LLS". Cut to the buffer.
std::string_view summary(Bytes apdu, std::span<char> buffer);

}  // namespace blathy::dlms
