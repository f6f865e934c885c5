// The relay over the wire: IC 70, 71, 21, 9, 22 and the Data objects, in octets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/cosem/dictionary.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
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
using test::reading_client_sap;
using test::RelayBench;

constexpr Obis disconnector(0, 0, 96, 3, 10);
constexpr Obis limiter(0, 0, 17, 0, 0);

struct RelayObjects : testing::Test {
    RelayBench bench{sed302};
    Client manager{bench.meter(), management_client_sap};
    Client reader{bench.meter(), reading_client_sap};

    void SetUp() override {
        ASSERT_TRUE(bench.meter().security().provision_demo_keys());
        ASSERT_TRUE(manager.open(test::management_password));
        ASSERT_TRUE(reader.open(test::management_password));
    }
    static std::string descriptor(int class_id, const Obis& name, int id) {
        const auto low = static_cast<std::uint8_t>(class_id);
        return hex(test::Octets{0, low}) + hex(name.groups) + hex(test::Octets{static_cast<std::uint8_t>(id)});
    }
    std::string set(int class_id, const Obis& name, int id, const std::string& value) {
        return manager.ask("C101C1" + descriptor(class_id, name, id) + "00" + value);
    }
    std::string call(const Obis& name, int id) { return manager.ask("C301C1" + descriptor(70, name, id) + "010F00"); }
    std::string value(int class_id, const Obis& name, int id) {
        return manager.value(static_cast<std::uint16_t>(class_id), name, static_cast<std::int8_t>(id));
    }
};

TEST_F(RelayObjects, ATamperIsClearedByTheDirectWriteOctetForOctet) {
    bench.conditions.tamper = tamper_terminal_cover;
    bench.pass(seconds{1});
    EXPECT_EQ(value(70, disconnector, 3), "1602");
    EXPECT_EQ(value(70, disconnector, 2), "0301");
    bench.pass(seconds{1});
    EXPECT_EQ(value(70, disconnector, 2), "0300");
    EXPECT_EQ(hex(manager.send(hex("C0 01 C1 00 01 01 00 5E 62 45 FF 02 00"))), "C401C100120002");
    EXPECT_EQ(hex(manager.send(hex("C1 01 C1 00 01 01 00 5E 62 45 FF 02 00 12 00 00"))), "C501C100");
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    bench.pass(seconds{2});
    EXPECT_TRUE(bench.closed());
    EXPECT_EQ(value(70, disconnector, 2), "0301");
    EXPECT_EQ(hex(manager.send(hex("C0 01 C1 00 01 01 00 5E 62 45 FF 02 00"))), "C401C100120000");
}

TEST_F(RelayObjects, TheTamperLatchTakesNothingButZeroAndFromNobodyElse) {
    bench.conditions.tamper = tamper_magnetic_field;
    bench.pass(seconds{2});
    constexpr Obis latch(1, 0, 94, 98, 69);
    EXPECT_EQ(set(1, latch, 2, "120001"), "C501C1FA");
    EXPECT_EQ(set(1, latch, 2, "1100"), "C501C10C");
    EXPECT_NE(reader.ask("C1 01 C1 00 01 01 00 5E 62 45 FF 02 00 12 00 00"), "C501C100");
    EXPECT_EQ(value(1, latch, 2), "120004");
    EXPECT_EQ(value(70, disconnector, 3), "1602");
}

TEST_F(RelayObjects, TheDirectWriteDoesNotOverrideAnOperator) {
    ASSERT_EQ(call(disconnector, 1), "C701C10000");
    bench.conditions.tamper = tamper_meter_cover;
    bench.pass(seconds{2});
    EXPECT_EQ(set(1, Obis(1, 0, 94, 98, 69), 2, "120000"), "C501C100");
    EXPECT_EQ(value(70, disconnector, 3), "1600");
}

