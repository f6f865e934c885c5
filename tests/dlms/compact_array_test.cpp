#include "dlms/compact_array.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

// The elements that a compact array yields, in hex; "!" when it ends because it is malformed.
std::vector<std::string> elements(Bytes value) {
    std::vector<std::string> all;
    CompactArrayReader reader(value);
    while (!reader.at_end()) {
        Octets room(5000);
        ByteWriter out(room);
        if (reader.next(out)) all.push_back(to_hex(out.written()));
    }
    if (!reader.ok()) all.emplace_back("!");
    return all;
}
std::vector<std::string> elements(std::string_view hex) {
    return elements(from_hex(hex));
}
using Elements = std::vector<std::string>;

std::string described(std::string_view hex) {
    return to_hex(written_by([&](ByteWriter& out) { EXPECT_TRUE(write_type_description(out, from_hex(hex))); }));
}

TEST(CompactArray, OfNumbers) {
    EXPECT_EQ(elements("13 12 04 00010002"), (Elements{"120001", "120002"}));
    EXPECT_EQ(elements("13 05 08 FFFFFFFE00000002"), (Elements{"05FFFFFFFE", "0500000002"}));
}

TEST(CompactArray, OfARowOfAProfile) {
    // Time, status and two registers, two rows.
    EXPECT_EQ(elements("13 0204 09 11 06 15  33"
                       "0C 07E7071E0717000000FF8880 08 0000000A 0000000000000001"
                       "0C 07E7071E07170F0000FF8880 00 0000000B 0000000000000002"),
              (Elements{"!"}))
        << "an octet too many";
    EXPECT_EQ(elements("13 0204 09 11 06 15  34"
                       "0C 07E7071E0717000000FF8880 08 0000000A 0000000000000001"
                       "0C 07E7071E07170F0000FF8880 00 0000000B 0000000000000002"),
              (Elements{"0204090C07E7071E0717000000FF88801108060000000A150000000000000001",
                        "0204090C07E7071E07170F0000FF88801100060000000B150000000000000002"}));
}

TEST(CompactArray, OfNestedTypes) {
    EXPECT_EQ(elements("13 01 0003 0202 0F 16 0C 01A1 02A2 03A3 04A4 05A5 06A6"), (Elements{"0103"
                                                                                            "02020F0116A1"
                                                                                            "02020F0216A2"
                                                                                            "02020F0316A3",
                                                                                            "0103"
                                                                                            "02020F0416A4"
                                                                                            "02020F0516A5"
                                                                                            "02020F0616A6"}));
    EXPECT_EQ(elements("13 0203 01 0002 01 0002 11 01 0000 0202 05 06 04 06 010203040380"), (Elements{"0203"
                                                                                                      "0102"
                                                                                                      "0102"
                                                                                                      "11011102"
                                                                                                      "0102"
                                                                                                      "11031104"
                                                                                                      "0100"
                                                                                                      "040380"}));
}

TEST(CompactArray, OfStrings) {
    EXPECT_EQ(elements("13 0A 07 0141 00 03424344"), (Elements{"0A0141", "0A00", "0A03424344"}));
    EXPECT_EQ(elements("13 04 04 09 FF80 00"), (Elements{"0409FF80", "0400"}));
    EXPECT_EQ(elements("13 09 04 8102 AABB"), (Elements{"0902AABB"})) << "a length is written as short as it can be";
}

TEST(CompactArray, WithNullDataInItsRows) {
    EXPECT_EQ(elements("13 0203 11 00 FF 02 0506"), (Elements{"0203110500FF", "0203110600FF"}));
}

TEST(CompactArray, WithoutElements) {
    EXPECT_EQ(elements("13 12 00"), Elements{});
    EXPECT_EQ(elements("13 00 00"), Elements{});
}

