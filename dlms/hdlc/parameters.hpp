// What SNRM and UA negotiate: the information field lengths and the window sizes (IEC 62056-46, 6.4.4.4.3.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms::hdlc {

inline constexpr std::uint16_t min_info = 32;
inline constexpr std::uint16_t max_info = 2030;
inline constexpr std::uint8_t max_window = 7;

// Each is from the view of the station that states it: what one side transmits the other receives. The values here are
// the defaults that hold when nothing is negotiated.
struct Parameters {
    std::uint16_t max_info_transmit = 128;
    std::uint16_t max_info_receive = 128;
    std::uint8_t window_transmit = 1;
    std::uint8_t window_receive = 1;

    constexpr bool operator==(const Parameters&) const = default;
};

// Into the ranges of the standard: 32..2030 octets and 1..7 frames.
Parameters clamp(const Parameters& parameters);

// The information field of SNRM or UA. An empty one, and a parameter not given, mean the defaults; unknown parameters
// are passed over (ISO/IEC 13239, 5.5.3.2.2). None if the field is malformed.
std::optional<Parameters> decode_parameters(Bytes information);

inline constexpr std::size_t max_parameters_octets = 23;

// Lengths below 256 take one octet, others two; window sizes take four.
void encode_parameters(const Parameters& parameters, ByteWriter& writer);

// What holds on this side once both have spoken.
Parameters agree(const Parameters& own, const Parameters& peer);

}  // namespace blathy::dlms::hdlc
