// Recipes 16 and 21 of the attacks on meters: no nonce is used twice, whatever happens to however many meters, and no
// key leaves a meter.
#include <set>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/push/settings.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using dlms::security::Protection;
using security::demo_keys;
using security::testing::HeadEndOf;
using test::Bench;
using test::Client;
using test::hex;
using test::Octets;

// All that was ever sent under some key: that, the title of who sent it, and the counter.
class Nonces {
  public:
    // What a head end deciphered since the last time.
    void take(HeadEndOf<Client>& head_end) {
        for (const std::uint32_t counter : head_end.server_counters) {
            add(head_end.keys.unicast, head_end.peer_title, counter);
        }
        head_end.server_counters.clear();
    }
    [[nodiscard]] std::size_t used() const { return nonces_.size(); }
    [[nodiscard]] std::size_t repeated() const { return repeated_; }

  private:
    void add(Bytes key, Bytes title, std::uint32_t counter) {
        Octets nonce(key.begin(), key.end());
        nonce.insert(nonce.end(), title.begin(), title.end());
        for (unsigned shift = 0; shift < 32; shift += 8) nonce.push_back(static_cast<std::uint8_t>(counter >> shift));
        if (!nonces_.insert(nonce).second) ++repeated_;
    }

    std::set<Octets> nonces_;
    std::size_t repeated_ = 0;
};

// A meter that is started upon a flash.
struct Running {
    Running(test::MemoryFlash& flash, const Model& model, std::uint32_t serial_number)
        : store(flash),
          meter((store.mount(), model), Identity(model, serial_number), {}, store, test::bench_time, {},
                test::security_ports(entropy)) {
        if (!meter.security().provision_demo_keys()) std::abort();
    }
    Store store;
    test::CountingEntropy entropy;
    Meter meter;
};

// A head end talks to it: passes 3 and 4, and a few requests.
void talk(Running& to, Role role, std::uint32_t& counter, Nonces& nonces, const security::ContextKeys& keys) {
    Client client(to.meter, client_sap_of(role));
    HeadEndOf<Client> head_end(client);
    head_end.keys = keys;
    head_end.peer_title = to.meter.identity().system_title();
    // A start leaves values out, and the head end is told.
    head_end.counter =
        std::max(counter, to.meter.security().keys().expected(role, security::KeyMemory::Counted::unicast));
    ASSERT_TRUE(head_end.associate());
    for (int i = 0; i < 3; ++i) (void)head_end.ask(Client::get_request(8, Obis(0, 0, 1, 0, 0), 2));
    ASSERT_GE(head_end.server_counters.size(), 5U);
    nonces.take(head_end);
    counter = head_end.counter;
}

TEST(SecurityHygiene, Recipe16NoMeterOfAFleetRepeatsANonce) {
    // The worst of fleets: all of it with the same keys.
    Nonces nonces;
    constexpr std::uint32_t meters_of_a_model = 4;
    for (const Model* model : all_models()) {
        for (std::uint32_t serial_number = 1; serial_number <= meters_of_a_model; ++serial_number) {
            test::MemoryFlash flash(256, 4096);
            std::uint32_t counter = 1;
            // Each time the power is cut, and nothing is said to the store beforehand.
            for (int start = 0; start < 4; ++start) {
                Running running(flash, *model, serial_number);
                for (const Role role : {Role::data_collection, Role::management}) {
                    talk(running, role, counter, nonces, demo_keys(role));
                }
                // Other keys and back again, which is what a nonce would have to be kept for.
                auto others = demo_keys(Role::management);
                others.unicast = security::KeyOctets(hex("00112233445566778899AABBCCDDEEFF"));
                ASSERT_TRUE(running.meter.security().keys().change(Role::management, others));
                talk(running, Role::management, counter, nonces, others);
                ASSERT_TRUE(running.meter.security().keys().change(Role::management, demo_keys(Role::management)));
                talk(running, Role::management, counter, nonces, demo_keys(Role::management));
            }
        }
    }
    EXPECT_EQ(nonces.repeated(), 0U);
    EXPECT_GE(nonces.used(), all_models().size() * meters_of_a_model * 4 * 4 * 5);
}