TEST(CompactArray, RefusesWhatIsMalformed) {
    EXPECT_EQ(elements(""), Elements{"!"});
    EXPECT_EQ(elements("13"), Elements{"!"});
    EXPECT_EQ(elements("01 12 04 00010002"), Elements{"!"}) << "another type";
    EXPECT_EQ(elements("13 12 04 000100"), Elements{"!"}) << "cut short";
    EXPECT_EQ(elements("13 12 04 00010002 00"), Elements{"!"}) << "a surplus octet";
    EXPECT_EQ(elements("13 07 02 0001"), Elements{"!"}) << "no such type";
    EXPECT_EQ(elements("13 12 03 000100"), (Elements{"120001", "!"})) << "half an element at the end";
    EXPECT_EQ(elements("13 09 03 05AABB"), Elements{"!"}) << "a string longer than the contents";
    EXPECT_EQ(elements("13 09 05 84FFFFFFFF"), Elements{"!"});
    EXPECT_EQ(elements("13 00 01 00"), Elements{"!"}) << "contents for elements that have none";
    EXPECT_EQ(elements("13 0200 01 00"), Elements{"!"});
    EXPECT_EQ(elements("13 01 0000 11 01 00"), Elements{"!"});
    EXPECT_EQ(elements("13 12 84FFFFFFFF"), Elements{"!"});
}

TEST(CompactArray, IsNotFooledByCountsThatMultiply) {
    // 65535 to the power of six elements without an octet: more than any memory, but the room for one element ends it.
    std::string hex = "13";
    for (int i = 0; i < 6; ++i) hex += "01FFFF";
    EXPECT_EQ(elements(hex + "00 01 00"), Elements{"!"});
    EXPECT_EQ(compact_element_size(from_hex("01FFFF01FFFF01FFFF00")), std::nullopt);
}

TEST(CompactArray, RefusesTypesNestedBeyondTheLimit) {
    const auto nested = [](std::size_t depth) {
        std::string hex = "13";
        for (std::size_t i = 0; i < depth; ++i) hex += "0201";
        return hex + "11 01 07";
    };
    EXPECT_EQ(elements(nested(max_data_depth)).front().substr(0, 4), "0201");
    EXPECT_EQ(elements(nested(max_data_depth + 1)), Elements{"!"});
}

TEST(CompactArray, StopsWhenTheRoomIsFull) {
    const Octets value = from_hex("13 12 04 00010002");
    CompactArrayReader reader(value);
    std::array<std::uint8_t, 2> room{};
    ByteWriter out(room);
    EXPECT_FALSE(reader.next(out));
    EXPECT_FALSE(reader.ok());
}

TEST(TypeDescription, OfAValue) {
    EXPECT_EQ(described("120001"), "12");
    EXPECT_EQ(described("00"), "00");
    EXPECT_EQ(described("0204 0905 0102030405 1101 0600000001 0A00"), "02040911060A");
    EXPECT_EQ(described("0103 1101 1102 1103"), "01000311");
    EXPECT_EQ(described("0202 0102 0201 1101 0201 1102 0100"),
              "0202010002020111"
              "010000"
              "00");
}

TEST(TypeDescription, RefusesWhatACompactArrayCannotHold) {
    for (const char* hex : {"", "12", "1200", "0201", "13 12 00", "07", "12000100", "0184FFFFFFFF"}) {
        std::array<std::uint8_t, 64> room{};
        ByteWriter out(room);
        EXPECT_FALSE(write_type_description(out, from_hex(hex))) << hex;
    }
    Octets too_long(5 + 0x10000);
    too_long[0] = 0x01, too_long[1] = 0x83, too_long[2] = 0x01;  // an array of 65536
    too_long.resize(5 + 0x10000);
    std::array<std::uint8_t, 64> room{};
    ByteWriter out(room);
    EXPECT_FALSE(write_type_description(out, too_long));
}

TEST(CompactElementSize, IsKnownForFixedTypes) {
    const auto size = [](std::string_view hex) { return compact_element_size(from_hex(hex)); };
    EXPECT_EQ(size("12"), 2U);
    EXPECT_EQ(size("0203 19 11 06"), 17U);
    EXPECT_EQ(size("01 0003 0202 12 01 0002 05"), 30U);
    EXPECT_EQ(size("0202 01 0000 15 11"), 1U);
    EXPECT_EQ(size("00"), 0U);
    EXPECT_EQ(size("0200"), 0U);
    EXPECT_EQ(size("09"), std::nullopt);
    EXPECT_EQ(size("0202 12 04"), std::nullopt);
    EXPECT_EQ(size(""), std::nullopt);
    EXPECT_EQ(size("1200"), std::nullopt) << "two types";
    EXPECT_EQ(size("0202 12"), std::nullopt);
}

