// CRC-32 (IEEE 802.3, reflected 0xEDB88320), the check on what is stored.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy {

namespace detail {
inline constexpr auto crc32_nibbles = [] {
    std::array<std::uint32_t, 16> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 4; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB8'8320U : 0U);
        table[i] = value;
    }
    return table;
}();
}  // namespace detail

// Half an octet at a time: 64 octets of table, for storage is slow beside it. `crc` continues an earlier result.
constexpr std::uint32_t crc32(Bytes octets, std::uint32_t crc = 0) {
    crc = ~crc;
    for (const std::uint8_t octet : octets) {
        crc ^= octet;
        crc = (crc >> 4) ^ detail::crc32_nibbles[crc & 0xFU];
        crc = (crc >> 4) ^ detail::crc32_nibbles[crc & 0xFU];
    }
    return ~crc;
}

}  // namespace blathy
