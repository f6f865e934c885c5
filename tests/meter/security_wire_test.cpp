// Security from the wire: whole meters with their whole dictionary, spoken to in ciphered APDUs.
#include <gtest/gtest.h>

#include "dlms/apdu/block_transfer.hpp"
#include "meter/models/models.hpp"
#include "meter/push/settings.hpp"
#include "meter/server/wrapper_link.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Mechanism;
using dlms::Obis;
using dlms::security::KeySet;
using dlms::security::Protection;
using dlms::security::ServiceKey;
using security::context_roles;
using security::demo_keys;
using security::testing::HeadEndOf;
using test::Bench;
using test::Client;
using test::hex;
using test::Octets;

constexpr std::uint8_t strict = 0x6C;  // requests and answers authenticated and encrypted

// A head end of this role at a meter with demo keys.
struct Secured {
    Secured(Bench& of, Role role) : client(of.meter, client_sap_of(role)) {
        head_end.keys = demo_keys(role);
        head_end.peer_title = of.meter.identity().system_title();
        if (head_end.keys.client_title) head_end.own_title = *head_end.keys.client_title;
    }
    Client client;
    HeadEndOf<Client> head_end{client};
};

void set_policy(Bench& bench, Role role, std::uint8_t policy) {
    auto keys = bench.meter.security().keys().keys(role).value();
    keys.policy = policy;
    ASSERT_TRUE(bench.meter.security().keys().change(role, keys));
}

// Get-, Set- or Action-Response: the result, 0 for success; what is no such thing is -1.
int result_of(const Octets& answer) {
    if (answer.size() < 4) return -1;
    if (answer[0] == 0xC4) return answer[3] == 0 ? 0 : answer[4];
    if (answer[0] == 0xC5 || answer[0] == 0xC7) return answer[3];
    return -1;
}

struct SecurityWire : testing::Test {
    Bench bench;
    Secured management{bench, Role::management};
    HeadEndOf<Client>& head_end = management.head_end;

    [[nodiscard]] std::int16_t zone() const { return bench.meter.clock().settings().time_zone_min; }
    static Octets set_zone(std::int16_t minutes) {
        Octets request = hex("C101C100080000010000FF0300 10");
        request.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(minutes) >> 8U));
        request.push_back(static_cast<std::uint8_t>(minutes));
        return request;
    }
    static constexpr std::string_view done = "C501C100";
};

TEST_F(SecurityWire, Recipe14NoCipheredRequestIsExecutedTwice) {
    ASSERT_TRUE(head_end.associate());
    ASSERT_EQ(hex(head_end.ask(set_zone(-120))), done);
    ASSERT_EQ(hex(head_end.ask(set_zone(-180))), done);
    const std::vector<Octets> recorded = head_end.sent;
    const auto replay = [&](Client& to) {
        for (const Octets& apdu : recorded) (void)to.send(apdu);
    };
    // In the same association, in a new one, and by somebody who has the recording only.
    ASSERT_EQ(hex(head_end.ask(set_zone(-60))), done);
    replay(management.client);
    EXPECT_EQ(zone(), -60);
    head_end.sent.clear();
    ASSERT_TRUE(head_end.associate());
    replay(management.client);
    EXPECT_EQ(zone(), -60);
    Client thief(bench.meter, test::management_client_sap);
    replay(thief);
    EXPECT_EQ(zone(), -60);
    // After a restart.
    Store store(bench.flash);
    store.mount();
    Meter restarted(sed302, bench.meter.identity(), {}, store, test::bench_time, {},
                    test::security_ports(bench.entropy));
    Client late(restarted, test::management_client_sap);
    replay(late);
    EXPECT_EQ(restarted.clock().settings().time_zone_min, -60);
}

TEST_F(SecurityWire, EveryFlippedOctetOfAProtectedRequestIsRefused) {
    ASSERT_TRUE(head_end.associate());
    for (const auto& how :
         {HeadEndOf<Client>::How{}, HeadEndOf<Client>::How{Protection::authenticated, ServiceKey::global, {}, {}},
          HeadEndOf<Client>::How{Protection::authenticated_and_encrypted, ServiceKey::global,
                                 dlms::ApduTag::general_glo_ciphering, KeySet::unicast},
          HeadEndOf<Client>::How{Protection::authenticated_and_encrypted, ServiceKey::global,
                                 dlms::ApduTag::general_ciphering, KeySet::unicast}}) {
        const Octets good = head_end.cipher(set_zone(-120), how);
        for (std::size_t i = 0; i < good.size(); ++i) {
            for (const unsigned flip : {0x01U, 0x10U, 0x80U}) {
                Octets bad = good;
                bad[i] = static_cast<std::uint8_t>(bad[i] ^ flip);
                (void)management.client.send(bad);
                ASSERT_EQ(zone(), -60) << i << ", " << flip;
            }
            // A tag that says AARQ or RLRQ ends the association; then there is a new one, and a new request.
            const bool open = management.client.session().association().is_open();
            ASSERT_TRUE(open || head_end.associate());
        }
    }
    ASSERT_TRUE(head_end.associate());
    EXPECT_EQ(hex(head_end.ask(set_zone(-120))), done);
}

