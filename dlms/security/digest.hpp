// Message digests of the authentication mechanisms and the security suites.
#pragma once

#include <array>
#include <cstddef>
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

// Of what is never there as a whole: SHA-256 or SHA-384, piece by piece.
class RunningDigest {
  public:
    // `is_long`: SHA-384.
    explicit RunningDigest(bool is_long);
    ~RunningDigest();
    RunningDigest(const RunningDigest& other);
    RunningDigest& operator=(const RunningDigest& other);

    void add(Bytes octets);
    // Once; nothing is added after it.
    [[nodiscard]] Digest finish();

  private:
    void end();
    void copy_state(const RunningDigest& other);

    alignas(16) std::array<std::byte, 224> context_;
    bool is_long_;
};

}  // namespace blathy::dlms::security
