// Message digests of the authentication mechanisms and the security suites.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"
#include "dlms/security/octet_buffer.hpp"

namespace blathy::dlms::security {

enum class DigestAlgorithm : std::uint8_t { md5, sha1, sha256, sha384 };

using Digest = OctetBuffer<48>;

// What is digested, one piece behind the other.
using Pieces = std::initializer_list<Bytes>;

[[nodiscard]] Digest digest(DigestAlgorithm algorithm, Pieces pieces);

}  // namespace blathy::dlms::security
