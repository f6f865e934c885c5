// How the serial line of IEC 62056-21 is set at a moment, and the parity of its seven bit characters.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace blathy::dlms::iec62056_21 {

enum class Framing : std::uint8_t { seven_even_one, eight_none_one };  // 7E1, 8N1

struct LineSettings {
    std::uint32_t baud = 300;
    Framing framing = Framing::seven_even_one;
    constexpr bool operator==(const LineSettings&) const = default;
};

// Octets to be sent, and the settings to send them with. The settings of a session may change as soon as they are out.
struct Chunk {
    std::size_t size = 0;
    LineSettings line;
};

// Baud rate identification of modes C and E (6.3.14, item 13c): '0' is 300 Bd, '6' 19200 Bd.
constexpr std::optional<std::uint32_t> baud_of(char code) {
    if (code < '0' || code > '6') return std::nullopt;
    return code == '6' ? 19'200u : 300u << static_cast<unsigned>(code - '0');
}

// Ten bits a character in both framings.
constexpr std::uint32_t line_time_ms(std::size_t characters, const LineSettings& line) {
    return static_cast<std::uint32_t>((characters * 10'000 + line.baud - 1) / line.baud);
}

// Even parity in the eighth bit, for transports that carry octets and know nothing of 7E1 (TCP, pseudo terminals).
constexpr bool has_even_parity(std::uint8_t octet) {
    return std::popcount(octet) % 2 == 0;
}
constexpr std::uint8_t with_even_parity(std::uint8_t character) {
    const auto seven = static_cast<std::uint8_t>(character & 0x7F);
    return has_even_parity(seven) ? seven : static_cast<std::uint8_t>(seven | 0x80);
}

// The character of an octet from either kind of line: one where a UART has checked and removed the parity bit, or one
// that passes it through. None if the parity bit is there and wrong.
constexpr std::optional<std::uint8_t> character_of(std::uint8_t octet) {
    if (octet < 0x80) return octet;
    if (!has_even_parity(octet)) return std::nullopt;
    return static_cast<std::uint8_t>(octet & 0x7F);
}

}  // namespace blathy::dlms::iec62056_21
