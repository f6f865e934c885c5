// Hex in, hex out: how the protocol tests are written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::test {

// Spaces are for the reader. Anything else that is no hex digit ends the test program.
inline std::vector<std::uint8_t> hex(std::string_view text) {
    std::vector<std::uint8_t> octets;
    int high = -1;
    for (const char character : text) {
        if (character == ' ' || character == '\n') continue;
        const int digit = character >= '0' && character <= '9'   ? character - '0'
                          : character >= 'A' && character <= 'F' ? character - 'A' + 10
                          : character >= 'a' && character <= 'f' ? character - 'a' + 10
                                                                 : -1;
        if (digit < 0) std::abort();
        if (high < 0) {
            high = digit;
        } else {
            octets.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) std::abort();
    return octets;
}

inline std::string hex(Bytes octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const std::uint8_t octet : octets) {
        text += digits[octet >> 4];
        text += digits[octet & 0xF];
    }
    return text;
}

}  // namespace blathy::test
