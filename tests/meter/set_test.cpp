// The SET service, from octets to octets.
#include <gtest/gtest.h>

#include "tests/support/bench.hpp"
#include "tests/support/utc.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;
using test::Bench;
using test::block_hex;
using test::Client;
using test::Manager;
using test::no_object;
using test::number_hex;
using test::Octets;
using test::Reader;
using test::set_denied;
using test::set_other_reason;
using test::set_success;
using test::set_type_unmatched;
using test::utc;

const std::string set_time = "C101C100080000010000FF0200090C";

struct Set : testing::Test {
    Bench bench;
    Manager manager{bench};
    [[nodiscard]] UtcTime now() const { return bench.meter.clock().now(); }
};

TEST_F(Set, TheClockWithADeviation) {
    EXPECT_EQ(manager.ask("C101C100080000010000FF0200090C07E50118010E303950FFC400"), set_success);
    EXPECT_EQ(now(), utc(2021, 1, 24, 13, 48, 57, 800));
    EXPECT_EQ(manager.ask(set_time + "07EA0801FF00000000010E00"), set_success);  // UTC = local + 270 minutes
    EXPECT_EQ(now(), utc(2026, 8, 1, 4, 30));
    EXPECT_EQ(manager.ask("C101C100080000010000FF02001907EA0801FF00000000000000"), set_success);  // as date-time
    EXPECT_EQ(now(), utc(2026, 8, 1));
}

TEST_F(Set, TheClockWithoutADeviationIsLocalTime) {
    EXPECT_EQ(manager.ask(set_time + "07EA0101FF0C0000FF8000FF"), set_success);
    EXPECT_EQ(now(), utc(2026, 1, 1, 11));
    EXPECT_EQ(manager.ask(set_time + "07EA0701FF0C000000800000"), set_success);
    EXPECT_EQ(now(), utc(2026, 7, 1, 10));
}

// On 25 October 2026 the hour from two to three comes twice.
TEST_F(Set, TheHourThatComesTwiceIsTheNormalOneUnlessTheStatusSaysDaylightSaving) {
    for (const auto& [status, expected] : {std::pair{"FF", utc(2026, 10, 25, 1, 30)},
                                           {"00", utc(2026, 10, 25, 1, 30)},
                                           {"80", utc(2026, 10, 25, 0, 30)}}) {
        EXPECT_EQ(manager.ask(set_time + "07EA0A19FF021E00008000" + status), set_success);
        EXPECT_EQ(now(), expected) << status;
    }
    EXPECT_EQ(manager.ask(set_time + "07EA0A19FF013B3B008000FF"), set_success);
    EXPECT_EQ(now(), utc(2026, 10, 24, 23, 59, 59));
    EXPECT_EQ(manager.ask(set_time + "07EA0A19FF030000008000FF"), set_success);
    EXPECT_EQ(now(), utc(2026, 10, 25, 2));
}

// On 29 March 2026 there is no hour from two to three.
TEST_F(Set, TheHourThatDoesNotComeIsTakenAsNormalTime) {
    EXPECT_EQ(manager.ask(set_time + "07EA031DFF021E00008000FF"), set_success);
    EXPECT_EQ(now(), utc(2026, 3, 29, 1, 30));
    EXPECT_EQ(test::hex(Octets{bench.meter.clock().local_now().time.hour}), "03");
}

TEST_F(Set, AStatusThatClaimsDaylightSavingInWinterIsNotBelieved) {
    EXPECT_EQ(manager.ask(set_time + "07EA0101FF0C000000800080"), set_success);
    EXPECT_EQ(now(), utc(2026, 1, 1, 11));
}

