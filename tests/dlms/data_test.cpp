#include "dlms/data.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

std::optional<std::size_t> size_of(std::string_view hex) {
    return data_size(from_hex(hex));
}

// `depth` structures of one element each, with a value inside.
Octets nested(std::size_t depth, std::string_view innermost = "1107") {
    Octets octets;
    for (std::size_t i = 0; i < depth; ++i) octets.insert(octets.end(), {0x02, 0x01});
    const Octets value = from_hex(innermost);
    octets.insert(octets.end(), value.begin(), value.end());
    return octets;
}

TEST(DataSize, OfEveryTypeWithAFixedSize) {
    EXPECT_EQ(size_of("00"), 1U);
    EXPECT_EQ(size_of("0301"), 2U);
    EXPECT_EQ(size_of("05FFFFFFFF"), 5U);
    EXPECT_EQ(size_of("0600000001"), 5U);
    EXPECT_EQ(size_of("0D42"), 2U);
    EXPECT_EQ(size_of("0F80"), 2U);
    EXPECT_EQ(size_of("108000"), 3U);
    EXPECT_EQ(size_of("11FF"), 2U);
    EXPECT_EQ(size_of("12FFFF"), 3U);
    EXPECT_EQ(size_of("140000000000000001"), 9U);
    EXPECT_EQ(size_of("150000000000000001"), 9U);
    EXPECT_EQ(size_of("1603"), 2U);
    EXPECT_EQ(size_of("1740490FDB"), 5U);
    EXPECT_EQ(size_of("18400921FB54442D18"), 9U);
    EXPECT_EQ(size_of("1907E7071E0717173B00FF8880"), 13U);
    EXPECT_EQ(size_of("1A07E7071E07"), 6U);
    EXPECT_EQ(size_of("1B17173B00"), 5U);
    EXPECT_EQ(size_of("1C01"), 2U);
    EXPECT_EQ(size_of("1D0001"), 3U);
    EXPECT_EQ(size_of("1E00000001"), 5U);
    EXPECT_EQ(size_of("1F01"), 2U);
    EXPECT_EQ(size_of("200001"), 3U);
    EXPECT_EQ(size_of("2100000001"), 5U);
    EXPECT_EQ(size_of("FF"), 1U);
}

TEST(DataSize, OfStrings) {
    EXPECT_EQ(size_of("0900"), 2U);
    EXPECT_EQ(size_of("09060000010000FF"), 8U);
    EXPECT_EQ(size_of("0A03414243"), 5U);
    EXPECT_EQ(size_of("0C02C3A1"), 4U);
    EXPECT_EQ(size_of("0400"), 2U);
    EXPECT_EQ(size_of("0401 80"), 3U);
    EXPECT_EQ(size_of("0408 80"), 3U);
    EXPECT_EQ(size_of("0409 8080"), 4U);
    Octets longest = from_hex("09820100");
    longest.resize(4 + 0x100);
    EXPECT_EQ(data_size(longest), longest.size());
    longest.pop_back();
    EXPECT_EQ(data_size(longest), std::nullopt);
}

TEST(DataSize, OfNestedData) {
    EXPECT_EQ(size_of("0100"), 2U);
    EXPECT_EQ(size_of("0200"), 2U);
    EXPECT_EQ(size_of("02020FFD161E"), 6U);
    // The range descriptor of selective access to a profile's buffer.
    EXPECT_EQ(size_of("0204 0204 120008 09060000010000FF 0F02 120000 090C07E10A010700000000FFC480"
                      "090C07E10A010701000000FFC480 0100"),
              50U);
    EXPECT_EQ(size_of("11071108"), 2U) << "only the first value counts";
}

TEST(DataSize, OfCompactArrays) {
    EXPECT_EQ(size_of("13 12 04 00010002"), 7U);
    EXPECT_EQ(size_of("13 0202 06 11 05 0000000101"), 11U);
    EXPECT_EQ(size_of("13 01 0003 12 06 000100020003"), 12U);
    EXPECT_EQ(size_of("13 01 0003 0202 0F 16 00"), 9U);
    EXPECT_EQ(size_of("13 07 00"), std::nullopt) << "no such type";
    EXPECT_EQ(size_of("13 13 11 00"), std::nullopt) << "a type description has no compact arrays";
    EXPECT_EQ(size_of("13 0284FFFFFFFF 11 00"), std::nullopt);
    EXPECT_EQ(size_of("13 12 84FFFFFFFF 00"), std::nullopt);
    EXPECT_EQ(size_of("13 0202 06"), std::nullopt);
    EXPECT_EQ(size_of("13 010003"), std::nullopt);
}

TEST(DataSize, RefusesUnknownTypes) {
    for (const int tag : {7, 8, 11, 14, 34, 127, 128, 254}) {
        Octets octets(64);
        octets[0] = static_cast<std::uint8_t>(tag);
        EXPECT_EQ(data_size(octets), std::nullopt) << tag;
    }
}

