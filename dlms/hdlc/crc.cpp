#include "dlms/hdlc/crc.hpp"

#include <array>
#include <cstddef>

namespace blathy::dlms::hdlc {
namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
    std::array<std::uint16_t, 256> table{};
    for (unsigned octet = 0; octet < table.size(); ++octet) {
        unsigned remainder = octet;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x8408u : 0u);
        table[octet] = static_cast<std::uint16_t>(remainder);
    }
    return table;
}

constexpr std::array<std::uint16_t, 256> table = make_table();

}  // namespace

void Crc::update(Bytes octets) {
    unsigned remainder = register_;
    for (const std::uint8_t octet : octets) remainder = (remainder >> 8) ^ table[(remainder ^ octet) & 0xFF];
    register_ = static_cast<std::uint16_t>(remainder);
}

std::uint16_t crc_of(Bytes octets) {
    Crc crc;
    crc.update(octets);
    return crc.value();
}

}  // namespace blathy::dlms::hdlc
