#include "base/crc32.hpp"

#include <array>
#include <bit>

namespace blathy {
namespace {

constexpr std::uint32_t shifted(std::uint32_t value) {
    return (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB8'8320U : 0U);
}

// An octet at a time, by a table of 1 KiB: each row of a profile that is read is checked.
constexpr auto crc_of_octet = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = shifted(value);
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

// The code is linear: a bit changes the check by what is left of it when all bits behind it are shifted in.
bool correct_one_bit(MutableBytes octets, std::uint32_t difference) {
    if (std::popcount(difference) == 1) return true;
    std::uint32_t of_bit = 1;
    for (std::size_t at = octets.size(); at-- > 0;) {
        for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
            of_bit = shifted(of_bit);
            if (of_bit != difference) continue;
            octets[at] ^= static_cast<std::uint8_t>(bit);
            return true;
        }
    }
    return false;
}

}  // namespace blathy
