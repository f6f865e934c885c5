// The ACTION service, from octets to octets, on the one class that has methods: the clock.
#include <gtest/gtest.h>

#include "tests/support/bench.hpp"
#include "tests/support/utc.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;
using test::Bench;
using test::block_hex;
using test::Manager;
using test::Octets;
using test::Reader;
using test::utc;

const std::string clock_method = "00080000010000FF";
const std::string ok = "C701C10000";

struct Action : testing::Test {
    Bench bench;
    Manager manager{bench};

    [[nodiscard]] UtcTime now() const { return bench.meter.clock().now(); }
    std::string invoke(const std::string& method, const std::string& parameters) {
        return manager.ask("C301C1" + clock_method + method + "01" + parameters);
    }
    UtcTime after(const std::string& method, UtcTime before) {
        bench.meter.set_clock(before);
        EXPECT_EQ(invoke(method, "0F00"), ok);
        return now();
    }
};

TEST_F(Action, AdjustToQuarterGoesToTheNearestOne) {
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 7, 29, 999)), utc(2026, 6, 15, 12));
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 7, 30)), utc(2026, 6, 15, 12, 15));
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 52, 30)), utc(2026, 6, 15, 13));
    EXPECT_EQ(after("01", utc(2026, 12, 31, 23, 59, 59)), utc(2027, 1, 1));
}

TEST_F(Action, AdjustToMeasuringPeriodGoesToTheNearestStartOfOne) {
    ASSERT_EQ(bench.meter.model().tariffs.demand_period_s, 900);
    EXPECT_EQ(after("02", utc(2026, 6, 15, 12, 22, 29)), utc(2026, 6, 15, 12, 15));
    EXPECT_EQ(after("02", utc(2026, 6, 15, 12, 22, 31)), utc(2026, 6, 15, 12, 30));
}

TEST_F(Action, AdjustToMinuteGoesToTheNearestOne) {
    EXPECT_EQ(after("03", utc(2026, 6, 15, 12, 0, 29, 999)), utc(2026, 6, 15, 12));
    EXPECT_EQ(after("03", utc(2026, 6, 15, 12, 0, 30)), utc(2026, 6, 15, 12, 1));
}

TEST_F(Action, QuartersAreThoseOfLocalTime) {
    ASSERT_EQ(manager.ask("C101C100080000010000FF030010FEA7"), "C501C100");  // Nepal, 5 h 45 min ahead
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 16)), utc(2026, 6, 15, 12, 15));
    ASSERT_EQ(manager.ask("C101C100080000010000FF030010FFF6"), "C501C100");  // ten minutes ahead
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 6)), utc(2026, 6, 15, 12, 5));
    EXPECT_EQ(after("01", utc(2026, 6, 15, 12, 19)), utc(2026, 6, 15, 12, 20));
}

TEST_F(Action, APresetTimeIsSetWithinItsPeriod) {
    // 14:30:00 local, to be set from 14:00 to 15:00.
    const std::string preset =
        "0203"
        "090C07EA0615FF0E1E0000FF8880"
        "090C07EA0615FF0E000000FF8880"
        "090C07EA0615FF0F000000FF8880";
    bench.meter.set_clock(utc(2026, 6, 21, 11, 59, 59));
    EXPECT_EQ(invoke("05", preset), ok);
    EXPECT_EQ(invoke("04", "0F00"), "C701C10200");  // too early: temporary failure
    bench.meter.set_clock(utc(2026, 6, 21, 12));
    EXPECT_EQ(invoke("04", "0F00"), ok);
    EXPECT_EQ(now(), utc(2026, 6, 21, 12, 30));
    EXPECT_EQ(invoke("04", "0F00"), "C701C10200");  // once
    EXPECT_EQ(invoke("05", preset), ok);
    bench.meter.set_clock(utc(2026, 6, 21, 13));
    EXPECT_EQ(invoke("04", "0F00"), ok);
    EXPECT_EQ(invoke("05", preset), ok);
    bench.meter.set_clock(utc(2026, 6, 21, 13, 0, 0, 1));
    EXPECT_EQ(invoke("04", "0F00"), "C701C10200");  // too late
}

TEST_F(Action, APresetTimeMustBeThreeTimesInOrder) {
    const std::string time = "090C07EA0615FF0E1E0000FF8880";
    const std::string later = "090C07EA0615FF0E1F0000FF8880";
    const std::string wildcard = "090C07EA0615FFFF1E0000FF8880";
    EXPECT_EQ(invoke("05", "0203" + time + later + time), "C701C1FA00");
    EXPECT_EQ(invoke("05", "0203" + wildcard + time + time), "C701C1FA00");
    EXPECT_EQ(invoke("05", "0202" + time + time), "C701C10C00");
    EXPECT_EQ(invoke("05", "0103" + time + time + time), "C701C10C00");
    EXPECT_EQ(invoke("05", time), "C701C10C00");
    EXPECT_EQ(invoke("04", "0F00"), "C701C10200");
}

