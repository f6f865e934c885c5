#include "dlms/date_time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec_testing.hpp"
#include "tests/support/utc.hpp"

namespace blathy::dlms {
namespace {

using namespace std::chrono;
using namespace codec_test;
using test::utc;

std::optional<DateTime> date_time(std::string_view hex) {
    return read_date_time(from_hex(hex));
}

TEST(DateTime, IsTwelveOctets) {
    const auto value = expect_vector(read_date_time, "07E7071E0717173B00FF8880");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->date, (Date{2023, 7, 30, 7}));
    EXPECT_EQ(value->time, (Time{23, 23, 59, 0}));
    EXPECT_EQ(value->deviation_min, -120);
    EXPECT_EQ(value->clock_status, clock_daylight_saving);
}

TEST(DateTime, PartsAreFiveAndFourOctets) {
    EXPECT_EQ(expect_vector(read_date, "07E8021D04"), (Date{2024, 2, 29, 4}));
    EXPECT_EQ(expect_vector(read_time, "173B3B63"), (Time{23, 59, 59, 99}));
}

TEST(DateTime, KeepsEveryWildcard) {
    EXPECT_EQ(date_time("FFFFFFFFFFFFFFFFFF8000FF"), DateTime{});
    EXPECT_EQ(read_date(from_hex("FFFFFDFEFF")), (Date{year_not_specified, 0xFD, 0xFE, not_specified}));
    EXPECT_EQ(read_date(from_hex("FFFFFEFD07")), (Date{year_not_specified, 0xFE, 0xFD, 7}));
}

TEST(DateTime, RefusesFieldsOutOfRange) {
    // Month 0 and 13, day 0, 32 and the reserved E0 and FC, day of week 0 and 8.
    for (const char* hex : {"07E8001D04", "07E80D1D04", "07E8FC1D04", "07E8020004", "07E8022004", "07E802E004",
                            "07E802FC04", "07E8021D00", "07E8021D08"}) {
        EXPECT_EQ(read_date(from_hex(hex)), std::nullopt) << hex;
    }
    for (const char* hex : {"18000000", "003C0000", "00003C00", "00000064"}) {
        EXPECT_EQ(read_time(from_hex(hex)), std::nullopt) << hex;
    }
    // Deviations of -841, 841 and -32767 minutes; -840 (UTC+14) and 840 are the last ones.
    for (const char* hex : {"FCB7", "0349", "8001"}) {
        EXPECT_EQ(date_time("07E8021D04173B3B63" + std::string(hex) + "00"), std::nullopt) << hex;
    }
    EXPECT_TRUE(date_time("07E8021D04173B3B63FCB800"));
    EXPECT_TRUE(date_time("07E8021D04173B3B63034800"));
}

TEST(DateTime, CountsTheDeviationFromLocalTimeToUtc) {
    // Central European Summer Time: local time is two hours ahead, so the deviation is -120.
    const auto summer = date_time("07E7071E0717173B00FF8880");
    EXPECT_EQ(to_utc(*summer, 0), utc(2023, 7, 30, 21, 23, 59));
    // India: +5:30.
    EXPECT_EQ(to_utc({.date = {2024, 1, 1, 1}, .time = {0, 0, 0, 0}, .deviation_min = -330, .clock_status = 0}, 0),
              utc(2023, 12, 31, 18, 30));
    // Behind UTC, and over the end of a year.
    EXPECT_EQ(to_utc({.date = {2023, 12, 31, 7}, .time = {19, 0, 0, 0}, .deviation_min = 300, .clock_status = 0}, 0),
              utc(2024, 1, 1));
}

TEST(DateTime, TakesTheDefaultForADeviationThatIsNotSpecified) {
    const DateTime local{.date = {2024, 3, 1, 5}, .time = {1, 0, 0, 0}};
    EXPECT_EQ(to_utc(local, -60), utc(2024, 3, 1));
    EXPECT_EQ(to_utc(local, 60), utc(2024, 3, 1, 2));
}

TEST(DateTime, KnowsWhichDaysThereAre) {
    const auto day_exists = [](std::uint16_t y, std::uint8_t m, std::uint8_t d) {
        return to_utc({.date = {y, m, d, not_specified}, .time = {0, 0, 0, 0}, .deviation_min = 0}, 0).has_value();
    };
    EXPECT_TRUE(day_exists(2024, 2, 29));
    EXPECT_FALSE(day_exists(2023, 2, 29));
    EXPECT_TRUE(day_exists(2000, 2, 29));
    EXPECT_FALSE(day_exists(2100, 2, 29));
    EXPECT_FALSE(day_exists(2024, 4, 31));
    EXPECT_FALSE(day_exists(2024, 13, 1));
    EXPECT_FALSE(day_exists(2024, 0, 1));
    EXPECT_FALSE(day_exists(2024, 1, 0));
    EXPECT_FALSE(day_exists(2024, 1, 0xFE)) << "the last day of a month is no instant";
}

TEST(DateTime, IsNoInstantWithAWildcard) {
    const DateTime whole{.date = {2024, 2, 29, 4}, .time = {12, 30, 15, 50}, .deviation_min = 0, .clock_status = 0};
    EXPECT_EQ(to_utc(whole, 0), utc(2024, 2, 29, 12, 30, 15, 500));
    auto with = whole;
    with.date.year = year_not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.date.month = not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.date.day_of_month = not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.time.hour = not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.time.minute = not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.time.second = not_specified;
    EXPECT_FALSE(to_utc(with, 0));
    with = whole, with.time.hundredths = not_specified;
    EXPECT_EQ(to_utc(with, 0), utc(2024, 2, 29, 12, 30, 15)) << "hundredths are optional";
    with = whole, with.date.day_of_week = not_specified;
    EXPECT_EQ(to_utc(with, 0), utc(2024, 2, 29, 12, 30, 15, 500));
}

TEST(DateTime, HasNoInstantBeyondTheCalendar) {
    EXPECT_EQ(to_utc({.date = {32767, 12, 31, not_specified}, .time = {0, 0, 0, 0}, .deviation_min = 0}, 0),
              utc(32767, 12, 31));
    for (const std::uint16_t beyond : {std::uint16_t{32768}, std::uint16_t{40000}, std::uint16_t{65534}}) {
        EXPECT_FALSE(to_utc({.date = {beyond, 1, 1, not_specified}, .time = {0, 0, 0, 0}, .deviation_min = 0}, 0))
            << beyond;
    }
}

TEST(DateTime, OfUtcStatesTheDayOfWeekAndTheStatus) {
    const DateTime local = local_date_time(utc(2024, 2, 29, 23, 30, 5, 678), -60, clock_doubtful);
    EXPECT_EQ(hex_of(local), "07E8030105001E0543FFC402");
    EXPECT_EQ(local_date_time(utc(2024, 12, 29), 0, 0).date.day_of_week, 7) << "a Sunday";
    EXPECT_EQ(local_date_time(utc(1969, 12, 31, 23, 59, 59, 999), 0, 0).time, (Time{23, 59, 59, 99}))
        << "before the epoch hundredths count forward as well";
}

RC_GTEST_PROP(DateTime, ComesBackFromLocalTime, ()) {
    const auto hundredths = *rc::gen::inRange<std::int64_t>(-5'000'000'000'00, 5'000'000'000'00);
    const auto deviation = *rc::gen::inRange<std::int16_t>(-840, 841);
    const UtcTime instant{milliseconds{hundredths * 10}};
    const DateTime local = local_date_time(instant, deviation, 0x80);
    RC_ASSERT(to_utc(local, 0) == instant);
    RC_ASSERT(read_date_time(encode(local)) == local);
}

RC_GTEST_PROP(DateTime, DecodesOnlyWhatItEncodes, (const std::array<std::uint8_t, 12>& octets)) {
    if (const auto value = read_date_time(octets)) RC_ASSERT(equal(encode(*value), octets));
    if (const auto value = read_date(Bytes(octets).first(5))) RC_ASSERT(equal(encode(*value), Bytes(octets).first(5)));
    if (const auto value = read_time(Bytes(octets).first(4))) RC_ASSERT(equal(encode(*value), Bytes(octets).first(4)));
}

}  // namespace
}  // namespace blathy::dlms
