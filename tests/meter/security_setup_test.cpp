#include "meter/security/security_setup.hpp"

#include <gtest/gtest.h>

#include "tests/meter/security_testing.hpp"
#include "tests/support/flash.hpp"

namespace blathy::meter::security {
namespace {

using namespace testing;
using test::MemoryFlash;

const Octets new_unicast = hex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
const Octets new_authentication = hex("B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF");
const Octets new_master = hex("C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF");

class SecuritySetup : public ::testing::Test {
  protected:
    MemoryFlash flash{4, 4096};
    Secured meter{flash};
    Server server{meter};
    HeadEnd client{server};
    const Octets master = hex("00112233445566778899AABBCCDDEEFF");

    void SetUp() override {
        meter.provision();
        ASSERT_TRUE(client.associate());
    }
    std::string transfer(std::vector<std::pair<std::uint8_t, Octets>> keys) {
        return hex(client.ask(HeadEnd::transfer(master, std::move(keys))));
    }
    std::string keys_now() {
        const auto keys = meter.keys().keys(role).value();
        return hex(keys.unicast) + hex(keys.broadcast) + hex(keys.authentication) + hex(keys.master);
    }
};

TEST_F(SecuritySetup, Key_Tx_P1_UnicastKeyAndBack) {
    const Octets old = hex("000102030405060708090A0B0C0D0E0F");
    // Answered under the old key, asked under the new one, in the same association and in the next.
    EXPECT_EQ(transfer({{0, new_unicast}}), success);
    EXPECT_EQ(client.get(), "D80105");
    client.keys.unicast = KeyOctets(new_unicast);
    client.counter = 0;
    EXPECT_EQ(client.get(), its_answer);
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(client.get(), its_answer);
    EXPECT_EQ(meter.events[SecurityEvent::keys_changed], 1);
    EXPECT_EQ(transfer({{0, old}}), success);
    client.keys.unicast = KeyOctets(old);
    client.counter = meter.keys().expected(role, Counted::unicast);
    EXPECT_GT(client.counter, 1U);
    EXPECT_EQ(client.get(), its_answer);
    std::sort(client.server_counters.begin(), client.server_counters.end());
    EXPECT_EQ(std::adjacent_find(client.server_counters.begin(), client.server_counters.end()),
              client.server_counters.end());
}

TEST_F(SecuritySetup, Key_Tx_P2_AuthenticationKey) {
    EXPECT_EQ(transfer({{2, new_authentication}}), success);
    EXPECT_EQ(client.get(), "D80105");
    client.keys.authentication = KeyOctets(new_authentication);
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuritySetup, Key_Tx_P3_BothTogether) {
    EXPECT_EQ(transfer({{0, new_unicast}, {2, new_authentication}}), success);
    client.keys.unicast = KeyOctets(new_unicast);
    client.keys.authentication = KeyOctets(new_authentication);
    client.counter = 0;
    EXPECT_EQ(client.get(), its_answer);
    meter.restart();
    client.counter = meter.keys().expected(role, Counted::unicast);
    EXPECT_TRUE(client.associate());
}

TEST_F(SecuritySetup, AMasterKeyIsWrappedWithTheOneBefore) {
    EXPECT_EQ(transfer({{3, new_master}, {1, new_unicast}}), success);
    EXPECT_EQ(transfer({{0, new_unicast}}), refused);
    EXPECT_EQ(hex(client.ask(HeadEnd::transfer(new_master, {{0, new_unicast}}))), success);
}

TEST_F(SecuritySetup, Key_Tx_N1_KeyIdentifiersThatThereAreNot) {
    const auto before = keys_now();
    for (const int id : {4, 5, 255}) {
        EXPECT_EQ(transfer({{0, new_unicast}, {static_cast<std::uint8_t>(id), new_unicast}}), refused);
    }
    // Twice the same one; and none.
    EXPECT_EQ(transfer({{0, new_unicast}, {0, new_authentication}}), refused);
    EXPECT_EQ(transfer({}), refused);
    EXPECT_EQ(keys_now(), before);
    EXPECT_EQ(client.get(), its_answer);
    EXPECT_EQ(meter.events[SecurityEvent::keys_changed], 0);
}

TEST_F(SecuritySetup, Key_Tx_N2_WrongWrapping) {
    const auto before = keys_now();
    EXPECT_EQ(hex(client.ask(HeadEnd::transfer(new_master, {{0, new_unicast}}))), refused);
    Octets altered = HeadEnd::transfer(master, {{0, new_unicast}, {2, new_authentication}});
    altered.back() ^= 1;
    EXPECT_EQ(hex(client.ask(altered)), refused);
    // A key of another size than the suite's, though it is well wrapped.
    EXPECT_EQ(transfer({{0, Octets(32, 0x11)}}), refused);
    // Of another shape.
    EXPECT_EQ(hex(client.ask(hex("C301C1004000002B0000FF 02 01 0101020216001100"))), "C701C10C00");
    EXPECT_EQ(hex(client.ask(hex("C301C1004000002B0000FF 02 01 1600"))), "C701C10C00");
    EXPECT_EQ(keys_now(), before);
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuritySetup, KeysAreForTheManagementAlone) {
    const auto before = keys_now();
    for (const std::uint16_t sap : {std::uint16_t{2}, std::uint16_t{3}}) {
        Server there(meter, sap);
        HeadEnd other(there);
        ASSERT_TRUE(other.associate());
        EXPECT_EQ(hex(other.ask(HeadEnd::transfer(master, {{0, new_unicast}}))), denied);
        EXPECT_EQ(hex(other.ask(HeadEnd::activate(0x0C))), denied);
    }
    // And not in plain.
    ASSERT_TRUE(client.associate(Mechanism::high_level_gmac, false));
    EXPECT_EQ(hex(server.send(HeadEnd::transfer(master, {{0, new_unicast}}))), denied);
    EXPECT_EQ(hex(server.send(HeadEnd::activate(0x0C))), denied);
    EXPECT_EQ(keys_now(), before);
}

TEST_F(SecuritySetup, SecPol_1_APolicyOnlyGrows) {
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x04))), success);
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x04))), success);
    EXPECT_EQ(meter.events[SecurityEvent::policy_raised], 1);
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x00))), refused);
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x08))), refused);
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x0C))), success);
    meter.restart();
    EXPECT_EQ(meter.keys().policy(role), 0x0C);
    client.counter = meter.keys().expected(role, Counted::unicast);
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x04))), refused);
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x6C))), success);
    EXPECT_EQ(meter.keys().policy(role), 0x6C);
}