// What limiter 1 allows at the moment of the event.
TEST_F(RelayObjects, TheLogHasTheThresholdThatWasActive) {
    constexpr Obis log(0, 0, 99, 98, 2);
    const auto rows = [&] {
        const std::string buffer = value(7, log, 2);
        std::vector<std::string> found;  // the code and the threshold
        constexpr std::size_t head = 2 * 2;
        constexpr std::size_t row_size = 2 * (2 + 14 + 2 + 5);
        constexpr std::size_t code = 2 * (2 + 14);
        for (std::size_t at = head; at + row_size <= buffer.size(); at += row_size) {
            found.push_back(buffer.substr(at + code, 4) + " " + buffer.substr(at + code + 4, 10));
        }
        return found;
    };
    using testing::ElementsAre;
    ASSERT_EQ(call(disconnector, 1), "C701C10000");
    EXPECT_THAT(rows(), ElementsAre("113E 0600035B60")) << "remote disconnection, 220000 tenths of a watt";
    ASSERT_EQ(call(disconnector, 2), "C701C10000");
    const std::string threshold = value(71, limiter, 4);
    ASSERT_EQ(threshold.substr(threshold.size() - 4), "5B60");
    ASSERT_EQ(set(71, limiter, 4, threshold.substr(0, threshold.size() - 4) + "0D40"), "C501C100");
    bench.current_ua = 40'000'000;
    bench.pass(seconds{70});
    EXPECT_THAT(rows(), ElementsAre("113E 0600035B60", "113F 0600035B60", "1143 0600030D40", "1141 0600030D40",
                                    "1140 0600030D40"))
        << "connected, limiter changed, exceeded, local disconnection";
    EXPECT_EQ(value(7, log, 3).substr(0, 4), "0103") << "three columns";
}

