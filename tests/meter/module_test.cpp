// Plug-in modules: slots, what is told of them, and their objects over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/cosem/dictionary.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"

#include "tests/support/relay_bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;
using test::Client;
using test::hex;
using test::management_client_sap;
using test::RelayBench;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = EventKind;

struct FakeModule final : Module {
    explicit FakeModule(ModuleKind is = ModuleKind::cellular) : of_kind(is) {}
    [[nodiscard]] ModuleKind kind() const override { return of_kind; }
    [[nodiscard]] std::optional<ModuleStatus> status() const override {
        if (silent) return std::nullopt;
        return now;
    }
    void configure(const NetworkSettings& settings) override { told = settings; }
    void connect() override { ++connects; }

    ModuleKind of_kind;
    bool silent = false;
    ModuleStatus now;
    NetworkSettings told;
    int connects = 0;
};

struct Modules : testing::Test {
    RelayBench bench;
    FakeModule module;

    ModuleBay& bay() { return bench.meter().modules(); }
    bool plug(std::size_t slot, FakeModule& which) { return bay().plug(bench.meter().clock(), slot, which); }
    void unplug(std::size_t slot) { bay().unplug(bench.meter().clock(), slot); }
};

TEST_F(Modules, AreToldOfWhenTheyComeAndGo) {
    ASSERT_TRUE(plug(0, module));
    bench.pass(seconds{5});
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::module_inserted));
    module.now.attached = true;
    bench.pass(seconds{1});
    EXPECT_TRUE(bay().carries(0));
    module.now.attached = false;
    bench.pass(seconds{1});
    EXPECT_FALSE(bay().carries(0));
    module.now.attached = true;
    bench.pass(seconds{1});
    EXPECT_EQ(bench.events.back().detail, 1);
    unplug(0);
    EXPECT_FALSE(bay().carries(0));
    EXPECT_EQ(bay().module(0), nullptr);
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::network_attached, Kind::network_lost, Kind::network_attached,
                                                 Kind::network_lost, Kind::module_removed));
    bench.pass(minutes{5});
    EXPECT_THAT(bench.take_events(), IsEmpty());
}

TEST_F(Modules, AreDeadWhenTheyDoNotAnswer) {
    module.now.attached = true;
    ASSERT_TRUE(plug(1, module));
    bench.take_events();
    module.silent = true;
    bench.pass(seconds{1});
    EXPECT_FALSE(bay().carries(1));
    EXPECT_FALSE(bay().dead(1));
    bench.pass(seconds{29});
    EXPECT_TRUE(bay().dead(1));
    bench.pass(minutes{10});
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::network_lost, Kind::module_dead));
    module.silent = false;
    bench.pass(seconds{1});
    EXPECT_FALSE(bay().dead(1));
    EXPECT_TRUE(bay().carries(1));
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::network_attached));
}

TEST_F(Modules, TwoForCommunicationAndOneForInputAreInUseAtOnce) {
    FakeModule line(ModuleKind::rs485);
    FakeModule keypad(ModuleKind::input);
    for (FakeModule* each : {&module, &line, &keypad}) each->now.attached = true;
    EXPECT_FALSE(plug(0, keypad));
    EXPECT_FALSE(plug(input_slot, line));
    EXPECT_TRUE(plug(0, module));
    EXPECT_FALSE(plug(0, line));
    EXPECT_TRUE(plug(1, line));
    EXPECT_TRUE(plug(input_slot, keypad));
    EXPECT_FALSE(plug(3, line));
    bench.pass(seconds{2});
    for (std::size_t slot = 0; slot < module_slots; ++slot) EXPECT_TRUE(bay().carries(slot));
    // One that dies is nobody else's concern.
    module.silent = true;
    bench.pass(minutes{1});
    EXPECT_FALSE(bay().carries(0));
    EXPECT_TRUE(bay().carries(1));
    EXPECT_TRUE(bay().carries(input_slot));
}

