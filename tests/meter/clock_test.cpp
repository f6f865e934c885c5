#include "meter/clock/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/clock/crystal.hpp"

#include "tests/support/utc.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::utc;

Clock with(const ClockSettings& settings) {
    return {settings, utc(2026, 1, 1), true};
}
dlms::DateTime rule(std::uint8_t month, std::uint8_t day, std::uint8_t weekday, std::uint8_t hour) {
    return {{dlms::year_not_specified, month, day, weekday}, {hour, 0, 0, 0}, dlms::deviation_not_specified, 0xFF};
}

// The instants at which daylight saving time begins and ends in a year, looked for minute by minute near `around`.
void expect_begin(const Clock& clock, UtcTime instant) {
    EXPECT_FALSE(clock.daylight_saving_at(instant - milliseconds{1}));
    EXPECT_TRUE(clock.daylight_saving_at(instant));
}
void expect_end(const Clock& clock, UtcTime instant) {
    EXPECT_TRUE(clock.daylight_saving_at(instant - milliseconds{1}));
    EXPECT_FALSE(clock.daylight_saving_at(instant));
}

// Directive 2000/84/EC: the last Sundays of March and October, at 01:00 UTC.
TEST(DaylightSaving, OfTheEuropeanUnion) {
    const Clock clock = with({});
    for (const auto& [y, march, october] : {std::tuple{2024, 31U, 27U},
                                            {2025, 30U, 26U},
                                            {2026, 29U, 25U},
                                            {2027, 28U, 31U},
                                            {2028, 26U, 29U},
                                            {2029, 25U, 28U},
                                            {2030, 31U, 27U},
                                            {2031, 30U, 26U}}) {
        expect_begin(clock, utc(y, 3, march, 1));
        expect_end(clock, utc(y, 10, october, 1));
        EXPECT_FALSE(clock.daylight_saving_at(utc(y, 1, 1)));
        EXPECT_TRUE(clock.daylight_saving_at(utc(y, 7, 1)));
        EXPECT_FALSE(clock.daylight_saving_at(utc(y, 12, 31, 23)));
    }
}

// New Zealand: last Sunday in September 02:00 standard to first Sunday in April 03:00 daylight time.
TEST(DaylightSaving, OfTheSouthernHemisphereSpansTheNewYear) {
    ClockSettings settings;
    settings.time_zone_min = -720;
    settings.daylight_begin = rule(9, 0xFE, 7, 2);
    settings.daylight_end = rule(4, 1, 7, 3);
    const Clock clock = with(settings);
    expect_end(clock, utc(2026, 4, 4, 14));
    expect_begin(clock, utc(2026, 9, 26, 14));
    EXPECT_TRUE(clock.daylight_saving_at(utc(2026, 12, 31, 10, 59)));
    EXPECT_TRUE(clock.daylight_saving_at(utc(2026, 12, 31, 11, 0)));
    EXPECT_TRUE(clock.daylight_saving_at(utc(2027, 1, 1, 12)));
    EXPECT_EQ(clock.deviation_min_at(utc(2027, 1, 1)), -780);
    expect_end(clock, utc(2027, 4, 3, 14));
}

// The United States, Eastern: second Sunday of March, first Sunday of November.
TEST(DaylightSaving, OnTheFirstWeekdayFromADayOn) {
    ClockSettings settings;
    settings.time_zone_min = 300;
    settings.daylight_begin = rule(3, 8, 7, 2);
    settings.daylight_end = rule(11, 1, 7, 2);
    const Clock clock = with(settings);
    expect_begin(clock, utc(2026, 3, 8, 7));
    expect_end(clock, utc(2026, 11, 1, 6));
    expect_begin(clock, utc(2027, 3, 14, 7));
    expect_end(clock, utc(2027, 11, 7, 6));
}

