#include "station/format.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::DataTag;
using test::hex;
using test::value_of;

std::string text_of(std::string_view encoded, int scaler = 0) {
    return to_text(value_of(encoded), {.scaler = scaler});
}
std::string json_of(std::string_view encoded, int scaler = 0) {
    return to_json(value_of(encoded), {.scaler = scaler});
}

TEST(Format, ScalesWithoutRounding) {
    EXPECT_EQ(decimal_text(std::int64_t{12345}, -3), "12.345");
    EXPECT_EQ(decimal_text(std::int64_t{-5}, -3), "-0.005");
    EXPECT_EQ(decimal_text(std::int64_t{1000}, -3), "1.000") << "the resolution of the register stays visible";
    EXPECT_EQ(decimal_text(std::int64_t{12}, 3), "12000");
    EXPECT_EQ(decimal_text(std::int64_t{0}, 5), "0");
    EXPECT_EQ(decimal_text(std::int64_t{0}, -2), "0.00");
    EXPECT_EQ(decimal_text(std::int64_t{7}, 0), "7");
    EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min(), -1), "-922337203685477580.8");
    EXPECT_EQ(decimal_text(~std::uint64_t{0}, -19), "1.8446744073709551615");
    EXPECT_EQ(decimal_text(std::int64_t{12}, 127), "12e127");
    EXPECT_EQ(decimal_text(std::int64_t{12}, -128), "12e-128");
}

TEST(Format, WritesTimesInIso8601) {
    EXPECT_EQ(text_of("1907EA0B160714040800FF8800"), "2026-11-22T20:04:08+02:00");
    EXPECT_EQ(text_of("090C07EA0B16071404080000B480"), "2026-11-22T20:04:08-03:00");
    EXPECT_EQ(text_of("090C07EA0B16071404081900000F"), "2026-11-22T20:04:08.25Z");
    EXPECT_EQ(text_of("090C07EA0B1607140408FF8000FF"), "2026-11-22T20:04:08");
    EXPECT_EQ(text_of("19FFFFFF01FF000000008000FF"), "*-*-01T00:00:00");
    EXPECT_EQ(text_of("1AFFFFFEFE07"), "*-dst-begin-last Sun");
    EXPECT_EQ(text_of("1B14FF00FF"), "20:*:00");
}

TEST(Format, ReadsTimesInIso8601) {
    for (const char* text :
         {"2026-11-22T20:04:08+02:00", "2026-11-22T20:04:08-03:30", "2026-11-22T20:04:08.25Z", "2026-11-22T20:04:08"}) {
        ASSERT_TRUE(parse_iso(text)) << text;
        EXPECT_EQ(iso_text(*parse_iso(text)), text);
    }
    EXPECT_EQ(iso_text(*parse_iso("2026-11-22")), "2026-11-22T00:00:00");
    EXPECT_EQ(iso_text(*parse_iso("2026-11-22 20:04")), "2026-11-22T20:04:00");
    EXPECT_EQ(parse_iso("2026-11-22")->date.day_of_week, 7);
    for (const char* text : {"", "2026", "2026-13-01", "2026-02-30", "2026-1-1", "2026-11-22T24:00", "2026-11-22T20:60",
                             "2026-11-22T20", "2026-11-22T20:04:08+2", "2026-11-22T20:04+15:00", "2026-11-22T20:04 ",
                             "22.11.2026", "2026-11-22T20:04:08.5"}) {
        EXPECT_FALSE(parse_iso(text)) << text;
    }
}

TEST(Format, ShowsOctetStringsAsWhatTheyLookLike) {
    EXPECT_EQ(text_of("0906 0100010800FF"), "1-0:1.8.0.255");
    EXPECT_EQ(text_of("0903 424C59"), "BLY");
    EXPECT_EQ(text_of("0903 42001B"), "42001B");
    EXPECT_EQ(text_of("0900"), "");
    EXPECT_EQ(text_of("090C 000000000000000000000000"), "000000000000000000000000");
}

