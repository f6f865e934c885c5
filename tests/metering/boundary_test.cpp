// Boundaries of time: midnight, month end, 29 February, daylight saving, and clocks that are set over them.
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

Interval lasting(seconds duration) {
    Interval interval;
    interval.duration_us = static_cast<std::uint32_t>(microseconds{duration}.count());
    interval.phase[0].active_energy_mj = duration.count() * 1'000'000;  // a kilowatt
    return interval;
}

// Times in local winter time of Central Europe unless said otherwise.
UtcTime winter(year_month_day date, minutes time) {
    return UtcTime{sys_days{date}} + time - 1h;
}

struct TimedRow {
    UtcTime time;
    std::uint8_t status;
    bool operator==(const TimedRow&) const = default;
};

std::vector<TimedRow> rows(world::LivedMeter& lived, ProfileId id) {
    std::vector<TimedRow> found;
    const RowLog& log = lived.meter().accounting().log(id);
    for (std::uint32_t i = log.first(); i < log.end(); ++i) {
        RowValues cells{};
        EXPECT_TRUE(log.read(i, cells));
        found.push_back({UtcTime{milliseconds{cells[0] >> 1}}, static_cast<std::uint8_t>(cells[1])});
    }
    return found;
}

void live_at_a_kilowatt(world::LivedMeter& lived, seconds duration, seconds step = 60s) {
    for (seconds lived_for{0}; lived_for < duration; lived_for += step) lived.meter().advance(lasting(step));
}

constexpr std::uint8_t none = 0;

TEST(Boundary, MidnightAndMonthEnd) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 31, 23h + 50min));
    live_at_a_kilowatt(lived, 20min);
    const UtcTime midnight = winter(2026y / 2 / 1, 0h);
    EXPECT_EQ(rows(lived, ProfileId::daily), (std::vector<TimedRow>{{midnight, none}}));
    EXPECT_EQ(rows(lived, ProfileId::monthly), (std::vector<TimedRow>{{midnight, none}}));
    EXPECT_EQ(rows(lived, ProfileId::load_1), (std::vector<TimedRow>{{midnight, none}}));
    EXPECT_EQ(lived.meter().accounting().ledger().resets, 1U);
}

TEST(Boundary, The29thOfFebruaryIsADayOfItsOwn) {
    world::LivedMeter lived(sed302, winter(2028y / 2 / 28, 23h + 50min));
    live_at_a_kilowatt(lived, 24h + 20min, 300s);
    EXPECT_EQ(rows(lived, ProfileId::daily),
              (std::vector<TimedRow>{{winter(2028y / 2 / 29, 0h), none}, {winter(2028y / 3 / 1, 0h), none}}));
    EXPECT_EQ(rows(lived, ProfileId::monthly), (std::vector<TimedRow>{{winter(2028y / 3 / 1, 0h), none}}));
}

TEST(Boundary, ADayHas92RowsWhenDaylightSavingBeginsAnd100WhenItEnds) {
    world::LivedMeter spring(sed302, winter(2026y / 3 / 29, 0h));
    live_at_a_kilowatt(spring, 23h, 900s);
    EXPECT_EQ(rows(spring, ProfileId::load_1).size(), 92U);
    EXPECT_EQ(rows(spring, ProfileId::daily).size(), 1U);
    EXPECT_EQ(rows(spring, ProfileId::load_1)[7].status, status_daylight_saving);
    EXPECT_EQ(rows(spring, ProfileId::load_1)[6].status, none);
    world::LivedMeter autumn(sed302, winter(2026y / 10 / 24, 23h));
    live_at_a_kilowatt(autumn, 25h, 900s);
    EXPECT_EQ(rows(autumn, ProfileId::load_1).size(), 100U);
    EXPECT_EQ(rows(autumn, ProfileId::daily).size(), 1U);
}

// An Interval that lies across boundaries is divided as the time is, and nothing of it is lost.
TEST(Boundary, AnIntervalAcrossBoundariesIsDivided) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 31, 23h + 50min));
    lived.meter().advance(lasting(40min));
    EXPECT_EQ(lived.meter().energy().total[EnergyRegister::active_import], 2400U * 1'000'000U);
    const UtcTime midnight = winter(2026y / 2 / 1, 0h);
    EXPECT_EQ(rows(lived, ProfileId::load_1),
              (std::vector<TimedRow>{{midnight, none}, {midnight + 15min, none}, {midnight + 30min, none}}));
    EXPECT_EQ(rows(lived, ProfileId::monthly), (std::vector<TimedRow>{{midnight, none}}));
    RowValues cells{};
    ASSERT_TRUE(lived.meter().accounting().log(ProfileId::monthly).read(0, cells));
    EXPECT_EQ(cells[2], 600 * 1'000'000 / 3'600'000);
}

