// CRC-32 (IEEE 802.3, reflected 0xEDB88320), the check on what is stored.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace blathy {

// `crc` continues an earlier result.
std::uint32_t crc32(Bytes octets, std::uint32_t crc = 0);

// Puts right the one bit of octets, or of the check beside them, that makes their check differ from what it was by
// `difference`, their exclusive or. False: no single bit does, and they are as they were. Up to 11 KiB two bits are
// never taken for one, since the least distance of this code is four there.
bool correct_one_bit(MutableBytes octets, std::uint32_t difference);

}  // namespace blathy