TEST_F(Set, WildcardsAndDaysThatAreNotAreNoTime) {
    for (const char* time : {"FFFF0101FF0C000000FFC400", "07EAFF01FF0C000000FFC400", "07EA01FFFF0C000000FFC400",
                             "07EA0101FFFF000000FFC400", "07EA0101FF0CFF0000FFC400", "07EA0101FF0C00FF00FFC400",
                             "07EAFE01FF0C000000FFC400", "07EA01FEFF0C000000FFC400", "07EA021DFF0C000000FFC400",
                             "07EA041FFF0C000000FFC400"}) {
        EXPECT_EQ(manager.ask(set_time + time), set_other_reason) << time;
    }
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(Set, YearsOutOfServiceLifeAreNoTime) {
    EXPECT_EQ(manager.ask(set_time + "07CF0C1FFF173B3B00000000"), set_other_reason);
    EXPECT_EQ(manager.ask(set_time + "07D00101FF00000000000000"), set_success);
    EXPECT_EQ(manager.ask(set_time + "08330C1FFF173B3B63000000"), set_success);
    EXPECT_EQ(manager.ask(set_time + "08340101FF00000000000000"), set_other_reason);
    EXPECT_EQ(manager.ask(set_time + "7FFF0101FF00000000000000"), set_other_reason);
    EXPECT_EQ(manager.ask(set_time + "80000101FF00000000000000"), set_other_reason);
}

TEST_F(Set, FieldsOutOfRangeAreNoDateTime) {
    for (const char* time : {"07EA0D01FF0C000000FFC400", "07EA0100FF0C000000FFC400", "07EA0120FF0C000000FFC400",
                             "07EA0101000C000000FFC400", "07EA0101080C000000FFC400", "07EA0101FF18000000FFC400",
                             "07EA0101FF0C3C0000FFC400", "07EA0101FF0C003C00FFC400", "07EA0101FF0C000064FFC400"}) {
        EXPECT_EQ(manager.ask(set_time + time), set_type_unmatched) << time;
    }
}

TEST_F(Set, AnotherTypeOrLengthIsUnmatched) {
    const std::string clock = "C101C100080000010000FF";
    EXPECT_EQ(manager.ask(clock + "020000"), set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "0200060000000"
                                  "0"),
              set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "0200090B07E5011801"
                                  "0E303950FFC4"),
              set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "0200090D07E50118010E303950FFC40000"), set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "030012FFC4"), set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "050000"), set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "07001000"
                                  "3C"),
              set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "08001101"), set_type_unmatched);
    EXPECT_EQ(manager.ask(clock + "080001010301"), set_type_unmatched);
}

TEST_F(Set, TheTimeZone) {
    EXPECT_EQ(manager.ask("C101C100080000010000FF030010FD30"), set_success);  // New Zealand, -720
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -720);
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 3), "10FD30");
    EXPECT_EQ(manager.ask("C101C100080000010000FF030010FCB8"), set_success);       // -840
    EXPECT_EQ(manager.ask("C101C100080000010000FF030010FCB7"), set_other_reason);  // -841
    EXPECT_EQ(manager.ask("C101C100080000010000FF03001002D0"), set_success);       // 720
    EXPECT_EQ(manager.ask("C101C100080000010000FF03001002D1"), set_other_reason);  // 721
    EXPECT_EQ(manager.ask("C101C100080000010000FF0300108000"), set_other_reason);
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, 720);
}

TEST_F(Set, TheRulesOfDaylightSaving) {
    // The southern hemisphere: from the first Sunday in October to the first Sunday in April.
    EXPECT_EQ(manager.ask("C101C100080000010000FF0500090CFFFF0A0107020000008000FF"), set_success);
    EXPECT_EQ(manager.ask("C101C100080000010000FF0600090CFFFF040107030000008000FF"), set_success);
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 5), "090CFFFF0A0107020000008000FF");
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 4), "1100");
    EXPECT_TRUE(bench.meter.clock().daylight_saving_at(utc(2027, 1, 1)));
}

TEST_F(Set, ARuleWithoutMonthOrDayIsNone) {
    for (const char* rule : {"FFFFFF0107020000008000FF", "FFFFFE0107020000008000FF", "FFFF0AFFFF020000008000FF"}) {
        EXPECT_EQ(manager.ask("C101C100080000010000FF0500090C" + std::string(rule)), set_other_reason) << rule;
    }
}

TEST_F(Set, TheDeviationOfDaylightSavingAndWhetherThereIsAny) {
    EXPECT_EQ(manager.ask("C101C100080000010000FF07000F1E"), set_success);
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 2), "090C07EA060F010D1E0000FFA680");
    EXPECT_EQ(manager.ask("C101C100080000010000FF07000F79"), set_other_reason);
    EXPECT_EQ(manager.ask("C101C100080000010000FF07000F80"), set_other_reason);
    EXPECT_EQ(manager.ask("C101C100080000010000FF0800"
                          "0300"),
              set_success);
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 2), "090C07EA060F010D000000FFC400");
}

using APPL_DATA_LN_N3 = Set;