TEST(Boundary, ASmallAdjustmentClosesNothing) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h));
    live_at_a_kilowatt(lived, 10min);
    lived.meter().adjust_clock(lived.meter().clock().now() + 20s);
    live_at_a_kilowatt(lived, 5min);
    EXPECT_EQ(rows(lived, ProfileId::load_1), (std::vector<TimedRow>{{winter(2026y / 1 / 10, 12h + 15min), none}}));
}

TEST(Boundary, ASmallAdjustmentBackOverABoundaryDoesNotRepeatIt) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 31, 23h + 50min));
    live_at_a_kilowatt(lived, 10min + 10s, 10s);
    lived.meter().adjust_clock(lived.meter().clock().now() - 30s);
    live_at_a_kilowatt(lived, 16min, 10s);
    const UtcTime midnight = winter(2026y / 2 / 1, 0h);
    EXPECT_EQ(rows(lived, ProfileId::load_1), (std::vector<TimedRow>{{midnight, none}, {midnight + 15min, none}}));
    EXPECT_EQ(rows(lived, ProfileId::monthly).size(), 1U);
    EXPECT_EQ(rows(lived, ProfileId::daily).size(), 1U);
}

TEST(Boundary, ASmallAdjustmentForwardOverABoundaryReachesIt) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 31, 23h + 50min));
    live_at_a_kilowatt(lived, 9min + 40s, 10s);
    lived.meter().adjust_clock(lived.meter().clock().now() + 30s);
    const UtcTime midnight = winter(2026y / 2 / 1, 0h);
    EXPECT_EQ(rows(lived, ProfileId::load_1), (std::vector<TimedRow>{{midnight, none}}));
    EXPECT_EQ(rows(lived, ProfileId::monthly).size(), 1U);
}

TEST(Boundary, ASetClockClosesThePeriodsAndMarksThem) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h));
    live_at_a_kilowatt(lived, 5min);
    lived.meter().set_clock(winter(2026y / 1 / 10, 13h + 10min));
    live_at_a_kilowatt(lived, 20min);
    EXPECT_EQ(rows(lived, ProfileId::load_1),
              (std::vector<TimedRow>{{winter(2026y / 1 / 10, 12h + 5min), status_clock_adjusted},
                                     {winter(2026y / 1 / 10, 13h + 15min), status_clock_adjusted},
                                     {winter(2026y / 1 / 10, 13h + 30min), none}}));
}

TEST(Boundary, ASetClockBeginsTheWindowOfTheDemand) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h));
    live_at_a_kilowatt(lived, 45min);
    const auto set_to = winter(2026y / 1 / 10, 23h + 59min) + 55s;
    lived.meter().set_clock(set_to);
    const auto& demand = lived.meter().accounting().ledger().demand;
    EXPECT_EQ(demand.window_start, set_to);
    live_at_a_kilowatt(lived, 15s, 5s);
    EXPECT_EQ(demand.window_start, set_to);
    live_at_a_kilowatt(lived, 45min);
    EXPECT_EQ(demand.window_start, winter(2026y / 1 / 11, 15min));
}

TEST(Boundary, APresetTimeOutlivesAnOutageAndIsSetOnce) {
    const UtcTime noon = winter(2026y / 1 / 10, 12h);
    world::LivedMeter lived(sed302, noon);
    ASSERT_TRUE(lived.meter().preset_time({noon + 1h, noon, noon + 30min}));
    lived.power_off(10min);
    EXPECT_TRUE(lived.meter().adjust_to_preset_time());
    EXPECT_EQ(lived.meter().clock().now(), noon + 1h);
    lived.meter().set_clock(noon);
    EXPECT_FALSE(lived.meter().adjust_to_preset_time());
}

TEST(Boundary, AClockSetForwardOverMonthEndsBillsOnce) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 20, 12h));
    live_at_a_kilowatt(lived, 5min);
    lived.meter().set_clock(winter(2026y / 4 / 3, 12h));
    EXPECT_EQ(rows(lived, ProfileId::monthly).size(), 1U);
    EXPECT_EQ(rows(lived, ProfileId::daily).size(), 1U);
    EXPECT_NE(rows(lived, ProfileId::monthly)[0].status & status_clock_adjusted, 0);
}

TEST(Boundary, AClockSetBackOverAMonthEndDoesNotBillAgain) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 31, 23h + 50min));
    live_at_a_kilowatt(lived, 20min);
    lived.meter().set_clock(winter(2026y / 1 / 31, 23h + 30min));
    live_at_a_kilowatt(lived, 40min);
    EXPECT_EQ(rows(lived, ProfileId::monthly).size(), 1U);
    EXPECT_EQ(rows(lived, ProfileId::daily).size(), 1U);
    EXPECT_EQ(lived.meter().accounting().ledger().resets, 1U);
}

