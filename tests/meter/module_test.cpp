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
    void demand(NetworkDemand demand) override { demands.push_back(demand); }
    void reset_frame_counters() override { now.plc.frames = {}; }

    ModuleKind of_kind;
    bool silent = false;
    ModuleStatus now;
    NetworkSettings told;
    std::vector<NetworkDemand> demands;
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
                  .operator_name = {},
                  .plc = {}};
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
    EXPECT_EQ(module.told.mode, ConnectMode::invoked);
    EXPECT_EQ(module.told.repetitions, 5);
    EXPECT_EQ(module.told.repetition_delay_s, 120);
    // What is secret is not read.
    EXPECT_EQ(value(45, gprs, 2), "09056D65746572");
    EXPECT_EQ(value(45, gprs, 3), "120000");
    EXPECT_EQ(value(44, ppp, 5), "02020901610900");
    EXPECT_EQ(value(29, connection, 2), "1668");
    EXPECT_EQ(manager.ask("C301C1001D" + hex(connection.groups) + "01010F00"), "C701C10000");
    EXPECT_THAT(module.demands, ElementsAre(NetworkDemand::lasting, NetworkDemand::none, NetworkDemand::invoked));
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

// {day_start, day_end} of a window that comes every day.
std::string daily_window(int from_hour, int to_hour) {
    const auto at = [](int hour) {
        return "090CFFFFFFFFFF" + hex(test::Octets{static_cast<std::uint8_t>(hour)}) + "0000008000FF";
    };
    return "0202" + at(from_hour) + at(to_hour);
}

constexpr Obis auto_connect(0, 0, 2, 1, 0);
const std::string connect_now = "C301C1001D" + hex(auto_connect.groups) + "01010F00";

struct CallingWindows : NetworkObjects {
    NetworkDemand last() const { return module.demands.empty() ? NetworkDemand::none : module.demands.back(); }
    // It is 14:00; the window is from 15 to 17 o'clock.
    void set_mode(int mode) {
        ASSERT_EQ(set(29, auto_connect, 5, "0101" + daily_window(15, 17)), "C501C100");
        ASSERT_EQ(set(29, auto_connect, 2, "16" + hex(test::Octets{static_cast<std::uint8_t>(mode)})), "C501C100");
    }
    void pass_minutes(int count) { bench.pass(minutes{count}, seconds{10}); }
};

TEST_F(CallingWindows, AreReadAsTheyWereWritten) {
    EXPECT_EQ(value(29, auto_connect, 5), "0100");
    set_mode(102);
    EXPECT_EQ(value(29, auto_connect, 5), "0101" + daily_window(15, 17));
    bench.cut_power();
    Client again{bench.meter(), management_client_sap};
    ASSERT_TRUE(again.open(test::management_password));
    EXPECT_EQ(again.value(29, auto_connect, 5), "0101" + daily_window(15, 17));
    EXPECT_EQ(again.value(29, auto_connect, 2), "1666");
}

TEST_F(CallingWindows, OfMode102LetItConnectAndNothingElseDoes) {
    set_mode(102);
    EXPECT_EQ(last(), NetworkDemand::none);
    EXPECT_EQ(manager.ask(connect_now), "C701C10200") << "temporary failure: it is not the time";
    EXPECT_EQ(last(), NetworkDemand::none);
    pass_minutes(59);
    EXPECT_EQ(last(), NetworkDemand::none);
    pass_minutes(12);
    EXPECT_EQ(last(), NetworkDemand::lasting);
    pass_minutes(108);
    EXPECT_EQ(last(), NetworkDemand::lasting);
    pass_minutes(12);
    EXPECT_EQ(last(), NetworkDemand::none);
}

TEST_F(CallingWindows, OfMode103LetItConnectAndSoDoesTheMethod) {
    set_mode(103);
    EXPECT_EQ(last(), NetworkDemand::none);
    EXPECT_EQ(manager.ask(connect_now), "C701C10000");
    EXPECT_EQ(last(), NetworkDemand::invoked);
    pass_minutes(72);
    EXPECT_EQ(last(), NetworkDemand::lasting);
    pass_minutes(120);
    EXPECT_EQ(last(), NetworkDemand::none) << "the window's end ends what was asked for before";
}

TEST_F(CallingWindows, AreNothingToModes101And104) {
    set_mode(101);
    EXPECT_EQ(last(), NetworkDemand::lasting);
    set_mode(104);
    EXPECT_EQ(last(), NetworkDemand::none);
    pass_minutes(90);
    EXPECT_EQ(last(), NetworkDemand::none);
}