TEST(DaylightSaving, OnFixedAndLastDays) {
    ClockSettings settings;
    settings.time_zone_min = 0;
    settings.daylight_begin = rule(2, 0xFE, dlms::not_specified, 0);  // the last of February
    settings.daylight_end = rule(9, 0xFD, dlms::not_specified, 1);    // the last but one of September
    const Clock clock = with(settings);
    expect_begin(clock, utc(2026, 2, 28));
    expect_begin(clock, utc(2028, 2, 29));
    expect_end(clock, utc(2026, 9, 29));
    settings.daylight_begin = rule(3, 21, dlms::not_specified, 0);
    expect_begin(with(settings), utc(2026, 3, 21));
    settings.daylight_begin = rule(3, 0xFD, 7, 0);  // the last Sunday but one
    expect_begin(with(settings), utc(2026, 3, 22));
}

TEST(DaylightSaving, DisabledNeverIs) {
    ClockSettings settings;
    settings.daylight_enabled = false;
    EXPECT_FALSE(with(settings).daylight_saving_at(utc(2026, 7, 1)));
    EXPECT_EQ(with(settings).deviation_min_at(utc(2026, 7, 1)), -60);
}

TEST(DaylightSaving, ByHalfAnHourEndsByHalfAnHour) {
    ClockSettings settings;  // Lord Howe Island
    settings.time_zone_min = -630;
    settings.daylight_deviation_min = 30;
    settings.daylight_begin = rule(10, 1, 7, 2);
    settings.daylight_end = rule(4, 1, 7, 2);
    const Clock clock = with(settings);
    expect_end(clock, utc(2026, 4, 4, 15));
    expect_begin(clock, utc(2026, 10, 3, 15, 30));
    EXPECT_EQ(clock.deviation_min_at(utc(2026, 1, 1)), -660);
}

TEST(DaylightSaving, WildcardsInTheTimeOfARuleAreMidnight) {
    ClockSettings settings;
    settings.time_zone_min = 0;
    settings.daylight_begin = {{dlms::year_not_specified, 4, 1, dlms::not_specified}, {}, 0, 0};
    expect_begin(with(settings), utc(2026, 4, 1));
}

TEST(Clock, ShowsLocalTimeWithItsDeviationAndStatus) {
    const Clock clock = with({});
    EXPECT_EQ(clock.local_at(utc(2026, 6, 15, 22, 30, 5, 120)),
              (dlms::DateTime{{2026, 6, 16, 2}, {0, 30, 5, 12}, -120, dlms::clock_daylight_saving}));
    EXPECT_EQ(clock.local_at(utc(2026, 12, 31, 23)), (dlms::DateTime{{2027, 1, 1, 5}, {0, 0, 0, 0}, -60, 0}));
}

TEST(Clock, TheHourThatComesTwiceIsToldApart) {
    const Clock clock = with({});
    const auto first = clock.local_at(utc(2026, 10, 25, 0, 30));
    const auto second = clock.local_at(utc(2026, 10, 25, 1, 30));
    EXPECT_EQ(first.time, second.time);
    EXPECT_EQ(first.deviation_min, -120);
    EXPECT_EQ(second.deviation_min, -60);
    EXPECT_EQ(first.clock_status, dlms::clock_daylight_saving);
    EXPECT_EQ(second.clock_status, 0);
}

TEST(Clock, IsInvalidUntilItIsSet) {
    Clock clock({}, utc(2026, 7, 1), false);
    EXPECT_EQ(clock.local_now().clock_status, dlms::clock_invalid | dlms::clock_daylight_saving);
    clock.advance(hours{1});
    clock.adjust(utc(2026, 7, 2));
    EXPECT_FALSE(clock.valid());
    clock.set(utc(2026, 7, 3));
    EXPECT_TRUE(clock.valid());
    EXPECT_EQ(clock.local_now().clock_status, dlms::clock_daylight_saving);
}

