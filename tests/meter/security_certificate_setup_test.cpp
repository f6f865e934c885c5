// Key pairs, certificates and key agreement of IC 64, from the wire.
#include "dlms/security/key_agreement.hpp"

#include "tests/meter/security_signing_testing.hpp"

namespace blathy::meter::security {
namespace {

using namespace testing;
using test::Issue;

constexpr std::int64_t year_2026_s = 1'767'225'600;
constexpr std::int64_t year_2040_s = 2'208'988'800;

class Certificates : public SignedSession {
  protected:
    const KeyHolder root{group_of(curve)};
    const KeyHolder sub_authority{group_of(curve)};

    void SetUp() override {
        SignedSession::SetUp();
        meter.now = year_2026_s;
        ASSERT_TRUE(trust(meter.certificates(), root.issue(root, of_suite(test::root_issue()))));
        ASSERT_TRUE(client.associate());
    }
    Issue of_suite(Issue what) const {
        what.digest = curve == Curve::p256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384;
        return what;
    }
    Issue for_client(int serial = 0x20) const {
        Issue what;
        what.subject = "CN=4D4D4D0000000001";
        what.serial = serial;
        return of_suite(what);
    }
    static Octets call(int method, const Octets& parameters) {
        Octets apdu = hex("C301C1004000002B0000FF");
        apdu.push_back(static_cast<std::uint8_t>(method));
        apdu.push_back(1);
        apdu.insert(apdu.end(), parameters.begin(), parameters.end());
        return apdu;
    }
    static Octets octet_string(Bytes octets) {
        Octets data(octets.size() + 8);
        ByteWriter out(data);
        dlms::DataWriter(out).octet_string(octets);
        data.resize(out.size());
        return data;
    }
    static Octets enumerated(std::uint8_t number) { return {0x16, number}; }
    static Octets by_entity(std::uint8_t entity, std::uint8_t type, const SystemTitle& title) {
        Octets data = {0x02, 0x02, 0x16, 0x00, 0x02, 0x03, 0x16, entity, 0x16, type, 0x09, 0x08};
        data.insert(data.end(), title.begin(), title.end());
        return data;
    }
    std::string ask(int method, const Octets& parameters) { return hex(client.ask(call(method, parameters))); }
    std::string import(const Octets& certificate) { return ask(6, octet_string(certificate)); }
    // The octet-string that a method returned.
    Octets returned(const Octets& answer) {
        // C7 01 C1 | success | 01 00 | octet-string
        if (answer.size() < 8 || answer[3] != 0) return {};
        dlms::DataReader in(Bytes(answer).subspan(6));
        const Bytes octets = in.octet_string();
        EXPECT_TRUE(in.complete());
        return {octets.begin(), octets.end()};
    }
    Octets certified_request(std::uint8_t purpose, Issue what) {
        const Octets request = returned(client.ask(call(5, enumerated(purpose))));
        return root.issue_for_request(request, of_suite(what));
    }
};
INSTANTIATE_TEST_SUITE_P(Suites, Certificates, ::testing::Values(Suite::p256_aes128_gcm, Suite::p384_aes256_gcm),
                         suite_name);

TEST_P(Certificates, APairComesIntoForceWithItsCertificate) {
    ASSERT_EQ(ask(4, enumerated(0)), success);
    // Generated, but the one before still signs.
    EXPECT_EQ(ask_signed(hex(get_invocation_counter)), its_answer);
    const Octets certificate = certified_request(0, {});
    EXPECT_TRUE(equal(meter.pairs().public_key(curve, KeyPurpose::signature), server_signing.public_key));
    EXPECT_EQ(import(certificate), success);
    EXPECT_FALSE(equal(meter.pairs().public_key(curve, KeyPurpose::signature), server_signing.public_key));
    EXPECT_EQ(meter.pairs().waiting_public_key(curve, KeyPurpose::signature).size(), 0U);
    const auto read = dlms::security::read_certificate(certificate).value();
    EXPECT_TRUE(equal(meter.pairs().public_key(curve, KeyPurpose::signature), read.public_key));
    // What it signs with now is what the certificate says.
    const Octets answer = server.send(sign(client.cipher(hex(get_invocation_counter), client.how()), client_signing));
    const auto message = dlms::security::read_signed(answer);
    ASSERT_TRUE(message);
    EXPECT_TRUE(dlms::security::is_signed_by(*message, curve, read.public_key));
    EXPECT_EQ(returned(client.ask(call(7, by_entity(0, 0, server_title)))), certificate);
}

TEST_P(Certificates, AnAnswerIsSignedWithTheKeyThatWasInForce) {
    ASSERT_EQ(ask(4, enumerated(0)), success);
    const Octets certificate = certified_request(0, {});
    EXPECT_EQ(ask_signed(call(6, octet_string(certificate))), success);
}

TEST_P(Certificates, PowerFailsBetweenCertificateAndPair) {
    ASSERT_EQ(ask(4, enumerated(1)), success);
    const Octets certificate = certified_request(1, {.usage = MBEDTLS_X509_KU_KEY_AGREEMENT});
    ASSERT_TRUE(meter.certificates().write(5, certificate));
    finish_import(meter.pairs(), meter.certificates(), server_title);
    EXPECT_TRUE(equal(meter.pairs().public_key(curve, KeyPurpose::agreement),
                      dlms::security::read_certificate(certificate).value().public_key));
    EXPECT_TRUE(equal(meter.pairs().public_key(curve, KeyPurpose::signature), server_signing.public_key));
}

TEST_P(Certificates, AClientIsKnownByItsCertificate) {
    ASSERT_TRUE(meter.pairs().set_client_keys(Role::management, {}));
    EXPECT_FALSE(associate_by_signature());
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(import(root.issue(client_holder, for_client())), success);
    EXPECT_TRUE(associate_by_signature());
    // Until it is no longer valid,
    meter.now = year_2040_s;
    EXPECT_FALSE(associate_by_signature());
    // while a meter that does not know the time goes by what it found when it came,
    meter.now.reset();
    EXPECT_TRUE(associate_by_signature());
    // and until it is removed.
    EXPECT_EQ(ask(8, by_entity(1, 0, client_title)), success);
    EXPECT_FALSE(associate_by_signature());
    EXPECT_EQ(ask(8, by_entity(1, 0, client_title)).substr(0, 4), "D801");
}

TEST_P(Certificates, AClientBringsItsCertificateAlong) {
    ASSERT_TRUE(meter.pairs().set_client_keys(Role::management, {}));
    const auto open_with = [&](const Octets& certificate) {
        client.certificate = certificate;
        return static_cast<int>(client.open(Mechanism::high_level_ecdsa).code);
    };
    EXPECT_EQ(open_with(root.issue(client_holder, for_client())), 14);
    EXPECT_EQ(hex(client.ask(ecdsa_pass_3(client_signing))).substr(0, 8), "C701C100");
    EXPECT_EQ(ask_signed(hex(get_invocation_counter)), its_answer);
    // Of an authority that nobody knows, of another client, for another use, altered, out of date.
    const KeyHolder stranger(group_of(curve));
    EXPECT_EQ(open_with(stranger.issue(client_holder, for_client())), 5);
    Issue other = for_client();
    other.subject = "CN=4D4D4D0000000002";
    EXPECT_EQ(open_with(root.issue(client_holder, other)), 5);
    Issue agreement = for_client();
    agreement.usage = MBEDTLS_X509_KU_KEY_AGREEMENT;
    EXPECT_EQ(open_with(root.issue(client_holder, agreement)), 5);
    Octets altered = root.issue(client_holder, for_client());
    altered.back() ^= 1;
    EXPECT_EQ(open_with(altered), 5);
    meter.now = year_2040_s;
    EXPECT_EQ(open_with(root.issue(client_holder, for_client())), 5);
    meter.now.reset();
    EXPECT_EQ(open_with(root.issue(client_holder, for_client())), 5);
}

TEST_P(Certificates, AuthoritiesBelowTheRoot) {
    Issue authority = of_suite(test::root_issue());
    authority.subject = "CN=Sub,O=Blathy";
    authority.serial = 0x5A5A;  // an issuer numbers each certificate once
    Issue below = for_client();
    below.issuer = authority.subject;
    const Octets client_certificate = sub_authority.issue(client_holder, below);
    EXPECT_EQ(import(client_certificate), refused);
    const Octets sub_certificate = root.issue(sub_authority, authority);
    EXPECT_EQ(import(sub_certificate), success);
    EXPECT_EQ(import(client_certificate), success);
    ASSERT_TRUE(meter.pairs().set_client_keys(Role::management, {}));
    EXPECT_TRUE(associate_by_signature());
    // Without the authority, what it issued counts for nothing.
    const auto read = dlms::security::read_certificate(sub_certificate).value();
    Octets by_serial = {0x02, 0x02, 0x16, 0x01, 0x02, 0x02};
    for (const Bytes part : {read.serial_number, read.issuer}) {
        const Octets data = octet_string(part);
        by_serial.insert(by_serial.end(), data.begin(), data.end());
    }
    EXPECT_EQ(returned(client.ask(call(7, by_serial))), sub_certificate);
    EXPECT_EQ(ask(8, by_serial), success);
    EXPECT_FALSE(associate_by_signature());
}

TEST_P(Certificates, WhatIsNotImported) {
    const auto count = [&] { return count_certificates(meter.certificates()); };
    ASSERT_EQ(count(), 1U);
    const Octets sound = root.issue(client_holder, for_client());
    const auto with = [&](auto&& change) {
        Issue what = for_client();
        change(what);
        return root.issue(client_holder, what);
    };
    // A root never comes from a client.
    const KeyHolder other_root(group_of(curve));
    EXPECT_EQ(import(other_root.issue(other_root, of_suite(test::root_issue()))), refused);
    EXPECT_EQ(import(root.issue(root, of_suite(test::root_issue()))), refused);
    EXPECT_EQ(import(other_root.issue(client_holder, for_client())), refused);
    EXPECT_EQ(import(with([](Issue& what) { what.from = "20300101000000"; })), refused);
    EXPECT_EQ(import(with([](Issue& what) { what.to = "20250101000000"; })), refused);
    EXPECT_EQ(import(with([](Issue& what) { what.subject = "CN=Somebody"; })), refused);
    EXPECT_EQ(import(with([](Issue& what) { what.usage = MBEDTLS_X509_KU_KEY_CERT_SIGN; })), refused);
    EXPECT_EQ(import(with(
                  [](Issue& what) { what.usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE | MBEDTLS_X509_KU_KEY_AGREEMENT; })),
              refused);
    // The meter's title with a key that is not the meter's.
    EXPECT_EQ(import(with([](Issue& what) { what.subject = "CN=4D4D4D0000BC614E"; })), refused);
    // A curve of another suite.
    const KeyHolder other_curve(group_of(curve == Curve::p256 ? Curve::p384 : Curve::p256));
    EXPECT_EQ(import(root.issue(other_curve, for_client())), refused);
    for (std::size_t i = 0; i < sound.size(); i += 7) {
        Octets altered = sound;
        altered[i] ^= 0x01;
        EXPECT_EQ(import(altered), refused) << i;
    }
    EXPECT_EQ(ask(6, enumerated(0)), "C701C10C00");
    meter.now.reset();
    EXPECT_EQ(import(sound), refused);
    EXPECT_EQ(count(), 1U);
    meter.now = year_2026_s;
    EXPECT_EQ(import(sound), success);
    EXPECT_EQ(import(sound), success);
    EXPECT_EQ(count(), 2U);
    // A newer one takes its place, and the older one does not come back.
    EXPECT_EQ(import(with([](Issue& what) { what.from = "20250101000000", what.serial = 0x21; })), success);
    EXPECT_EQ(import(sound), refused);
    EXPECT_EQ(count(), 2U);
}

TEST_P(Certificates, ThereIsRoomForEight) {
    for (int i = 0; i < 8; ++i) {
        Issue what = for_client(0x30 + i);
        what.subject = "CN=4D4D4D000000010" + std::to_string(i);
        EXPECT_EQ(import(root.issue(client_holder, what)), i < 7 ? success : refused) << i;
    }
    EXPECT_EQ(count_certificates(meter.certificates()), max_certificates);
    EXPECT_EQ(ask(8, by_entity(1, 0, title("4D4D4D0000000103"))), success);
    EXPECT_EQ(import(root.issue(client_holder, for_client())), success);
}

TEST_P(Certificates, ARootIsNotRemoved) {
    Octets any_authority = {0x02, 0x02, 0x16, 0x00, 0x02, 0x03, 0x16, 0x02, 0x16, 0x03, 0x09, 0x00};
    EXPECT_EQ(ask(8, any_authority), denied);
    EXPECT_FALSE(returned(client.ask(call(7, any_authority))).empty());
    EXPECT_EQ(count_certificates(meter.certificates()), 1U);
}

TEST_P(Certificates, WhatIsToldOfThem) {
    ASSERT_EQ(import(root.issue(client_holder, for_client())), success);
    Octets room(512);
    ByteWriter out(room);
    dlms::DataWriter data(out);
    write_certificate_information(meter.certificates(), server_title, 1, data);
    dlms::DataReader in(out.written());
    in.structure(6);
    EXPECT_EQ(in.enumerated(), 1);
    EXPECT_EQ(in.enumerated(), 0);
    EXPECT_EQ(hex(in.octet_string()), "20");
    EXPECT_FALSE(in.octet_string().empty());
    EXPECT_FALSE(in.octet_string().empty());
    EXPECT_TRUE(in.octet_string().empty());
    EXPECT_TRUE(in.complete());
}

TEST_P(Certificates, MethodsAreForManagementProvenBothWays) {
    client.protection = Protection::encrypted;
    for (const int method : {3, 4, 5, 6, 7, 8}) EXPECT_NE(ask(method, enumerated(0)), success);
    client.protection = Protection::authenticated_and_encrypted;
    // Not in plain.
    ASSERT_TRUE(associate_by_signature(false));
    for (const int method : {3, 4, 5, 6, 7, 8}) {
        EXPECT_EQ(hex(server.send(call(method, enumerated(0)))), denied) << method;
        const auto signed_alone = check_signed(server.send(sign(call(method, enumerated(0)), client_signing)));
        EXPECT_EQ(hex(signed_alone.value_or(Octets{})), denied) << method;
    }
    EXPECT_EQ(meter.pairs().waiting_public_key(curve, KeyPurpose::signature).size(), 0U);
}

TEST_P(Certificates, WrongParametersAndSuites) {
    for (const int method : {4, 5}) {
        EXPECT_EQ(ask(method, enumerated(2)), refused);
        EXPECT_EQ(ask(method, {0x11, 0x00}), "C701C10C00");
    }
    for (const int method : {7, 8}) {
        EXPECT_EQ(ask(method, by_entity(1, 0, title("4D4D4D0000000009"))), refused);
        EXPECT_EQ(ask(method, enumerated(0)), "C701C10C00");
    }
    EXPECT_EQ(ask(3, {0x01, 0x00}), refused);
    EXPECT_EQ(ask(3, enumerated(0)), "C701C10C00");
    // No curve in suite 0.
    EXPECT_EQ(generate_pair(meter.around(), Role::firmware, enumerated(0)), dlms::ActionResult::other_reason);
}

class KeyAgreement : public Certificates {
  protected:
    KeyPair ephemeral = KeyHolder(group_of(curve)).pair();

