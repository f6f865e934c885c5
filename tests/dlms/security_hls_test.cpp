#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/hls.hpp"

#include "security_testing.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

const Octets client_challenge = from_hex("4B35366956616759");  // "K56iVagY"
const Octets server_challenge = from_hex("503677524A323146");  // "P6wRJ21F"
const Octets secret = from_hex("00112233445566778899AABBCCDDEEFF");

HlsExchange exchange(Mechanism mechanism) {
    return {mechanism, client_challenge, server_challenge, client_title, server_title};
}

// Green Book 11, HLS authentication with GMAC.
TEST(SecurityHls, Gmac) {
    const auto of_client = hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, example_keys(client_title), 1);
    ASSERT_TRUE(of_client);
    EXPECT_EQ(to_hex(*of_client), "10000000011A52FE7DD3E72748973C1E28");
    const auto of_server =
        hls_gmac(exchange(Mechanism::high_level_gmac), Role::server, example_keys(server_title), example_counter);
    ASSERT_TRUE(of_server);
    EXPECT_EQ(to_hex(*of_server), "1001234567FE1466AFB3DBCD4F9389E2B7");

    EXPECT_EQ(
        check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, example_keys(client_title), *of_client), 1U);
    EXPECT_EQ(
        check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::server, example_keys(server_title), *of_server),
        example_counter);
    EXPECT_FALSE(
        check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::server, example_keys(server_title), *of_client))
        << "the client's own value sent back";
    for (std::size_t i = 0; i < of_client->size(); ++i) {
        Octets altered(of_client->octets().begin(), of_client->octets().end());
        altered[i] ^= 0x01;
        EXPECT_FALSE(
            check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, example_keys(client_title), altered));
        EXPECT_FALSE(check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, example_keys(client_title),
                                    of_client->octets().first(i)));
    }
}

TEST(SecurityHls, GmacStatesTheSuite) {
    const CipherKeys keys = example_keys(client_title, Suite::p256_aes128_gcm);
    const auto value = hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, keys, 1);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->octets().front(), 0x11);
    EXPECT_EQ(check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, keys, *value), 1U);
    EXPECT_FALSE(
        check_hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, example_keys(client_title), *value));
}

TEST(SecurityHls, Sha256) {
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_sha256), Role::client, secret)),
              "A9090216FF30C8003612B6E9ACCDC3D894A55FB2FC1EBC3A6E19FA07660656D9");
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_sha256), Role::server, secret)),
              "698E768B13B2BCCD099C24082BB1B465EBD16A2BF5B0D540C9B95194B8272BA9");
}

// The digests of challenge | secret, as md5sum and sha1sum have them.
TEST(SecurityHls, Md5AndSha1) {
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_md5), Role::client, secret)),
              "B6C3F5A6806F2C207988731BF3F1EC9B");
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_md5), Role::server, secret)),
              "77AAC67B6BEC15292F0404B9CA029523");
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_sha1), Role::client, secret)),
              "CDB1E394522374DC06CEFD667CD1970A712BCC74");
    EXPECT_EQ(to_hex(*hls_digest(exchange(Mechanism::high_level_sha1), Role::server, secret)),
              "41C60AAE08AB8CBB089E56527C351BD57A1AEC81");
}

TEST(SecurityHls, DigestsProveOneRoleWithOneSecret) {
    for (const Mechanism mechanism :
         {Mechanism::high_level_md5, Mechanism::high_level_sha1, Mechanism::high_level_sha256}) {
        const auto of_client = hls_digest(exchange(mechanism), Role::client, secret);
        ASSERT_TRUE(of_client);
        EXPECT_TRUE(is_hls_digest(exchange(mechanism), Role::client, secret, *of_client));
        EXPECT_FALSE(is_hls_digest(exchange(mechanism), Role::server, secret, *of_client));
        EXPECT_FALSE(is_hls_digest(exchange(mechanism), Role::client, encryption_key, *of_client));
        EXPECT_FALSE(is_hls_digest(exchange(mechanism), Role::client, secret, {}));
        EXPECT_FALSE(
            is_hls_digest(exchange(mechanism), Role::client, secret, of_client->octets().first(of_client->size() - 1)));
    }
}

