// A client with the keys of suites 0 to 2 at a whole meter: any octet of what the meter answers altered on its way, in
// whichever form it is protected, is found out.
#include <gtest/gtest.h>

#include "station/association.hpp"
#include "station/security/entropy.hpp"
#include "station/security/session.hpp"
#include "station/service/get.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::security::Curve;
using dlms::security::KeyPair;
using security::KeyPurpose;
using station::CipherForm;
using station::KeyInfoKind;
using station::Protection;
using station::SecuritySession;
using station::Step;
using station::Suite;
using test::Bench;
using test::Client;
using test::Octets;

struct Form {
    const char* name;
    Suite suite;
    Protection protection = Protection::authenticated_and_encrypted;
    CipherForm form = CipherForm::service;
    KeyInfoKind key_info = KeyInfoKind::identified;
    bool signs = false;
    bool dedicated_key = false;
};

class FlippedAnswers : public testing::TestWithParam<Form> {
  protected:
    // Of the management, in the form of the case, on both sides.
    FlippedAnswers() {
        const Form& form = GetParam();
        auto keys = security::demo_keys(Role::management);
        keys.suite = form.suite;
        if (form.suite == Suite::p384_aes256_gcm) {
            for (auto* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
                Octets twice(key->octets().begin(), key->octets().end());
                twice.insert(twice.end(), key->octets().begin(), key->octets().end());
                *key = security::KeyOctets(twice);
            }
        }
        settings.client_title = {'H', 'E', 'S', 0, 0, 0, 0, 1};
        keys.client_title = settings.client_title;
        settings.mechanism = dlms::Mechanism::low_level;
        settings.secret = station::to_octets(keys.password.octets());
        settings.protection = form.protection;
        settings.form = form.form;
        settings.key_info = form.key_info;
        settings.signs = form.signs;
        settings.suite = form.suite;
        settings.dedicated_key = form.dedicated_key;
        settings.server_title = bench.meter.identity().system_title();
        settings.encryption_key = keys.unicast;
        settings.authentication_key = keys.authentication;
        settings.master_key = keys.master;
        settings.counters = std::make_shared<station::MemoryCounters>(1);
        if (const auto curve = dlms::security::curve_of(form.suite)) {
            const auto pair = [&] { return dlms::security::generate_key_pair(*curve, random).value(); };
            const KeyPair signing = pair();
            const KeyPair agreement = pair();
            const KeyPair meter_signing = pair();
            const KeyPair meter_agreement = pair();
            settings.signing_key = signing.private_key;
            settings.agreement_key = agreement.private_key;
            settings.server_signing_key = meter_signing.public_key;
            settings.server_agreement_key = meter_agreement.public_key;
            auto& pairs = bench.meter.security().pairs();
            if (!pairs.set(*curve, KeyPurpose::signature, meter_signing) ||
                !pairs.set(*curve, KeyPurpose::agreement, meter_agreement) ||
                !pairs.set_client_keys(Role::management, {signing.public_key, agreement.public_key})) {
                std::abort();
            }
        }
        if (!bench.meter.security().keys().change(Role::management, keys)) std::abort();
        session = SecuritySession::make(settings, random).value();
    }
    Octets association() {
        station::AssociationOptions options;
        options.security = settings;
        request.emplace(options, session.get());
        return client.send(request->begin().value().apdu);
    }
    // GET of the energy, and the meter's answer to it.
    Octets ask() { return client.send(session->protect(Client::get_request(3, dlms::Obis(1, 0, 1, 8, 0), 2)).value()); }

    Bench bench;
    Client client{bench.meter, client_sap_of(Role::management)};
    station::SystemEntropy random;
    station::Security settings;
    std::unique_ptr<SecuritySession> session;
    std::optional<station::AssociationRequest> request;
};
INSTANTIATE_TEST_SUITE_P(
    Forms, FlippedAnswers,
    testing::Values(
        Form{"Service", Suite::aes128_gcm}, Form{"Authenticated", Suite::aes128_gcm, Protection::authenticated},
        Form{"GeneralGlo", Suite::p384_aes256_gcm, Protection::authenticated_and_encrypted, CipherForm::general},
        Form{"Dedicated", Suite::aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::service,
             KeyInfoKind::identified, false, true},
        Form{"GeneralDed", Suite::aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::general,
             KeyInfoKind::identified, false, true},
        Form{"Identified", Suite::p256_aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::header},
        Form{"Wrapped", Suite::p256_aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::header,
             KeyInfoKind::wrapped},
        Form{"OnePass", Suite::p256_aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::header,
             KeyInfoKind::one_pass},
        Form{"OnePassOfSuite2", Suite::p384_aes256_gcm, Protection::authenticated, CipherForm::header,
             KeyInfoKind::one_pass},
        Form{"StaticUnified", Suite::p256_aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::header,
             KeyInfoKind::static_unified},
        Form{"Signed", Suite::p256_aes128_gcm, Protection::authenticated_and_encrypted, CipherForm::service,
             KeyInfoKind::identified, true},
        Form{"SignedAgreedOfSuite2", Suite::p384_aes256_gcm, Protection::authenticated_and_encrypted,
             CipherForm::header, KeyInfoKind::static_unified, true}),
    [](const auto& of) { return std::string(of.param.name); });

TEST_P(FlippedAnswers, AreFoundOut) {
    ASSERT_TRUE(request == std::nullopt);
    const Octets aare = association();
    ASSERT_TRUE(request->take(aare)) << test::hex(aare);
    const Octets answer = ask();
    ASSERT_GT(answer.size(), 20U);
    const bool is_quick = GetParam().key_info == KeyInfoKind::identified && !GetParam().signs;
    for (std::size_t i = 0; i < answer.size(); ++i) {
        // Where curves are calculated with, one bit of each octet.
        for (unsigned bit = is_quick ? 0 : static_cast<unsigned>(i % 8); bit < 8; bit += is_quick ? 1 : 8) {
            Octets altered = answer;
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            const auto opened = session->open(altered);
            // What claims to be an exception-response only ever ends a request.
            ASSERT_TRUE(!opened || altered[0] == 0xD8) << i << " " << bit << " " << test::hex(*opened);
        }
    }
    // What was refused has moved nothing, and the answer itself is taken once.
    const auto opened = session->open(answer);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ((*opened)[0], 0xC4);
    EXPECT_FALSE(session->open(answer));
}

// The AARE: its initiate-response is protected, and what goes before that has to be what was asked for.
TEST_P(FlippedAnswers, OfAnAssociationAreFoundOut) {
    const Octets aare = association();
    // The initiate-response with its tag, its length, control, counter, text of 14 octets, and 12 of the tag.
    constexpr std::size_t initiate_octets = 7 + 14 + 12;
    ASSERT_GT(aare.size(), initiate_octets);
    for (std::size_t i = aare.size() - initiate_octets; i < aare.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Octets altered = aare;
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            EXPECT_FALSE(request->take(altered)) << i << " " << bit;
        }
    }
    EXPECT_TRUE(request->take(aare));
}

}  // namespace
}  // namespace blathy::meter