TEST_F(APPL_DATA_LN_N3, WhoReadsDataWritesNothing) {
    Reader reader(bench);
    const Configuration before = bench.meter.configuration();
    for (const char* write : {"0200090C07E50118010E303950FFC400", "030010FFC4", "07000F1E", "08000300"}) {
        EXPECT_EQ(reader.ask("C101C100080000010000FF" + std::string(write)), set_denied);
    }
    EXPECT_EQ(bench.meter.configuration(), before);
    EXPECT_EQ(now(), test::bench_time);
}

TEST_F(APPL_DATA_LN_N3, WhatCannotBeWrittenIsDenied) {
    EXPECT_EQ(manager.ask("C101C100080000010000FF01000906000001"
                          "0000FF"),
              set_denied);
    EXPECT_EQ(manager.ask("C101C100080000010000FF04001100"), set_denied);
    EXPECT_EQ(manager.ask("C101C100080000010000FF09001601"), set_denied);
    EXPECT_EQ(manager.ask("C101C100080000010000FF0A001601"), set_denied);
    EXPECT_EQ(manager.ask("C101C100030100010800FF02000600000000"), set_denied);
    EXPECT_EQ(manager.ask("C101C100010000600100FF0200090131"), set_denied);
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF02000100"), set_denied);
}

TEST_F(APPL_DATA_LN_N3, UnknownObjectsAndOtherClasses) {
    EXPECT_EQ(manager.ask("C101C100010000FE0000FF020000"), "C501C104");
    EXPECT_EQ(manager.ask("C101C100010000010000FF020000"), "C501C109");
}

TEST_F(APPL_DATA_LN_N3, SelectiveAccessViolatesTheScope) {
    EXPECT_EQ(manager.ask("C101C100080000010000FF0301010010FFC4"), "C501C10D");
}

TEST_F(Set, AnUnconfirmedOneIsSilentButDone) {
    EXPECT_EQ(manager.ask("C1018100080000010000FF030010FF88"), "");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
    EXPECT_EQ(manager.ask("C1018100080000010000FF04001100"), "");
    EXPECT_EQ(manager.ask("C104810100080000010000FF030001"
                          "10FFC4"),
              "");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
}

TEST_F(Set, ASettingThatCannotBeKeptIsNotInForce) {
    // No sector can be erased or programmed any more.
    class DeadFlash final : public Flash {
      public:
        explicit DeadFlash(const Flash& flash) : flash_(flash) {}
        std::size_t sector_size() const override { return flash_.sector_size(); }
        std::size_t sector_count() const override { return flash_.sector_count(); }
        bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
            return flash_.read(sector, offset, into);
        }
        bool program(std::size_t, std::size_t, Bytes) override { return false; }
        bool erase(std::size_t) override { return false; }

      private:
        const Flash& flash_;
    } flash(bench.flash);
    Store store(flash);
    store.mount();
    Meter meter(sed302, Identity(sed302, 1), {}, store, test::bench_time, {}, test::security_ports(bench.entropy));
    Client client(meter, test::management_client_sap);
    ASSERT_TRUE(client.open(test::management_password));
    EXPECT_EQ(client.ask("C101C100080000010000FF030010FF88"), "C501C101");
    EXPECT_EQ(meter.clock().settings().time_zone_min, -60);
    EXPECT_EQ(client.ask("C101C1000F0000280000FF0700090131"), "C501C101");
    EXPECT_TRUE(client.open(test::management_password));
}

using Secret = Set;

TEST_F(Secret, OpensTheNextAssociation) {
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF070009083132333435363738"), set_success);
    EXPECT_EQ(manager.value(8, Obis(0, 0, 1, 0, 0), 9), "1601");  // this one goes on
    EXPECT_FALSE(manager.open(test::management_password));
    EXPECT_TRUE(manager.open("12345678"));
}

TEST_F(Secret, SurvivesARestart) {
    ASSERT_EQ(manager.ask("C101C1000F0000280000FF070009083132333435363738"), set_success);
    Store store(bench.flash);
    store.mount();
    Meter restarted(sed302, Identity(sed302, 12345), {}, store, test::bench_time, {},
                    test::security_ports(bench.entropy));
    Client client(restarted, test::management_client_sap);
    EXPECT_FALSE(client.open(test::management_password));
    EXPECT_TRUE(client.open("12345678"));
}