TEST_F(CallingWindows, APushAsksForTheNetworkWhereNobodyElseDoes) {
    set_mode(104);
    auto push = load_push_settings(bench.meter().store(), PushSetup::alarm);
    for (const char c : std::string("192.0.2.7")) (void)push.destination.add(static_cast<std::uint8_t>(c));
    ASSERT_TRUE(keep_push_settings(bench.meter().store(), PushSetup::alarm, push));
    EXPECT_EQ(last(), NetworkDemand::none);
    ASSERT_EQ(bench.meter().outbox().push(bench.meter(), PushSetup::alarm), dlms::ActionResult::success);
    EXPECT_EQ(last(), NetworkDemand::invoked);
    // So does one that waited when the power failed.
    bench.cut_power();
    FakeModule another;
    ASSERT_TRUE(plug(0, another));
    EXPECT_THAT(another.demands, ElementsAre(NetworkDemand::invoked));
}

TEST_F(CallingWindows, OfMoreThanFourOrOfNoMonthAreRefused) {
    std::string five = "0105";
    for (int i = 0; i < 5; ++i) five += daily_window(i, i + 1);
    EXPECT_EQ(set(29, auto_connect, 5, five), "C501C1FA");
    EXPECT_EQ(set(29, auto_connect, 5, "0101110C"), "C501C10C");
    EXPECT_EQ(set(29, auto_connect, 2, "1665"), "C501C100");
    EXPECT_EQ(set(29, auto_connect, 2, "1669"), "C501C1FA");
    EXPECT_EQ(value(29, auto_connect, 5), "0100");
}

// What was stored before there were windows: two texts of nothing, no PIN, mode, repetitions, delay.
TEST(NetworkRecords, OfTheFirstFormAreRead) {
    RelayBench bench;
    const auto stored = [&](std::string_view record) {
        EXPECT_TRUE(bench.meter().store().write(RecordId::network, hex(record)));
        return load_network_settings(bench.meter().store());
    };
    EXPECT_EQ(stored("01 0161 00 00 0000 00 05 0078").mode, ConnectMode::invoked);
    EXPECT_EQ(stored("01 0161 00 00 0000 00 05 0078").repetitions, 5);
    EXPECT_EQ(stored("01 0161 00 00 0000 01 05 0078").mode, ConnectMode::always);
    EXPECT_EQ(stored("03 0161 00 00 0000 01 05 0078"), NetworkSettings{}) << "a form that nobody knows";
    EXPECT_EQ(stored("02 0161 00 00 0000 01 05 0078 00"), NetworkSettings{}) << "a mode that nobody knows";
}

struct PlcObjects : NetworkObjects {
    FakeModule plc{ModuleKind::plc};

    void SetUp() override {
        NetworkObjects::SetUp();
        ASSERT_TRUE(plug(1, plc));
    }
};

TEST_F(PlcObjects, ShowWhatTheModuleFinds) {
    const Obis counters(0, 0, 29, 0, 0);
    const Obis mac(0, 0, 29, 1, 0);
    const Obis adaptation(0, 0, 29, 2, 0);
    EXPECT_EQ(value(91, mac, 2), "12FFFF");
    EXPECT_EQ(value(91, mac, 11), "0100");
    EXPECT_EQ(value(92, adaptation, 8), "0100");
    plc.now.plc = {.network = 0x1234,
                   .short_address = 0x0021,
                   .coordinator = 0,
                   .next_hop = 0x0007,
                   .route_cost = 300,
                   .hops = 2,
                   .link_quality = 80,
                   .frame_counter = 99,
                   .frames = {1, 2, 3, 4, 5, 6, 7, 8, 9}};
    for (int i = 0; i < 9; ++i) {
        EXPECT_EQ(value(90, counters, i + 2), "060000000" + std::to_string(i + 1));
    }
    EXPECT_EQ(value(91, mac, 2), "120021");
    EXPECT_EQ(value(91, mac, 3), "12012C");
    EXPECT_EQ(value(91, mac, 4), "121234");
    EXPECT_EQ(value(91, mac, 6), "0600000063");
    EXPECT_EQ(value(91, mac, 7), "0448FFFFFFFFF000000000");
    const std::string neighbour =
        "0101020B1200070300"
        "0406FC"
        "16020F001600"
        "040600"
        "11500F00110211FF";
    EXPECT_EQ(value(91, mac, 11), neighbour);
    EXPECT_EQ(value(92, adaptation, 8), "0101020612000012000712012C1102110012003C");
    // Who is asked for, if he is there.
    const std::string get = "C301C1005B" + hex(mac.groups) + "0101";
    EXPECT_EQ(manager.ask(get + "120007"), "C701C1000100" + neighbour);
    EXPECT_EQ(manager.ask(get + "120008"), "C701C10001000100");
    EXPECT_EQ(manager.ask(get + "0F00"), "C701C10C00");
    EXPECT_EQ(manager.ask("C301C1005A" + hex(counters.groups) + "01010F00"), "C701C10000");
    EXPECT_EQ(value(90, counters, 10), "0600000000");
}

