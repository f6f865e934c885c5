// The LLC sub-layer (IEC 62056-46, 5.3): three octets before every APDU, once, in its first segment.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::dlms::hdlc {

using LlcHeader = std::array<std::uint8_t, 3>;

inline constexpr LlcHeader llc_command{0xE6, 0xE6, 0x00};   // client to server
inline constexpr LlcHeader llc_response{0xE6, 0xE7, 0x00};  // server to client

}  // namespace blathy::dlms::hdlc
