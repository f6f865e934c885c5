// The whole way from energy to the bill against the oracle, to the last digit.
#include "world/simulation/oracle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/factory_crystal.hpp"
#include "world/simulation/comparison.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::CaptureObject;
using meter::ProfileId;

// What a life begins with beside its calendar; as delivered unless said otherwise.
struct Setup {
    Oracle::Settings settings;
    std::array<Oracle::Columns, meter::profile_count> columns;  // empty: as delivered
};

template <class Number>
Number one_of(Random& random, std::initializer_list<Number> numbers) {
    return numbers.begin()[random.bits() % numbers.size()];
}

// Whatever the model can capture that does not change between the end of a period and a failure of power in it: the
// instantaneous values do.
std::vector<CaptureObject> capturable(const meter::Model& model) {
    std::vector<CaptureObject> found;
    const auto offer = [&](int class_id, const dlms::Obis& name, int attribute) {
        const CaptureObject object{{static_cast<std::uint16_t>(class_id), name, static_cast<std::int8_t>(attribute)},
                                   0};
        if (column_of(model, object)) found.push_back(object);
    };
    for (int c = 1; c <= 91; ++c) {
        for (int e = 0; e <= model.tariffs.tariffs; ++e) {
            for (const int d : {2, 8, 9, 29, 30, 50, 52, 54}) offer(3, dlms::Obis(1, 0, c, d, e), 2);
            for (const int attribute : {2, 5}) offer(4, dlms::Obis(1, 0, c, 6, e), attribute);
            for (const int attribute : {2, 3}) offer(5, dlms::Obis(1, 0, c, 4, e), attribute);
        }
    }
    for (const int e : {0, 1, 2}) offer(3, dlms::Obis(0, 0, 19, 128, e), 2);
    for (const int e : {1, 2, 3, 4}) offer(1, dlms::Obis(0, 0, 96, 10, e), 2);
    offer(1, dlms::Obis(0, 0, 96, 14, 0), 2);
    offer(1, dlms::Obis(1, 0, 0, 1, 0), 2);
    return found;
}

Setup random_setup(Random& random, const meter::Model& model) {
    Setup setup;
    setup.settings.demand_period_s = one_of<std::int64_t>(random, {300, 600, 900, 1800, 3600});
    setup.settings.demand_periods = 1 + random.bits() % meter::DemandSettings::max_periods;
    for (auto& period_s : setup.settings.recording_period_s) {
        period_s = one_of<std::int64_t>(random, {300, 600, 900, 1800, 3600});
    }
    const std::vector<CaptureObject> objects = capturable(model);
    for (const ProfileId id : meter::all_profiles) {
        if (!has_profile(model, id) || random.bits() % 4 == 0) continue;
        Oracle::Columns& columns = setup.columns[static_cast<std::size_t>(id)];
        columns.push_back({{8, dlms::Obis(0, 0, 1, 0, 0), 2}, 0});
        const std::size_t count = 1 + random.bits() % meter::max_columns(id);
        while (columns.size() < count) columns.push_back(objects[random.bits() % objects.size()]);
    }
    return setup;
}

void set_up(meter::Meter& meter, Oracle& oracle, const Setup& setup) {
    using meter::Accounting;
    const Oracle::Settings& settings = setup.settings;
    const meter::DemandSettings demand{static_cast<std::uint16_t>(settings.demand_period_s),
                                       static_cast<std::uint8_t>(settings.demand_periods)};
    ASSERT_TRUE(meter.account(&Accounting::set_demand, demand));
    for (std::size_t i = 0; i < settings.recording_period_s.size(); ++i) {
        ASSERT_TRUE(meter.account(&Accounting::set_recording_period, static_cast<meter::RecordingInterval>(i),
                                  static_cast<std::uint16_t>(settings.recording_period_s[i])));
    }
    ASSERT_TRUE(meter.calibrate_crystal(static_cast<std::int32_t>(settings.crystal_ppb)));
    for (const ProfileId id : meter::all_profiles) {
        const Oracle::Columns& columns = setup.columns[static_cast<std::size_t>(id)];
        if (columns.empty()) continue;
        ASSERT_TRUE(meter.account(&Accounting::set_columns, id, std::span<const CaptureObject>(columns)));
        oracle.set_columns(id, columns);
    }
}

