// AES key wrap (RFC 3394, NIST SP 800-38F KW): how keys travel under the master key, and how they are stored.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace blathy::dlms::security {

// Octets that a wrapped key is longer than the key.
inline constexpr std::size_t wrap_overhead = 8;

// Writes `key` (16, 32 or 48 octets) wrapped under `wrapping_key` (16 or 32 octets) into `wrapped`, which has room for
// it and `wrap_overhead` more. False: another size.
[[nodiscard]] bool wrap_key(Bytes wrapping_key, Bytes key, MutableBytes wrapped);

// The opposite: `key` has the size of `wrapped` less `wrap_overhead`. False: another size, or not wrapped under this
// key; then `key` is all zeros.
[[nodiscard]] bool unwrap_key(Bytes wrapping_key, Bytes wrapped, MutableBytes key);

}  // namespace blathy::dlms::security
