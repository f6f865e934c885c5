#include "station/value.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::DataTag;
using test::hex;
using test::value_of;

TEST(Value, DecodesEveryScalar) {
    EXPECT_EQ(value_of("00"), null_value());
    EXPECT_EQ(value_of("0301"), (Value{DataTag::boolean, true}));
    EXPECT_EQ(value_of("0F80"), integer_value(DataTag::integer, -128));
    EXPECT_EQ(value_of("108000"), integer_value(DataTag::long_, -32768));
    EXPECT_EQ(value_of("0580000000"), integer_value(DataTag::double_long, -2147483648LL));
    EXPECT_EQ(value_of("14FFFFFFFFFFFFFFFF"), integer_value(DataTag::long64, -1));
    EXPECT_EQ(value_of("11FF"), unsigned_value(DataTag::unsigned_, 255));
    EXPECT_EQ(value_of("12FFFF"), unsigned_value(DataTag::long_unsigned, 65535));
    EXPECT_EQ(value_of("0600001391"), unsigned_value(DataTag::double_long_unsigned, 5009));
    EXPECT_EQ(value_of("15FFFFFFFFFFFFFFFF"), unsigned_value(DataTag::long64_unsigned, ~std::uint64_t{0}));
    EXPECT_EQ(value_of("161B"), unsigned_value(DataTag::enumerated, 27));
    EXPECT_EQ(value_of("0D42"), unsigned_value(DataTag::bcd, 0x42));
    EXPECT_EQ(value_of("1741C80000"), (Value{DataTag::float32, 25.0}));
    EXPECT_EQ(value_of("184039000000000000"), (Value{DataTag::float64, 25.0}));
    EXPECT_EQ(value_of("0902ABCD"), octet_string_value(Octets{0xAB, 0xCD}));
    EXPECT_EQ(value_of("0A024142"), (Value{DataTag::visible_string, std::string("AB")}));
    EXPECT_EQ(value_of("0C02C3B3"), (Value{DataTag::utf8_string, std::string("\xC3\xB3")}));
    EXPECT_EQ(value_of("0409A580"), (Value{DataTag::bit_string, BitString{{0xA5, 0x80}, 9}}));
    EXPECT_EQ(value_of("1CFE"), integer_value(DataTag::delta_integer, -2));
    EXPECT_EQ(value_of("1F02"), unsigned_value(DataTag::delta_unsigned, 2));
    EXPECT_EQ(value_of("FF").type, DataTag::dont_care);
    EXPECT_EQ(value_of("1A07EA0B1607"), (Value{DataTag::date, dlms::Date{2026, 11, 22, 7}}));
    EXPECT_EQ(value_of("1B14040800"), (Value{DataTag::time, dlms::Time{20, 4, 8, 0}}));
    EXPECT_EQ(value_of("1907EA0B16071404080000C480").type, DataTag::date_time);
}

TEST(Value, DecodesStructuresWithinArrays) {
    const Value value = value_of("0102 0202 0FFD 161E 0200");
    ASSERT_EQ(value.items()->size(), 2U);
    EXPECT_EQ((*value.items())[0],
              structure_value({integer_value(DataTag::integer, -3), unsigned_value(DataTag::enumerated, 30)}));
    EXPECT_EQ((*value.items())[1], structure_value({}));
}

TEST(Value, ExpandsACompactArray) {
    // Two elements of structure {long-unsigned, array of 2 unsigned, octet-string}.
    EXPECT_EQ(value_of("13 0203 12 01000211 09 0D 0001 0203 01AA 0002 0405 02BBCC"),
              value_of("0102 0203 120001 0102 1102 1103 0901AA 0203 120002 0102 1104 1105 0902BBCC"));
    EXPECT_EQ(value_of("13 12 00"), array_value({}));
    EXPECT_EQ(value_of("13 12 04 00010002"), value_of("0102 120001 120002"));
}

TEST(Value, RefusesACompactArrayThatDoesNotAddUp) {
    for (const std::string_view text : {"13 12 03 000100", "13 00 01 00", "13 0200 01 00", "13 13 12 01 00", "13 12",
                                        "13 02FF12 01 00", "13 01FFFF00 01 00", "13 7E 01 00", "13 12 84FFFFFFFF 00"}) {
        EXPECT_FALSE(decode_value(hex(text))) << text;
    }
}

TEST(Value, RefusesWhatIsMalformed) {
    for (const std::string_view text :
         {"", "01", "0101", "0102 00", "06000013", "0903AABB", "0984FFFFFFFF00", "0986", "07", "80", "1907EA0B",
          "190000000000000000000000FF00", "0001", "04", "040AFF"}) {
        EXPECT_FALSE(decode_value(hex(text))) << text;
    }
}

