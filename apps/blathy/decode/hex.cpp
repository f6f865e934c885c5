#include "apps/blathy/decode/hex.hpp"

#include <optional>

namespace blathy::apps {
namespace {

std::optional<std::uint8_t> digit(char character) {
    if (character >= '0' && character <= '9') return static_cast<std::uint8_t>(character - '0');
    const char lower = static_cast<char>(character | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
    return std::nullopt;
}

bool is_separator(char character) {
    return std::string_view(" \t\r\n:,;-").find(character) != std::string_view::npos;
}

HexError no_digit(std::string_view text, std::size_t position) {
    const char character = text[position];
    const bool printable = character >= ' ' && character <= '~';
    return {position, printable ? std::string("'") + character + "' is no hexadecimal digit"
                                : std::string("no hexadecimal digit")};
}

}  // namespace

Result<std::vector<std::uint8_t>, HexError> parse_hex(std::string_view text) {
    std::vector<std::uint8_t> octets;
    octets.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size();) {
        if (is_separator(text[i])) {
            ++i;
            continue;
        }
        const std::string_view prefix = text.substr(i, 2);
        if (prefix == "0x" || prefix == "0X" || prefix == "\\x") {
            i += 2;
            if (i == text.size() || !digit(text[i])) return fail(HexError{i, "a hexadecimal digit is missing"});
        }
        const auto high = digit(text[i]);
        if (!high) return fail(no_digit(text, i));
        const bool alone = i + 1 == text.size() || is_separator(text[i + 1]);
        if (alone) return fail(HexError{i + 1, "the second digit of an octet is missing"});
        const auto low = digit(text[i + 1]);
        if (!low) return fail(no_digit(text, i + 1));
        octets.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
        i += 2;
    }
    return octets;
}

}  // namespace blathy::apps