// What a copy of a state directory does, which is why it has to be given new keys before it starts (docs/security.md).
TEST(SecurityHygiene, Recipe16ACopyRepeatsNoncesUntilItHasKeysOfItsOwn) {
    Nonces nonces;
    test::MemoryFlash flash(256, 4096);
    std::uint32_t counter = 1;
    {
        Running original(flash, sed302, 1);
        talk(original, Role::management, counter, nonces, demo_keys(Role::management));
    }
    test::MemoryFlash copy = flash;
    test::MemoryFlash renewed = flash;
    std::uint32_t counter_of_copy = counter;
    Running original(flash, sed302, 1);
    talk(original, Role::management, counter, nonces, demo_keys(Role::management));
    EXPECT_EQ(nonces.repeated(), 0U);
    Running cloned(copy, sed302, 1);
    talk(cloned, Role::management, counter_of_copy, nonces, demo_keys(Role::management));
    const std::size_t repeated = nonces.repeated();
    EXPECT_GT(repeated, 0U) << "and this is how it would be seen";
    Running restored(renewed, sed302, 1);
    auto keys = demo_keys(Role::management);
    keys.unicast = security::KeyOctets(hex("102132435465768798A9BACBDCEDFE0F"));
    ASSERT_TRUE(restored.meter.security().keys().change(Role::management, keys));
    talk(restored, Role::management, counter_of_copy, nonces, keys);
    EXPECT_EQ(nonces.repeated(), repeated);
}

// A million of them, and none by the title of another.
TEST(SecurityHygiene, Recipe16EveryMeterHasATitleOfItsOwn) {
    std::set<std::uint64_t> firsts;
    for (const Model* model : all_models()) {
        std::uint64_t last = 0;
        for (std::uint32_t serial_number = 1; serial_number <= 200'000; ++serial_number) {
            const Identity identity(*model, serial_number);
            std::uint64_t number = 0;
            for (const std::uint8_t octet : identity.system_title()) number = number << 8U | octet;
            ASSERT_GT(number, last) << model->name << serial_number;
            if (last == 0) firsts.insert(number >> 32U);
            last = number;
        }
        EXPECT_TRUE(firsts.contains(last >> 32U)) << "the first half is the model's";
    }
    EXPECT_EQ(firsts.size(), all_models().size());
}

// Every attribute there is, as every role that there is: no answer has any of the keys in it.
TEST(SecurityHygiene, Recipe21NoKeyLeavesByGet) {
    Bench bench;
    std::vector<Octets> secrets;
    for (const Role role : security::context_roles) {
        auto keys = demo_keys(role);
        // Each its own, so that none hides behind another.
        std::uint8_t seed = static_cast<std::uint8_t>(0x11U * (1U + static_cast<unsigned>(role)));
        for (auto* key : {&keys.master, &keys.broadcast, &keys.authentication, &keys.hls_secret, &keys.unicast}) {
            Octets octets(16);
            for (std::uint8_t& octet : octets) octet = seed = static_cast<std::uint8_t>(seed * 29U + 101U);
            *key = security::KeyOctets(octets);
            secrets.push_back(octets);
        }
        secrets.emplace_back(keys.password.octets().begin(), keys.password.octets().end());
        ASSERT_TRUE(bench.meter.security().keys().change(role, keys));
    }
    std::erase_if(secrets, [](const Octets& secret) { return secret.size() < 8; });
    secrets.emplace_back(test::device_key.begin(), test::device_key.end());
    std::size_t read = 0;
    for (const Role role : {Role::public_client, Role::data_collection, Role::management, Role::firmware}) {
        Client client(bench.meter, client_sap_of(role));
        ASSERT_TRUE(client.open(role == Role::public_client ? "" : test::management_password));
        for (const Object& object : bench.meter.dictionary().objects()) {
            for (std::int8_t attribute = 1; attribute <= 20; ++attribute) {
                const auto answer =
                    client.transfer(Client::get_request(object.interface_class->id, object.name, attribute));
                if (!answer) continue;
                ++read;
                for (const Octets& secret : secrets) {
                    EXPECT_EQ(std::search(answer->raw.begin(), answer->raw.end(), secret.begin(), secret.end()),
                              answer->raw.end())
                        << std::string(dlms::ObisText(object.name).view()) << " " << int{attribute};
                }
            }
        }
    }
    EXPECT_GT(read, 1000U);
}

}  // namespace
}  // namespace blathy::meter