TEST_F(SecurityWire, ALongAnswerIsCipheredAsAWholeAndComesInGeneralBlocks) {
    const auto plain = [&] {
        test::Manager manager(bench, 300);
        return manager.transfer(Client::get_request(15, Obis(0, 0, 40, 0, 0), 2))->raw;
    }();
    ASSERT_TRUE(head_end.associate());
    Octets raw;
    Octets answer = head_end.ask(Client::get_request(15, Obis(0, 0, 40, 0, 0), 2));
    ASSERT_EQ(answer[0], 0xE0);
    std::uint16_t sent = 0;
    while (true) {
        const auto block = dlms::read_general_block(answer);
        ASSERT_TRUE(block);
        raw.insert(raw.end(), block->data.begin(), block->data.end());
        if (block->last) break;
        answer = management.client.more();
        if (answer.empty()) {
            Octets room(32);
            ByteWriter out(room);
            write(out, dlms::GeneralBlock{.last = true,
                                          .streaming = false,
                                          .window = 8,
                                          .number = ++sent,
                                          .acknowledged = block->number,
                                          .data = {}});
            answer = management.client.send(out.written());
        }
    }
    const auto whole = head_end.decipher(raw);
    ASSERT_TRUE(whole) << "one APDU with one tag";
    EXPECT_EQ(hex(*whole), "C401C100" + hex(plain));

    // The next request begins another exchange, whose short answer has nothing of the long one.
    const Octets request = head_end.cipher(Client::get_request(8, Obis(0, 0, 1, 0, 0), 3), head_end.how());
    Octets room(request.size() + 16);
    ByteWriter out(room);
    write(out, dlms::GeneralBlock{
                   .last = true, .streaming = false, .window = 8, .number = 1, .acknowledged = 0, .data = request});
    const Octets next = management.client.send(out.written());
    const auto block = dlms::read_general_block(next);
    ASSERT_TRUE(block && block->last);
    const auto zone_answer = head_end.decipher(block->data);
    ASSERT_TRUE(zone_answer);
    EXPECT_EQ(hex(*zone_answer), "C401C10010FFC4");
}

TEST_F(SecurityWire, ABroadcastSetsTheClockWithoutAnAnswer) {
    Secured everybody(bench, Role::pre_established);
    const auto now = bench.meter.clock().now();
    HeadEndOf<Client>::How how{Protection::authenticated_and_encrypted, ServiceKey::global,
                               dlms::ApduTag::general_glo_ciphering, KeySet::broadcast};
    const Octets request =
        everybody.head_end.cipher(hex("C1018100080000010000FF0200090C07EA0C1FFF0C000000FFC400"), how);
    EXPECT_TRUE(everybody.client.send(request).empty());
    EXPECT_NE(bench.meter.clock().now(), now);
    const auto set = bench.meter.clock().now();
    Interval interval;
    interval.duration_us = 5'000'000;
    bench.meter.advance(interval);
    EXPECT_TRUE(everybody.client.send(request).empty()) << "again";
    EXPECT_EQ(bench.meter.clock().now(), set + std::chrono::seconds{5});
    EXPECT_EQ(hex(everybody.client.send(hex("C1018100080000010000FF0300 10FF88"))).substr(0, 4), "D801") << "in plain";
    EXPECT_EQ(zone(), -60);
}

TEST_F(SecurityWire, KeysAreTransferredAndTheOldOnesAreWorthNothing) {
    ASSERT_TRUE(head_end.associate());
    const Octets encryption = hex("101112131415161718191A1B1C1D1E1F");
    const Octets authentication = hex("202122232425262728292A2B2C2D2E2F");
    EXPECT_EQ(
        hex(head_end.ask(HeadEndOf<Client>::transfer(head_end.keys.master, {{0, encryption}, {2, authentication}}))),
        "C701C10000");
    // The association goes on with the new keys, and a new one takes no others.
    HeadEndOf<Client> old(management.client);
    old.keys = demo_keys(Role::management);
    old.peer_title = head_end.peer_title;
    old.counter = 1000;
    EXPECT_FALSE(old.associate());
    head_end.keys.unicast = security::KeyOctets(encryption);
    head_end.keys.authentication = security::KeyOctets(authentication);
    EXPECT_TRUE(head_end.associate());
    EXPECT_EQ(result_of(head_end.ask(hex("C001C100080000010000FF0200"))), 0);
    // With a wrong master key nothing changes.
    const Octets wrong = hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
    EXPECT_EQ(result_of(head_end.ask(HeadEndOf<Client>::transfer(wrong, {{0, wrong}}))), 250);
    EXPECT_TRUE(head_end.associate());
}