TEST_F(SecuritySetup, SecPol_2_WhatCantBeKeptIsNotActivated) {
    // Unused bits, signatures in suite 0, and the numbers of version 0.
    for (const int policy : {0x01, 0x02, 0x03, 0x10, 0x80, 0xFF}) {
        EXPECT_EQ(hex(client.ask(HeadEnd::activate(static_cast<std::uint8_t>(policy)))), refused) << policy;
    }
    EXPECT_EQ(hex(client.ask(hex("C301C1004000002B0000FF 01 01 110C"))), "C701C10C00");
    EXPECT_EQ(hex(client.ask(hex("C301C1004000002B0000FF 01 00"))), "C701C10C00");
    EXPECT_EQ(meter.keys().policy(role), 0);
    auto keys = example_keys();
    keys.authentication = {};
    ASSERT_TRUE(meter.keys().change(Role::firmware, keys));
    EXPECT_EQ(activate_security(meter.around(), Role::firmware, hex("1604")), dlms::ActionResult::other_reason);
    EXPECT_EQ(activate_security(meter.around(), Role::public_client, hex("1604")),
              dlms::ActionResult::object_unavailable);
}

TEST_F(SecuritySetup, SecPol_3_APolicyIsInForceFromTheNextRequestOn) {
    client.protection = Protection::authenticated;
    // The answer is protected as it was asked for; then the policy demands more.
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x0C))), success);
    EXPECT_EQ(client.get(), "D80101");
    client.protection = Protection::authenticated_and_encrypted;
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuritySetup, AnswersOfItsMethodsAreAuthenticated) {
    const Octets answer = server.send(client.cipher(HeadEnd::activate(0x04), client.how()));
    EXPECT_EQ(answer[0], 0xCF);
    EXPECT_EQ(answer[2] & 0x10, 0x10);
}

TEST_F(SecuritySetup, ItsAttributes) {
    auto keys = example_keys();
    keys.policy = 0x2C;
    keys.suite = Suite::p256_aes128_gcm;
    keys.client_title = client_title;
    ASSERT_TRUE(meter.keys().change(role, keys));
    const auto attribute = [&](int id) -> std::string {
        std::array<std::uint8_t, 64> room{};
        ByteWriter out(room);
        dlms::DataWriter data(out);
        if (!read_security_setup(meter.keys(), role, server_title, static_cast<std::int8_t>(id), data)) return "none";
        return hex(out.written());
    };
    EXPECT_EQ(attribute(2), "162C");
    EXPECT_EQ(attribute(3), "1601");
    EXPECT_EQ(attribute(4), "09084D4D4D0000000001");
    EXPECT_EQ(attribute(5), "09084D4D4D0000BC614E");
    EXPECT_EQ(attribute(1), "none");
    EXPECT_EQ(attribute(7), "none");
}

TEST_F(SecuritySetup, SecretsAreChanged) {
    ASSERT_TRUE(change_secret(meter.keys(), role, Mechanism::low_level, as_bytes("new")));
    EXPECT_EQ(client.open(Mechanism::low_level, false).code, 13);
    client.keys.password = KeyOctets(as_bytes("new"));
    EXPECT_EQ(client.open(Mechanism::low_level, false).code, 0);
    EXPECT_FALSE(change_secret(meter.keys(), role, Mechanism::high_level_sha256, as_bytes("short")));
    ASSERT_TRUE(change_secret(meter.keys(), role, Mechanism::high_level_sha256, as_bytes("long enough")));
    EXPECT_FALSE(client.associate(Mechanism::high_level_sha256, false));
    client.keys.hls_secret = KeyOctets(as_bytes("long enough"));
    EXPECT_TRUE(client.associate(Mechanism::high_level_sha256, false));
    EXPECT_FALSE(change_secret(meter.keys(), role, Mechanism::low_level, Octets(33, 'x')));
    EXPECT_FALSE(change_secret(meter.keys(), role, Mechanism::low_level, {}));
}

}  // namespace
}  // namespace blathy::meter::security
