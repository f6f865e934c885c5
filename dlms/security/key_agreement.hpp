// Key agreement of security suites 1 and 2 (IEC 62056-5-3, 5.3.4.6; Green Book 9.2.3.4.6), on `agree` of curve.hpp:
//
//   ephemeral unified C(2e, 0s)  key_agreement of the security setup: each side sends an ephemeral public key, signed
//                                along with the key id; Z of both ephemeral keys.
//   one-pass C(1e, 1s)           key-info of general-ciphering: the originator's signed ephemeral key; Z of it and the
//                                recipient's static key.
//   static unified C(0e, 2s)     nothing is sent: Z of both static keys. The transaction id, with its length, goes to
//                                PartyU's information, so that each transaction has its own key.
//
// The key is the beginning of a digest of counter 1 | Z | AlgorithmID | PartyUInfo | PartyVInfo (one step of NIST SP
// 800-56A, 5.8.1): PartyU is the originator and PartyV the recipient, by system title.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/secret.hpp"

namespace blathy::dlms::security {

// The last octet of the AlgorithmID 2.16.756.5.8.3.x: what the key is for.
enum class AgreedKeyUse : std::uint8_t { aes_gcm_128 = 0, aes_gcm_256 = 1, aes_wrap_128 = 2, aes_wrap_256 = 3 };

using AgreedKeyOctets = Secret<max_key_size>;

// 16 or 32 octets, as the use needs. `transaction_id` is that of C(0e, 2s), without its length, and empty for the
// others.
[[nodiscard]] AgreedKeyOctets derive_key(Curve curve, Bytes z, AgreedKeyUse use, Bytes party_u, Bytes party_v,
                                         Bytes transaction_id = {});

// An ephemeral public key and its signature, one behind the other, as both transfers send it. `key_id` is signed before
// the key by the security setup's method, and absent in general-ciphering.
using SignedPublicKey = OctetBuffer<192>;
[[nodiscard]] std::optional<SignedPublicKey> sign_public_key(Curve curve, Bytes signing_key,
                                                             std::optional<std::uint8_t> key_id, Bytes public_key,
                                                             Random& random);
// The public key inside, once it is one and its signature is right.
[[nodiscard]] std::optional<PublicKey> verify_public_key(Curve curve, Bytes verification_key,
                                                         std::optional<std::uint8_t> key_id, Bytes signed_public_key);

}  // namespace blathy::dlms::security
