#include "dlms/hdlc/address.hpp"

#include <array>

namespace blathy::dlms::hdlc {

std::optional<Address> read_address(ByteReader& reader) {
    std::array<std::uint8_t, 4> sevens{};
    std::size_t count = 0;
    bool is_last = false;
    while (!is_last && count < sevens.size() && !reader.at_end()) {
        const std::uint8_t octet = reader.u8();
        is_last = (octet & 1) != 0;
        sevens[count++] = static_cast<std::uint8_t>(octet >> 1);
    }
    if (!is_last || count == 3) {
        reader.invalidate();
        return std::nullopt;
    }
    if (count == 1) return one_octet_address(sevens[0]);
    if (count == 2) return two_octet_address(sevens[0], sevens[1]);
    return four_octet_address(static_cast<std::uint16_t>(sevens[0] << 7 | sevens[1]),
                              static_cast<std::uint16_t>(sevens[2] << 7 | sevens[3]));
}

void write_address(const Address& address, ByteWriter& writer) {
    const auto octet = [](unsigned seven_bits, bool is_last) {
        return static_cast<std::uint8_t>((seven_bits & 0x7F) << 1 | (is_last ? 1u : 0u));
    };
    if (address.octets == 4) writer.u8(octet(address.upper >> 7u, false));
    writer.u8(octet(address.upper, address.octets == 1));
    if (address.octets == 1) return;
    if (address.octets == 4) writer.u8(octet(address.lower >> 7u, false));
    writer.u8(octet(address.lower, true));
}

}  // namespace blathy::dlms::hdlc
