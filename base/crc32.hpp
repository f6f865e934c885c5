// CRC-32 (IEEE 802.3, reflected 0xEDB88320), the check on what is stored.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace blathy {

// `crc` continues an earlier result.
std::uint32_t crc32(Bytes octets, std::uint32_t crc = 0);

}  // namespace blathy
