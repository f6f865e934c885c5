// The ACCESS service (Green Book 9.4.6.6), from octets to octets.
#include <gtest/gtest.h>

#include "dlms/apdu/access.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::Bench;
using test::Manager;
using test::Octets;
using test::Reader;

// Specifications: get and get-with-selection, set, action.
const std::string get_base_spec = "0100080000010000FF09";
const std::string get_zone_spec = "0100080000010000FF03";
const std::string get_nothing_spec = "0100080000FE0000FF02";
const std::string get_objects_spec = "01000F0000280000FF02";
const std::string set_zone_spec = "0200080000010000FF03";
const std::string set_status_spec = "0200080000010000FF04";
const std::string shift_spec = "0300080000010000FF06";
const std::string no_method_spec = "0300080000010000FF09";

struct Access : testing::Test {
    Bench bench;
    Manager manager{bench};

    [[nodiscard]] UtcTime now() const { return bench.meter.clock().now(); }
    [[nodiscard]] int zone_min() const { return bench.meter.clock().settings().time_zone_min; }
};

TEST_F(Access, GivesDataAndThenResultsInTheOrderOfTheRequest) {
    EXPECT_EQ(manager.ask("D9 40000001 00"
                          "04" +
                          get_zone_spec + set_zone_spec + shift_spec + get_base_spec +
                          "04"
                          "00"
                          "10FF88"
                          "10000A"
                          "00"),
              "DA40000001"
              "00"
              "00"
              "04"
              "10FFC4"
              "00"
              "00"
              "1601"
              "04"
              "0100"
              "0200"
              "0300"
              "0100");
    EXPECT_EQ(zone_min(), -120);
    EXPECT_EQ(now(), test::bench_time + seconds{10});
}

TEST_F(Access, EachPartSeesWhatThoseBeforeItDid) {
    EXPECT_EQ(manager.ask("D9 40000001 00"
                          "05" +
                          get_zone_spec + set_zone_spec + get_zone_spec + set_zone_spec + get_zone_spec +
                          "05"
                          "00"
                          "10FF88"
                          "00"
                          "10FD30"
                          "00"),
              "DA40000001"
              "00"
              "00"
              "05"
              "10FFC4"
              "00"
              "10FF88"
              "00"
              "10FD30"
              "05"
              "01000200010002000100");
}

TEST_F(Access, AnErrorIsAResultWithoutData) {
    EXPECT_EQ(
        manager.ask("D9 40000001 00"
                    "06" +
                    get_nothing_spec + set_status_spec + no_method_spec + set_zone_spec + shift_spec + get_base_spec +
                    "06"
                    "00"
                    "1100"
                    "00"
                    "1101"
                    "107FFF"
                    "00"),
        "DA40000001"
        "00"
        "00"
        "06"
        "00000000001601"
        "06"
        "0104"
        "0203"
        "0303"
        "020C"
        "03FA"
        "0100");
}

