// Private to the service codecs: how every APDU with an invoke id begins and ends.
#pragma once

#include <optional>

#include "dlms/apdu/common.hpp"

namespace blathy::dlms {

struct Head {
    std::uint8_t choice = 0;
    InvokeId invoke;
};

inline void read_tag(ByteReader& in, ApduTag tag) {
    if (in.u8() != static_cast<std::uint8_t>(tag)) in.invalidate();
}

inline Head read_head(ByteReader& in, ApduTag tag) {
    read_tag(in, tag);
    Head head;
    head.choice = in.u8();
    head.invoke.octet = in.u8();
    return head;
}

inline void write_head(ByteWriter& out, ApduTag tag, std::uint8_t choice, InvokeId invoke) {
    write(out, tag);
    out.u8(choice);
    out.u8(invoke.octet);
}

// A well-formed APDU ends where its last field does: surplus octets make it malformed.
template <class Pdu>
std::optional<Pdu> whole(const ByteReader& in, Pdu pdu) {
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return pdu;
}

}  // namespace blathy::dlms
