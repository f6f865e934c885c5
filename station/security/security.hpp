// How a client proves who it is, and how its APDUs and the meter's are protected (IEC 62056-5-3, 5.3 and 5.7).
#pragma once

#include <memory>
#include <optional>

#include "dlms/acse/acse.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/random.hpp"
#include "dlms/security/secret.hpp"
#include "dlms/security/suite.hpp"
#include "station/octets.hpp"
#include "station/security/counters.hpp"

namespace blathy::station {

using dlms::security::Protection;
using dlms::security::Suite;
using dlms::security::SystemTitle;

// Which APDUs carry the protected ones.
enum class CipherForm : std::uint8_t {
    service,  // glo- and ded-get-request and so on; general-glo and -ded for what has none
    general,  // general-glo- and general-ded-ciphering for all of them
    header,   // general-ciphering, for all of them
};

// The key that general-ciphering states.
enum class KeyInfoKind : std::uint8_t {
    identified,      // the global key
    wrapped,         // one made for each APDU, wrapped with the master key
    one_pass,        // agreed on for each APDU by an ephemeral key of who sends it: C(1e, 1s)
    static_unified,  // agreed on by the static keys of both sides: C(0e, 2s)
};

struct Security {
    using Key = dlms::security::Secret<dlms::security::max_key_size>;

    dlms::Mechanism mechanism = dlms::Mechanism::none;
    // The password of low-level security; the secret of mechanisms 3, 4 and 6.
    Octets secret;

    // Of every APDU, both ways. With `none` the application context is the one without ciphering.
    Protection protection = Protection::none;
    CipherForm form = CipherForm::service;
    // Of CipherForm::header; `one_pass` and `static_unified` from suite 1 on.
    KeyInfoKind key_info = KeyInfoKind::identified;
    // Requests are signed (general-signing) around all other protection, and so must their answers be. From suite 1 on.
    bool signs = false;
    Suite suite = Suite::aes128_gcm;
    // A key made for each association, which protects everything after it is established. Only where APDUs are
    // encrypted, for that is how it reaches the meter.
    bool dedicated_key = false;

    // Which one `encryption_key` is. With the broadcast key there is no association, and nothing is answered: whoever
    // has it is the pre-established client.
    dlms::security::KeySet key_set = dlms::security::KeySet::unicast;

    SystemTitle client_title{};
    // Of the meter that the keys are for; without it, of whichever meter answers.
    std::optional<SystemTitle> server_title;
    Key encryption_key;  // global unicast, or broadcast; 16 octets, of suite 2 32
    Key authentication_key;
    Key master_key;  // of wrapped keys
    // Of mechanism 7, signatures and one-pass agreement, with the curve of the suite.
    dlms::security::PrivateKey signing_key;
    dlms::security::PublicKey server_signing_key;
    // Of key agreement: static keys.
    dlms::security::PrivateKey agreement_key;
    dlms::security::PublicKey server_agreement_key;
    // The X.509 certificate (DER) of the signing key, told to a meter that does not have it. Empty: none.
    Octets certificate;

    // The meter's security policy (IC 64, attribute 2) as it was when the keys were made: it only grows. For advice.
    std::optional<std::uint8_t> policy;

    // Of the global key. Needed as soon as it is used: to protect APDUs, and for mechanism 5.
    std::shared_ptr<Counters> counters;
    // E of 0-0:43.1.e.255, where the public client can read how far the meter has seen this client count.
    std::uint8_t counter_object = 0;

    [[nodiscard]] bool broadcasts() const { return key_set == dlms::security::KeySet::broadcast; }
    [[nodiscard]] bool protects() const { return protection != Protection::none; }
    [[nodiscard]] bool uses_global_key() const { return protects() || mechanism == dlms::Mechanism::high_level_gmac; }
    [[nodiscard]] bool is_high_level() const { return mechanism >= dlms::Mechanism::high_level_md5; }
    // The client has to say its system title.
    [[nodiscard]] bool is_titled() const {
        return protects() || signs || mechanism >= dlms::Mechanism::high_level_gmac;
    }
    [[nodiscard]] bool uses_transaction_keys() const {
        return protects() && form == CipherForm::header && key_info != KeyInfoKind::identified;
    }
};

// Nothing, or what is missing or contradicts itself.
Result<void, Error> check(const Security& security);

}  // namespace blathy::station