TEST_F(Access, BreaksOnTheFirstErrorIfItIsToldTo) {
    const std::string request =
        "04" + set_zone_spec + get_nothing_spec + shift_spec + get_base_spec + "04" + "10FF88" + "00" + "10000A" + "00";
    EXPECT_EQ(manager.ask("D9 60000001 00" + request),
              "DA60000001"
              "00"
              "00"
              "0400000000"
              "04"
              "0200"
              "0104"
              "03FA"
              "01FA");
    EXPECT_EQ(zone_min(), -120);
    EXPECT_EQ(now(), test::bench_time);
    EXPECT_EQ(manager.ask("D9 60000001 00 03" + set_status_spec + set_zone_spec + get_base_spec + "03" + "1100" +
                          "10FFC4" + "00"),
              "DA60000001"
              "00"
              "00"
              "03000000"
              "03"
              "0203"
              "02FA"
              "01FA");
    EXPECT_EQ(zone_min(), -120);
    EXPECT_EQ(manager.ask("D9 60000001 00 02" + no_method_spec + shift_spec + "02" + "00" + "10000A").substr(16),
              "0000020303"
              "03FA");
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(Access, RepeatsTheSpecificationsIfItIsToDescribeItself) {
    EXPECT_EQ(manager.ask("D9 50000001 00 02" + get_base_spec + set_zone_spec + "02" + "00" + "10FF88"),
              "DA50000001"
              "00"
              "01"
              "02" +
                  get_base_spec + set_zone_spec +
                  "02"
                  "1601"
                  "00"
                  "02"
                  "0100"
                  "0200");
    EXPECT_EQ(manager.ask("D9 50000001 00 00 00"), "DA500000010001000000");
}

TEST_F(Access, RepeatsTheInvokeIdWithAllItsFlags) {
    EXPECT_EQ(manager.ask("D9 C0ABCDEF 00 01" + get_base_spec + "0100"),
              "DAC0ABCDEF"
              "00"
              "00"
              "011601"
              "010100");
    EXPECT_EQ(manager.ask("D9 40FFFFFF 00 00 00"),
              "DA40FFFFFF"
              "00"
              "00"
              "00"
              "00");
}

TEST_F(Access, AnswersADateTimeWithItsOwn) {
    EXPECT_EQ(manager.ask("D9 40000001 0C 07EA060F010D000000FF8880 01" + get_base_spec + "0100"),
              "DA40000001"
              "0C07EA060F010E000000FF8880"
              "00"
              "011601"
              "010100");
}

TEST_F(Access, AnUnconfirmedOneIsSilentButDone) {
    EXPECT_EQ(manager.ask("D9 00000001 00 03" + set_zone_spec + get_objects_spec + shift_spec + "03" + "10FF88" + "00" +
                          "100001"),
              "");
    EXPECT_EQ(zone_min(), -120);
    EXPECT_EQ(now(), test::bench_time + seconds{1});
    Manager small(bench, 12);
    EXPECT_EQ(small.ask("D9 00000001 00 03" + get_objects_spec + get_objects_spec + shift_spec + "03" + "00" + "00" +
                        "100001"),
              "");
    EXPECT_EQ(now(), test::bench_time + seconds{2});
}

TEST_F(Access, SelectiveAccessIsThatOfTheOtherServices) {
    const std::string selective_get =
        "0400080000010000FF02"
        "0100";
    const std::string selective_set =
        "0500080000010000FF03"
        "0100";
    EXPECT_EQ(manager.ask("D9 40000001 00 02" + selective_get + selective_set + "02" + "00" + "10FF88"),
              "DA40000001"
              "00"
              "00"
              "020000"
              "02"
              "010D"
              "020D");
    EXPECT_EQ(zone_min(), -60);
}

TEST_F(Access, RightsAreThoseOfTheClient) {
    Reader reader(bench);
    EXPECT_EQ(reader.ask("D9 40000001 00 03" + set_zone_spec + shift_spec + get_zone_spec + "03" + "10FF88" + "100001" +
                         "00"),
              "DA40000001"
              "00"
              "00"
              "03"
              "00"
              "00"
              "10FFC4"
              "03"
              "0203"
              "0303"
              "0100");
    EXPECT_EQ(zone_min(), -60);
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(Access, AttributeZeroIsAllAttributes) {
    const std::string all = "0100080000010000FF00";
    const std::string whole = manager.value(8, dlms::Obis(0, 0, 1, 0, 0), 0);
    ASSERT_EQ(whole.substr(0, 4), "0209");
    EXPECT_EQ(manager.ask("D9 40000001 00 01" + all + "0100"),
              "DA400000010000"
              "01" +
                  whole +
                  "01"
                  "0100");
}

TEST_F(Access, TruncatedAndOverlongOnesAreMalformedAndNotDone) {
    const Octets whole = test::hex("D9 50000001 0C 07EA060F010D000000FF8880 02" + set_zone_spec + shift_spec + "02" +
                                   "10FF88" + "100001");
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_EQ(test::hex(manager.send(Bytes(whole).first(size))), "D80103") << size;
    }
    EXPECT_EQ(manager.ask(test::hex(whole) + "00"), "D80103");
    EXPECT_EQ(manager.ask("D9 40000001 00 01" + get_base_spec + "00"), "D80103");
    EXPECT_EQ(manager.ask("D9 40000001 00 00 0100"), "D80103");
    EXPECT_EQ(manager.ask("D9 40000001 00 01 0600080000010000FF09 0100"), "D80103");
    EXPECT_EQ(manager.ask("D9 40000001 05 0102030405 00 00"), "D80103");
    EXPECT_EQ(manager.ask("D9 40000001 00 847FFFFFFF 00"), "D80103");
    EXPECT_EQ(zone_min(), -60);
    EXPECT_EQ(now(), test::bench_time);
}

// Without general block transfer. The response has 7 octets, a count of data, the data, a count and 2 octets a result.
TEST_F(Access, NothingIsDoneIfTheResponseIsTooLongForTheClient) {
    const std::string request =
        "D9 40000001 00 03" + set_zone_spec + get_zone_spec + shift_spec + "03" + "10FF88" + "00" + "100001";
    Manager just(bench, 20);
    Manager small(bench, 19);
    EXPECT_EQ(small.ask(request), "D80104");
    EXPECT_EQ(zone_min(), -60);
    EXPECT_EQ(now(), test::bench_time);
    EXPECT_EQ(just.ask(request),
              "DA400000010000"
              "03"
              "00"
              "10FF88"
              "00"
              "03"
              "020001000300");
    EXPECT_EQ(now(), test::bench_time + seconds{1});
    EXPECT_EQ(
        manager.ask("D9 40000001 00 02" + set_zone_spec + get_objects_spec + "02" + "10FFC4" + "00").substr(0, 14),
        "DA400000010000");
    Manager middle(bench, 200);
    EXPECT_EQ(middle.ask("D9 40000001 00 02" + set_zone_spec + get_objects_spec + "02" + "10FF88" + "00"), "D80104");
    EXPECT_EQ(zone_min(), -60);
}

TEST_F(Access, EndsATransferOfAnotherService) {
    Manager small(bench, 40);
    ASSERT_EQ(small.ask("C001C1000F0000280000FF0200").substr(0, 8), "C402C100");
    EXPECT_EQ(small.ask("D9 40000001 00 01" + get_base_spec + "0100"),
              "DA400000010000"
              "011601"
              "010100");
    EXPECT_EQ(small.ask("C002C100000001"), "C402C101000000010110");
}

TEST_F(Access, TakesAsManyPartsAsARequestHolds) {
    std::string specifications;
    std::string values;
    std::string data;
    std::string results;
    constexpr std::size_t count = 180;  // 2048 octets hold no more of 11 octets
    for (std::size_t i = 0; i < count; ++i) {
        specifications += i % 3 == 0 ? get_nothing_spec : get_base_spec;
        values += "00";
        data += i % 3 == 0 ? "00" : "1601";
        results += i % 3 == 0 ? "0104" : "0100";
    }
    EXPECT_EQ(manager.ask("D9 50000001 00 81B4" + specifications + "81B4" + values),
              "DA500000010001"
              "81B4" +
                  specifications + "81B4" + data + "81B4" + results);
}

}  // namespace
}  // namespace blathy::meter