TEST(ModulesOf, AModelHaveItsSlots) {
    RelayBench din(sm120b2);
    FakeModule module;
    EXPECT_FALSE(din.meter().modules().plug(din.meter().clock(), 0, module));
    RelayBench transformer(sm306);
    FakeModule keypad(ModuleKind::input);
    EXPECT_FALSE(transformer.meter().modules().plug(transformer.meter().clock(), input_slot, keypad));
    EXPECT_TRUE(transformer.meter().modules().plug(transformer.meter().clock(), 1, module));
    for (const Model* model : all_models()) {
        for (const Obis name : {Obis(0, 0, 25, 0, 0), Obis(0, 0, 25, 6, 0), Obis(0, 0, 2, 1, 0)}) {
            EXPECT_EQ(dictionary_of(*model).find(name) != nullptr, model->ports.communication_modules > 0);
        }
    }
}

TEST_F(Modules, ChangeNothingOfTheMeterWhateverTheyDo) {
    RelayBench other;
    bench.current_ua = other.current_ua = 3'000'000;
    for (int second = 0; second < 600; ++second) {
        if (second % 90 == 10) {
            ASSERT_TRUE(plug(0, module));
        }
        if (second % 90 == 70) unplug(0);
        module.silent = second % 7 < 3;
        module.now.attached = second % 5 < 2;
        bench.pass(seconds{1});
        other.pass(seconds{1});
    }
    EXPECT_EQ(bench.meter().energy(), other.meter().energy());
    EXPECT_EQ(bench.meter().clock().now(), other.meter().clock().now());
    EXPECT_EQ(bench.state(), other.state());
}

struct NetworkObjects : Modules {
    Client manager{bench.meter(), management_client_sap};

    void SetUp() override {
        ASSERT_TRUE(bench.meter().security().provision_demo_keys());
        ASSERT_TRUE(manager.open(test::management_password));
        ASSERT_TRUE(plug(0, module));
    }
    std::string set(int class_id, const Obis& name, int id, const std::string& value) {
        return manager.ask("C101C1" + hex(test::Octets{0, static_cast<std::uint8_t>(class_id)}) + hex(name.groups) +
                           hex(test::Octets{static_cast<std::uint8_t>(id)}) + "00" + value);
    }
    std::string value(int class_id, const Obis& name, int id) {
        return manager.value(static_cast<std::uint16_t>(class_id), name, static_cast<std::int8_t>(id));
    }
};

TEST_F(NetworkObjects, ShowWhatTheModuleFinds) {
    const Obis diagnostic(0, 0, 25, 6, 0);
    EXPECT_EQ(value(47, diagnostic, 3), "1600");
    EXPECT_EQ(value(47, diagnostic, 6),
              "020706000000001200001163116312000012000006"
              "00000000");
    module.now = {.attached = true,
                  .registration = Registration::home,
                  .service = PacketService::lte,
                  .signal_quality = 21,
                  .bit_errors = 1,
                  .cell = 0x12345,
                  .area = 0x678,
                  .country = 262,
                  .network = 2,
                  .channel = 1300,
                  .address = 0x0A400102,
                  .subnet_mask = 0xFFFFFFFF,
                  .gateway = 0x0A400001,
                  .name_servers = {0x01010101, 0x02020202},
                  .operator_name = {}};
    for (const char c : std::string("Net")) (void)module.now.operator_name.add(static_cast<std::uint8_t>(c));
    EXPECT_EQ(value(47, diagnostic, 2), "0A034E6574");
    EXPECT_EQ(value(47, diagnostic, 3), "1601");
    EXPECT_EQ(value(47, diagnostic, 4), "1600");
    EXPECT_EQ(value(47, diagnostic, 5), "1605");
    EXPECT_EQ(value(47, diagnostic, 6),
              "0207"
              "0600012345"
              "120678"
              "1115"
              "1101"
              "120106"
              "120002"
              "0600000514");
    EXPECT_EQ(value(47, diagnostic, 8).substr(0, 2), "19");
    const Obis ip(0, 0, 25, 1, 0);
    EXPECT_EQ(value(42, ip, 3), "060A400102");
    EXPECT_EQ(value(42, ip, 6), "06FFFFFFFF");
    EXPECT_EQ(value(42, ip, 7), "060A400001");
    EXPECT_EQ(value(42, ip, 8), "0301");
    EXPECT_EQ(value(42, ip, 9), "0601010101");
    EXPECT_EQ(value(42, ip, 10), "0602020202");
    EXPECT_EQ(value(41, Obis(0, 0, 25, 0, 0), 2), "120FDB");
    EXPECT_EQ(value(41, Obis(0, 0, 25, 0, 0), 3), "09060000190100FF");
    unplug(0);
    EXPECT_EQ(value(42, ip, 3), "0600000000");
}