TEST_F(Action, ShiftTimeGoesUpTo900SecondsEitherWay) {
    EXPECT_EQ(invoke("06", "100384"), ok);
    EXPECT_EQ(now(), test::bench_time + seconds{900});
    EXPECT_EQ(invoke("06", "10FC7C"), ok);
    EXPECT_EQ(now(), test::bench_time);
    for (const char* shift : {"100385", "10FC7B", "108000", "107FFF"}) EXPECT_EQ(invoke("06", shift), "C701C1FA00");
    EXPECT_EQ(invoke("06", "120384"), "C701C10C00");
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(Action, TheAdjustingMethodsTakeAnInteger) {
    for (const char* method : {"01", "02", "03", "04"}) {
        EXPECT_EQ(invoke(method, "00"), "C701C10C00");
        EXPECT_EQ(invoke(method, "1100"), "C701C10C00");
        EXPECT_EQ(manager.ask("C301C1" + clock_method + method + "00"), "C701C10C00");
    }
}

TEST_F(Action, AShiftDoesNotMakeAnUnknownTimeKnown) {
    Bench lost(sed302, 1, {}, std::nullopt);
    Manager other(lost);
    EXPECT_EQ(other.value(8, Obis(0, 0, 1, 0, 0), 4), "1101");
    EXPECT_EQ(other.ask("C301C1" + clock_method + "0601100001"), ok);
    EXPECT_EQ(other.ask("C301C1" + clock_method + "03010F00"), ok);
    EXPECT_EQ(other.value(8, Obis(0, 0, 1, 0, 0), 4), "1101");
    EXPECT_EQ(other.ask("C101C100080000010000FF0200090C07EA0115FF0E1E0000800000"), "C501C100");
    EXPECT_EQ(other.value(8, Obis(0, 0, 1, 0, 0), 4), "1100");
}

TEST_F(Action, ErrorsSayWhat) {
    EXPECT_EQ(manager.ask("C301C100080000FE0000FF01010F00"), "C701C10400");
    EXPECT_EQ(manager.ask("C301C100030000010000FF01010F00"), "C701C10900");
    EXPECT_EQ(manager.ask("C301C100080000010000FF00010F00"), "C701C10300");
    EXPECT_EQ(manager.ask("C301C100080000010000FF07010F00"), "C701C10300");
    EXPECT_EQ(manager.ask("C301C100030100010800FF01010F00"), "C701C10300");  // a billed register is not reset
    EXPECT_EQ(manager.ask("C301C1000F0000280000FF01010900"), "C701C1FA00");  // nothing to reply to
    Reader reader(bench);
    EXPECT_EQ(reader.ask("C301C100080000010000FF0601100001"), "C701C10300");
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(Action, AnUnconfirmedOneIsSilentButDone) {
    EXPECT_EQ(manager.ask("C30181" + clock_method + "0601100001"), "");
    EXPECT_EQ(now(), test::bench_time + seconds{1});
    EXPECT_EQ(manager.ask("C3018100080000FE0000FF01010F00"), "");
    EXPECT_EQ(manager.ask("C3038101" + clock_method + "0601100001"), "");
    EXPECT_EQ(now(), test::bench_time + seconds{2});
}

using ActionList = Action;

TEST_F(ActionList, EachMethodHasItsOutcomeInOrder) {
    EXPECT_EQ(manager.ask("C303C104" + clock_method + "06" + "00080000FE0000FF01" + clock_method + "09" + clock_method +
                          "06" +
                          "04"
                          "10000A"
                          "00"
                          "00"
                          "10FFFF"),
              "C703C104"
              "0000"
              "0400"
              "0300"
              "0000");
    EXPECT_EQ(now(), test::bench_time + seconds{9});
}

TEST_F(ActionList, AsManyParametersAsMethods) {
    EXPECT_EQ(manager.ask("C303C101" + clock_method + "0602100001100001"), "D80103");
    EXPECT_EQ(manager.ask("C303C102" + clock_method + "06" + clock_method + "0601100001"), "D80103");
    EXPECT_EQ(now(), test::bench_time);
    EXPECT_EQ(manager.ask("C303C10000"), "C703C100");
}

using ActionBlocks = Action;

TEST_F(ActionBlocks, OfEverySizeMakeTheParameters) {
    const Octets parameters = test::hex(
        "0203090C07EA0615FF0E1E0000FF8880090C07EA0615FF0E000000FF8880090C07EA0615FF0F0000"
        "00FF8880");
    for (std::size_t size = 1; size <= parameters.size(); ++size) {
        std::uint32_t number = 0;
        std::size_t sent = 0;
        std::string answer;
        while (sent < parameters.size()) {
            const auto raw = Bytes(parameters).subspan(sent, std::min(size, parameters.size() - sent));
            sent += raw.size();
            const bool last = sent == parameters.size();
            answer = manager.ask((number == 0 ? "C304C1" + clock_method + "05" : "C306C1") +
                                 block_hex(last, number + 1, raw));
            ++number;
            if (!last) {
                Octets acknowledged = test::hex("C704C100000000");
                acknowledged[5] = static_cast<std::uint8_t>(number >> 8U);
                acknowledged[6] = static_cast<std::uint8_t>(number);
                ASSERT_EQ(answer, test::hex(acknowledged));
            }
        }
        EXPECT_EQ(answer, ok) << size;
        bench.meter.set_clock(utc(2026, 6, 21, 12));
        EXPECT_EQ(invoke("04", "0F00"), ok);
        EXPECT_EQ(now(), utc(2026, 6, 21, 12, 30));
    }
}

TEST_F(ActionBlocks, OfAListMakeItsParameters) {
    EXPECT_EQ(
        manager.ask("C305C102" + clock_method + "06" + clock_method + "06" + block_hex(false, 1, test::hex("0210"))),
        "C704C100000001");
    EXPECT_EQ(manager.ask("C306C1" + block_hex(true, 2, test::hex("000A100014"))), "C703C10200000000");
    EXPECT_EQ(now(), test::bench_time + seconds{30});
}

TEST_F(ActionBlocks, AWrongNumberAbortsTheTransfer) {
    for (const std::uint32_t wrong : {0U, 1U, 3U, 0xFFFFFFFFU}) {
        ASSERT_EQ(manager.ask("C304C1" + clock_method + "06" + block_hex(false, 1, test::hex("10"))), "C704C100000001");
        EXPECT_EQ(manager.ask("C306C1" + block_hex(true, wrong, test::hex("0001"))), "C701C10F00");
        EXPECT_EQ(manager.ask("C306C1" + block_hex(true, 2, test::hex("0001"))), "C701C11000");
    }
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(ActionBlocks, ABlockWithoutATransferFindsNone) {
    EXPECT_EQ(manager.ask("C306C1" + block_hex(true, 1, test::hex("100001"))), "C701C11000");
    EXPECT_EQ(manager.ask("C302C100000001"), "C701C11000");
}

TEST_F(ActionBlocks, ANewRequestEndsTheTransfer) {
    for (const char* request : {"C001C100080000010000FF0900", "C101C100080000010000FF04001100",
                                "C301C100080000010000FF010100", "C002C100000001", "C103C101000000010109"}) {
        ASSERT_EQ(manager.ask("C304C1" + clock_method + "06" + block_hex(false, 1, test::hex("10"))), "C704C100000001");
        (void)manager.ask(request);
        EXPECT_EQ(manager.ask("C306C1" + block_hex(true, 2, test::hex("0001"))), "C701C11000") << request;
    }
}

TEST_F(ActionBlocks, WhatIsNotOneValueIsUnmatched) {
    for (const char* raw : {"", "10", "10000100", "0202"}) {
        EXPECT_EQ(manager.ask("C304C1" + clock_method + "06" + block_hex(true, 1, test::hex(raw))), "C701C10C00")
            << raw;
    }
    for (const char* raw : {"", "02100001", "01100001", "0210000110000100"}) {
        EXPECT_EQ(
            manager.ask("C305C102" + clock_method + "06" + clock_method + "06" + block_hex(true, 1, test::hex(raw))),
            "C701C10C00")
            << raw;
    }
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(ActionBlocks, ParametersThatAreTooLongAreAborted) {
    const Octets raw(2000, 0x00);
    ASSERT_EQ(manager.ask("C304C1" + clock_method + "06" + block_hex(false, 1, raw)), "C704C100000001");
    ASSERT_EQ(manager.ask("C306C1" + block_hex(false, 2, raw)), "C704C100000002");
    EXPECT_EQ(manager.ask("C306C1" + block_hex(false, 3, raw)), "C701C10F00");
    EXPECT_EQ(manager.ask("C306C1" + block_hex(true, 4, raw)), "C701C11000");
}

TEST_F(ActionBlocks, OutcomesThatAreTooLongForTheClientComeInBlocks) {
    std::string request = "C303C106";
    for (int i = 0; i < 6; ++i) request += i == 3 ? "00080000FE0000FF01" : clock_method + "06";
    request += "06";
    for (int i = 0; i < 6; ++i) request += "100001";
    // 13 octets: 06 0000 0000 0000 0400 0000 0000
    Manager small(bench, 14);
    EXPECT_EQ(small.ask(request),
              "C702C100000000010506"
              "00000000");
    EXPECT_EQ(small.ask("C302C100000001"),
              "C702C100000000020500"
              "00040000");
    EXPECT_EQ(small.ask("C302C100000002"), "C702C1010000000303000000");
    EXPECT_EQ(small.ask("C302C100000003"), "C701C11000");
    EXPECT_EQ(now(), test::bench_time + seconds{5});
    ASSERT_EQ(small.ask(request).substr(0, 8), "C702C100");
    EXPECT_EQ(small.ask("C302C100000002"), "C701C10F00");
    EXPECT_EQ(small.ask("C302C100000001"), "C701C11000");
    Manager just(bench, 16);
    EXPECT_EQ(just.ask(request), "C703C106000000000000040000000000");
}

}  // namespace
}  // namespace blathy::meter
