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
        if (!high) {
            const bool printable = text[i] >= ' ' && text[i] <= '~';
            return fail(HexError{i, printable ? std::string("'") + text[i] + "' is no hexadecimal digit"
                                              : std::string("no hexadecimal digit")});
        }
        const auto low = i + 1 < text.size() ? digit(text[i + 1]) : std::nullopt;
        if (!low) return fail(HexError{i + 1, "the second digit of an octet is missing"});
        octets.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
        i += 2;
    }
    return octets;
}

}  // namespace blathy::apps