TEST(Value, RefusesWhatIsTooDeep) {
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += "0201";
        return text + "00";
    };
    EXPECT_TRUE(decode_value(hex(nested(dlms::max_data_depth))));
    const auto deeper = decode_value(hex(nested(dlms::max_data_depth + 1)));
    ASSERT_FALSE(deeper);
    EXPECT_EQ(deeper.error().kind, ErrorKind::limit);
}

TEST(Value, RefusesMoreElementsThanTheLimit) {
    const ValueLimits limits{.max_depth = 16, .max_values = 4};
    EXPECT_TRUE(decode_value(hex("0104 00 00 00 00"), limits));
    EXPECT_FALSE(decode_value(hex("0105 00 00 00 00 00"), limits));
    EXPECT_FALSE(decode_value(hex("0103 0102 00 00 00 00"), limits));
    EXPECT_TRUE(decode_value(hex("13 11 04 01020304"), limits));
    EXPECT_FALSE(decode_value(hex("13 11 05 0102030405"), limits));
    EXPECT_FALSE(decode_value(hex("13 02 02 11 11 04 01020304"), limits)) << "elements of elements count too";
    EXPECT_FALSE(decode_value(hex("13 0202 01FFFF00 11 01 01"), limits)) << "nothing on the wire, and still many";
}

TEST(Value, ReadsTheIntegerWhateverItsType) {
    EXPECT_EQ(value_of("0F80").integer(), -128);
    EXPECT_EQ(value_of("161E").integer(), 30);
    EXPECT_EQ(value_of("15FFFFFFFFFFFFFFFF").integer(), std::nullopt);
    EXPECT_EQ(value_of("0301").integer(), std::nullopt);
}

TEST(Value, ReadsTimesAndNamesInOctetStrings) {
    EXPECT_EQ(value_of("090C07EA0B16071404080000C480").date_time(), value_of("1907EA0B16071404080000C480").date_time());
    EXPECT_EQ(value_of("0906 0100010800FF").logical_name(), dlms::Obis(1, 0, 1, 8, 0));
    EXPECT_EQ(value_of("0905 0100010800").logical_name(), std::nullopt);
}

rc::Gen<Value> any_scalar() {
    return rc::gen::oneOf(
        rc::gen::just(null_value()),
        rc::gen::map(rc::gen::arbitrary<bool>(),
                     [](bool b) {
                         return Value{DataTag::boolean, b};
                     }),
        rc::gen::map(rc::gen::arbitrary<std::int8_t>(),
                     [](std::int8_t n) { return integer_value(DataTag::integer, n); }),
        rc::gen::map(rc::gen::arbitrary<std::int16_t>(),
                     [](std::int16_t n) { return integer_value(DataTag::long_, n); }),
        rc::gen::map(rc::gen::arbitrary<std::int32_t>(),
                     [](std::int32_t n) { return integer_value(DataTag::double_long, n); }),
        rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                     [](std::int64_t n) { return integer_value(DataTag::long64, n); }),
        rc::gen::map(rc::gen::arbitrary<std::uint16_t>(),
                     [](std::uint16_t n) { return unsigned_value(DataTag::long_unsigned, n); }),
        rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                     [](std::uint64_t n) { return unsigned_value(DataTag::long64_unsigned, n); }),
        rc::gen::map(rc::gen::arbitrary<std::uint32_t>(),
                     [](std::uint32_t n) { return unsigned_value(DataTag::delta_double_long_unsigned, n); }),
        rc::gen::map(rc::gen::arbitrary<Octets>(), [](Octets octets) { return octet_string_value(std::move(octets)); }),
        rc::gen::map(rc::gen::arbitrary<std::string>(), [](std::string text) {
            return Value{DataTag::visible_string, std::move(text)};
        }));
}

rc::Gen<Value> any_value(int depth) {
    if (depth == 0) return any_scalar();
    return rc::gen::oneOf(any_scalar(),
                          rc::gen::map(rc::gen::container<std::vector<Value>>(any_value(depth - 1)), array_value),
                          rc::gen::map(rc::gen::container<std::vector<Value>>(any_value(depth - 1)), structure_value));
}

RC_GTEST_PROP(Value, ComesBackFromItsEncoding, ()) {
    const Value value = *rc::gen::resize(12, any_value(3));
    const auto back = decode_value(encode(value));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
}

RC_GTEST_PROP(Value, DecodesNothingOrItAllFromAnyOctets, (const Octets& octets)) {
    const auto value = decode_value(octets);
    if (!value) return;
    RC_ASSERT(dlms::data_size(octets) == octets.size());
    (void)to_text(*value);
    (void)to_json(*value, {.scaler = -3});
}

}  // namespace
}  // namespace blathy::station
