// Keys of one transaction of general-ciphering: wrapped with the master key, or agreed on with elliptic curves
// (IEC 62056-5-3, 5.7.2 and 5.3.4.6; Green Book 9.2.3.4.6 and 9.2.7.2.4.8).
//
// Request and answer have a key each, made in the same way by who sends it. Their invocation counters are those of the
// global unicast key: a key that comes with its message proves nothing of when it was made, so that a counter of its
// own would let the whole message be sent again. Nor may a new unicast key, which begins to count anew, bring back what
// was sent before: KeyMemory::Counted.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/security/envelope.hpp"
#include "dlms/security/key_agreement.hpp"
#include "meter/security/secured_association.hpp"

namespace blathy::meter::security {

// None: one that the Green Book does not have.
[[nodiscard]] std::optional<KeyInfoKind> kind_of(const std::optional<dlms::security::KeyInfo>& info);

// Who talks, and with which of the client's keys.
struct Transaction {
    Role role;
    dlms::security::SystemTitle client_title;
    Bytes client_signing_key;
    Bytes id;
};

// The key of a request. None: a key that it needs is not set, it is wrapped with another one, or a signature is wrong.
[[nodiscard]] std::optional<KeyOctets> request_key(const Surroundings& of, const Transaction& transaction,
                                                   const dlms::security::KeyInfo& info);

// The key of its answer, and what states it there: the wrapped key, or the signed ephemeral one.
struct AnswerKey {
    KeyOctets key;
    dlms::security::SignedPublicKey data;
};
[[nodiscard]] std::optional<AnswerKey> answer_key(const Surroundings& of, const Transaction& transaction,
                                                  KeyInfoKind kind);

// A client's public key, from its certificate or else as the meter was given it along with its other keys. Empty: none.
[[nodiscard]] dlms::security::PublicKey client_public_key(const Surroundings& of, Role role,
                                                          const dlms::security::SystemTitle& title,
                                                          dlms::security::Curve curve, KeyPurpose purpose);

}  // namespace blathy::meter::security
