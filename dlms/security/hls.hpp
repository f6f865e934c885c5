// High level security: the values of passes 3 and 4 (IEC 62056-5-3, 5.3.4.5 and 7.2; Green Book 9.2.7.4). Pass 1 brings
// the client's challenge CtoS, pass 2 the server's StoC; in pass 3 the client proves itself with f(StoC) and in pass 4
// the server with f(CtoS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/security/curve.hpp"

namespace blathy::dlms::security {

inline constexpr std::size_t max_challenge_size = 64;

// 8 to 64 octets; 32 to 64 for ECDSA.
[[nodiscard]] bool is_challenge(Mechanism mechanism, Bytes challenge);
// Both are challenges, and the second is not the first one reflected: whoever answers with the same challenge could
// prove itself by repeating what it is sent.
[[nodiscard]] bool are_challenges(Mechanism mechanism, Bytes client_challenge, Bytes server_challenge);

// Octets of a challenge to be made.
constexpr std::size_t challenge_size(Mechanism mechanism) {
    return mechanism == Mechanism::high_level_ecdsa ? 32 : 16;
}

enum class Role : std::uint8_t { client, server };

// What passes 1 and 2 leave. The titles are of mechanisms 5 to 7.
struct HlsExchange {
    Mechanism mechanism = Mechanism::high_level_gmac;
    Bytes client_challenge;
    Bytes server_challenge;
    SystemTitle client_title{};
    SystemTitle server_title{};
};

// At most a signature of P-384.
using HlsValue = OctetBuffer<96>;

// Mechanisms 3 (MD5), 4 (SHA-1) and 6 (SHA-256): the value that `prover` proves itself with. None: another mechanism,
// or challenges that are none.
[[nodiscard]] std::optional<HlsValue> hls_digest(const HlsExchange& exchange, Role prover, Bytes secret);
[[nodiscard]] bool is_hls_digest(const HlsExchange& exchange, Role prover, Bytes secret, Bytes value);

// Mechanism 5 (GMAC): SC | IC | tag. `keys` are the prover's, with its title as `sender`; the counter is one of the
// global unicast key's.
[[nodiscard]] std::optional<HlsValue> hls_gmac(const HlsExchange& exchange, Role prover, const CipherKeys& keys,
                                               std::uint32_t invocation_counter);
// The prover's counter, once the value is right; the caller checks that it is new.
[[nodiscard]] std::optional<std::uint32_t> check_hls_gmac(const HlsExchange& exchange, Role prover,
                                                          const CipherKeys& keys, Bytes value);

// Mechanism 7 (ECDSA), with the prover's signing key.
[[nodiscard]] std::optional<HlsValue> hls_ecdsa(const HlsExchange& exchange, Role prover, Curve curve,
                                                Bytes private_key, Random& random);
[[nodiscard]] bool is_hls_ecdsa(const HlsExchange& exchange, Role prover, Curve curve, Bytes public_key, Bytes value);

}  // namespace blathy::dlms::security
