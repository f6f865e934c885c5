// The elliptic curve keys of suites 1 and 2 in the store: the meter's own pairs, and the public keys of clients that
// have no certificate.
//
// The meter has one pair for each curve and purpose, whatever role it talks to. A pair that was generated waits, and
// the one before it stays in force, until it is activated: a meter is never left with keys that nobody can certify.
//
//     pair record   = form u8, pair in force, pair that waits
//     pair          = size u8 (0: none), wrapped private key (size + 8), public key (2 * size)
//     client record = form u8, of each role with keys: size u8, signing key, size u8, agreement key
//
// Private keys are wrapped with the device key (RFC 3394), and are in RAM only while they are used.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/security/curve.hpp"
#include "meter/security/access_rights.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter::security {

// As IC 64 numbers them.
enum class KeyPurpose : std::uint8_t { signature = 0, agreement = 1 };
inline constexpr std::size_t key_purposes = 2;

// Of a client that is known by its keys alone; an empty one is not set.
struct ClientPublicKeys {
    dlms::security::PublicKey signature;
    dlms::security::PublicKey agreement;
};

class KeyPairMemory {
  public:
    // `device_key` has 16 or 32 octets and outlives it.
    KeyPairMemory(Store& store, Bytes device_key) : store_(store), device_key_(device_key) {}

    // The pair in force. None: there is none, or it can't be unwrapped.
    [[nodiscard]] std::optional<dlms::security::KeyPair> pair(dlms::security::Curve curve, KeyPurpose purpose) const;
    // The one that waits if there is one, and otherwise the one in force: the one to be certified.
    [[nodiscard]] std::optional<dlms::security::KeyPair> newest_pair(dlms::security::Curve curve,
                                                                     KeyPurpose purpose) const;
    // Without unwrapping anything. Empty: none.
    [[nodiscard]] dlms::security::PublicKey public_key(dlms::security::Curve curve, KeyPurpose purpose) const;
    [[nodiscard]] dlms::security::PublicKey waiting_public_key(dlms::security::Curve curve, KeyPurpose purpose) const;

    // Each is true once it is durable; else all is as it was before.
    // Another pair in force; none waits.
    [[nodiscard]] bool set(dlms::security::Curve curve, KeyPurpose purpose, const dlms::security::KeyPair& pair);
    // A pair that waits, in place of the one that did.
    [[nodiscard]] bool set_waiting(dlms::security::Curve curve, KeyPurpose purpose,
                                   const dlms::security::KeyPair& pair);
    // The one that waits comes into force. False as well: none waits.
    [[nodiscard]] bool activate(dlms::security::Curve curve, KeyPurpose purpose);

    [[nodiscard]] ClientPublicKeys client_keys(Role role) const;
    [[nodiscard]] bool set_client_keys(Role role, const ClientPublicKeys& keys);

  private:
    // As it is stored.
    struct Pair {
        dlms::security::OctetBuffer<56> wrapped;
        dlms::security::PublicKey public_key;
    };
    struct Pairs {
        Pair in_force;
        Pair waiting;
    };
    [[nodiscard]] Pairs read(dlms::security::Curve curve, KeyPurpose purpose) const;
    [[nodiscard]] bool write(dlms::security::Curve curve, KeyPurpose purpose, const Pairs& pairs);
    [[nodiscard]] std::optional<Pair> wrapped(dlms::security::Curve curve, const dlms::security::KeyPair& pair) const;
    [[nodiscard]] std::optional<dlms::security::KeyPair> unwrapped(const Pair& pair) const;
    [[nodiscard]] std::array<ClientPublicKeys, roles> all_client_keys() const;

    Store& store_;
    Bytes device_key_;
};

}  // namespace blathy::meter::security