TEST(SecurityHls, Ecdsa) {
    CountingRandom random;
    const Octets long_client(32, 0xC1), long_server(64, 0x5E);
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        const auto keys = generate_key_pair(curve, random);
        ASSERT_TRUE(keys);
        HlsExchange hls = exchange(Mechanism::high_level_ecdsa);
        EXPECT_FALSE(hls_ecdsa(hls, Role::client, curve, keys->private_key, random)) << "challenges of 8 octets";
        hls.client_challenge = long_client;
        hls.server_challenge = long_server;
        const auto value = hls_ecdsa(hls, Role::client, curve, keys->private_key, random);
        ASSERT_TRUE(value);
        EXPECT_TRUE(is_hls_ecdsa(hls, Role::client, curve, keys->public_key, *value));
        EXPECT_FALSE(is_hls_ecdsa(hls, Role::server, curve, keys->public_key, *value));
        // What is signed: the prover's title, the other's, the challenge answered, the prover's own.
        EXPECT_TRUE(verify(curve, keys->public_key, {client_title, server_title, long_server, long_client}, *value));
        const auto of_server = hls_ecdsa(hls, Role::server, curve, keys->private_key, random);
        ASSERT_TRUE(of_server);
        EXPECT_TRUE(
            verify(curve, keys->public_key, {server_title, client_title, long_client, long_server}, *of_server));
        HlsExchange replayed = hls;
        const Octets other_challenge(64, 0x5F);
        replayed.server_challenge = other_challenge;
        EXPECT_FALSE(is_hls_ecdsa(replayed, Role::client, curve, keys->public_key, *value));
    }
}

TEST(SecurityHls, ChallengesHaveASize) {
    for (std::size_t size = 0; size <= 70; ++size) {
        const Octets challenge(size, 0x11);
        EXPECT_EQ(is_challenge(Mechanism::high_level_gmac, challenge), size >= 8 && size <= 64);
        EXPECT_EQ(is_challenge(Mechanism::high_level_ecdsa, challenge), size >= 32 && size <= 64);
    }
    for (const Mechanism mechanism : {Mechanism::high_level_md5, Mechanism::high_level_gmac,
                                      Mechanism::high_level_sha256, Mechanism::high_level_ecdsa}) {
        EXPECT_TRUE(is_challenge(mechanism, Octets(challenge_size(mechanism))));
    }
}

// Every mechanism refuses to prove anything with challenges that are short, missing or reflected.
TEST(SecurityHls, BadChallengesGiveNoValue) {
    const Octets short_challenge(7), none, long_challenge(65);
    CountingRandom random;
    const auto ecdsa_keys = generate_key_pair(Curve::p256, random).value();
    for (const auto mechanism : {Mechanism::high_level_md5, Mechanism::high_level_sha1, Mechanism::high_level_gmac,
                                 Mechanism::high_level_sha256, Mechanism::high_level_ecdsa}) {
        for (const Octets* bad : {&client_challenge, &short_challenge, &none, &long_challenge}) {
            HlsExchange hls = exchange(mechanism);
            hls.server_challenge = *bad;
            EXPECT_FALSE(are_challenges(mechanism, hls.client_challenge, hls.server_challenge));
            EXPECT_FALSE(hls_digest(hls, Role::client, secret));
            EXPECT_FALSE(hls_gmac(hls, Role::server, example_keys(), 1));
            EXPECT_FALSE(hls_ecdsa(hls, Role::client, Curve::p256, ecdsa_keys.private_key, random));
            EXPECT_FALSE(is_hls_digest(hls, Role::client, secret, {}));
        }
    }
}

TEST(SecurityHls, AMechanismGivesNoValueOfAnother) {
    EXPECT_FALSE(hls_digest(exchange(Mechanism::high_level_gmac), Role::client, secret));
    EXPECT_FALSE(hls_digest(exchange(Mechanism::low_level), Role::client, secret));
    EXPECT_FALSE(hls_digest(exchange(Mechanism::high_level_manufacturer), Role::client, secret));
    EXPECT_FALSE(hls_gmac(exchange(Mechanism::high_level_sha256), Role::client, example_keys(client_title), 1));
    const GcmKey none;
    EXPECT_FALSE(
        hls_gmac(exchange(Mechanism::high_level_gmac), Role::client, {none, authentication_key, client_title}, 1));
}

}  // namespace
}  // namespace blathy::dlms::security