TEST(Boundary, AClockSetBackByMonthsBillsWhenItsTimeComes) {
    world::LivedMeter lived(sed302, winter(2026y / 6 / 10, 12h));
    live_at_a_kilowatt(lived, 5min);
    lived.meter().set_clock(winter(2026y / 1 / 31, 23h + 50min));
    live_at_a_kilowatt(lived, 20min);
    EXPECT_EQ(rows(lived, ProfileId::monthly).size(), 1U);
}

TEST(Boundary, MissedResetsAreMadeUpOneByOneAndMarked) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 30, 12h));
    live_at_a_kilowatt(lived, 5min);
    lived.power_off(days{32});  // over two month ends and 32 midnights
    const auto monthly = rows(lived, ProfileId::monthly);
    ASSERT_EQ(monthly.size(), 2U);
    EXPECT_EQ(monthly[0], (TimedRow{winter(2026y / 2 / 1, 0h), status_power_down}));
    EXPECT_EQ(monthly[1], (TimedRow{winter(2026y / 3 / 1, 0h), status_power_down}));
    EXPECT_EQ(rows(lived, ProfileId::daily).size(), 32U);
    // The period that the failure has cut short ends where it would have ended.
    EXPECT_EQ(rows(lived, ProfileId::load_1),
              (std::vector<TimedRow>{{winter(2026y / 1 / 30, 12h + 15min), status_power_down}}));
}

// Of a schedule at half past two: the night in which there is none, and the one in which there are two.
TEST(Boundary, ABillingOfTheSkippedHourComesAtOnceAndThatOfTheRepeatedHourOnce) {
    const auto billed = [](sys_days sunday) {
        world::LivedMeter lived(sed302, UtcTime{sunday} - 1h);
        Schedule schedule;
        EXPECT_TRUE(schedule.executions.add({{2, 30, 0, 0}, {}}));
        EXPECT_TRUE(lived.meter().account(&Accounting::set_schedule, Billing::daily, schedule));
        live_at_a_kilowatt(lived, 6h, 300s);
        return rows(lived, ProfileId::daily);
    };
    EXPECT_EQ(billed(sys_days{2026y / 3 / 29}),
              (std::vector<TimedRow>{{UtcTime{sys_days{2026y / 3 / 29}} + 1h, status_daylight_saving}}));
    EXPECT_EQ(billed(sys_days{2026y / 10 / 25}),
              (std::vector<TimedRow>{{UtcTime{sys_days{2026y / 10 / 25}} + 30min, status_daylight_saving}}));
}

// The row of the interval that a failure cut short has the demand of its end, not of the power's return.
TEST(Boundary, ARowThatIsMadeUpHasTheDemandOfItsTime) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h));
    live_at_a_kilowatt(lived, 45min + 10min);
    lived.power_off(3h);
    const RowLog& log = lived.meter().accounting().log(ProfileId::load_1);
    ASSERT_EQ(log.end(), 4U);
    RowValues cells{};
    ASSERT_TRUE(log.read(3, cells));
    EXPECT_EQ(UtcTime{milliseconds{cells[0] >> 1}}, winter(2026y / 1 / 10, 13h));
    EXPECT_EQ(cells[1], status_power_down);
    EXPECT_EQ(cells[2], 8889) << "a kilowatt in 40 of 45 minutes, in tenths of a watt";
    EXPECT_EQ(lived.meter().registers().last_average(dlms::Obis(1, 0, 1, 4, 0)), 0) << "now the window is empty";
}

TEST(Boundary, ANewMeterBillsNothingThatWasBeforeItKnewTheTime) {
    world::NorFlash flash(flash_sectors);
    Store store(flash);
    store.mount();
    Meter meter(sed302, Identity(sed302, 1), {}, store, std::nullopt);
    meter.set_clock(winter(2026y / 9 / 3, 12h));
    EXPECT_TRUE(meter.clock().valid());
    EXPECT_EQ(meter.accounting().ledger().resets, 0U);
}

