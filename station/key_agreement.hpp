// New global keys that a client and a meter agree on, so that nobody has to bring them along: the ephemeral unified
// model C(2e, 0s) by key_agreement of the security setup (IC 64, IEC 62056-6-2, 5.3.7; IEC 62056-5-3, 5.3.4.6). Both
// sides sign what they send, and each side verifies the other's signature. From suite 1 on.
#pragma once

#include <span>
#include <vector>

#include "dlms/security/curve.hpp"
#include "station/client.hpp"

namespace blathy::station {

// The keys of a security context, as IC 64 numbers them.
enum class GlobalKey : std::uint8_t { unicast = 0, broadcast = 1, authentication = 2, master = 3 };

// Between whom, and by which keys each side knows the other's signature.
struct AgreementParties {
    Suite suite = Suite::p256_aes128_gcm;
    SystemTitle client_title{};
    SystemTitle server_title{};
    dlms::security::PrivateKey signing_key;
    dlms::security::PublicKey server_signing_key;
};

// The agreement without input or output.
class KeyAgreement {
  public:
    // Makes an ephemeral pair for each of `keys`, one to four different ones. Errors: usage; security, if a key can't
    // be used or there is no randomness. `random` must outlive it.
    static Result<KeyAgreement, Error> make(const AgreementParties& parties, std::span<const GlobalKey> keys,
                                            dlms::security::Random& random);

    // Of the method.
    [[nodiscard]] Value parameters() const;
    // The keys in the order that they were asked for, out of what the method returned. Error `security`: it is not of
    // the meter, or not for these keys.
    [[nodiscard]] Result<std::vector<Security::Key>, Error> finish(const Value& returned) const;

  private:
    struct Offered {
        GlobalKey key;
        dlms::security::KeyPair pair;
        Octets signed_public_key;
    };
    KeyAgreement(const AgreementParties& parties, dlms::security::Random& random)
        : parties_(parties), random_(&random) {}
    [[nodiscard]] Result<Security::Key, Error> key_of(const Offered& offered, Bytes answer) const;

    AgreementParties parties_;
    dlms::security::Random* random_;
    std::vector<Offered> offered_;
};

struct AgreementFailure {
    Error error;
    // The meter may have new keys, of which this side knows nothing.
    bool may_have_changed = false;
};

// Agrees on `keys` of the security setup 0-0:43.0.`context`.255, as a client that signs its requests
// (Security::signs): so each side has proven its signing key before anything changes. The keys take effect together.
Result<std::vector<Security::Key>, AgreementFailure> agree_on_keys(Client& client, std::uint8_t context,
                                                                   std::span<const GlobalKey> keys);

}  // namespace blathy::station
