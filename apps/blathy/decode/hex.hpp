// Octets as people paste them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace blathy::apps {

struct HexError {
    std::size_t position;  // of the offending character, from 0; the length of the text at its end
    std::string reason;
};

// Pairs of hexadecimal digits, upper or lower case. Between pairs there may be white space, colons, commas, hyphens,
// and "0x" or "\x" before a pair.
Result<std::vector<std::uint8_t>, HexError> parse_hex(std::string_view text);

}  // namespace blathy::apps