TEST(DataSize, RefusesCountsAndLengthsWithoutOctets) {
    for (const char* hex : {"", "01", "0101", "0184FFFFFFFF", "0284FFFFFFFF00", "0984FFFFFFFF", "0A84FFFFFFFF41",
                            "0484FFFFFFFF", "0484FFFFFFF8", "0C82", "018500000000", "01020100", "09"}) {
        EXPECT_EQ(size_of(hex), std::nullopt) << hex;
    }
}

TEST(DataSize, RefusesDataNestedBeyondItsLimit) {
    EXPECT_EQ(data_size(nested(max_data_depth)), 2 * max_data_depth + 2);
    EXPECT_EQ(data_size(nested(max_data_depth + 1)), std::nullopt);
    EXPECT_EQ(data_size(nested(255)), std::nullopt);
    Octets bottomless(60'000);
    for (std::size_t i = 0; i < bottomless.size(); i += 2) bottomless[i] = bottomless[i + 1] = 1;
    EXPECT_EQ(data_size(bottomless), std::nullopt);
}

TEST(TypeDescription, HasASize) {
    const auto description_size = [](std::string_view hex) { return type_description_size(from_hex(hex)); };
    EXPECT_EQ(description_size("12"), 1U);
    EXPECT_EQ(description_size("0200"), 2U);
    EXPECT_EQ(description_size("0203 09 06 0202 0F 16 12"), 8U);
    EXPECT_EQ(description_size("01FFFF 01FFFF 00"), 7U);
    EXPECT_EQ(description_size(""), std::nullopt);
    EXPECT_EQ(description_size("02"), std::nullopt);
    EXPECT_EQ(description_size("0201"), std::nullopt);
    EXPECT_EQ(description_size("0184"), std::nullopt);
}

RC_GTEST_PROP(DataSize, OfAnyDataIsAllOfIt, ()) {
    const Octets data = any_data();
    RC_ASSERT(data_size(data) == data.size());
    for (std::size_t size = 0; size < data.size(); ++size) {
        const Octets cut(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
        RC_ASSERT(!data_size(cut));
    }
}

RC_GTEST_PROP(DataSize, IsDefinedForAnyOctets, (const Octets& octets)) {
    const auto size = data_size(octets);
    RC_ASSERT(!size || (*size > 0 && *size <= octets.size()));
    const auto description = type_description_size(octets);
    RC_ASSERT(!description || (*description > 0 && *description <= octets.size()));
}

TEST(DataWriter, WritesEveryType) {
    const auto hex = [](auto&& write) {
        return to_hex(written_by([&](ByteWriter& out) {
            DataWriter data(out);
            write(data);
        }));
    };
    EXPECT_EQ(hex([](DataWriter& d) { d.null_data(); }), "00");
    EXPECT_EQ(hex([](DataWriter& d) { d.array(300); }), "0182012C");
    EXPECT_EQ(hex([](DataWriter& d) { d.structure(2); }), "0202");
    EXPECT_EQ(hex([](DataWriter& d) { d.boolean(true); }), "0301");
    EXPECT_EQ(hex([](DataWriter& d) { d.bit_string(from_hex("A0"), 3); }), "0403A0");
    EXPECT_EQ(hex([](DataWriter& d) { d.double_long(-2); }), "05FFFFFFFE");
    EXPECT_EQ(hex([](DataWriter& d) { d.double_long_unsigned(0x01020304); }), "0601020304");
    EXPECT_EQ(hex([](DataWriter& d) { d.octet_string(Obis(1, 0, 1, 8, 0)); }), "09060100010800FF");
    EXPECT_EQ(hex([](DataWriter& d) { d.octet_string("AB"); }), "09024142");
    EXPECT_EQ(hex([](DataWriter& d) { d.visible_string("AB"); }), "0A024142");
    EXPECT_EQ(hex([](DataWriter& d) { d.integer(-1); }), "0FFF");
    EXPECT_EQ(hex([](DataWriter& d) { d.long_(-2); }), "10FFFE");
    EXPECT_EQ(hex([](DataWriter& d) { d.unsigned_(0x91); }), "1191");
    EXPECT_EQ(hex([](DataWriter& d) { d.long_unsigned(8); }), "120008");
    EXPECT_EQ(hex([](DataWriter& d) { d.long64(-1); }), "14FFFFFFFFFFFFFFFF");
    EXPECT_EQ(hex([](DataWriter& d) { d.long64_unsigned(1); }), "150000000000000001");
    EXPECT_EQ(hex([](DataWriter& d) { d.enumerated(3); }), "1603");
    EXPECT_EQ(hex([](DataWriter& d) { d.scaler_unit(-3, Unit::watt_hour); }), "02020FFD161E");
    EXPECT_EQ(hex([](DataWriter& d) { d.octet_string(DateTime{}); }), "090CFFFFFFFFFFFFFFFFFF8000FF");
    EXPECT_EQ(hex([](DataWriter& d) { d.octet_string(Date{2024, 2, 29, 4}); }), "090507E8021D04");
    EXPECT_EQ(hex([](DataWriter& d) { d.octet_string(Time{23, 59, 59, 99}); }), "0904173B3B63");
    EXPECT_EQ(hex([](DataWriter& d) { d.encoded(from_hex("0100")); }), "0100");
}

TEST(DataReader, ReadsWhatItExpects) {
    const Octets octets = from_hex(
        "0203 0102 1105 120006 0204 0301 0F80 1680 00"
        "0209 108000 0580000000 06FFFFFFFF 148000000000000000 15FFFFFFFFFFFFFFFF 09020102 0A024142"
        "09060100010800FF 090C07E7071E0717173B00FF8880");
    DataReader in(octets);
    EXPECT_EQ(in.structure(), 3U);
    EXPECT_EQ(in.array(), 2U);
    EXPECT_EQ(in.unsigned_(), 5);
    EXPECT_EQ(in.long_unsigned(), 6);
    in.structure(4);
    EXPECT_TRUE(in.boolean());
    EXPECT_EQ(in.integer(), -128);
    EXPECT_EQ(in.enumerated(), 0x80);
    in.null_data();
    EXPECT_EQ(in.structure(), 9U);
    EXPECT_EQ(in.long_(), -32768);
    EXPECT_EQ(in.double_long(), std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(in.double_long_unsigned(), 0xFFFFFFFFU);
    EXPECT_EQ(in.long64(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(in.long64_unsigned(), 0xFFFFFFFFFFFFFFFFU);
    EXPECT_EQ(to_hex(in.octet_string()), "0102");
    EXPECT_EQ(in.visible_string(), "AB");
    EXPECT_EQ(in.logical_name(), Obis(1, 0, 1, 8, 0));
    EXPECT_EQ(in.date_time().date, (Date{2023, 7, 30, 7}));
    EXPECT_TRUE(in.complete());
}

TEST(DataReader, RefusesAnotherTypeAndStaysBad) {
    const Octets octets = from_hex("1105 1106");
    DataReader in(octets);
    EXPECT_EQ(in.long_unsigned(), 0);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.unsigned_(), 0);
    EXPECT_FALSE(in.complete());
}

TEST(DataReader, RefusesAnotherCount) {
    const Octets octets = from_hex("0202 00 00");
    DataReader in(octets);
    in.structure(3);
    EXPECT_FALSE(in.ok());
}

TEST(DataReader, NeverReportsMoreElementsThanThereCanBe) {
    for (const char* hex : {"0184FFFFFFFF", "0184FFFFFFFF0000", "010300"}) {
        const Octets octets = from_hex(hex);
        DataReader in(octets);
        EXPECT_EQ(in.array(), 0U) << hex;
        EXPECT_FALSE(in.ok()) << hex;
    }
}

TEST(DataReader, IsNotFooledByTheEnd) {
    DataReader in{Bytes{}};
    EXPECT_EQ(in.peek(), DataTag::null_data) << "which is also the tag 0";
    in.null_data();
    EXPECT_FALSE(in.ok());
}

TEST(DataReader, ReadsADateTimeOfEitherType) {
    for (const char* hex : {"1907E7071E0717173B00FF8880", "090C07E7071E0717173B00FF8880"}) {
        const Octets octets = from_hex(hex);
        DataReader in(octets);
        EXPECT_EQ(in.date_time().time, (Time{23, 23, 59, 0})) << hex;
        EXPECT_TRUE(in.complete()) << hex;
    }
    for (const char* hex : {"090B07E7071E0717173B00FF88", "1907E70D1E0717173B00FF8880", "1907E7"}) {
        const Octets octets = from_hex(hex);
        DataReader in(octets);
        EXPECT_EQ(in.date_time(), DateTime{}) << hex;
        EXPECT_FALSE(in.ok()) << hex;
    }
}

RC_GTEST_PROP(DataReader, TakesAnyValueWhole, ()) {
    const Octets first = any_data();
    const Octets second = any_data();
    Octets both = first;
    both.insert(both.end(), second.begin(), second.end());
    DataReader in(both);
    RC_ASSERT(equal(in.value(), first));
    RC_ASSERT(equal(in.value(), second));
    RC_ASSERT(in.complete());
}

RC_GTEST_PROP(DataReader, IsTotal, (const Octets& octets)) {
    DataReader in(octets);
    while (in.ok() && !in.at_end()) {
        switch (*rc::gen::inRange(0, 6)) {
            case 0:
                (void)in.structure();
                break;
            case 1:
                (void)in.octet_string();
                break;
            case 2:
                (void)in.date_time();
                break;
            case 3:
                (void)in.logical_name();
                break;
            case 4:
                (void)in.long64();
                break;
            default:
                (void)in.value();
                break;
        }
    }
    RC_ASSERT(in.rest().size() <= octets.size());
}

}  // namespace
}  // namespace blathy::dlms