TEST_F(Secret, HasOneTo32Octets) {
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF07000900"), set_other_reason);
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF07000921" + std::string(66, '3')), set_other_reason);
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF07000A0131"), set_type_unmatched);
    EXPECT_TRUE(manager.open(test::management_password));
    EXPECT_EQ(manager.ask("C101C1000F0000280000FF07000920" + std::string(64, '3')), set_success);
    EXPECT_FALSE(manager.open(std::string(31, '3')));
    EXPECT_FALSE(manager.open(std::string(33, '3')));
    EXPECT_TRUE(manager.open(std::string(32, '3')));
}

const std::string zone = "00080000010000FF0300";
const std::string status = "00080000010000FF0400";
const std::string deviation = "00080000010000FF0700";

using SetList = Set;

TEST_F(SetList, EachTargetHasItsResultInOrder) {
    EXPECT_EQ(manager.ask("C104C104" + zone + status + no_object + deviation +
                          "04"
                          "10FF88"
                          "1100"
                          "00"
                          "0F1E"),
              "C505C10400030400");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
    EXPECT_EQ(bench.meter.clock().settings().daylight_deviation_min, 30);
}

TEST_F(SetList, AsManyValuesAsTargets) {
    EXPECT_EQ(manager.ask("C104C101" + zone +
                          "02"
                          "10FF88"
                          "10FF88"),
              "D80103");
    EXPECT_EQ(manager.ask("C104C102" + zone + zone +
                          "01"
                          "10FF88"),
              "D80103");
    EXPECT_EQ(manager.ask("C104C10000"), "C505C100");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
}

TEST_F(SetList, NothingIsWrittenIfTheResultsAreTooLongForTheClient) {
    Manager small(bench, 12);
    std::string targets;
    std::string values;
    for (int i = 0; i < 9; ++i) targets += zone, values += "10FF88";
    EXPECT_EQ(small.ask("C104C109" + targets + "09" + values), "D80104");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
    EXPECT_EQ(small.ask("C104C108" + targets.substr(20) + "08" + values.substr(6)), "C505C1080000000000000000");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
}

// Blocks

// Sends `value` in blocks of `size` octets and returns the answer to the last, or to the first that is not as it
// should be.
std::string in_blocks(Client& client, const std::string& first, const Octets& value, std::size_t size) {
    std::uint32_t number = 0;
    std::size_t sent = 0;
    while (true) {
        const auto raw = Bytes(value).subspan(sent, std::min(size, value.size() - sent));
        sent += raw.size();
        const bool last = sent == value.size();
        const std::string answer = client.ask((number == 0 ? first : "C103C1") + block_hex(last, number + 1, raw));
        ++number;
        if (last || answer != "C502C1" + number_hex(number)) return answer;
    }
}

using SetBlocks = Set;

TEST_F(SetBlocks, OfEverySizeMakeTheValue) {
    const Octets value = test::hex("090C07E50118010E303950FFC400");
    for (std::size_t size = 1; size <= value.size() + 1; ++size) {
        bench.meter.set_clock(test::bench_time);
        const auto blocks = static_cast<std::uint32_t>((value.size() + size - 1) / size);
        EXPECT_EQ(in_blocks(manager, "C102C100080000010000FF0200", value, size), "C503C100" + number_hex(blocks));
        EXPECT_EQ(now(), utc(2021, 1, 24, 13, 48, 57, 800)) << size;
    }
}

TEST_F(SetBlocks, OfAListMakeItsValues) {
    const Octets values = test::hex("0310FF8811000F1E");
    for (std::size_t size = 1; size <= values.size(); ++size) {
        const auto blocks = static_cast<std::uint32_t>((values.size() + size - 1) / size);
        ASSERT_TRUE(bench.meter.configure({}));
        EXPECT_EQ(in_blocks(manager, "C105C103" + zone + status + deviation, values, size),
                  "C504C103000300" + number_hex(blocks));
        EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
        EXPECT_EQ(bench.meter.clock().settings().daylight_deviation_min, 30);
    }
}

TEST_F(SetBlocks, NothingIsWrittenBeforeTheLast) {
    EXPECT_EQ(manager.ask("C102C1" + zone + block_hex(false, 1, test::hex("10FF88"))), "C502C100000001");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
    EXPECT_EQ(manager.ask("C103C1" + block_hex(true, 2, {})), "C503C10000000002");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
}

