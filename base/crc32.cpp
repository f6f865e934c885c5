#include "base/crc32.hpp"

#include <array>

namespace blathy {
namespace {

// An octet at a time, by a table of 1 KiB: each row of a profile that is read is checked.
constexpr auto crc_of_octet = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB8'8320U : 0U);
        table[i] = value;
    }
    return table;
}();

}  // namespace

std::uint32_t crc32(Bytes octets, std::uint32_t crc) {
    crc = ~crc;
    for (const std::uint8_t octet : octets) crc = (crc >> 8) ^ crc_of_octet[(crc ^ octet) & 0xFFU];
    return ~crc;
}

}  // namespace blathy
