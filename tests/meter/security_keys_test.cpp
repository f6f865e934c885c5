#include <gtest/gtest.h>

#include "meter/security/key_memory.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/flash.hpp"
#include "tests/support/torn_flash.hpp"

namespace blathy::meter::security {
namespace {

using namespace testing;
using Taken = KeyMemory::Taken;
using test::MemoryFlash;
using test::TornFlash;

const Octets other_key = hex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");

class SecurityKeys : public ::testing::Test {
  protected:
    MemoryFlash flash{4, 4096};
    Secured meter{flash};

    void SetUp() override { meter.provision(); }
    ContextKeys stored() { return meter.keys().keys(role).value(); }
    void change_unicast(Bytes key) {
        auto keys = stored();
        keys.unicast = KeyOctets(key);
        ASSERT_TRUE(meter.keys().change(role, keys));
    }
    Taken receive(std::uint32_t counter, Counted counted = Counted::unicast) {
        return meter.keys().take_received(role, counted, counter);
    }
};

TEST_F(SecurityKeys, AreThereAfterARestart) {
    auto keys = stored();
    keys.policy = 0x2C;
    keys.client_title = client_title;
    keys.suite = Suite::p256_aes128_gcm;
    ASSERT_TRUE(meter.keys().change(role, keys));
    meter.restart();
    const auto read = stored();
    EXPECT_EQ(read.suite, Suite::p256_aes128_gcm);
    EXPECT_EQ(read.policy, 0x2C);
    EXPECT_EQ(read.client_title, client_title);
    EXPECT_EQ(read.mechanisms, example_keys().mechanisms);
    EXPECT_EQ(hex(read.master), "00112233445566778899AABBCCDDEEFF");
    EXPECT_EQ(hex(read.unicast), "000102030405060708090A0B0C0D0E0F");
    EXPECT_EQ(hex(read.broadcast), "0F0E0D0C0B0A09080706050403020100");
    EXPECT_EQ(hex(read.authentication), "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF");
    EXPECT_EQ(as_text(read.password), "12345678");
    EXPECT_EQ(hex(read.hls_secret), "00112233445566778899AABBCCDDEEFF");
    EXPECT_EQ(meter.keys().policy(role), 0x2C);
    EXPECT_EQ(meter.keys().suite(role), Suite::p256_aes128_gcm);
}

TEST_F(SecurityKeys, ThePublicClientHasNone) {
    EXPECT_FALSE(meter.keys().has_context(Role::public_client));
    EXPECT_FALSE(meter.keys().change(Role::public_client, example_keys()));
    EXPECT_EQ(meter.keys().take_sent(Role::public_client), std::nullopt);
    EXPECT_EQ(meter.keys().policy(Role::public_client), 0);
}

TEST_F(SecurityKeys, Recipe21NoneStandsInTheFlashAsItIs) {
    const auto holds = [&](Bytes secret) {
        const auto& octets = flash.octets();
        return std::search(octets.begin(), octets.end(), secret.begin(), secret.end()) != octets.end();
    };
    const auto keys = example_keys();
    for (const KeyOctets* key :
         {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication, &keys.password, &keys.hls_secret}) {
        EXPECT_FALSE(holds(key->octets())) << hex(key->octets());
    }
    EXPECT_FALSE(holds(device_key));
}

TEST_F(SecurityKeys, AnotherDeviceKeyOpensNothingAndReplacesNothing) {
    const Octets wrong = hex("00000000000000000000000000000000");
    KeyMemory thief(meter.store(), wrong, records, meter.events);
    thief.mount();
    EXPECT_TRUE(thief.has_context(role));
    EXPECT_FALSE(thief.keys(role));
    EXPECT_FALSE(thief.change(role, example_keys()));
    EXPECT_TRUE(meter.keys().keys(role));
}

TEST_F(SecurityKeys, DemoKeysAreNamedSoAndDifferByRole) {
    for (const Role of : {Role::data_collection, Role::management, Role::firmware, Role::pre_established}) {
        const auto keys = demo_keys(of);
        for (const KeyOctets* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
            EXPECT_TRUE(as_text(*key).starts_with("DEMO-"));
            EXPECT_EQ(key->size(), 16U);
        }
        EXPECT_FALSE(keys.mechanisms.has(Mechanism::high_level_md5));
        EXPECT_FALSE(keys.mechanisms.has(Mechanism::high_level_sha1));
        EXPECT_EQ(keys.policy, 0);
    }
    EXPECT_NE(as_text(demo_keys(Role::management).unicast), as_text(demo_keys(Role::data_collection).unicast));
    EXPECT_EQ(as_text(demo_keys(Role::management).password), "DEMO-PASSWORD");
    EXPECT_EQ(demo_keys(Role::pre_established).mechanisms, Mechanisms{});
}

TEST_F(SecurityKeys, CountersOfEachKeyAndDirectionAreOnTheirOwn) {
    EXPECT_EQ(receive(5), Taken::taken);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 6U);
    EXPECT_EQ(meter.keys().expected(role, Counted::broadcast), 0U);
    EXPECT_EQ(meter.keys().expected(Role::firmware, Counted::unicast), 0U);
    EXPECT_EQ(meter.keys().take_sent(role), 0U);
    EXPECT_EQ(meter.keys().take_sent(role), 1U);
    EXPECT_EQ(meter.keys().take_sent(Role::firmware), 0U);
    EXPECT_EQ(receive(0, Counted::broadcast), Taken::taken);
    EXPECT_EQ(meter.keys().last_received(role, Counted::unicast), 5U);
}

TEST_F(SecurityKeys, Recipe15CounterEdges) {
    EXPECT_EQ(receive(100), Taken::taken);
    EXPECT_EQ(receive(100), Taken::not_new);
    EXPECT_EQ(receive(99), Taken::not_new);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 101U);
    EXPECT_EQ(receive(101), Taken::taken);
    EXPECT_EQ(receive(101 + 0x8000'0000U), Taken::taken);
    EXPECT_EQ(meter.events[SecurityEvent::counter_alarm], 1);
    EXPECT_EQ(receive(0xFFFF'FFFF), Taken::not_new);
    EXPECT_EQ(meter.events[SecurityEvent::counter_end], 0);
    EXPECT_EQ(receive(0xFFFF'FFFE), Taken::taken);
    EXPECT_EQ(meter.events[SecurityEvent::counter_alarm], 1);
    EXPECT_EQ(meter.events[SecurityEvent::counter_end], 1);
    EXPECT_EQ(receive(0xFFFF'FFFF), Taken::not_new);
    change_unicast(other_key);
    EXPECT_EQ(receive(0), Taken::taken);
}

TEST_F(SecurityKeys, TheAlarmComesAtTwoThousandMillionOnce) {
    EXPECT_EQ(receive(1'999'999'998), Taken::taken);
    EXPECT_EQ(meter.events[SecurityEvent::counter_alarm], 0);
    EXPECT_EQ(receive(1'999'999'999), Taken::taken);
    EXPECT_EQ(meter.events[SecurityEvent::counter_alarm], 1);
    EXPECT_EQ(receive(2'000'000'000), Taken::taken);
    EXPECT_EQ(meter.events[SecurityEvent::counter_alarm], 1);
}

TEST_F(SecurityKeys, TheLastCounterIsNeverSent) {
    // As it stands in the record: form, suite, policy, mechanisms, title present, title, and the counter of what is
    // sent.
    Octets record(max_record_size);
    const auto content = meter.store().read(records[1], record);
    ASSERT_TRUE(content);
    const Octets ahead = hex("FFFFFFFE");
    std::copy(ahead.begin(), ahead.end(), record.begin() + 13);
    ASSERT_TRUE(meter.store().write(records[1], Bytes(record).first(content->size())));
    meter.restart();
    EXPECT_EQ(meter.keys().take_sent(role), 0xFFFF'FFFE);
    EXPECT_EQ(meter.events[SecurityEvent::counter_end], 1);
    EXPECT_EQ(meter.keys().take_sent(role), std::nullopt);
    EXPECT_TRUE(meter.keys().keys(role));
    meter.restart();
    EXPECT_EQ(meter.keys().take_sent(role), std::nullopt);
}

TEST_F(SecurityKeys, Recipe14NoCounterIsTakenTwiceAfterARestart) {
    EXPECT_EQ(receive(10), Taken::taken);
    std::uint32_t sent = 0;
    for (int i = 0; i < 1500; ++i) sent = meter.keys().take_sent(role).value();
    EXPECT_EQ(sent, 1499U);
    meter.restart();
    EXPECT_EQ(receive(10), Taken::not_new);
    EXPECT_GT(meter.keys().take_sent(role).value(), sent);
    // Whoever asks for the counter learns where to go on.
    EXPECT_EQ(receive(meter.keys().last_received(role, Counted::unicast) + 1), Taken::taken);
}

TEST_F(SecurityKeys, ABlockOfCountersIsOneWrite) {
    EXPECT_EQ(meter.keys().take_sent(role), 0U);
    const auto before = flash.octets();
    for (std::uint32_t i = 1; i < KeyMemory::counters_in_block; ++i) EXPECT_EQ(meter.keys().take_sent(role), i);
    EXPECT_EQ(flash.octets(), before);
    EXPECT_EQ(meter.keys().take_sent(role), KeyMemory::counters_in_block);
    EXPECT_NE(flash.octets(), before);
}

TEST_F(SecurityKeys, AKeyThatIsTransferredAgainKeepsItsCounter) {
    EXPECT_EQ(receive(50), Taken::taken);
    change_unicast(example_keys().unicast);
    EXPECT_EQ(receive(50), Taken::not_new);
    EXPECT_EQ(receive(51), Taken::taken);
}

TEST_F(SecurityKeys, Recipe16AKeyThatComesBackGoesOnWhereItStopped) {
    EXPECT_EQ(receive(50), Taken::taken);
    const auto sent = meter.keys().take_sent(role).value();
    change_unicast(other_key);
    EXPECT_EQ(receive(0), Taken::taken);
    meter.restart();
    change_unicast(example_keys().unicast);
    EXPECT_EQ(receive(50), Taken::not_new);
    EXPECT_EQ(receive(51), Taken::taken);
    EXPECT_GT(meter.keys().take_sent(role).value(), sent);
    change_unicast(other_key);
    EXPECT_EQ(receive(0), Taken::not_new);
}

TEST_F(SecurityKeys, OnlyTheCountersOfTheKeyThatChangesBeginAnew) {
    EXPECT_EQ(receive(50), Taken::taken);
    EXPECT_EQ(receive(70, Counted::broadcast), Taken::taken);
    auto keys = stored();
    keys.authentication = KeyOctets(other_key);
    ASSERT_TRUE(meter.keys().change(role, keys));
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 51U);
    keys.broadcast = KeyOctets(other_key);
    ASSERT_TRUE(meter.keys().change(role, keys));
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 51U);
    EXPECT_EQ(meter.keys().expected(role, Counted::broadcast), 0U);
}

Octets dedicated_key(std::size_t number) {
    Octets key = hex("00112233445566778899AABBCCDDEE00");
    key.back() = static_cast<std::uint8_t>(number);
    return key;
}

TEST_F(SecurityKeys, Recipe17ADedicatedKeyIsTakenOnce) {
    EXPECT_TRUE(meter.keys().take_dedicated(role, other_key));
    EXPECT_FALSE(meter.keys().take_dedicated(role, other_key));
    EXPECT_FALSE(meter.keys().take_dedicated(role, example_keys().unicast));
    // Nor after others have been in between, in whichever role, nor after a restart.
    for (std::size_t i = 1; i < KeyMemory::dedicated_keys; ++i) {
        EXPECT_TRUE(meter.keys().take_dedicated(i % 2 == 0 ? role : Role::data_collection, dedicated_key(i))) << i;
        EXPECT_FALSE(meter.keys().take_dedicated(role, other_key)) << i;
        meter.restart();
        EXPECT_FALSE(meter.keys().take_dedicated(role, other_key)) << i;
    }
    // So many are remembered.
    EXPECT_TRUE(meter.keys().take_dedicated(role, dedicated_key(0)));
    EXPECT_TRUE(meter.keys().take_dedicated(role, other_key));
    EXPECT_FALSE(meter.keys().take_dedicated(role, dedicated_key(KeyMemory::dedicated_keys - 1)));
}

TEST(SecurityKeysPowerCut, ADedicatedKeyThatWasTakenStaysTaken) {
    std::size_t whole = 0;
    for (std::size_t cut = 0; whole == 0 || cut <= whole; cut += 3) {
        TornFlash flash(4, 4096);
        Secured meter(flash);
        meter.provision();
        ASSERT_TRUE(meter.keys().take_dedicated(role, dedicated_key(1)));
        const std::size_t work_before = flash.work();
        flash.cut_after(cut, TornFlash::Tear::wild, static_cast<std::uint32_t>(cut + 1));
        const bool taken = meter.keys().take_dedicated(role, dedicated_key(2));
        if (flash.powered()) whole = flash.work() - work_before;
        flash.restore();
        meter.restart();
        EXPECT_FALSE(meter.keys().take_dedicated(role, dedicated_key(1))) << cut;
        EXPECT_FALSE(taken && meter.keys().take_dedicated(role, dedicated_key(2))) << cut;
    }
}

// Power fails at every octet of a change of all keys, then of a reservation: the keys are the old ones or the new ones,
// all of them, and no counter that was given out comes again.
TEST(SecurityKeysPowerCut, LeavesTheOldOrTheNew) {
    std::size_t whole = 0;
    for (std::size_t cut = 0; whole == 0 || cut <= whole; cut += 7) {
        TornFlash flash(4, 4096);
        Secured meter(flash);
        meter.provision();
        const std::uint32_t sent_before = meter.keys().take_sent(role).value();
        ASSERT_EQ(meter.keys().take_received(role, Counted::unicast, 9), Taken::taken);
        auto keys = example_keys();
        keys.unicast = KeyOctets(other_key);
        keys.authentication = KeyOctets(other_key);
        const std::size_t work_before = flash.work();
        flash.cut_after(cut, TornFlash::Tear::wild, static_cast<std::uint32_t>(cut + 1));
        const bool durable = meter.keys().change(role, keys);
        if (flash.powered()) whole = flash.work() - work_before;
        flash.restore();
        meter.restart();
        const auto found = meter.keys().keys(role);
        ASSERT_TRUE(found) << cut;
        const bool is_new_key = equal(found->unicast, other_key);
        EXPECT_EQ(is_new_key, equal(found->authentication, other_key)) << cut;
        EXPECT_TRUE(is_new_key || !durable) << cut;
        EXPECT_EQ(meter.keys().is_new(role, Counted::unicast, 9), is_new_key) << cut;
        EXPECT_GT(meter.keys().take_sent(role).value(), sent_before) << cut;
    }
}

TEST(SecurityKeysPowerCut, NeverRepeatsACounter) {
    TornFlash flash(4, 4096);
    Secured meter(flash);
    meter.provision();
    std::optional<std::uint32_t> last;
    for (std::size_t cut = 1; cut < 16'000; cut += 611) {
        flash.cut_after(cut, TornFlash::Tear::wild, static_cast<std::uint32_t>(cut));
        for (int i = 0; i < 20'000 && flash.powered(); ++i) {
            const auto sent = meter.keys().take_sent(role);
            if (!sent) break;
            ASSERT_TRUE(!last || *sent > *last) << cut;
            last = sent;
        }
        flash.restore();
        meter.restart();
    }
    ASSERT_TRUE(last);
    EXPECT_GT(*last, 1000U);
}

TEST(SecurityKeysPowerCut, WhatCantBeReservedIsNotUsed) {
    TornFlash flash(4, 4096);
    Secured meter(flash);
    meter.provision();
    flash.cut_after(0);
    EXPECT_EQ(meter.keys().take_sent(role), std::nullopt);
    EXPECT_EQ(meter.keys().take_received(role, Counted::unicast, 1), Taken::store_failed);
    EXPECT_FALSE(meter.keys().take_dedicated(role, other_key));
    EXPECT_EQ(meter.events[SecurityEvent::storage_failed], 3);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 0U);
}

}  // namespace
}  // namespace blathy::meter::security