TEST_F(SetBlocks, AWrongNumberEndsTheTransfer) {
    for (const std::uint32_t wrong : {0U, 1U, 3U, 0xFFFFFFFFU}) {
        ASSERT_EQ(manager.ask("C102C1" + zone + block_hex(false, 1, test::hex("10"))), "C502C100000001");
        EXPECT_EQ(manager.ask("C103C1" + block_hex(true, wrong, test::hex("FF88"))), "C503C113" + number_hex(wrong));
        EXPECT_EQ(manager.ask("C103C1" + block_hex(true, 2, test::hex("FF88"))), "C503C11200000002");
    }
    EXPECT_EQ(manager.ask("C102C1" + zone + block_hex(true, 2, test::hex("10FF88"))), "C503C11300000002");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
}

TEST_F(SetBlocks, ABlockWithoutATransferFindsNone) {
    EXPECT_EQ(manager.ask("C103C1" + block_hex(true, 1, test::hex("10FF88"))), "C503C11200000001");
}

TEST_F(SetBlocks, ANewRequestEndsTheTransfer) {
    for (const char* request : {"C001C100080000010000FF0900", "C101C100080000010000FF04001100",
                                "C301C100080000010000FF01010F00", "C002C100000001", "C306C10100000001020F00"}) {
        ASSERT_EQ(manager.ask("C102C1" + zone + block_hex(false, 1, test::hex("10"))), "C502C100000001");
        (void)manager.ask(request);
        EXPECT_EQ(manager.ask("C103C1" + block_hex(true, 2, test::hex("FF88"))), "C503C11200000002") << request;
    }
}

TEST_F(SetBlocks, WhatIsNotOneValueIsUnmatched) {
    for (const char* value : {"", "10", "10FF", "10FF8800", "10FF8810FF88", "07", "0203"}) {
        EXPECT_EQ(in_blocks(manager, "C102C1" + zone, test::hex(value), 2).substr(0, 8), "C503C10C") << value;
    }
    for (const char* values : {"", "0110FF88", "0310FF880F1E00", "0210FF88", "0210FF880F1E00"}) {
        EXPECT_EQ(in_blocks(manager, "C105C102" + zone + deviation, test::hex(values), 3).substr(0, 8), "C503C10C")
            << values;
    }
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
}

TEST_F(SetBlocks, AValueThatIsTooLongIsAborted) {
    const Octets raw(1000, 0x00);
    ASSERT_EQ(manager.ask("C102C1" + zone + block_hex(false, 1, raw)), "C502C100000001");
    std::uint32_t number = 2;
    std::string answer;
    while (number < 10) {
        answer = manager.ask("C103C1" + block_hex(false, number, raw));
        if (answer != "C502C1" + number_hex(number)) break;
        ++number;
    }
    EXPECT_EQ(number, 5U);
    EXPECT_EQ(answer, "C503C11100000005");
    EXPECT_EQ(manager.ask("C103C1" + block_hex(true, 6, raw)), "C503C11200000006");
}

// 4096 octets with the ten that name the target.
TEST_F(SetBlocks, TheLongestValueIsTakenAndOneOctetMoreIsNot) {
    for (const std::size_t size : {max_assembled_size - 10, max_assembled_size - 9}) {
        Octets value(size, 0x31);
        ByteWriter head(value);
        head.u8(0x09);
        head.u8(0x82);
        head.u16(static_cast<std::uint16_t>(size - 4));
        const bool fits = size == max_assembled_size - 10;
        EXPECT_EQ(in_blocks(manager, "C102C1" + zone, value, 1024), fits ? "C503C10C00000004" : "C503C11100000004");
    }
}

TEST_F(SetBlocks, ThePublicClientWritesNothingInBlocksEither) {
    Reader reader(bench);
    EXPECT_EQ(in_blocks(reader, "C102C1" + zone, test::hex("10FF88"), 1), "C503C10300000003");
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -60);
}

TEST_F(SetBlocks, AListWhoseResultsAreTooLongForTheClientIsNotBegun) {
    Manager small(bench, 12);
    std::string targets;
    for (int i = 0; i < 5; ++i) targets += zone;
    EXPECT_EQ(small.ask("C105C105" + targets + block_hex(true, 1, test::hex("05"))), "D80104");
    EXPECT_EQ(small.ask("C105C104" + targets.substr(20) + block_hex(false, 1, test::hex("04"))), "C502C100000001");
}

}  // namespace
}  // namespace blathy::meter