TEST(Clock, StepsBelowAMillisecondAddUp) {
    Clock clock({}, utc(2026, 1, 1), true);
    for (int i = 0; i < 1'000'000; ++i) clock.advance(microseconds{333});
    EXPECT_EQ(clock.now(), utc(2026, 1, 1) + seconds{333});
    for (int i = 0; i < 999; ++i) clock.advance(microseconds{1});
    EXPECT_EQ(clock.now(), utc(2026, 1, 1) + seconds{333});
    clock.advance(microseconds{1});
    EXPECT_EQ(clock.now(), utc(2026, 1, 1) + seconds{333} + milliseconds{1});
}

TEST(Clock, SettingItForgetsTheFractionOfTheOldTime) {
    Clock clock({}, utc(2026, 1, 1), true);
    clock.advance(microseconds{999});
    clock.set(utc(2027, 1, 1));
    clock.advance(microseconds{1});
    EXPECT_EQ(clock.now(), utc(2027, 1, 1));
}

RC_GTEST_PROP(ClockProperty, AnyStepsLoseNothing, (const std::vector<std::uint32_t>& steps)) {
    Clock clock({}, utc(2026, 1, 1), true);
    microseconds sum{0};
    for (const std::uint32_t step : steps) {
        clock.advance(microseconds{step});
        sum += microseconds{step};
    }
    RC_ASSERT(clock.now() == utc(2026, 1, 1) + floor<milliseconds>(sum));
}

RC_GTEST_PROP(ClockProperty, LocalTimeAndItsDeviationNameTheInstant, ()) {
    ClockSettings settings;
    settings.time_zone_min = *rc::gen::inRange<std::int16_t>(-700, 700);
    settings.daylight_deviation_min = *rc::gen::inRange<std::int8_t>(-120, 121);
    settings.daylight_enabled = *rc::gen::arbitrary<bool>();
    settings.daylight_begin = rule(*rc::gen::inRange<std::uint8_t>(1, 13), *rc::gen::inRange<std::uint8_t>(1, 32),
                                   *rc::gen::inRange<std::uint8_t>(1, 8), *rc::gen::inRange<std::uint8_t>(0, 24));
    settings.daylight_end = rule(*rc::gen::inRange<std::uint8_t>(1, 13), 0xFE, *rc::gen::inRange<std::uint8_t>(1, 8),
                                 *rc::gen::inRange<std::uint8_t>(0, 24));
    const auto tenths = *rc::gen::inRange<std::int64_t>(946'684'800'00, 4'102'444'800'00);
    const UtcTime instant{milliseconds{tenths * 10}};
    RC_ASSERT(dlms::to_utc(with(settings).local_at(instant), 0) == instant);
}

TEST(ClockCrystal, IsSlowInHeatAndInCold) {
    EXPECT_EQ(Crystal(12'000).deviation_ppb_at(250), 12'000);
    EXPECT_EQ(Crystal(12'000).deviation_ppb_at(-400), 12'000 - 34 * 65 * 65);
    EXPECT_EQ(Crystal(12'000).deviation_ppb_at(700), 12'000 - 34 * 45 * 45);
    // No sensor sees that.
    EXPECT_EQ(Crystal().deviation_ppb_at(32'767), -34 * 100 * 100);
    EXPECT_EQ(Crystal().deviation_ppb_at(-32'768), -34 * 100 * 100);
}

TEST(ClockCrystal, CarriesWhatIsBelowAMicrosecond) {
    for (const std::int32_t ppb : {20'001, -20'001, 3, 0}) {
        Crystal crystal(ppb);
        microseconds elapsed{0};
        constexpr microseconds window{200'000};
        for (microseconds counted{0}; counted < hours{24}; counted += window) {
            elapsed += crystal.elapsed(window, Crystal::turnover_tenths);
        }
        EXPECT_EQ(elapsed, Crystal(ppb).elapsed(hours{24}, Crystal::turnover_tenths));
        EXPECT_EQ((microseconds{hours{24}} - elapsed).count(), std::int64_t{ppb} * 86'400 / 1000);
    }
}

}  // namespace
}  // namespace blathy::meter