TEST(Format, ShowsStructure) {
    EXPECT_EQ(text_of("0102 0202 0FFD 161E 0202 0F00 16FF"), "[{-3, 30}, {0, 255}]");
    EXPECT_EQ(json_of("0102 0202 0FFD 161E 0200"), "[[-3,30],[]]");
    EXPECT_EQ(text_of("0100"), "[]");
    EXPECT_EQ(text_of("0409A580"), "101001011");
    EXPECT_EQ(text_of("00"), "-");
    EXPECT_EQ(json_of("00"), "null");
    EXPECT_EQ(json_of("0301"), "true");
}

TEST(Format, ShowsFloats) {
    EXPECT_EQ(text_of("173DCCCCCD"), "0.1");
    EXPECT_EQ(json_of("184039000000000000"), "25");
    EXPECT_EQ(json_of("177FC00000"), "null") << "JSON has no NaN";
}

TEST(Format, LetsNoControlCharacterThrough) {
    EXPECT_EQ(text_of("0A05 1B5B316D41"), "\\x1B[1mA");
    EXPECT_EQ(escaped("a\nb\r\t\x7F"), "a\\x0Ab\\x0D\\x09\\x7F");
    EXPECT_EQ(escaped("\xC2\x9B"
                      "31m"),
              "\\xC2\\x9B31m")
        << "C1 controls";
    EXPECT_EQ(escaped("\xE2\x80\xAE"
                      "evil"),
              "\\xE2\\x80\\xAE"
              "evil")
        << "right-to-left override";
    EXPECT_EQ(escaped("\xFF\xC3"), "\\xFF\\xC3") << "no UTF-8";
    EXPECT_EQ(escaped("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "surrogates are no UTF-8";
    EXPECT_EQ(escaped("Bl\xC3\xA1thy \\"), "Bl\xC3\xA1thy \\\\");
}

TEST(Format, WritesJsonStrings) {
    EXPECT_EQ(json_string("a\"b\\c\n\x1B"), "\"a\\\"b\\\\c\\u000A\\u001B\"");
    EXPECT_EQ(json_string("\xFF"), "\"\xEF\xBF\xBD\"");
    EXPECT_EQ(json_string("\xE2\x80\xAE"), "\"\\u202E\"");
}

TEST(Format, ReadsScalerAndUnit) {
    EXPECT_EQ(scaler_unit_from(value_of("0202 0FFD 161E")), (ScalerUnit{-3, 30}));
    EXPECT_EQ(unit_text(30), "Wh");
    EXPECT_EQ(unit_text(255), "");
    EXPECT_EQ(unit_text(250), "unit 250");
    for (const std::string_view text : {"00", "0201 0FFD", "0202 0902AABB 161E", "0202 1200FF 161E"}) {
        EXPECT_EQ(scaler_unit_from(value_of(text)), std::nullopt) << text;
    }
}

TEST(Format, ParsesValuesOfEveryType) {
    EXPECT_EQ(encode(*parse_value(DataTag::integer, "-128")), hex("0F80"));
    EXPECT_EQ(encode(*parse_value(DataTag::long_unsigned, "0xFF")), hex("1200FF"));
    EXPECT_EQ(encode(*parse_value(DataTag::long64_unsigned, "18446744073709551615")), hex("15FFFFFFFFFFFFFFFF"));
    EXPECT_EQ(encode(*parse_value(DataTag::boolean, "true")), hex("0301"));
    EXPECT_EQ(encode(*parse_value(DataTag::enumerated, "30")), hex("161E"));
    EXPECT_EQ(encode(*parse_value(DataTag::octet_string, "BLY")), hex("0903424C59"));
    EXPECT_EQ(encode(*parse_value(DataTag::octet_string, "0xABCD")), hex("0902ABCD"));
    EXPECT_EQ(encode(*parse_value(DataTag::visible_string, "0xAB")), hex("0A0430784142"));
    EXPECT_EQ(encode(*parse_value(DataTag::bit_string, "101001011")), hex("0409A580"));
    EXPECT_EQ(encode(*parse_value(DataTag::float32, "0.1")), hex("173DCCCCCD"));
    EXPECT_EQ(encode(*parse_value(DataTag::date, "2026-11-22")), hex("1A07EA0B1607"));
    EXPECT_EQ(encode(*parse_value(DataTag::time, "20:04:08")), hex("1B14040800"));
    EXPECT_EQ(encode(*parse_value(DataTag::null_data, "null")), hex("00"));
}

TEST(Format, ParsesOctetStringsLikeThePresentValue) {
    const Value time = value_of("090C07EA0B16071404080000B480");
    EXPECT_EQ(to_text(*parse_value(DataTag::octet_string, "2026-01-02T03:04:05+01:00", &time)),
              "2026-01-02T03:04:05+01:00");
    EXPECT_FALSE(parse_value(DataTag::octet_string, "tomorrow", &time));
    const Value name = value_of("0906 0100010800FF");
    EXPECT_EQ(encode(*parse_value(DataTag::octet_string, "2.8.0", &name)), hex("0906 0100020800FF"));
    EXPECT_FALSE(parse_value(DataTag::octet_string, "energy", &name));
}

TEST(Format, RefusesValuesOutOfRange) {
    EXPECT_FALSE(parse_value(DataTag::integer, "128"));
    EXPECT_FALSE(parse_value(DataTag::integer, ""));
    EXPECT_FALSE(parse_value(DataTag::unsigned_, "-1"));
    EXPECT_FALSE(parse_value(DataTag::unsigned_, "1 "));
    EXPECT_FALSE(parse_value(DataTag::long_unsigned, "0x-1"));
    EXPECT_FALSE(parse_value(DataTag::boolean, "maybe"));
    EXPECT_FALSE(parse_value(DataTag::octet_string, "0xABC"));
    EXPECT_FALSE(parse_value(DataTag::bit_string, "12"));
    EXPECT_FALSE(parse_value(DataTag::structure, "{}"));
    EXPECT_FALSE(parse_value(DataTag::float64, "one"));
}

TEST(Format, FindsTypesByName) {
    EXPECT_EQ(data_tag_from("long-unsigned"), DataTag::long_unsigned);
    EXPECT_EQ(data_tag_from("octet-string"), DataTag::octet_string);
    EXPECT_EQ(data_tag_from("word"), std::nullopt);
    EXPECT_EQ(data_tag_from(""), std::nullopt);
}

RC_GTEST_PROP(Format, EscapedTextHasOnlyPrintableCharacters, (const std::string& text)) {
    for (const char c : escaped(text)) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

RC_GTEST_PROP(Format, ADecimalIsItsDigits, (std::int64_t number)) {
    const int scaler = *rc::gen::inRange(-20, 1);
    std::string digits = decimal_text(number, scaler);
    if (const std::size_t point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
    RC_ASSERT(std::stoll(digits) == number);
}

TEST(Format, TimesAreShownByTheClockThatIsAskedFor) {
    // 14:54:17 at five hours east of Greenwich.
    const Value time = value_of("090C07EA0A07030E3611FFFED400");
    EXPECT_EQ(to_text(time), "2026-10-07T14:54:17+05:00");
    EXPECT_EQ(to_text(time, {.time = TimeShown::utc}), "2026-10-07T09:54:17Z");
    const char* const zone = std::getenv("TZ");
    const std::string before = zone == nullptr ? "" : zone;
    ::setenv("TZ", "XXX-2", 1);
    ::tzset();
    EXPECT_EQ(to_text(time, {.time = TimeShown::local}), "2026-10-07T11:54:17+02:00");
    EXPECT_EQ(to_json(time, {.time = TimeShown::local}), "\"2026-10-07T11:54:17+02:00\"");
    zone == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", before.c_str(), 1);
    ::tzset();
}

TEST(Format, TimesWithoutAnOffsetOrWithWildcardsStayAsTheyAre) {
    for (const char* text : {"090C07EA0A07030E3611FF800000", "090C07EAFF07030E3611FFFED400"}) {
        const Value time = value_of(text);
        EXPECT_EQ(to_text(time, {.time = TimeShown::utc}), to_text(time)) << text;
    }
}

}  // namespace
}  // namespace blathy::station