TEST_F(NetworkObjects, OfAHighSpeedModuleShowItsNetwork) {
    const Obis mac(0, 0, 33, 0, 0);
    const Obis cpas(0, 0, 33, 1, 0);
    const Obis ip(0, 0, 33, 2, 0);
    const Obis hdlc(0, 0, 33, 3, 0);
    EXPECT_EQ(value(140, mac, 4), "150000000000000000") << "there is none";
    FakeModule hplc{ModuleKind::hplc};
    ASSERT_TRUE(plug(1, hplc));
    hplc.now.hs_plc = {.group = 0x0B1A,
                       .secondary_group = 2,
                       .station = 0x0000'020B'1A00'0021,
                       .parent_station = 0x0000'020B'1A00'0007,
                       .master_station = 0x0000'020B'1A00'0001,
                       .repeats = true,
                       .encryption_mode = 1,
                       .rts_cts = true,
                       .ether_type = 0x88E1,
                       .header_compression = 2,
                       .alive_s = 600};
    EXPECT_EQ(value(140, mac, 1), "0906" + hex(mac.groups));
    EXPECT_EQ(value(140, mac, 2), "150000000000000B1A");
    EXPECT_EQ(value(140, mac, 3), "150000000000000002");
    EXPECT_EQ(value(140, mac, 4), "150000020B1A000021");
    EXPECT_EQ(value(140, mac, 5), "150000020B1A000007");
    EXPECT_EQ(value(140, mac, 6), "0301");
    EXPECT_EQ(value(140, mac, 7), "1601");
    EXPECT_EQ(value(140, mac, 8), "0900") << "no key is ever read";
    EXPECT_EQ(value(140, mac, 9), "0301");
    EXPECT_EQ(value(141, cpas, 2), "150000020B1A000021");
    EXPECT_EQ(value(141, cpas, 3), "1288E1");
    EXPECT_EQ(value(141, cpas, 4), "150000020B1A000001");
    EXPECT_EQ(value(142, ip, 2), "1602");
    EXPECT_EQ(value(142, ip, 3), "120258");
    EXPECT_EQ(value(143, hdlc, 2), "150000020B1A000001");
    EXPECT_EQ(value(1, module_status_name(1), 2), "0203160516031163");
    EXPECT_EQ(manager.ask("C101C1008C" + hex(mac.groups) + "0200150000000000000001"), test::set_denied)
        << "the module decides";
    hplc.silent = true;
    EXPECT_EQ(value(140, mac, 4), "150000000000000000");
}

TEST_F(Modules, HaveTheirSymbolsOnTheGlass) {
    bench.pass(seconds{4});  // the segment test
    const auto lit = [&](Annunciator which) { return bench.meter().lcd().test(which); };
    ASSERT_TRUE(plug(0, module));
    bench.pass(seconds{2});
    EXPECT_FALSE(lit(Annunciator::communication));
    module.now.attached = true;
    bench.pass(seconds{2});
    EXPECT_TRUE(lit(Annunciator::communication));
    EXPECT_TRUE(lit(Annunciator::signal));
    module.silent = true;
    bench.pass(seconds{2});
    EXPECT_FALSE(lit(Annunciator::communication));
    EXPECT_FALSE(lit(Annunciator::signal));
    FakeModule line{ModuleKind::rs485};
    line.now.attached = true;
    ASSERT_TRUE(plug(1, line));
    bench.pass(seconds{2});
    EXPECT_TRUE(lit(Annunciator::communication));
    EXPECT_FALSE(lit(Annunciator::signal)) << "a line has none";
}

TEST_F(PlcObjects, SayWhatIsInEachSlot) {
    const auto slot = [&](std::size_t index) { return value(1, module_status_name(index), 2); };
    EXPECT_EQ(slot(0), "0203160116031163");
    EXPECT_EQ(slot(1), "0203160216031163");
    EXPECT_EQ(slot(input_slot), "020316FF16001163");
    module.now.attached = true;
    module.now.signal_quality = 17;
    bench.pass(seconds{1});
    EXPECT_EQ(slot(0), "0203160116041111");
    plc.silent = true;
    bench.pass(seconds{2});
    EXPECT_EQ(slot(1), "0203160216011163");
    bench.pass(seconds{30});
    EXPECT_EQ(slot(1), "0203160216021163");
}

TEST_F(Modules, ThatHaveNoEnergyWithoutMainsAreSilentAndNotDead) {
    module.now.attached = true;
    ASSERT_TRUE(plug(0, module));
    bench.take_events();
    ASSERT_TRUE(bench.meter().mains_lost());
    for (int second = 0; second < 5; ++second) bench.meter().advance_on_battery(seconds{1});
    EXPECT_TRUE(bay().carries(0));
    module.silent = true;
    for (int second = 0; second < 300; ++second) bench.meter().advance_on_battery(seconds{1});
    EXPECT_FALSE(bay().carries(0));
    EXPECT_FALSE(bay().dead(0));
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::network_lost));
    module.silent = false;
    bench.pass(seconds{2});
    EXPECT_THAT(bench.take_events(), ElementsAre(Kind::network_attached));
}

}  // namespace
}  // namespace blathy::meter