void live_and_compare(const meter::Model& model, UtcTime from, days length, std::uint64_t seed,
                      const LifeOptions& options, const Setup& setup = {}) {
    LivedMeter lived(model, from);
    Oracle oracle(model, from, setup.settings);
    ASSERT_NO_FATAL_FAILURE(set_up(lived.meter(), oracle, setup));
    Random random(seed);
    const meter::Calendar calendar = random_calendar(random);
    const meter::SpecialDays special_days = random_special_days(random, calendar);
    ASSERT_TRUE(keep_passive_calendar(lived.meter().store(), calendar));
    ASSERT_EQ(lived.meter().account(&meter::Accounting::activate_calendar), std::nullopt);
    ASSERT_TRUE(lived.meter().account(&meter::Accounting::set_special_days, special_days));
    oracle.set_calendar(calendar, special_days);
    Life life(model, from, from + length, seed, options);
    while (!life.over()) ASSERT_TRUE(live_both(lived, oracle, life.next()));
    ASSERT_EQ(first_difference(lived.meter(), oracle), "");
    // And all of it is in the flash.
    lived.power_off(seconds{0});
    oracle.live(PowerFails{seconds{0}});
    ASSERT_EQ(first_difference(lived.meter(), oracle), "");
}

constexpr UtcTime new_year = sys_days{year{2026} / 1 / 1} + hours{3};

TEST(Oracle, AgreesOnAYearOfLoad) {
    live_and_compare(meter::sed302, new_year, days{366}, 1, {.interval = seconds{900}});
}

TEST(Oracle, AgreesOnAYearWithFaults) {
    live_and_compare(meter::sm120b2, new_year, days{366}, 2, {.faults = true});
    live_and_compare(meter::sed302, new_year, days{366}, 3, {.interval = seconds{900}, .faults = true});
}

TEST(Oracle, FindsWhatIsNotTheSame) {
    Lives quarter;
    quarter.interval.duration_us = 900'000'000;
    quarter.interval.phase[0].active_energy_mj = 3'600'000'000;
    const UtcTime noon = sys_days{year{2026} / 1 / 10} + hours{12};
    const auto difference_after = [&](const Step& of_meter, const Step& of_oracle) {
        LivedMeter lived(meter::sm120b2, noon);
        Oracle oracle(meter::sm120b2, noon);
        EXPECT_TRUE(live_both(lived, oracle, quarter));
        EXPECT_EQ(first_difference(lived.meter(), oracle), "");
        lived.live(of_meter);
        oracle.live(of_oracle);
        return first_difference(lived.meter(), oracle);
    };
    EXPECT_EQ(difference_after(quarter, quarter), "");
    EXPECT_EQ(difference_after(ButtonIsPressed{}, HandsAreOn{}), "resets is 1, the oracle says 0");
    EXPECT_NE(difference_after(quarter, PowerFails{minutes{15}}), "");
    Lives other = quarter;
    other.interval.phase[0].active_energy_mj += 3'600'000;
    EXPECT_EQ(difference_after(other, quarter), "1-0:1.8.0.255 attribute 2 is 2001, the oracle says 2000");
    other = quarter;
    other.interval.phase[0].voltage_mv = 100'000;
    EXPECT_NE(difference_after(other, quarter).find("1-0:99.2.0.255 row 1 of 2, 1-0:32.50.0.255"), std::string::npos);
    // Of an Interval in which power failed, only what can have been made durable is taken.
    for (const std::int64_t kept_mj : {std::int64_t{0}, std::int64_t{1'200'000'000}, std::int64_t{3'600'000'000}}) {
        Oracle oracle(meter::sm120b2, noon + minutes{10});
        EXPECT_TRUE(oracle.live(FailsWithin{quarter, 0, Tear::nothing, seconds{1}}, kept_mj)) << kept_mj;
        EXPECT_EQ(oracle.active_mj(), kept_mj);
    }
    Oracle oracle(meter::sm120b2, noon + minutes{10});
    EXPECT_FALSE(oracle.live(FailsWithin{quarter, 0, Tear::nothing, seconds{1}}, 1'800'000'000));
}

void live_any_life(std::uint32_t seed) {
    SCOPED_TRACE(seed);
    const auto& model = *meter::all_models()[seed % meter::all_models().size()];
    const UtcTime from = sys_days{year{2027} / 1 / 1} + days{seed % 700} + minutes{15 * (seed % 96)};
    Random random(seed);
    LifeOptions options{.faults = true, .faults_a_day = 3};
    Setup setup;
    if (seed % 3 != 0) setup = random_setup(random, model);
    if (seed % 2 != 0) {
        options.crystal = Crystal{.offset_ppm = random.uniform(-20, 20)};
        setup.settings.crystal_ppb = crystal_deviation_at_factory(*options.crystal);
    }
    live_and_compare(model, from, days{6}, seed, options, setup);
}

// Random calendars, loads and faults, and in all but every third life random periods and capture lists as well.
RC_GTEST_PROP(Oracle, AgreesOnAnyLife, (std::uint32_t seed)) {
    live_any_life(seed);
    RC_ASSERT(!testing::Test::HasFailure());
}

TEST(Oracle, AgreesOnLivesThatOnceFoundAFault) {
    live_any_life(12407);  // power fails while the registers are saved, at a switch of the tariff
}

}  // namespace
}  // namespace blathy::world