TEST_F(RelayObjects, TheArbitratorSaysWhoAsksForWhat) {
    constexpr Obis arbitrator(0, 0, 96, 3, 20);
    const auto request = [&](const std::string& parameters) {
        return manager.ask("C301C1" + descriptor(68, arbitrator, 1) + "01" + parameters);
    };
    EXPECT_EQ(value(68, arbitrator, 2), "01020202090600000A006AFF1200010202090600000A006AFF120002");
    // No fuse supervision and no tariff table in this model.
    const auto actors = [](const std::string& overvoltage, const std::string& remote, const std::string& others) {
        return "010A" + overvoltage + "040200" + others + remote + others + others + others + others + "040200" +
               others;
    };
    EXPECT_EQ(value(68, arbitrator, 3), actors("0402C0", "0402C0", "0402C0"));
    EXPECT_EQ(value(68, arbitrator, 4).substr(0, 4 + 2 * 8), "010A010212000A120001");
    EXPECT_EQ(value(68, arbitrator, 5), actors("040240", "040240", "040240"));
    EXPECT_EQ(value(68, arbitrator, 6), "1102");
    // A client is the actor "remote".
    EXPECT_EQ(request("02021103040280"), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1600");
    EXPECT_EQ(value(68, arbitrator, 5), actors("040240", "040280", "040240"));
    EXPECT_EQ(value(68, arbitrator, 6), "1101");
    EXPECT_EQ(request("02021103040240"), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    // The first of several is what it stays open for, and all are seen.
    bench.voltage_mv = 255'000;
    bench.pass(seconds{6});
    EXPECT_EQ(value(68, arbitrator, 5), actors("040280", "040240", "040240"));
    EXPECT_EQ(request("02021100040240"), "C701C1FA00") << "for the voltage nobody speaks";
    EXPECT_EQ(request("020211030402C0"), "C701C1FA00") << "both at once";
    EXPECT_EQ(request("02021103040380"), "C701C10C00");
    EXPECT_EQ(request("0F00"), "C701C10C00");
    EXPECT_NE(reader.ask("C301C1" + descriptor(68, arbitrator, 1) + "0102021103040280"), "C701C10000");
}

TEST_F(RelayObjects, TheDisconnectorAnswersWhatItsStateAllows) {
    EXPECT_EQ(value(70, disconnector, 4), "1607");
    EXPECT_EQ(call(disconnector, 2), "C701C10200");  // it is connected: temporary-failure
    EXPECT_EQ(call(disconnector, 1), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1600");
    EXPECT_EQ(call(disconnector, 1), "C701C10200");
    EXPECT_EQ(call(disconnector, 2), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    EXPECT_EQ(set(70, disconnector, 4, "1600"), "C501C100");
    EXPECT_EQ(call(disconnector, 1), "C701C10B00");  // the mode has no disconnection: object-unavailable
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    EXPECT_EQ(set(70, disconnector, 4, "1605"), "C501C100");
    EXPECT_EQ(call(disconnector, 1), "C701C10000");
    EXPECT_EQ(call(disconnector, 2), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1602");
    EXPECT_EQ(set(70, disconnector, 4, "1608"), "C501C1FA");
    EXPECT_EQ(set(70, disconnector, 4, "1101"), "C501C10C");
    EXPECT_EQ(manager.ask("C301C1" + descriptor(70, disconnector, 1) + "01090100"), "C701C10C00");
    EXPECT_NE(reader.ask("C301C1" + descriptor(70, disconnector, 1) + "010F00"), "C701C10000");
}

TEST_F(RelayObjects, ScriptsCallTheMethodsOfTheDisconnector) {
    constexpr Obis scripts(0, 0, 10, 0, 106);
    EXPECT_EQ(value(9, scripts, 2),
              "0102"
              "0202120001010102051602120046090600006003"
              "0AFF"
              "0F010F00"
              "0202120002010102051602120046090600006003"
              "0AFF"
              "0F020F00");
    const auto execute = [&](const std::string& script) {
        return manager.ask("C301C1" + descriptor(9, scripts, 1) + "01" + script);
    };
    EXPECT_EQ(execute("120001"), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1600");
    EXPECT_EQ(execute("120002"), "C701C10000");
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    EXPECT_EQ(execute("120003"), "C701C10400");
    EXPECT_EQ(execute("0F01"), "C701C10C00");
}

TEST_F(RelayObjects, TheReasonIsReadable) {
    constexpr Obis reasons(0, 0, 96, 60, 0);
    constexpr Obis first(0, 0, 96, 60, 1);
    EXPECT_EQ(value(1, reasons, 2), "0600000000");
    EXPECT_EQ(value(1, first, 2), "11FF");
    bench.conditions = {tamper_meter_cover, true};
    bench.pass(seconds{2});
    EXPECT_EQ(value(1, reasons, 2), "0600000014");
    EXPECT_EQ(value(1, first, 2), "1102");
    EXPECT_EQ(reader.value(1, reasons, 2), "0600000014");
}

TEST_F(RelayObjects, CausesAreEnabledAsTheModelHasThem) {
    constexpr Obis enabled(0, 0, 96, 60, 2);
    EXPECT_EQ(value(1, enabled, 2), "06000702FD");
    EXPECT_EQ(set(1, enabled, 2, "06000202FC"), "C501C100");
    EXPECT_EQ(value(1, enabled, 2), "06000202FC");
    EXPECT_EQ(set(1, enabled, 2, "06000702FF"), "C501C1FA");  // it has no fuse supervision
    EXPECT_EQ(set(1, enabled, 2, "06000702F5"), "C501C1FA");  // nobody disables commands
    EXPECT_EQ(set(1, enabled, 2, "06000F02FD"), "C501C1FA");  // there is no fourth tamper
    EXPECT_EQ(set(1, enabled, 2, "06000102F9"), "C501C1FA");  // a source of what is disabled
    EXPECT_EQ(set(1, enabled, 2, "120000"), "C501C10C");
    EXPECT_EQ(value(1, enabled, 2), "06000202FC");
    bench.voltage_mv = 260'000;
    bench.pass(minutes{1});
    EXPECT_EQ(value(70, disconnector, 3), "1601");
}

TEST_F(RelayObjects, OperationsAndWearAreCounted) {
    bench.current_ua = 10'000'000;
    for (int i = 0; i < 100; ++i) {
        bench.pass(seconds{2});
        ASSERT_EQ(call(disconnector, 1), "C701C10000");
        bench.pass(seconds{1});
        ASSERT_EQ(call(disconnector, 2), "C701C10000");
    }
    EXPECT_EQ(value(3, Obis(0, 0, 96, 60, 3), 2), "0600000064");
    EXPECT_EQ(value(3, Obis(0, 0, 96, 60, 4), 2), "0600000000");
    EXPECT_EQ(value(3, Obis(0, 0, 96, 60, 5), 2), "0600000001");  // of 10,000
    EXPECT_EQ(value(3, Obis(0, 0, 96, 60, 5), 3), "02020F001638");
    bench.cut_power();
    Client after(bench.meter(), management_client_sap);
    ASSERT_TRUE(after.open(test::management_password));
    EXPECT_EQ(after.value(3, Obis(0, 0, 96, 60, 3), 2), "0600000064");
}

TEST_F(RelayObjects, TheLimiterIsDeliveredForTwentyTwoKilowattsOfImport) {
    EXPECT_EQ(value(71, limiter, 2),
              "02031200030906"
              "0100010700FF"
              "0F02");
    for (const int threshold : {3, 4, 5}) EXPECT_EQ(value(71, limiter, threshold), "0600035B60");
    EXPECT_EQ(value(3, Obis(1, 0, 1, 7, 0), 3), "02020FFF161B");  // tenths of a watt: 220000 is 22 kW
    EXPECT_EQ(value(71, limiter, 6), "060000003C");
    EXPECT_EQ(value(71, limiter, 7), "060000012C");
    EXPECT_EQ(value(71, limiter, 8), "0203120000090CFFFFFFFFFFFFFFFFFF8000FF0600000000");
    EXPECT_EQ(value(71, limiter, 9), "0100");
    EXPECT_EQ(value(71, limiter, 10), "0300");
    EXPECT_EQ(value(71, limiter, 11),
              "0202"
              "0202090600000A006AFF120001"
              "0202090600000A006AFF120002");
}

TEST_F(RelayObjects, TheLimiterIsSet) {
    const std::vector<std::pair<int, std::string>> right = {
        {2, "0203120003090601001F0700FF0F02"},
        {2,
         "020312000309060100"
         "5A0700FF0F02"},
        {2,
         "0203120005090601"
         "00010400FF0F03"},
        {4, "0600002710"},
        {5, "0600001388"},
        {6, "0600000005"},
        {7, "060000000A"},
        {9, "0102120003120007"},
        {11,
         "0202"
         "0202090600000A006AFF120000"
         "0202090600000A006AFF120000"},
    };
    for (const auto& [id, written] : right) {
        EXPECT_EQ(set(71, limiter, id, written), "C501C100") << id;
        EXPECT_EQ(value(71, limiter, id), written) << id;
    }
    const std::string profile =
        "0203120007090C07EA060F010E050000FF880006000002"
        "58";
    EXPECT_EQ(set(71, limiter, 8, profile), "C501C100");
    EXPECT_EQ(value(71, limiter, 8), profile);
    EXPECT_EQ(value(71, limiter, 3), "0600002710");
    bench.cut_power();
    Client after(bench.meter(), management_client_sap);
    ASSERT_TRUE(after.open(test::management_password));
    EXPECT_EQ(after.value(71, limiter, 6), "0600000005");
    EXPECT_EQ(after.value(71, limiter, 8), profile);
    EXPECT_EQ(after.value(71, Obis(0, 0, 17, 0, 1), 6), "0600000000");
}

TEST_F(RelayObjects, TheLimiterRefusesWhatItCantDo) {
    EXPECT_EQ(set(71, limiter, 2,
                  "0203120003090601"
                  "00010800FF0F02"),
              "C501C1FA");  // an energy
    EXPECT_EQ(set(71, limiter, 2,
                  "0203120003090601"
                  "00200700FF0F02"),
              "C501C1FA");  // a voltage
    EXPECT_EQ(set(71, limiter, 2,
                  "0203120003090601"
                  "00010700FF0F03"),
              "C501C1FA");  // its unit
    EXPECT_EQ(set(71, limiter, 2,
                  "0203120003090601"
                  "01010700FF0F02"),
              "C501C1FA");  // another channel
    EXPECT_EQ(set(71, limiter, 4, "1203E8"), "C501C10C");
    EXPECT_EQ(set(71, limiter, 11,
                  "0202"
                  "0202090600000A0064FF120001"
                  "0202090600000A006AFF120002"),
              "C501C1FA");
    EXPECT_EQ(set(71, limiter, 11,
                  "0202"
                  "0202090600000A006AFF120002"
                  "0202090600000A006AFF120001"),
              "C501C1FA");
    EXPECT_EQ(set(71, limiter, 11,
                  "0201"
                  "0202090600000A006AFF120002"),
              "C501C10C");
    std::string groups = "0111";
    for (int i = 0; i < 17; ++i) groups += "120001";
    EXPECT_EQ(set(71, limiter, 9, groups), "C501C1FA");
    EXPECT_EQ(value(71, limiter, 9), "0100");
}

TEST_F(RelayObjects, OvervoltageMonitorsHaveAThresholdToTripAndOneToRestore) {
    for (int phase = 1; phase <= 3; ++phase) {
        const Obis monitor(0, 0, 16, 0, phase);
        const std::string c = hex(test::Octets{static_cast<std::uint8_t>(12 + 20 * phase)});
        EXPECT_EQ(value(21, monitor, 2), "01021209C4120960");
        EXPECT_EQ(value(21, monitor, 3),
                  "0203120003090601"
                  "00" +
                      c + "0700FF0F02");
        EXPECT_EQ(value(21, monitor, 4),
                  "0102"
                  "0202"
                  "0202090600000A006AFF120001"
                  "0202090600000A006AFF120000"
                  "0202"
                  "0202090600000A006AFF120000"
                  "0202090600000A006AFF120002");
    }
    const Obis second(0, 0, 16, 0, 2);
    EXPECT_EQ(set(21, second, 2,
                  "010212"
                  "08FC"
                  "1208DE"),
              "C501C100");  // 230 V and 227 V
    EXPECT_EQ(value(21, second, 2), "01021208FC1208DE");
    EXPECT_EQ(value(21, Obis(0, 0, 16, 0, 1), 2), "01021209C4120960");
    bench.voltage_mv = 231'000;
    bench.pass(seconds{6});
    EXPECT_EQ(value(70, disconnector, 3), "1602");
}

TEST_F(RelayObjects, MonitorsRefuseWhatTheyCantDo) {
    const Obis monitor(0, 0, 16, 0, 1);
    EXPECT_EQ(set(21, monitor, 2,
                  "01031209C412096012"
                  "0001"),
              "C501C1FA");
    EXPECT_EQ(set(21, monitor, 2,
                  "0101060000"
                  "0001"),
              "C501C10C");
    EXPECT_EQ(set(21, monitor, 4,
                  "0101"
                  "0202"
                  "0202090600000A006AFF120001"
                  "0202090600000A006AFF120000"),
              "C501C1FA");  // two thresholds, one action set
    EXPECT_EQ(set(21, monitor, 3,
                  "0203120003090601"
                  "00200700FF0F02"),
              "C501C103");
    EXPECT_EQ(value(21, monitor, 2), "01021209C4120960");
}

TEST_F(RelayObjects, MonitorTimesAreRegistersInSeconds) {
    const Obis trip(0, 0, 96, 60, 10);
    const Obis restore(0, 0, 96, 60, 11);
    EXPECT_EQ(value(3, trip, 2), "120005");
    EXPECT_EQ(value(3, trip, 3), "02020F001607");
    EXPECT_EQ(value(3, restore, 2), "12003C");
    EXPECT_EQ(set(3, trip, 2, "120001"), "C501C100");
    EXPECT_EQ(set(3, trip, 2, "120E11"), "C501C1FA");
    EXPECT_EQ(value(3, trip, 2), "120001");
    bench.voltage_mv = 260'000;
    bench.pass(seconds{1});
    EXPECT_EQ(value(70, disconnector, 3), "1602");
}

TEST_F(RelayObjects, SchedulesDisconnectAndReconnect) {
    const Obis off(0, 0, 15, 0, 1);
    const Obis on(0, 1, 15, 0, 1);
    EXPECT_EQ(value(22, off, 2), "0202090600000A006AFF120001");
    EXPECT_EQ(value(22, on, 2), "0202090600000A006AFF120002");
    EXPECT_EQ(value(22, off, 4), "0100");
    // Every day at 14:05 and 14:07 local.
    EXPECT_EQ(set(22, off, 4,
                  "010102020904"
                  "0E050000"
                  "0905"
                  "FFFFFFFFFF"),
              "C501C100");
    EXPECT_EQ(set(22, on, 4,
                  "010102020904"
                  "0E070000"
                  "0905"
                  "FFFFFFFFFF"),
              "C501C100");
    EXPECT_EQ(set(22, on, 2, "0202090600000A0064FF120002"), "C501C1FA");
    // Type 2 has no wildcards: while it stands, nothing is executed.
    EXPECT_EQ(set(22, off, 3, "1602"), "C501C100");
    EXPECT_EQ(set(22, off, 3, "1606"), "C501C1FA");
    EXPECT_EQ(set(22, off, 3, "1601"), "C501C100");
    bench.pass(minutes{4} + seconds{59});
    EXPECT_EQ(value(70, disconnector, 3), "1601");
    bench.pass(seconds{2});
    EXPECT_EQ(value(70, disconnector, 3), "1600");
    bench.pass(minutes{2});
    EXPECT_EQ(value(70, disconnector, 3), "1601");
}

TEST_F(RelayObjects, AScheduleThatContradictsItselfMovesNothing) {
    const Obis off(0, 0, 15, 0, 1);
    EXPECT_EQ(set(22, off, 4, "0101020209040E0500000905FFFFFFFFFF"), "C501C100");
    EXPECT_EQ(set(22, off, 3, "1602"), "C501C100");
    bench.pass(minutes{6});
    EXPECT_EQ(value(70, disconnector, 3), "1601");
}

TEST(RelayObjectsOf, AModelAreThoseOfItsFunctions) {
    const auto has = [](const Model& model, const Obis& name) { return dictionary_of(model).find(name) != nullptr; };
    for (const Model* model : all_models()) {
        SCOPED_TRACE(model->name);
        const bool latching = model->relay.kind == RelayKind::latching;
        EXPECT_EQ(has(*model, Obis(0, 0, 96, 3, 10)), latching);
        EXPECT_EQ(has(*model, Obis(0, 1, 96, 3, 10)), !latching);
        EXPECT_EQ(has(*model, Obis(0, 0, 17, 0, 0)), model->functions.limiter);
        EXPECT_EQ(has(*model, Obis(1, 0, 31, 4, 0)), model->functions.fuse_supervision);
        EXPECT_EQ(has(*model, Obis(0, 0, 16, 0, 1)), model->functions.overvoltage_disconnect);
        EXPECT_EQ(has(*model, Obis(1, 0, 94, 98, 69)), model->functions.tamper_disconnect);
        EXPECT_EQ(has(*model, Obis(0, 0, 16, 0, 3)), model->functions.overvoltage_disconnect && model->phases == 3);
        EXPECT_TRUE(has(*model, Obis(0, 0, 10, 0, 106)));
        EXPECT_TRUE(has(*model, Obis(0, 0, 15, 0, 1)));
    }
}

TEST(RelayObjectsOf, TheDinRailMeterAreFusesToo) {
    RelayBench bench(sm120b2);
    ASSERT_TRUE(bench.meter().security().provision_demo_keys());
    Client manager(bench.meter(), management_client_sap);
    ASSERT_TRUE(manager.open(test::management_password));
    const Obis fuse(1, 0, 31, 4, 0);
    EXPECT_EQ(manager.value(21, fuse, 2), "0101060001D4C0");  // 120 A
    EXPECT_EQ(manager.value(21, fuse, 3),
              "0203120003090601"
              "001F0700FF0F02");
    EXPECT_EQ(manager.value(21, fuse, 4),
              "01010202"
              "0202090600000A006AFF120001"
              "0202090600000A006AFF120000");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 60, 12), 2), "12000A");
}

}  // namespace
}  // namespace blathy::meter