TEST(CompactArrayWriter, StripsTheTagsOfItsRows) {
    const Octets octets = written_by([](ByteWriter& out) {
        out.u8(0xEE);  // something before it
        CompactArrayWriter writer(out);
        EXPECT_TRUE(writer.row(from_hex("0202 0902AABB 120001")));
        EXPECT_TRUE(writer.row(from_hex("0202 0900 120002")));
        EXPECT_TRUE(writer.finish());
    });
    EXPECT_EQ(to_hex(octets),
              "EE"
              "13"
              "02020912"
              "08"
              "02AABB0001"
              "000002");
}

TEST(CompactArrayWriter, RefusesARowOfAnotherTypeAndGoesOn) {
    const Octets octets = written_by([](ByteWriter& out) {
        CompactArrayWriter writer(out);
        EXPECT_FALSE(writer.row(from_hex("0202 0102 1101 120002 00"))) << "elements of two types";
        EXPECT_FALSE(writer.row(from_hex("00"))) << "no octet to count it by";
        EXPECT_FALSE(writer.row(from_hex("13 12 00")));
        EXPECT_EQ(out.size(), 0U);
        EXPECT_TRUE(writer.row(from_hex("0202 1101 1202FF")));
        for (const char* hex :
             {"0202 1101 0600000000", "0202 1101", "0203 1101 120000 00", "1101", "0202 1101 120000 00", ""}) {
            const std::size_t before = out.size();
            EXPECT_FALSE(writer.row(from_hex(hex))) << hex;
            EXPECT_EQ(out.size(), before) << hex;
        }
        EXPECT_TRUE(writer.row(from_hex("0202 1102 120300")));
        EXPECT_TRUE(writer.finish());
    });
    EXPECT_EQ(to_hex(octets),
              "13"
              "02021112"
              "06"
              "0102FF"
              "020300");
}

TEST(CompactArrayWriter, WithoutRows) {
    EXPECT_EQ(to_hex(written_by([](ByteWriter& out) {
                  CompactArrayWriter writer(out);
                  EXPECT_TRUE(writer.finish());
              })),
              "130000");
}

TEST(CompactArrayWriter, TakesALongLength) {
    const Octets octets = written_by([](ByteWriter& out) {
        CompactArrayWriter writer(out);
        for (int i = 0; i < 200; ++i) EXPECT_TRUE(writer.row(from_hex("120001")));
        EXPECT_TRUE(writer.finish());
    });
    EXPECT_EQ(to_hex(Bytes(octets).first(5)), "1312820190");
    EXPECT_EQ(elements(octets).size(), 200U);
}

TEST(CompactArrayWriter, KeepsItsRowsWhenThereIsNoRoomForAnother) {
    std::array<std::uint8_t, 8> room{};
    ByteWriter out(room);
    CompactArrayWriter writer(out);
    EXPECT_TRUE(writer.row(from_hex("120001")));
    EXPECT_TRUE(writer.row(from_hex("120002")));
    EXPECT_TRUE(writer.row(from_hex("120003")));
    EXPECT_FALSE(writer.row(from_hex("120004")));
    EXPECT_FALSE(writer.finish()) << "and none for the length either";
}

TEST(CompactArrayHeader, StatesALengthThatIsKnownBeforehand) {
    const Octets description = from_hex("0202 12 11");
    const Octets octets = written_by([&](ByteWriter& out) {
        write_compact_array_header(out, description, 2 * *compact_element_size(description));
        EXPECT_TRUE(write_compact_element(out, description, from_hex("0202 120001 1102")));
        EXPECT_TRUE(write_compact_element(out, description, from_hex("0202 120003 1104")));
    });
    EXPECT_EQ(elements(octets), (Elements{"020212000111"
                                          "02",
                                          "020212000311"
                                          "04"}));
}

