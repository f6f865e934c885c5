#include "world/household.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/site.hpp"

namespace blathy::world {
namespace {

constexpr std::array<double, max_phases> nominal_v = {230, 230, 230};

double active_w(const PhaseLoad& load, double voltage_v) {
    return (load.exporting ? -1 : 1) * load.current_a * voltage_v * load.power_factor;
}

TEST(Household, IsAFunctionOfSeedAndTime) {
    const Household home(11);
    const Household same(11);
    const Household other(12);
    int different = 0;
    for (int minute = 0; minute < 1440; ++minute) {
        EXPECT_EQ(home.at(minute * 60, nominal_v), same.at(minute * 60, nominal_v));
        different += home.at(minute * 60, nominal_v) != other.at(minute * 60, nominal_v) ? 1 : 0;
    }
    EXPECT_GT(different, 300);
}

// Over two weeks: consumption and export of the size that a family with solar panels and an electric car has.
TEST(Household, TwoWeeksAreBelievable) {
    const Household home(1);
    double import_kwh = 0;
    double export_kwh = 0;
    double peak_a = 0;
    bool inductive = false;
    bool capacitive = false;
    for (int minute = 0; minute < 14 * 1440; ++minute) {
        double sum_w = 0;
        for (const PhaseLoad& load : home.at(minute * 60.0, nominal_v)) {
            ASSERT_GE(load.power_factor, 0);
            ASSERT_LE(load.power_factor, 1);
            sum_w += active_w(load, 230);
            peak_a = std::fmax(peak_a, load.current_a);
            (load.inductive ? inductive : capacitive) = true;
        }
        (sum_w > 0 ? import_kwh : export_kwh) += std::abs(sum_w) / 60'000;
    }
    EXPECT_GT(import_kwh, 14 * 5);
    EXPECT_LT(import_kwh, 14 * 40);
    EXPECT_GT(export_kwh, 14 * 3);
    EXPECT_LT(export_kwh, 14 * 45);
    EXPECT_GT(peak_a, 15);
    EXPECT_LT(peak_a, 40);
    EXPECT_TRUE(inductive);
    EXPECT_TRUE(capacitive);
}

TEST(Household, ExportsAtNoonAndNotAtMidnight) {
    const Household home(3);
    const auto total_w = [&](double hour) {
        double sum = 0;
        for (const PhaseLoad& load : home.at(hour * 3600, nominal_v)) sum += active_w(load, 230);
        return sum;
    };
    double noon = 0;
    for (int day = 0; day < 30; ++day) {
        noon += total_w(24 * day + 12.0) / 30;
        EXPECT_GT(total_w(24 * day + 3.0), 0) << day;
    }
    EXPECT_LT(noon, -1000);
}

TEST(Household, TakesNothingFromAMissingPhase) {
    const auto loads = Household(1).at(43'200, {230, 0, 230});
    EXPECT_EQ(loads[1].current_a, 0);
    EXPECT_GT(loads[0].current_a, 0);
}

TEST(Household, DrivesASiteUntilSomebodyTurnsAKnob) {
    Site site(meter::sed302);
    const Household home(5);
    site.start_household(home, 6.5 * 3600);
    EXPECT_TRUE(site.household_runs());
    for (int second = 0; second <= 120; ++second) {
        EXPECT_EQ(site.load(1), home.at(6.5 * 3600 + second, nominal_v)[1]) << second;
        for (int n = 0; n < 4000; ++n) (void)site.next();
    }
    site.set_load(1, {.current_a = 3});
    EXPECT_FALSE(site.household_runs());
    EXPECT_EQ(site.load(1).current_a, 3);
}

}  // namespace
}  // namespace blathy::world
