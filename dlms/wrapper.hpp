// The wrapper: DLMS over TCP and UDP (IEC 62056-47). Eight octets before each APDU.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

inline constexpr std::uint16_t wrapper_version = 1;
inline constexpr std::uint16_t wrapper_port = 4059;

struct WrapperHeader {
    static constexpr std::size_t size = 8;
    std::uint16_t source = 0;  // wPort: of a client its SAP, of a server the logical device's
    std::uint16_t destination = 0;
    std::uint16_t length = 0;  // of the APDU
    constexpr bool operator==(const WrapperHeader&) const = default;
};

constexpr void write(ByteWriter& out, const WrapperHeader& header) {
    out.u16(wrapper_version);
    out.u16(header.source);
    out.u16(header.destination);
    out.u16(header.length);
}

// None: fewer than eight octets, or a version that is not 1.
constexpr std::optional<WrapperHeader> read_wrapper_header(Bytes octets) {
    ByteReader in(octets);
    const std::uint16_t version = in.u16();
    WrapperHeader header;
    header.source = in.u16();
    header.destination = in.u16();
    header.length = in.u16();
    if (!in.ok() || version != wrapper_version) return std::nullopt;
    return header;
}

}  // namespace blathy::dlms
