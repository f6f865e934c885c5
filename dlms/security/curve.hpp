// Elliptic curve keys, ECDSA signatures (FIPS 186-4) and ECDH (NIST SP 800-56A) of security suites 1 and 2, with plain
// keys and signatures as DLMS has them: x | y, and r | s, each of the curve's size.
//
// Mbed TLS calculates. It takes memory for its large numbers from its own allocator: the C library's on a host, and a
// fixed piece of RAM on the target (cmake/mbedtls_target_config.h). What runs out of it fails as any other operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/security/digest.hpp"
#include "dlms/security/octet_buffer.hpp"
#include "dlms/security/random.hpp"
#include "dlms/security/secret.hpp"
#include "dlms/security/suite.hpp"

namespace blathy::dlms::security {

enum class Curve : std::uint8_t { p256, p384 };

// Octets of a private key, of a coordinate and of half a signature.
constexpr std::size_t scalar_size(Curve curve) {
    return curve == Curve::p256 ? 32 : 48;
}
constexpr DigestAlgorithm digest_of(Curve curve) {
    return curve == Curve::p256 ? DigestAlgorithm::sha256 : DigestAlgorithm::sha384;
}
constexpr std::optional<Curve> curve_of(Suite suite) {
    if (suite == Suite::p256_aes128_gcm) return Curve::p256;
    if (suite == Suite::p384_aes256_gcm) return Curve::p384;
    return std::nullopt;
}

using PrivateKey = Secret<48>;
using PublicKey = OctetBuffer<96>;
using Signature = OctetBuffer<96>;
using SharedSecret = Secret<48>;

struct KeyPair {
    PrivateKey private_key;
    PublicKey public_key;
};

// x | y is a point of the curve (and not the one at infinity).
[[nodiscard]] bool is_public_key(Curve curve, Bytes key);

// None: the random source failed or gave what can't be used.
[[nodiscard]] std::optional<KeyPair> generate_key_pair(Curve curve, Random& random);
// None: no private key of the curve.
[[nodiscard]] std::optional<PublicKey> public_key_of(Curve curve, Bytes private_key, Random& random);

// The signature of `message` with the curve's digest. It is deterministic (RFC 6979): a weak random source can't give
// the key away, for randomness only hides what is calculated from who measures it.
[[nodiscard]] std::optional<Signature> sign(Curve curve, Bytes private_key, Pieces message, Random& random);
// Of a message by its digest, which is the curve's.
[[nodiscard]] std::optional<Signature> sign_digest(Curve curve, Bytes private_key, const Digest& hash, Random& random);
[[nodiscard]] bool verify(Curve curve, Bytes public_key, Pieces message, Bytes signature);

// Z, the x coordinate that both sides find. None: a key that is none.
[[nodiscard]] std::optional<SharedSecret> agree(Curve curve, Bytes private_key, Bytes public_key, Random& random);

}  // namespace blathy::dlms::security
