// The little of BER (ITU-T X.690) that ACSE needs: one-octet tags and definite lengths.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::dlms::ber {

struct Element {
    std::uint8_t tag = 0;
    Bytes content;
};

// The next element. An indefinite length, or one that reaches beyond the octets at hand, invalidates `in`.
constexpr Element read(ByteReader& in) {
    Element element;
    element.tag = in.u8();
    std::size_t length = in.u8();
    if (length > 0x80 && length <= 0x82) {
        std::size_t octets = length & 0x7FU;
        for (length = 0; octets > 0; --octets) length = (length << 8) | in.u8();
    } else if (length >= 0x80) {
        in.invalidate();
    }
    element.content = in.bytes(length);
    return element;
}

// The content of the single element that `content` must consist of.
constexpr Bytes unwrap(ByteReader& outer, Bytes content, std::uint8_t tag) {
    ByteReader in(content);
    const Element element = read(in);
    if (!in.ok() || !in.at_end() || element.tag != tag) outer.invalidate();
    return outer.ok() ? element.content : Bytes{};
}

constexpr std::size_t length_size(std::size_t length) {
    return length < 0x80 ? 1 : length <= 0xFF ? 2 : 3;
}

constexpr void write_header(ByteWriter& out, std::uint8_t tag, std::size_t length) {
    out.u8(tag);
    if (length < 0x80) {
        out.u8(static_cast<std::uint8_t>(length));
    } else if (length <= 0xFF) {
        out.u8(0x81);
        out.u8(static_cast<std::uint8_t>(length));
    } else {
        out.u8(0x82);
        out.u16(static_cast<std::uint16_t>(length));
        if (length > 0xFFFF) out.invalidate();
    }
}

constexpr void write(ByteWriter& out, std::uint8_t tag, Bytes content) {
    write_header(out, tag, content.size());
    out.bytes(content);
}

// An element that holds a single element: explicit tagging.
constexpr void write(ByteWriter& out, std::uint8_t outer_tag, std::uint8_t tag, Bytes content) {
    write_header(out, outer_tag, 1 + length_size(content.size()) + content.size());
    write(out, tag, content);
}

}  // namespace blathy::dlms::ber
