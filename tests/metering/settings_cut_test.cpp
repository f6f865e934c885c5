// Power fails in every flash operation of a change of settings: what follows from a setting changes with it or not at
// all, with the rows and registers that belong to it.
#include <functional>

#include <gtest/gtest.h>

#include "meter/models/sm120b2.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ProfileId;

// Ten minutes into a recording interval.
constexpr UtcTime change_time = sys_days{year{2026} / 3 / 10} + hours{12} + minutes{10};

meter::Interval five_minutes_of_load() {
    meter::Interval interval;
    interval.duration_us = 300'000'000;
    interval.phase[0].active_energy_mj = 1'080'000'000;  // a watt-hour a second
    return interval;
}

// Calls `check` with a meter that has come up again after each cut, and with one that was not cut.
void cut_change(const std::function<bool(meter::Meter&)>& change, const std::function<void(meter::Meter&)>& check) {
    LivedMeter before(meter::sm120b2, change_time - hours{6});
    while (before.meter().clock().now() < change_time) before.meter().advance(five_minutes_of_load());
    ASSERT_TRUE(before.meter().save());
    std::uint64_t cuts = 0;
    for (std::size_t tear = 0; tear < static_cast<std::size_t>(Tear::count); ++tear) {
        bool finished = false;
        for (std::uint64_t operation = 0; !finished; ++operation) {
            SCOPED_TRACE("tear " + std::to_string(tear) + ", operation " + std::to_string(operation));
            LivedMeter lived(meter::sm120b2, change_time, before.flash());
            lived.flash().cut_at(operation, static_cast<Tear>(tear), ++cuts);
            const bool acknowledged = change(lived.meter());
            finished = lived.flash().powered();
            ASSERT_TRUE(acknowledged || !finished);
            lived.flash().restore();
            LivedMeter again(meter::sm120b2, change_time + seconds{20}, lived.flash());
            ASSERT_NO_FATAL_FAILURE(check(again.meter()));
        }
    }
    EXPECT_GE(cuts, 3 * static_cast<std::uint64_t>(Tear::count));
}

std::uint32_t rows_of(const meter::Meter& meter, ProfileId id) {
    const meter::RowLog& log = meter.accounting().log(id);
    return log.end() - log.first();
}

TEST(SettingsCut, ARecordingPeriodComesWithItsRowsGoing) {
    constexpr std::uint32_t rows_before = 24;  // six hours of quarters; the last one is open
    for (const auto which : {meter::RecordingInterval::first, meter::RecordingInterval::second}) {
        const auto index = static_cast<std::size_t>(which);
        int old_ones = 0;
        int new_ones = 0;
        cut_change(
            [which](meter::Meter& meter) {
                return meter.account(&meter::Accounting::set_recording_period, which, std::uint16_t{300});
            },
            [&](meter::Meter& meter) {
                const bool changed = meter.accounting().settings().recording_period_s[index] == 300;
                ++(changed ? new_ones : old_ones);
                for (const ProfileId id : {ProfileId::load_1, ProfileId::load_2, ProfileId::average, ProfileId::minimum,
                                           ProfileId::maximum}) {
                    const bool concerned = (id == ProfileId::load_1) == (which == meter::RecordingInterval::first);
                    ASSERT_EQ(rows_of(meter, id), changed && concerned ? 0U : rows_before);
                }
                if (which != meter::RecordingInterval::first) return;
                // Each row has the energy since the one before, or since the change.
                const auto imported = [&] { return meter.registers().read(dlms::Obis(1, 0, 1, 8, 0)).value_or(-1); };
                const std::int64_t at_change = imported();
                const std::int64_t at_boundary = changed ? at_change : at_change - 600;
                for (int i = 0; i < 4; ++i) meter.advance(five_minutes_of_load());
                const meter::RowLog& log = meter.accounting().log(ProfileId::load_1);
                std::int64_t so_far = at_boundary;
                meter::RowLog::Reader rows(log);
                const std::uint32_t first = changed ? log.first() : log.first() + rows_before;
                ASSERT_EQ(log.end() - first, changed ? 4U : 2U);
                for (std::uint32_t row = first; row < log.end(); ++row) {
                    ASSERT_TRUE(rows.read(row));
                    constexpr std::size_t recorded = 4;
                    constexpr std::size_t energy = 6;
                    ASSERT_EQ(rows.values()[energy] - so_far, rows.values()[recorded]);
                    so_far = rows.values()[energy];
                }
            });
        EXPECT_GT(old_ones, 0);
        EXPECT_GT(new_ones, 0);
    }
}

TEST(SettingsCut, AScheduleBillsNothingOfThePast) {
    meter::Schedule schedule = meter::monthly_schedule();
    schedule.executions = {};
    const dlms::Date any_day{dlms::year_not_specified, dlms::not_specified, dlms::not_specified, dlms::not_specified};
    (void)schedule.executions.add({{13, 5, 0, 0}, any_day});  // local; it is 13:10
    int new_ones = 0;
    cut_change(
        [&](meter::Meter& meter) {
            return meter.account(&meter::Accounting::set_schedule, meter::Billing::monthly, schedule);
        },
        [&](meter::Meter& meter) {
            const bool changed = meter.accounting().settings().schedules[0] == schedule;
            new_ones += changed ? 1 : 0;
            ASSERT_EQ(meter.accounting().ledger().resets, 0U);
            for (int i = 0; i < 12; ++i) meter.advance(five_minutes_of_load());
            ASSERT_EQ(meter.accounting().ledger().resets, 0U);
        });
    EXPECT_GT(new_ones, 0);
}

TEST(SettingsCut, ADemandOfAnotherPeriodBeginsAnew) {
    int old_ones = 0;
    int new_ones = 0;
    cut_change(
        [](meter::Meter& meter) {
            return meter.account(&meter::Accounting::set_demand, meter::DemandSettings{600, 2});
        },
        [&](meter::Meter& meter) {
            const meter::Accounting& accounting = meter.accounting();
            const bool changed = accounting.settings().demand == meter::DemandSettings{600, 2};
            ++(changed ? new_ones : old_ones);
            ASSERT_EQ(accounting.ledger().demand_epoch, accounting.settings().demand_epoch);
            constexpr UtcTime boundary = change_time - minutes{10};
            ASSERT_EQ(accounting.ledger().demand.captured, changed ? change_time : boundary);
            ASSERT_EQ(accounting.ledger().demand.start, changed ? change_time : boundary);
        });
    EXPECT_GT(old_ones, 0);
    EXPECT_GT(new_ones, 0);
}

}  // namespace
}  // namespace blathy::world
