// Logs, alarms and what is supervised, as a client sees them.
#include <gtest/gtest.h>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/set.hpp"
#include "meter/models/models.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using dlms::Obis;
using test::Bench;
using test::healthy;
using test::hex;
using test::live;
using test::Manager;
using test::Octets;
using test::set_other_reason;
using test::set_success;
using test::set_type_unmatched;

Octets written(auto&& request) {
    Octets room(2048);
    ByteWriter out(room);
    write(out, request);
    return {out.written().begin(), out.written().end()};
}

std::string set(Manager& manager, std::uint16_t class_id, const Obis& name, std::string_view value) {
    const Octets data = hex(value);
    return hex(manager.send(written(dlms::SetRequestNormal{{}, {{class_id, name, 2}, {}}, data})));
}

std::string act(Manager& manager, std::uint16_t class_id, const Obis& name, std::string_view parameters) {
    const Octets data = hex(parameters);
    return hex(manager.send(written(dlms::ActionRequestNormal{{}, {{class_id, name, 1}, data}})));
}

constexpr Obis fraud(0, 0, 99, 98, 1);
constexpr Obis quality(0, 0, 99, 98, 4);

std::string spaceless(std::string_view text) {
    return hex(hex(text));
}

TEST(EventObjects, ALogIsAProfile) {
    Bench bench;
    Manager manager(bench);
    bench.meter.tell(EventKind::wrong_password, 2);
    live(bench.meter, healthy(sed302), 10s);
    bench.meter.tell(EventKind::replay, 2);
    // 15 June 2026, a Monday, 14:00:00 local, deviation -120 min, daylight saving.
    EXPECT_EQ(manager.value(7, fraud, 2), spaceless("0102"
                                                    "0202 090C 07EA060F01 0E000000 FF88 80 112E"
                                                    "0202 090C 07EA060F01 0E000A00 FF88 80 1132"));
    EXPECT_EQ(manager.value(7, fraud, 3), spaceless("0102"
                                                    "0204 120008 09060000010000FF 0F02 120000"
                                                    "0204 120001 09060000600B01FF 0F02 120000"));
    EXPECT_EQ(manager.value(7, fraud, 7), "0600000002");
    EXPECT_EQ(manager.value(7, fraud, 8), "06000000C8");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 11, 1), 2), "1132");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 15, 1), 2), "0600000002");
    EXPECT_EQ(act(manager, 7, fraud, "0F00"), "C701C10000");
    EXPECT_EQ(manager.value(7, fraud, 7), "0600000001");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 11, 1), 2), "11FF");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 15, 1), 2), "0600000003");
}

TEST(EventObjects, TheLogOfRechargesHasTheirAmounts) {
    constexpr Obis recharge(0, 0, 99, 15, 0);
    constexpr std::uint64_t unit = account_units_per_currency;
    Bench bench;
    Manager manager(bench);
    ASSERT_TRUE(bench.meter.account(&Accounting::credit, 20 * unit, std::uint64_t{7}));
    live(bench.meter, healthy(sed302), 10s);
    EXPECT_FALSE(bench.meter.account(&Accounting::credit, max_account_amount + 1, std::uint64_t{8}));
    bench.meter.charge(25 * unit);
    bench.meter.charge(unit);  // nothing is left since before
    EXPECT_EQ(manager.value(7, recharge, 2), spaceless("0103"
                                                       "0203 090C 07EA060F01 0E000000 FF88 80 11FB 06000007D0"
                                                       "0203 090C 07EA060F01 0E000A00 FF88 80 11FC 06FFFFFFFF"
                                                       "0203 090C 07EA060F01 0E000A00 FF88 80 11FD 0600000000"));
    EXPECT_EQ(manager.value(7, recharge, 3), spaceless("0103"
                                                       "0204 120008 09060000010000FF 0F02 120000"
                                                       "0204 120001 09060000600B07FF 0F02 120000"
                                                       "0204 120003 09060000603203FF 0F02 120000"));
    EXPECT_EQ(manager.value(7, recharge, 8), "06000000C8");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 11, 7), 2), "11FD");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 15, 7), 2), "0600000003");
    ASSERT_TRUE(bench.meter.account(&Accounting::credit, 5 * unit / 2, std::uint64_t{9}));
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 50, 3), 2), "06000000FA");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 50, 3), 3), "02020FFE160A");
    EXPECT_EQ(act(manager, 7, recharge, "0F00"), "C701C10000");
    EXPECT_EQ(manager.value(7, recharge, 7), "0600000001");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 11, 7), 2), "11FF");
}