// What the plan of suite 0 begins with: a ciphered association by GMAC, and the setup that describes it.
TEST_F(SecurityWire, BasicCap_1_ACipheredAssociationAndItsSecuritySetup) {
    ASSERT_TRUE(head_end.associate());
    const auto setup = [&](std::int8_t attribute) {
        return hex(head_end.ask(Client::get_request(64, Obis(0, 0, 43, 0, 0), attribute)));
    };
    EXPECT_EQ(setup(1), "C401C100090600002B0000FF");
    EXPECT_EQ(setup(2), "C401C1001600") << "no policy yet";
    EXPECT_EQ(setup(3), "C401C1001600") << "AES-GCM-128";
    EXPECT_EQ(setup(4), "C401C1000900") << "the keys that everybody knows belong to no client";
    EXPECT_EQ(setup(5), "C401C1000908" + hex(head_end.peer_title));
}

TEST_F(SecurityWire, APolicyOnlyGrowsAndIsInForceAtOnce) {
    ASSERT_TRUE(head_end.associate());
    EXPECT_EQ(hex(head_end.ask(HeadEndOf<Client>::activate(strict))), "C701C10000");
    EXPECT_EQ(result_of(head_end.ask(HeadEndOf<Client>::activate(0))), 250);
    head_end.protection = Protection::authenticated;
    EXPECT_EQ(hex(head_end.ask(hex("C001C100080000010000FF0200"))), "D80101");
    head_end.protection = Protection::authenticated_and_encrypted;
    EXPECT_EQ(result_of(head_end.ask(hex("C001C100080000010000FF0200"))), 0);
    // Not even with the right password.
    Client plain(bench.meter, test::management_client_sap);
    EXPECT_FALSE(plain.open(test::management_password));
}

TEST_F(SecurityWire, ThePublicClientReadsWhereTheCountersOfTheOthersStand) {
    ASSERT_TRUE(head_end.associate());
    ASSERT_EQ(hex(head_end.ask(set_zone(-120))), done);
    Client public_client(bench.meter);
    ASSERT_TRUE(public_client.open());
    Octets expected = hex("06");
    const std::uint32_t last = head_end.counter - 1;
    for (int shift = 24; shift >= 0; shift -= 8) {
        expected.push_back(static_cast<std::uint8_t>(last >> static_cast<unsigned>(shift)));
    }
    EXPECT_EQ(public_client.value(1, Obis(0, 0, 43, 1, 0), 2), hex(expected));
    EXPECT_EQ(public_client.value(1, Obis(0, 0, 43, 1, 1), 2), "0600000000") << "data collection has not spoken";
    EXPECT_EQ(public_client.value(64, Obis(0, 0, 43, 0, 0), 2), "error 3");
    EXPECT_EQ(public_client.value(3, Obis(1, 0, 1, 8, 0), 2), "error 3");
}

TEST_F(SecurityWire, COSEM_40_APushIsProtectedAsTheRolesPolicyDemands) {
    PushSettings settings = load_push_settings(bench.store, PushSetup::interval);
    settings.client_sap = 1;
    for (const char character : std::string_view("192.0.2.7:4059")) {
        (void)settings.destination.add(static_cast<std::uint8_t>(character));
    }
    ASSERT_TRUE(keep_push_settings(bench.store, PushSetup::interval, settings));
    const auto pushed = [&] {
        EXPECT_EQ(bench.meter.outbox().push(bench.meter, PushSetup::interval), dlms::ActionResult::success);
        Octets room(2048);
        const auto delivery = bench.meter.outbox().next(bench.meter, room);
        EXPECT_TRUE(delivery);
        Octets apdu(delivery->apdu.begin(), delivery->apdu.end());
        bench.meter.outbox().report(bench.meter, delivery->entry, true);
        return apdu;
    };
    const Octets plain = pushed();
    ASSERT_EQ(plain[0], 0x0F);
    set_policy(bench, Role::management, strict);
    const Octets ciphered = pushed();
    ASSERT_EQ(ciphered[0], 0xDB);
    const auto inside = head_end.decipher(ciphered);
    ASSERT_TRUE(inside);
    // But for their numbers they are the same.
    EXPECT_EQ(hex(*inside).substr(10), hex(plain).substr(10));
}

TEST_F(SecurityWire, AMeterWithoutKeysServesThePublicClientAlone) {
    test::MemoryFlash flash(256, 4096);
    Store store(flash);
    store.mount();
    Meter meter(sed302, Identity(sed302, 1), {}, store, test::bench_time);
    EXPECT_FALSE(meter.security().has_demo_keys());
    Client public_client(meter);
    EXPECT_TRUE(public_client.open());
    for (const Role role : context_roles) {
        Client client(meter, client_sap_of(role));
        EXPECT_FALSE(client.open(test::management_password)) << client_sap_of(role);
    }
}

// Keys that can't be read any more must not make way for those that everybody knows.
TEST_F(SecurityWire, AnotherDeviceKeyOpensNothing) {
    Store store(bench.flash);
    store.mount();
    const std::array<std::uint8_t, 16> another{1};
    Meter meter(sed302, bench.meter.identity(), {}, store, test::bench_time, {}, {&bench.entropy, another});
    Client client(meter, test::management_client_sap);
    EXPECT_FALSE(client.open(test::management_password));
    EXPECT_TRUE(meter.security().provision_demo_keys()) << "there is nothing to be done";
    EXPECT_FALSE(client.open(test::management_password));
}

}  // namespace
}  // namespace blathy::meter
