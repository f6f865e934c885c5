// The whole way from energy to the bill against the oracle, to the last digit.
#include "world/simulation/oracle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ProfileId;

void expect_rows(const meter::RowLog& log, const std::vector<Oracle::Row>& rows, const char* name) {
    ASSERT_EQ(log.end(), rows.size()) << name;
    meter::RowLog::Reader walk(log);
    for (std::uint32_t i = log.first(); i < log.end(); ++i) {
        ASSERT_TRUE(walk.read(i)) << name << ' ' << i;
        const meter::RowValues& cells = walk.values();
        const Oracle::Row found(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(log.columns()));
        ASSERT_EQ(found, rows[i]) << name << ' ' << i << " of " << rows.size();
    }
}

void expect_same(const meter::Meter& meter, const Oracle& oracle) {
    static constexpr int codes[] = {1, 2, 3, 4, 9, 10, 15, 16};
    const auto& accounting = meter.accounting();
    ASSERT_EQ(meter.clock().now().time_since_epoch(), seconds{oracle.now_s});
    ASSERT_EQ(accounting.tariff(), oracle.tariff);
    ASSERT_EQ(accounting.ledger().resets, static_cast<std::uint64_t>(oracle.resets));
    for (std::size_t i = 0; i < Oracle::quantities; ++i) {
        for (std::size_t of = 0; of < Oracle::tariffs; ++of) {
            const int e = static_cast<int>(of);
            const auto read = [&](int d) { return meter.registers().read(dlms::Obis(1, 0, codes[i], d, e)); };
            ASSERT_EQ(read(meter::obis_energy), oracle.energy_wh(i, of)) << codes[i] << ' ' << of;
            ASSERT_EQ(read(meter::obis_maximum_demand), oracle.peak[i][of]) << codes[i] << ' ' << of;
            ASSERT_EQ(read(meter::obis_cumulative_demand), oracle.cumulative[i][of]) << codes[i] << ' ' << of;
            const auto name = dlms::Obis(1, 0, codes[i], meter::obis_maximum_demand, e);
            ASSERT_EQ(meter.registers().peak(name)->time_s, oracle.peak_time[i][of]) << codes[i] << ' ' << of;
        }
    }
    expect_rows(accounting.log(ProfileId::monthly), oracle.monthly, "monthly");
    expect_rows(accounting.log(ProfileId::daily), oracle.daily, "daily");
    expect_rows(accounting.log(ProfileId::load_1), oracle.load_1, "load profile 1");
    expect_rows(accounting.log(ProfileId::load_2), oracle.load_2, "load profile 2");
}

void live_and_compare(const meter::Model& model, UtcTime from, days length, std::uint64_t seed,
                      const LifeOptions& options) {
    LivedMeter lived(model, from);
    Oracle oracle(model, from);
    Random random(seed);
    const meter::Calendar calendar = random_calendar(random);
    const meter::SpecialDays special_days = random_special_days(random, calendar);
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    ASSERT_EQ(lived.meter().account(&meter::Accounting::activate_calendar), std::nullopt);
    ASSERT_TRUE(lived.meter().account(&meter::Accounting::set_special_days, special_days));
    oracle.set_calendar(calendar, special_days);
    Life life(model, from, from + length, seed, options);
    while (!life.over()) {
        const Step step = life.next();
        lived.live(step);
        oracle.live(step);
    }
    expect_same(lived.meter(), oracle);
    // And all of it is in the flash.
    lived.power_off(seconds{0});
    oracle.live(PowerFails{seconds{0}});
    expect_same(lived.meter(), oracle);
}

constexpr UtcTime new_year = sys_days{year{2026} / 1 / 1} + hours{3};

TEST(Oracle, AgreesOnAYearOfLoad) {
    live_and_compare(meter::sed302, new_year, days{366}, 1, {});
}

TEST(Oracle, AgreesOnAYearWithFaults) {
    live_and_compare(meter::sm120b2, new_year, days{366}, 2, {.faults = true});
    live_and_compare(meter::sed302, new_year, days{366}, 3, {.faults = true});
}

RC_GTEST_PROP(Oracle, AgreesOnAnyLife, (std::uint32_t seed)) {
    SCOPED_TRACE(seed);
    const auto& model = *meter::all_models()[seed % meter::all_models().size()];
    const UtcTime from = sys_days{year{2027} / 1 / 1} + days{seed % 700} + minutes{15 * (seed % 96)};
    live_and_compare(model, from, days{6}, seed, {.faults = true, .faults_a_day = 3});
    RC_ASSERT(!testing::Test::HasFailure());
}

}  // namespace
}  // namespace blathy::world