TEST(Boundary, ADemandOfThreePeriodsSlides) {
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h));
    const auto demand = [&] { return lived.meter().registers().last_average(dlms::Obis(1, 0, 1, 4, 0)); };
    live_at_a_kilowatt(lived, 15min);
    EXPECT_EQ(demand(), 10'000 / 3);  // a kilowatt in one of three periods, in tenths of a watt
    live_at_a_kilowatt(lived, 30min);
    EXPECT_EQ(demand(), 10'000);
    EXPECT_EQ(lived.meter().registers().peak(dlms::Obis(1, 0, 1, 6, 0))->value, 10'000U);
    ASSERT_TRUE(lived.meter().account(&Accounting::set_demand, DemandSettings{900, 1}));
    live_at_a_kilowatt(lived, 15min);
    EXPECT_EQ(demand(), 10'000);  // a block
    ASSERT_TRUE(lived.meter().press_reset_button());
    EXPECT_EQ(lived.meter().registers().peak(dlms::Obis(1, 0, 1, 6, 0))->value, 0U);
    EXPECT_EQ(lived.meter().registers().read(dlms::Obis(1, 0, 1, 2, 0)), 10'000);
}

TEST(Boundary, ChangingPeriodOrColumnsClearsTheProfileAndSaysSo) {
    std::vector<Event> events;
    const EventHook hook{
        [](void* context, const Event& event) { static_cast<std::vector<Event>*>(context)->push_back(event); },
        &events};
    world::LivedMeter lived(sed302, winter(2026y / 1 / 10, 12h), hook);
    live_at_a_kilowatt(lived, 1h);
    ASSERT_TRUE(lived.meter().account(&Accounting::set_recording_period, RecordingInterval::first, std::uint16_t{300}));
    EXPECT_EQ(events.back().kind, EventKind::configuration_changed);
    EXPECT_EQ(events[events.size() - 2].kind, EventKind::profile_cleared);
    EXPECT_TRUE(rows(lived, ProfileId::load_1).empty());
    EXPECT_EQ(rows(lived, ProfileId::load_2).size(), 4U);
    live_at_a_kilowatt(lived, 15min);
    EXPECT_EQ(rows(lived, ProfileId::load_1).size(), 3U);
    const ProfileSettings settings = lived.meter().accounting().profile(ProfileId::load_2);
    const auto columns = settings.columns.view().first(4);
    const std::vector<CaptureObject> fewer(columns.begin(), columns.end());
    ASSERT_TRUE(
        lived.meter().account(&Accounting::set_columns, ProfileId::load_2, std::span<const CaptureObject>(fewer)));
    EXPECT_TRUE(rows(lived, ProfileId::load_2).empty());
    lived.power_off(0s);
    EXPECT_TRUE(rows(lived, ProfileId::load_2).empty());
    EXPECT_EQ(lived.meter().accounting().profile(ProfileId::load_2).columns.count, 4U);
    const std::vector<CaptureObject> timeless(fewer.begin() + 1, fewer.end());
    EXPECT_FALSE(
        lived.meter().account(&Accounting::set_columns, ProfileId::load_2, std::span<const CaptureObject>(timeless)));
}

TEST(Schedule, FindsTheNextExecution) {
    const auto at = [](year_month_day date, minutes time) { return LocalTime{local_days{date} + time}; };
    const Schedule monthly = monthly_schedule();
    EXPECT_EQ(next_execution(monthly, at(2026y / 1 / 1, 0min), at(2026y / 3 / 1, 0min)), at(2026y / 2 / 1, 0min));
    EXPECT_EQ(next_execution(monthly, at(2026y / 2 / 1, 0min), at(2026y / 2 / 28, 0min)), std::nullopt);
    Schedule last_day;
    (void)last_day.executions.add({{23, 45, 0, 0}, {dlms::year_not_specified, 0xFF, 0xFE, 0xFF}});
    EXPECT_TRUE(consistent(last_day));
    EXPECT_EQ(next_execution(last_day, at(2028y / 2 / 1, 0min), at(2028y / 4 / 1, 0min)),
              at(2028y / 2 / 29, 23h + 45min));
}

TEST(Schedule, ExecutesNothingWhileTypeAndTimesContradictEachOther) {
    const LocalTime january = local_days{2028y / 1 / 1};
    const auto executes = [&](const Schedule& schedule) {
        return next_execution(schedule, january, january + days{200}).has_value();
    };
    Schedule schedule = monthly_schedule();
    EXPECT_TRUE(executes(schedule));
    schedule.type = 2;  // no wildcards
    EXPECT_TRUE(valid(schedule));
    EXPECT_FALSE(consistent(schedule));
    EXPECT_FALSE(executes(schedule));
    schedule.executions.items[0].date = {2028, 5, 1, dlms::not_specified};
    EXPECT_TRUE(executes(schedule));
    (void)schedule.executions.add({{6, 0, 0, 0}, {2028, 5, 2, dlms::not_specified}});  // at another time
    EXPECT_FALSE(executes(schedule));
    schedule.type = 4;
    EXPECT_TRUE(executes(schedule));
    schedule.type = 1;  // one only
    EXPECT_FALSE(executes(schedule));
    for (const std::uint8_t none : {std::uint8_t{0}, std::uint8_t{6}}) {
        schedule.type = none;
        EXPECT_FALSE(valid(schedule));
    }
    schedule.type = 5;
    EXPECT_TRUE(valid(schedule));
    schedule.executions.items[0].time.hour = dlms::not_specified;
    EXPECT_FALSE(valid(schedule));
}

}  // namespace
}  // namespace blathy::meter