RC_GTEST_PROP(CompactArray, YieldsTheRowsItWasWrittenFrom, ()) {
    // Rows of one type: the same shape with other octets in its numbers.
    const auto shape = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
    RC_PRE(!shape.empty());
    std::vector<Octets> rows;
    const auto count = *rc::gen::inRange(1, 20);
    for (int i = 0; i < count; ++i) {
        rows.push_back(written_by([&](ByteWriter& out) {
            DataWriter data(out);
            data.structure(shape.size());
            for (const int kind : shape) {
                switch (kind) {
                    case 0:
                        data.long_unsigned(*rc::gen::arbitrary<std::uint16_t>());
                        break;
                    case 1:
                        data.octet_string(any_octets(150));
                        break;
                    case 2:
                        data.array(2);
                        data.scaler_unit(*rc::gen::arbitrary<std::int8_t>(), Unit::watt);
                        data.scaler_unit(*rc::gen::arbitrary<std::int8_t>(), Unit::volt);
                        break;
                    default:
                        data.long64(*rc::gen::arbitrary<std::int64_t>());
                        break;
                }
            }
        }));
    }
    const Octets array = written_by([&](ByteWriter& out) {
        CompactArrayWriter writer(out);
        for (const Octets& row : rows) RC_ASSERT(writer.row(row));
        RC_ASSERT(writer.finish());
    });
    RC_ASSERT(data_size(array) == array.size());
    const std::vector<std::string> yielded = elements(array);
    RC_ASSERT(yielded.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) RC_ASSERT(yielded[i] == to_hex(rows[i]));
}

