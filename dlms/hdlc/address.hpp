// HDLC addresses (IEC 62056-46, 6.4.2.2 to 6.4.2.4). The least significant bit of an octet is 1 in the last one.
//
// A client address is one octet, its service access point. A server address is one octet (upper: the logical device),
// two octets (upper, lower: the physical device) or four octets (two for each).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms::hdlc {

struct Address {
    std::uint16_t upper = 0;
    std::uint16_t lower = 0;  // 0 in the one octet form, which has none
    std::uint8_t octets = 1;  // 1, 2 or 4

    constexpr bool operator==(const Address&) const = default;

    // The all-station and calling addresses are as wide as the field that holds them.
    [[nodiscard]] constexpr std::uint16_t all_station() const { return octets == 4 ? 0x3FFF : 0x7F; }
    [[nodiscard]] constexpr std::uint16_t calling() const { return octets == 4 ? 0x3FFE : 0x7E; }
};

constexpr Address one_octet_address(std::uint8_t upper) {
    return {upper, 0, 1};
}
constexpr Address two_octet_address(std::uint8_t upper, std::uint8_t lower) {
    return {upper, lower, 2};
}
constexpr Address four_octet_address(std::uint16_t upper, std::uint16_t lower) {
    return {upper, lower, 4};
}

// The address at the reader's position; none, and the reader turns invalid, for any length but 1, 2 and 4.
std::optional<Address> read_address(ByteReader& reader);

void write_address(const Address& address, ByteWriter& writer);

}  // namespace blathy::dlms::hdlc