TEST_F(NetworkObjects, TellTheModuleWhatIsSet) {
    const Obis gprs(0, 0, 25, 4, 0);
    const Obis ppp(0, 0, 25, 3, 0);
    const Obis connection(0, 0, 2, 1, 0);
    EXPECT_EQ(set(45, gprs, 2, "09056D65746572"), "C501C100");
    EXPECT_EQ(set(45, gprs, 3, "1204D2"), "C501C100");
    EXPECT_EQ(set(44, ppp, 5,
                  "0202"
                  "090161"
                  "09026263"),
              "C501C100");
    EXPECT_EQ(set(29, connection, 2, "1668"), "C501C100");
    EXPECT_EQ(set(29, connection, 3, "1105"), "C501C100");
    EXPECT_EQ(set(29, connection, 4, "120078"), "C501C100");
    EXPECT_EQ(as_text(module.told.access_point.view()), "meter");
    EXPECT_EQ(module.told.pin, 1234);
    EXPECT_EQ(as_text(module.told.user.view()), "a");
    EXPECT_EQ(as_text(module.told.password.view()), "bc");
    EXPECT_FALSE(module.told.permanent);
    EXPECT_EQ(module.told.repetitions, 5);
    EXPECT_EQ(module.told.repetition_delay_s, 120);
    // What is secret is not read.
    EXPECT_EQ(value(45, gprs, 2), "09056D65746572");
    EXPECT_EQ(value(45, gprs, 3), "120000");
    EXPECT_EQ(value(44, ppp, 5), "02020901610900");
    EXPECT_EQ(value(29, connection, 2), "1668");
    EXPECT_EQ(manager.ask("C301C1001D" + hex(connection.groups) + "01010F00"), "C701C10000");
    EXPECT_EQ(module.connects, 1);
    // A module that is plugged in later, after an outage, is told the same.
    const NetworkSettings told = module.told;
    bench.cut_power();
    FakeModule another;
    ASSERT_TRUE(plug(1, another));
    EXPECT_EQ(another.told, told);
}

TEST_F(NetworkObjects, RefuseWhatCantBe) {
    const Obis gprs(0, 0, 25, 4, 0);
    EXPECT_EQ(set(45, gprs, 3, "122710"), "C501C1FA");
    EXPECT_EQ(set(45, gprs, 2, "0921" + std::string(66, '4')), "C501C1FA");
    EXPECT_EQ(set(45, gprs, 2, "120000"), "C501C10C");
    EXPECT_EQ(set(44, Obis(0, 0, 25, 3, 0), 5, "0201090161"), "C501C10C");
    EXPECT_EQ(set(29, Obis(0, 0, 2, 1, 0), 2, "1602"), "C501C1FA");
    EXPECT_EQ(set(42, Obis(0, 0, 25, 1, 0), 3, "060A000001"), "C501C103");
    EXPECT_EQ(module.told, NetworkSettings{});
}

}  // namespace
}  // namespace blathy::meter