TEST(EventObjects, AMeterWithoutPaymentHasNoLogOfRecharges) {
    Bench bench(*find_model("SM306"));
    Manager manager(bench);
    EXPECT_EQ(manager.value(7, Obis(0, 0, 99, 15, 0), 2), "error 4");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 11, 7), 2), "error 4");
}

TEST(EventObjects, TheQualityLogHasMagnitudeAndDuration) {
    Bench bench;
    Manager manager(bench);
    Interval interval = healthy(sed302);
    interval.phase[0].voltage_mv = 260'000;
    live(bench.meter, interval, 10s);
    live(bench.meter, healthy(sed302), 1s);
    EXPECT_EQ(manager.value(7, quality, 2),
              spaceless("0102"
                        "0204 090C 07EA060F01 0E000A00 FF88 80 114F 0600000A28 06000003E8"
                        "0204 090C 07EA060F01 0E000B00 FF88 80 1155 0600000A28 060000044C"));
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 50, 0), 2), "0600000A28");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 50, 1), 2), "060000044C");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 32, 36, 0), 2), "0600000001");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 32, 37, 0), 2), "060000044C");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 32, 38, 0), 2), "120A28");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 32, 38, 0), 3), "02020FFF1623");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 52, 36, 0), 2), "0600000000");
}

TEST(EventObjects, AlarmsAreReadFilteredAndCleared) {
    Bench bench;
    Manager manager(bench);
    const Obis alarms(0, 0, 97, 98, 0);
    const Obis filter(0, 0, 97, 98, 10);
    const Obis descriptor(0, 0, 97, 98, 20);
    bench.meter.tell(EventKind::replay, 2);
    EXPECT_EQ(manager.value(1, alarms, 2), "0600002000");
    EXPECT_EQ(manager.value(1, descriptor, 2), "0600002000");
    EXPECT_EQ(set(manager, 1, descriptor, "06 00000000"), set_success);
    EXPECT_EQ(manager.value(1, descriptor, 2), "0600000000");
    EXPECT_EQ(set(manager, 1, filter, "06 00000001"), set_success);
    bench.meter.tell(EventKind::replay, 2);
    EXPECT_EQ(manager.value(1, descriptor, 2), "0600000000");
    EXPECT_EQ(set(manager, 1, alarms, "12 0000"), set_type_unmatched);
    EXPECT_EQ(set(manager, 1, alarms, "06 FFFFFFFF"), set_success);  // nothing goes, and nothing comes
    EXPECT_EQ(manager.value(1, alarms, 2), "0600002010");            // the filter is part of the configuration
    EXPECT_EQ(set(manager, 1, alarms, "06 00000000"), set_success);
    EXPECT_EQ(manager.value(1, alarms, 2), "0600000000");
    EXPECT_EQ(set(manager, 1, Obis(0, 0, 97, 97, 0), "06 00000000"), set_success);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 97, 97, 0), 2), "0600000000");
}

TEST(EventObjects, TheAlarmMonitorPushesByTheScript) {
    Bench bench;
    Manager manager(bench);
    const Obis monitor(0, 0, 16, 1, 1);
    EXPECT_EQ(manager.value(21, monitor, 2), "01010600000000");
    EXPECT_EQ(manager.value(21, monitor, 3), spaceless("0203 120001 09060000616215FF 0F02"));
    EXPECT_EQ(manager.value(21, monitor, 4),
              spaceless("0101 0202 0202 090600000A006CFF 120004 0202 090600000A006CFF 120000"));
    EXPECT_EQ(manager.value(9, Obis(0, 0, 10, 0, 108), 2),
              spaceless("0103"
                        "0202 120001 0101 0205 1602 120028 09060001190900FF 0F01 0F00"
                        "0202 120004 0101 0205 1602 120028 09060004190900FF 0F01 0F00"
                        "0202 120005 0101 0205 1602 120028 09060005190900FF 0F01 0F00"));
    // No destination: there is nothing to be pushed to.
    EXPECT_EQ(act(manager, 9, Obis(0, 0, 10, 0, 108), "12 0004"), "C701C10B00");
    EXPECT_EQ(act(manager, 9, Obis(0, 0, 10, 0, 108), "12 0000"), "C701C10400");
    EXPECT_EQ(act(manager, 9, Obis(0, 0, 10, 0, 108), "11 04"), "C701C10C00");
}