// Any value that can be described comes back from a compact array of one element.
RC_GTEST_PROP(CompactArray, HoldsAnyValueOnce, ()) {
    const Octets value = any_data();
    Octets room(100'000);
    ByteWriter out(room);
    CompactArrayWriter writer(out);
    if (!writer.row(value)) return;
    RC_ASSERT(writer.finish());
    RC_ASSERT(elements(out.written()) == Elements{to_hex(value)});
}

RC_GTEST_PROP(CompactArray, ReaderIsTotal, (Octets octets)) {
    octets.insert(octets.begin(), 0x13);
    for (const std::string& element : elements(octets)) {
        if (element != "!") RC_ASSERT(data_size(from_hex(element)) == element.size() / 2);
    }
}

std::string delta(std::string_view previous, std::string_view current) {
    return to_hex(written_by([&](ByteWriter& out) { write_delta(out, from_hex(previous), from_hex(current)); }));
}
std::string undelta(std::string_view previous, std::string_view step) {
    Octets room(100);
    ByteWriter out(room);
    return write_undelta(out, from_hex(previous), from_hex(step)) ? to_hex(out.written()) : "!";
}

TEST(Delta, IsTheShortestThatHoldsTheDifference) {
    EXPECT_EQ(delta("0600000100", "0600000100"), "1F00");
    EXPECT_EQ(delta("0600000100", "06000001FF"), "1FFF");
    EXPECT_EQ(delta("0600000100", "0600000200"), "200100");
    EXPECT_EQ(delta("0600000100", "06000100FF"), "20FFFF");
    EXPECT_EQ(delta("0600000100", "0600010100"), "0600010100") << "four octets save nothing";
    EXPECT_EQ(delta("0600000100", "06000000FF"), "1CFF");
    EXPECT_EQ(delta("0600000100", "0600000080"), "1C80");
    EXPECT_EQ(delta("0600000100", "060000007F"), "1DFF7F");
    EXPECT_EQ(delta("150000000000000000", "1500000000FFFFFFFF"), "21FFFFFFFF");
    EXPECT_EQ(delta("150000000000000000", "150000000100000000"), "150000000100000000");
    EXPECT_EQ(delta("1500000000FFFFFFFF", "15000000007FFFFFFF"), "1E80000000");
    EXPECT_EQ(delta("148000000000000000", "147FFFFFFFFFFFFFFF"), "147FFFFFFFFFFFFFFF");
    EXPECT_EQ(delta("14FFFFFFFFFFFFFFFF", "140000000000000000"), "1F01");
    EXPECT_EQ(delta("10FFF0", "100010"), "1F20");
    EXPECT_EQ(delta("1101", "1102"), "1102") << "one octet is no longer than its delta";
}

TEST(Delta, IsTheValueItselfBetweenTypes) {
    EXPECT_EQ(delta("0600000100", "120101"), "120101");
    EXPECT_EQ(delta("0900", "0901AA"), "0901AA");
    EXPECT_EQ(delta("00", "0600000001"), "0600000001");
    EXPECT_EQ(delta("", "0600000001"), "0600000001");
}

TEST(Delta, IsAddedToTheValueBefore) {
    EXPECT_EQ(undelta("0600000100", "1FFF"), "06000001FF");
    EXPECT_EQ(undelta("0600000100", "1C80"), "0600000080");
    EXPECT_EQ(undelta("10FFF0", "2000FF"), "1000EF");
    EXPECT_EQ(undelta("1105", "21000000FA"), "11FF");
    EXPECT_EQ(undelta("0600000100", "0600000007"), "0600000007") << "no delta, but the value";
    EXPECT_EQ(undelta("0600000100", "00"), "00");
    EXPECT_EQ(undelta("", "0901AA"), "0901AA");
}

TEST(Delta, StaysWithinTheRangeOfTheValue) {
    EXPECT_EQ(undelta("11FF", "1F01"), "!");
    EXPECT_EQ(undelta("1100", "1CFF"), "!");
    EXPECT_EQ(undelta("0F7F", "1F01"), "!");
    EXPECT_EQ(undelta("0F80", "1CFF"), "!");
    EXPECT_EQ(undelta("147FFFFFFFFFFFFFFF", "1F01"), "!");
    EXPECT_EQ(undelta("148000000000000000", "1CFF"), "!");
    EXPECT_EQ(undelta("15FFFFFFFFFFFFFFFF", "1F01"), "!");
    EXPECT_EQ(undelta("150000000000000000", "1E80000000"), "!");
    EXPECT_EQ(undelta("12FFFF", "1CFF"), "12FFFE");
}

TEST(Delta, RefusesWhatCannotBeCountedOn) {
    EXPECT_EQ(undelta("0901AA", "1F01"), "!");
    EXPECT_EQ(undelta("1F01", "1F01"), "!") << "a delta of a delta";
    EXPECT_EQ(undelta("", "1F01"), "!");
    EXPECT_EQ(undelta("0600000100", "1F"), "!");
    EXPECT_EQ(undelta("0600000100", "1F0100"), "!");
    EXPECT_EQ(undelta("0600000100", ""), "!");
}

template <class Int, class Write>
void check_deltas(Write write) {
    const auto from = *rc::gen::arbitrary<Int>();
    // Near and far.
    const auto to = *rc::gen::oneOf(
        rc::gen::arbitrary<Int>(), rc::gen::map(rc::gen::inRange(-70'000, 70'000), [from](int step) {
            return static_cast<Int>(static_cast<std::uint64_t>(from) + static_cast<std::uint64_t>(std::int64_t{step}));
        }));
    const auto octets = [&](Int value) {
        return written_by([&](ByteWriter& out) {
            DataWriter data(out);
            write(data, value);
        });
    };
    const Octets step = written_by([&](ByteWriter& out) { write_delta(out, octets(from), octets(to)); });
    RC_ASSERT(data_size(step) == step.size());
    RC_ASSERT(step.size() <= octets(to).size());
    const Octets back = written_by([&](ByteWriter& out) { RC_ASSERT(write_undelta(out, octets(from), step)); });
    RC_ASSERT(back == octets(to));
}

RC_GTEST_PROP(Delta, ComesBackForEveryInteger, ()) {
    check_deltas<std::int8_t>([](DataWriter& d, auto v) { d.integer(v); });
    check_deltas<std::int16_t>([](DataWriter& d, auto v) { d.long_(v); });
    check_deltas<std::int32_t>([](DataWriter& d, auto v) { d.double_long(v); });
    check_deltas<std::int64_t>([](DataWriter& d, auto v) { d.long64(v); });
    check_deltas<std::uint8_t>([](DataWriter& d, auto v) { d.unsigned_(v); });
    check_deltas<std::uint16_t>([](DataWriter& d, auto v) { d.long_unsigned(v); });
    check_deltas<std::uint32_t>([](DataWriter& d, auto v) { d.double_long_unsigned(v); });
    check_deltas<std::uint64_t>([](DataWriter& d, auto v) { d.long64_unsigned(v); });
}

RC_GTEST_PROP(Delta, IsTotal, (const Octets& previous, const Octets& step)) {
    Octets room(1000);
    ByteWriter out(room);
    if (write_undelta(out, previous, step)) RC_ASSERT(data_size(out.written()) == out.size());
}

}  // namespace
}  // namespace blathy::dlms
