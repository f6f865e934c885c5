// A-XDR lengths (IEC 61334-6): one octet below 0x80, else 0x81..0x84 and that many octets.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace blathy::dlms {

constexpr std::size_t length_size(std::size_t length) {
    if (length < 0x80) return 1;
    if (length <= 0xFF) return 2;
    if (length <= 0xFFFF) return 3;
    return 5;
}

inline constexpr std::size_t max_length_size = 5;

constexpr void write_length(ByteWriter& out, std::size_t length) {
    if (length < 0x80) {
        out.u8(static_cast<std::uint8_t>(length));
    } else if (length <= 0xFF) {
        out.u8(0x81);
        out.u8(static_cast<std::uint8_t>(length));
    } else if (length <= 0xFFFF) {
        out.u8(0x82);
        out.u16(static_cast<std::uint16_t>(length));
    } else {
        out.u8(0x84);
        out.u32(static_cast<std::uint32_t>(length));
    }
}

// Any length that four octets can state is accepted, whether or not so many octets follow.
constexpr std::size_t read_length(ByteReader& in) {
    const std::uint8_t first = in.u8();
    if (first < 0x80) return first;
    const std::size_t octets = first & 0x7FU;
    if (octets == 0 || octets > 4) {
        in.invalidate();
        return 0;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = (length << 8) | in.u8();
    return in.ok() ? length : 0;
}

constexpr void write_octets(ByteWriter& out, Bytes octets) {
    write_length(out, octets.size());
    out.bytes(octets);
}
constexpr Bytes read_octets(ByteReader& in) {
    return in.bytes(read_length(in));
}

}  // namespace blathy::dlms
