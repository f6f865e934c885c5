#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/metrology/transformer_ratios.hpp"

namespace blathy::meter {
namespace {

TEST(TransformerRatios, AreOneToOneUntilSet) {
    constexpr TransformerRatios ratios;
    EXPECT_EQ(ratios.primary_voltage_mv(230'000), 230'000U);
    EXPECT_EQ(ratios.primary_power(-5), -5);
}

TEST(TransformerRatios, ScaleAMediumVoltageFeeder) {
    constexpr TransformerRatios ratios{.current = {600, 1}, .voltage = {20'000, 110}};
    EXPECT_EQ(ratios.primary_voltage_mv(110'000), 20'000'000U);
    EXPECT_EQ(ratios.primary_current_ua(10'000'000), 6'000'000'000U);  // more than 32 bits hold
    EXPECT_EQ(ratios.primary_power(1'905'000), 207'818'181'818);
}

RC_GTEST_PROP(PrimaryEnergyProperty, LosesNothingByDividing, ()) {
    const TransformerRatios ratios{.current = {*rc::gen::inRange(1U, 10'000U), *rc::gen::inRange(1U, 6U)},
                                   .voltage = {*rc::gen::inRange(1U, 10'000U), *rc::gen::inRange(1U, 200U)}};
    PrimaryEnergy energy;
    std::int64_t secondary = 0;
    std::int64_t primary = 0;
    for (const int more : *rc::gen::container<std::vector<int>>(50, rc::gen::inRange(-100'000, 100'000))) {
        secondary += more;
        primary += energy.add(more, ratios);
    }
    const std::int64_t off = secondary * ratios.numerator() - primary * ratios.denominator();
    RC_ASSERT(std::abs(off) < ratios.denominator());
}

}  // namespace
}  // namespace blathy::meter