TEST(EventObjects, ThresholdsAreSetAndRefusedWhenOutOfOrder) {
    Bench bench;
    Manager manager(bench);
    const Obis over(1, 0, 12, 35, 0);
    EXPECT_EQ(manager.value(3, over, 2), "1209C4");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 51, 6), 2), "120960");
    EXPECT_EQ(set(manager, 3, over, "12 0A28"), set_success);
    EXPECT_EQ(manager.value(3, over, 2), "120A28");
    EXPECT_EQ(set(manager, 3, over, "12 0064"), set_other_reason);
    EXPECT_EQ(set(manager, 3, over, "06 00000A28"), set_type_unmatched);
    EXPECT_EQ(manager.value(3, over, 2), "120A28");
    EXPECT_EQ(set(manager, 3, Obis(1, 0, 11, 35, 0), "06 0000EA60"), set_success);
    EXPECT_EQ(bench.meter.supervision().settings().overcurrent_ma, 60'000U);
    EXPECT_EQ(set(manager, 1, Obis(0, 0, 96, 51, 0), "06 00000001"), set_success);
    EXPECT_EQ(bench.meter.supervision().settings().watched, Conditions(Condition::terminal_cover));
    EXPECT_EQ(set(manager, 1, Obis(0, 0, 96, 51, 0), "06 80000000"), set_other_reason);
}

TEST(EventObjects, TampersHaveTheirFigures) {
    Bench bench;
    Manager manager(bench);
    Inputs inputs;
    inputs.terminal_cover_open = true;
    bench.meter.set_inputs(inputs);
    live(bench.meter, healthy(sed302), 61s);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 20, 5), 2), "0600000001");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 20, 6), 2), spaceless("090C 07EA060F01 0E000000 FF88 80"));
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 20, 7), 2), "060000003D");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 20, 8), 2), "060000003D");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 51, 1), 2), "0600000001");
    bench.meter.set_inputs({});
    live(bench.meter, healthy(sed302), 60s);
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 20, 7), 2), "060000003E");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 51, 1), 2), "0600000000");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 20, 30), 2), "0600000000");
}

TEST(EventObjects, FailuresHaveTheirFigures) {
    Bench bench;
    Manager manager(bench);
    live(bench.meter, healthy(sed302), 10s);
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(10min);
    live(bench.meter, healthy(sed302), 1s);
    for (const int e : {0, 1, 2, 3, 21, 5, 6, 7, 8, 9}) {
        EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 7, e), 2), "0600000001") << e;
    }
    for (const int e : {15, 16, 17, 18, 19}) EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 7, e), 2), "0600000258") << e;
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 7, 20), 2), "1200B4");
    EXPECT_EQ(manager.value(7, Obis(1, 0, 99, 97, 0), 2),
              spaceless("0101 0202 090C 07EA060F01 0E0A0A00 FF88 80 0600000258"));
}

TEST(EventObjects, TheBatteryTellsItsStateAndAge) {
    Bench bench;
    Manager manager(bench);
    Inputs inputs;
    inputs.battery_mv = 3'550;
    inputs.supercapacitor_mv = 5'100;
    bench.meter.set_inputs(inputs);
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 6, 3), 2), "120DDE");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 6, 11), 2), "1213EC");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 6, 6), 2), "0600015660");  // ten years, in hours
    (void)bench.meter.mains_lost();
    bench.meter.advance_on_battery(5h);
    bench.meter.mains_returned();
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 6, 0), 2), "0600000005");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 6, 6), 2), "060001565B");
}

}  // namespace
}  // namespace blathy::meter
