// What the tests of suites 1 and 2 share: a meter with pairs of keys, and a head end that signs and agrees on keys.
#pragma once

#include "dlms/security/signing.hpp"
#include "meter/security/transaction_key.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/certificate_authority.hpp"
#include "tests/support/flash.hpp"

namespace blathy::meter::security::testing {

using dlms::security::Curve;
using dlms::security::KeyPair;
using test::KeyHolder;
using test::MemoryFlash;

inline mbedtls_ecp_group_id group_of(Curve curve) {
    return curve == Curve::p256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1;
}

// The keys of the examples in the size of the suite.
inline ContextKeys example_keys(Suite suite) {
    ContextKeys keys = example_keys();
    keys.suite = suite;
    keys.mechanisms = Mechanisms(Mechanism::low_level, Mechanism::high_level_gmac, Mechanism::high_level_ecdsa);
    keys.client_title = client_title;
    if (suite != Suite::p384_aes256_gcm) return keys;
    for (KeyOctets* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
        Octets octets(key->octets().begin(), key->octets().end());
        octets.insert(octets.end(), octets.rbegin(), octets.rend());
        *key = KeyOctets(octets);
    }
    return keys;
}

class SignedSession : public ::testing::TestWithParam<Suite> {
  protected:
    const Suite suite = GetParam();
    const Curve curve = *dlms::security::curve_of(suite);
    MemoryFlash flash{4, 16384};
    Secured meter{flash};
    Server server{meter};
    HeadEnd client{server};
    const KeyHolder client_holder{group_of(curve)};
    const KeyPair client_signing = client_holder.pair();
    const KeyPair client_agreement = KeyHolder(group_of(curve)).pair();
    const KeyPair server_signing = KeyHolder(group_of(curve)).pair();
    const KeyPair server_agreement = KeyHolder(group_of(curve)).pair();
    std::uint8_t transaction = 0;

    void SetUp() override {
        client.keys = example_keys(suite);
        client.challenge = hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        ASSERT_TRUE(meter.keys().change(Role::management, client.keys));
        ASSERT_TRUE(meter.pairs().set(curve, KeyPurpose::signature, server_signing));
        ASSERT_TRUE(meter.pairs().set(curve, KeyPurpose::agreement, server_agreement));
        ASSERT_TRUE(
            meter.pairs().set_client_keys(Role::management, {client_signing.public_key, client_agreement.public_key}));
    }

    Octets sign(Bytes content, const KeyPair& by, const SystemTitle& as = client_title) {
        const Octets id = {0xAA, 0, 0, 0, 0, 0, 0, ++transaction};
        Octets room(content.size() + 200);
        ByteWriter out(room);
        EXPECT_TRUE(
            dlms::security::write_signed(out, {id, as, server_title, {}, {}}, content, curve, by.private_key, random));
        room.resize(out.size());
        return room;
    }
    // What is inside, if the meter signed it for this client.
    std::optional<Octets> check_signed(Bytes answer) {
        const auto message = dlms::security::read_signed(answer);
        if (!message || !equal(message->header.originator_title, server_title) ||
            !equal(message->header.recipient_title, client_title) ||
            message->header.transaction_id.back() != transaction ||
            !dlms::security::is_signed_by(*message, curve, server_signing.public_key)) {
            return std::nullopt;
        }
        return Octets(message->content.begin(), message->content.end());
    }
    // A request that is ciphered and then signed, and the plain answer to it.
    std::string ask_signed(Bytes plain) {
        const Octets answer = server.send(sign(client.cipher(plain, client.how()), client_signing));
        const auto content = check_signed(answer);
        if (!content) return "unsigned " + hex(answer);
        return hex(client.decipher(*content).value_or(*content));
    }
    Octets ecdsa_pass_3(const KeyPair& by) {
        const dlms::security::HlsExchange exchange{Mechanism::high_level_ecdsa, client.challenge,
                                                   client.server_challenge, client.own_title, server_title};
        const auto value = hls_ecdsa(exchange, dlms::security::Role::client, curve, by.private_key, random).value();
        Octets apdu = hex("C301C1000F0000280000FF010109");
        apdu.push_back(static_cast<std::uint8_t>(value.size()));
        apdu.insert(apdu.end(), value.octets().begin(), value.octets().end());
        return apdu;
    }
    // All four passes; true: both have proven themselves.
    bool associate_by_signature(bool ciphered = true) {
        if (client.open(Mechanism::high_level_ecdsa, ciphered).code != 14) return false;
        const Octets answer = client.ask(ecdsa_pass_3(client_signing), ciphered);
        if (answer.size() < 8 || answer[3] != 0) return false;
        const dlms::security::HlsExchange exchange{Mechanism::high_level_ecdsa, client.challenge,
                                                   client.server_challenge, client.own_title, server_title};
        return is_hls_ecdsa(exchange, dlms::security::Role::server, curve, server_signing.public_key,
                            Bytes(answer).subspan(8));
    }

    CountingEntropy random;
};

inline std::string suite_name(const ::testing::TestParamInfo<Suite>& info) {
    return "Suite" + std::to_string(static_cast<int>(info.param));
}

}  // namespace blathy::meter::security::testing