    Octets agreement(const std::vector<std::uint8_t>& ids, const KeyPair& signer) {
        Octets data = {0x01, static_cast<std::uint8_t>(ids.size())};
        for (const std::uint8_t id : ids) {
            const auto signed_key =
                dlms::security::sign_public_key(curve, signer.private_key, id, ephemeral.public_key, random).value();
            const Octets head = {0x02, 0x02, 0x16, id};
            const Octets key = octet_string(signed_key);
            data.insert(data.end(), head.begin(), head.end());
            data.insert(data.end(), key.begin(), key.end());
        }
        return data;
    }
    // The keys that the client finds from what is returned.
    std::map<std::uint8_t, KeyOctets> agreed(const Octets& answer) {
        using dlms::security::AgreedKeyUse;
        std::map<std::uint8_t, KeyOctets> keys;
        if (answer.size() < 8 || answer[3] != 0) return keys;
        dlms::DataReader in(Bytes(answer).subspan(6));
        const std::size_t count = in.array();
        const bool is_long = suite == Suite::p384_aes256_gcm;
        for (std::size_t i = 0; i < count; ++i) {
            in.structure(2);
            const std::uint8_t id = in.enumerated();
            const auto party =
                dlms::security::verify_public_key(curve, server_signing.public_key, id, in.octet_string());
            EXPECT_TRUE(party);
            const auto z = dlms::security::agree(curve, ephemeral.private_key, *party, random).value();
            const auto use = id == 3 ? (is_long ? AgreedKeyUse::aes_wrap_256 : AgreedKeyUse::aes_wrap_128)
                                     : (is_long ? AgreedKeyUse::aes_gcm_256 : AgreedKeyUse::aes_gcm_128);
            keys[id] = dlms::security::derive_key(curve, z, use, client_title, server_title);
        }
        EXPECT_TRUE(in.complete());
        return keys;
    }
};
INSTANTIATE_TEST_SUITE_P(Suites, KeyAgreement, ::testing::Values(Suite::p256_aes128_gcm, Suite::p384_aes256_gcm),
                         suite_name);

TEST_P(KeyAgreement, KeysTakeEffectTogether) {
    // Answered under the old keys, asked under the new ones.
    const auto keys = agreed(client.ask(call(3, agreement({0, 1, 2, 3}, client_signing))));
    ASSERT_EQ(keys.size(), 4U);
    const auto stored = meter.keys().keys(Role::management).value();
    EXPECT_EQ(hex(stored.unicast), hex(keys.at(0)));
    EXPECT_EQ(hex(stored.broadcast), hex(keys.at(1)));
    EXPECT_EQ(hex(stored.authentication), hex(keys.at(2)));
    EXPECT_EQ(hex(stored.master), hex(keys.at(3)));
    EXPECT_EQ(client.get(), "D80105");
    client.keys.unicast = keys.at(0);
    client.keys.authentication = keys.at(2);
    client.counter = 0;
    EXPECT_EQ(client.get(), its_answer);
    EXPECT_EQ(meter.events[SecurityEvent::keys_changed], 1);
}

TEST_P(KeyAgreement, ReplayedForgedOrMixedUpItChangesNothing) {
    const auto before = hex(meter.keys().keys(Role::management)->unicast);
    EXPECT_EQ(ask(3, agreement({0}, client_agreement)), refused);
    EXPECT_EQ(ask(3, agreement({0, 0}, client_signing)), refused);
    EXPECT_EQ(ask(3, agreement({0, 4}, client_signing)), refused);
    // Signed for another key identifier.
    Octets other_id = agreement({0}, client_signing);
    other_id[5] = 2;
    EXPECT_EQ(ask(3, other_id), refused);
    // One of two is wrong: neither changes.
    Octets half = agreement({0, 2}, client_signing);
    half.back() ^= 1;
    EXPECT_EQ(ask(3, half), refused);
    EXPECT_EQ(hex(meter.keys().keys(Role::management)->unicast), before);
    EXPECT_EQ(meter.events[SecurityEvent::keys_changed], 0);

    const Octets once = client.cipher(call(3, agreement({1}, client_signing)), client.how());
    ASSERT_TRUE(client.decipher(server.send(once)));
    const auto broadcast = hex(meter.keys().keys(Role::management)->broadcast);
    EXPECT_EQ(hex(server.send(once)).substr(0, 6), "D80106");
    meter.restart();
    EXPECT_EQ(hex(server.send(once)).substr(0, 6), "D80106");
    EXPECT_EQ(hex(meter.keys().keys(Role::management)->broadcast), broadcast);
}

// The store as it lies in flash, and all that is ever said.
TEST_P(KeyAgreement, PrivateKeysLeaveNowhere) {
    ASSERT_EQ(ask(4, enumerated(0)), success);
    ASSERT_EQ(ask(4, enumerated(1)), success);
    EXPECT_EQ(meter.events[SecurityEvent::certificates_changed], 2);
    std::vector<Octets> said;
    said.push_back(client.ask(call(5, enumerated(0))));
    said.push_back(client.ask(call(5, enumerated(1))));
    said.push_back(client.ask(call(3, agreement({0}, client_signing))));
    said.push_back(flash.octets());
    std::vector<KeyPair> pairs = {server_signing, server_agreement};
    for (const KeyPurpose purpose : {KeyPurpose::signature, KeyPurpose::agreement}) {
        pairs.push_back(meter.pairs().newest_pair(curve, purpose).value());
    }
    for (const KeyPair& pair : pairs) {
        const Bytes secret = Bytes(pair.private_key).first(16);
        for (const Octets& octets : said) {
            EXPECT_EQ(std::search(octets.begin(), octets.end(), secret.begin(), secret.end()), octets.end());
        }
    }
    EXPECT_TRUE(equal(meter.pairs().pair(curve, KeyPurpose::signature)->private_key, server_signing.private_key));
}

}  // namespace
}  // namespace blathy::meter::security
