// A meter of suite 1 and the client that it is for, with pairs of keys on both sides: what the targets begin with that
// are about signatures and about keys of one transaction.
#pragma once

#include <cstdlib>
#include <memory>

#include "station/security/security.hpp"

#include "tests/support/bench.hpp"

namespace blathy::fuzz {

struct Pairs {
    dlms::security::KeyPair client_signing;
    dlms::security::KeyPair client_agreement;
    dlms::security::KeyPair meter_signing;
    dlms::security::KeyPair meter_agreement;
};

// Made once: a run should not wait for them.
inline const Pairs& pairs() {
    static const Pairs made = [] {
        test::CountingEntropy entropy;
        const auto pair = [&] {
            return dlms::security::generate_key_pair(dlms::security::Curve::p256, entropy).value();
        };
        Pairs all;
        all.client_signing = pair();
        all.client_agreement = pair();
        all.meter_signing = pair();
        all.meter_agreement = pair();
        return all;
    }();
    return made;
}

// How the requests of a run are protected, by the bits of one octet: the form (0 to 5) and, with 8, a signature.
inline station::Security signed_security(test::Bench& bench, std::uint8_t choice) {
    using station::CipherForm;
    using station::KeyInfoKind;
    constexpr auto role = meter::Role::management;
    auto keys = meter::security::demo_keys(role);
    station::Security security;
    security.suite = keys.suite = station::Suite::p256_aes128_gcm;
    security.client_title = {'F', 'U', 'Z', 'Z', 0, 0, 0, 1};
    keys.client_title = security.client_title;
    security.server_title = bench.meter.identity().system_title();
    security.mechanism = dlms::Mechanism::low_level;
    security.secret = station::to_octets(keys.password.octets());
    security.protection = station::Protection::authenticated_and_encrypted;
    constexpr std::array forms = {CipherForm::header, CipherForm::header,  CipherForm::header,
                                  CipherForm::header, CipherForm::general, CipherForm::service};
    constexpr std::array kinds = {KeyInfoKind::static_unified, KeyInfoKind::one_pass,   KeyInfoKind::wrapped,
                                  KeyInfoKind::identified,     KeyInfoKind::identified, KeyInfoKind::identified};
    const std::size_t form = (choice & 0x07U) % forms.size();
    security.form = forms[form];
    security.key_info = kinds[form];
    security.signs = (choice & 0x08U) != 0;
    security.encryption_key = keys.unicast;
    security.authentication_key = keys.authentication;
    security.master_key = keys.master;
    security.signing_key = pairs().client_signing.private_key;
    security.agreement_key = pairs().client_agreement.private_key;
    security.server_signing_key = pairs().meter_signing.public_key;
    security.server_agreement_key = pairs().meter_agreement.public_key;
    security.counters = std::make_shared<station::MemoryCounters>(1);
    using meter::security::KeyPurpose;
    auto& stored = bench.meter.security();
    constexpr auto curve = dlms::security::Curve::p256;
    if (!stored.keys().change(role, keys) || !stored.pairs().set(curve, KeyPurpose::signature, pairs().meter_signing) ||
        !stored.pairs().set(curve, KeyPurpose::agreement, pairs().meter_agreement) ||
        !stored.pairs().set_client_keys(role,
                                        {pairs().client_signing.public_key, pairs().client_agreement.public_key})) {
        std::abort();
    }
    return security;
}

}  // namespace blathy::fuzz
