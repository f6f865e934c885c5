// Transformer ratios, from their arithmetic to the registers of the primary side.
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/cosem/classes/transformer_names.hpp"
#include "meter/metrology/transformer_ratios.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"
#include "meter/models/sm307.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using test::Bench;
using test::hex;
using test::Manager;

TEST(TransformerRatios, ScaleAMediumVoltageFeeder) {
    constexpr TransformerRatios ratios{.current = {600, 1}, .voltage = {20'000, 110}};
    EXPECT_EQ(to_primary(1'905'000, ratios.numerator(), ratios.denominator()), 207'818'181'818);
    EXPECT_EQ(to_primary(-1'905'000, ratios.numerator(), ratios.denominator()), -207'818'181'818);
    EXPECT_EQ(to_primary(-5, 1, 1), -5);
    EXPECT_EQ(to_primary(0, 7, 3), 0);
}

// The quotient that it is: primary is the largest whole number that is not more.
RC_GTEST_PROP(TransformerRatioProperty, IsExact, ()) {
    const auto numerator = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
    const auto denominator = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    const auto secondary = *rc::gen::inRange<std::int64_t>(-9'000'000, 9'000'000);
    const std::int64_t primary = to_primary(secondary, numerator, denominator);
    const std::int64_t rest =
        secondary * static_cast<std::int64_t>(numerator) - primary * static_cast<std::int64_t>(denominator);
    RC_ASSERT(std::abs(rest) < static_cast<std::int64_t>(denominator));
    RC_ASSERT(rest == 0 || (rest < 0) == (secondary < 0));
}

TEST(TransformerRatios, EnergiesHaveRoomForAnyRatio) {
    constexpr std::int64_t mj = 3'600'000;
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::uint64_t greatest = std::uint64_t{TransformerRatio::most_primary} * TransformerRatio::most_primary;
    EXPECT_EQ(to_primary_wh(130 * mj, 100'000'000'000, 1), 13'000'000'000'000);
    EXPECT_EQ(to_primary_wh(-130 * mj, 100'000'000'000, 1), -13'000'000'000'000);
    EXPECT_EQ(to_primary_wh(mj * 3 / 2, 120'000'000, 500), 360'000);
    EXPECT_EQ(to_primary_wh(mj - 1, greatest, 1), 999'999'722'222);
    EXPECT_EQ(to_primary_wh(most, 1, 1), most / mj);
    EXPECT_EQ(to_primary_wh(most, 999'999'999'999, 1'000'000), 2'562'047'788'012'653'454);
    // Fifteen years of 9 kW.
    EXPECT_EQ(to_primary_wh(1'183'410'000 * mj, TransformerRatios::most_overall, 1), 1'183'410'000'000'000'000);
    // What fits no register stays at its end.
    EXPECT_EQ(to_primary_wh(most, greatest, 1), most);
    EXPECT_EQ(to_primary_wh(std::numeric_limits<std::int64_t>::min(), greatest, 1),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(to_primary(most, 2, 1), most);
}

struct RatioObjects : testing::Test {
    explicit RatioObjects(const Model& model = sm307) : bench(model) {}
    std::string set(const Obis& name, std::uint32_t number) {
        return manager.ask("C101C10001" + hex(name.groups) + "020006" + test::number_hex(number));
    }

    Bench bench;
    Manager manager{bench};
};

TEST_F(RatioObjects, TheRegistersOfChannelOneAreThoseOfThePrimarySide) {
    EXPECT_EQ(manager.value(1, current_ratio_numerator, 2), "0600000001");
    EXPECT_EQ(set(current_ratio_numerator, 600), test::set_success);
    EXPECT_EQ(set(current_ratio_denominator, 5), test::set_success);
    EXPECT_EQ(set(voltage_ratio_numerator, 20'000), test::set_success);
    EXPECT_EQ(set(voltage_ratio_denominator, 100), test::set_success);
    EXPECT_EQ(manager.value(1, overall_ratio_numerator, 2), "150000000000B71B00");
    EXPECT_EQ(manager.value(1, overall_ratio_denominator, 2), "1500000000000001F4");

    Interval interval;
    interval.duration_us = 200'000;
    interval.phase[1] = {.voltage_mv = 57'700,
                         .current_ua = 1'000'000,
                         .active_power_mw = -50'000,
                         .apparent_power_mva = 57'700,
                         .active_energy_mj = -3 * static_cast<std::int64_t>(millijoules_per_wh) / 2};
    (void)bench.meter.advance(interval);
    const auto value = [&](int c, int d) { return manager.value(3, {1, primary_channel, c, d, 0}, 2); };
    const auto number = [](std::int64_t of) {
        return "14" + test::number_hex(static_cast<std::uint32_t>(of >> 32)) +
               test::number_hex(static_cast<std::uint32_t>(of));
    };
    EXPECT_EQ(value(52, 7), number(115'400));    // 11.54 kV
    EXPECT_EQ(value(51, 7), number(120'000));    // 120 A
    EXPECT_EQ(value(2, 7), number(12'000'000));  // 1.2 MW export
    EXPECT_EQ(value(42, 7), number(12'000'000));
    EXPECT_EQ(value(1, 7), number(0));
    EXPECT_EQ(value(42, 8), number(36'000));  // of 1.5 Wh, of which the secondary register shows one
    EXPECT_EQ(manager.value(3, {1, 0, 42, 8, 0}, 2), "0600000001");
    EXPECT_EQ(manager.value(3, {1, primary_channel, 52, 7, 0}, 3), "02020FFF1623");
    EXPECT_EQ(load_transformer_ratios(bench.store), (TransformerRatios{{600, 5}, {20'000, 100}}));
}

TEST_F(RatioObjects, OutOfRangeIsRefused) {
    EXPECT_EQ(set(current_ratio_numerator, 0), test::set_other_reason);
    EXPECT_EQ(set(current_ratio_denominator, 0), test::set_other_reason);
    EXPECT_EQ(set(current_ratio_numerator, TransformerRatio::most_primary + 1), test::set_other_reason);
    EXPECT_EQ(set(voltage_ratio_denominator, TransformerRatio::most_secondary + 1), test::set_other_reason);
    EXPECT_EQ(set(overall_ratio_numerator, 5), test::set_denied);
    EXPECT_EQ(bench.meter.transformer_ratios(), TransformerRatios{});
}

TEST_F(RatioObjects, WhatNoRegisterCanHoldIsRefused) {
    EXPECT_EQ(set(current_ratio_numerator, 1'000'000), test::set_success);
    EXPECT_EQ(set(voltage_ratio_numerator, 1'000), test::set_success);
    EXPECT_EQ(set(voltage_ratio_numerator, 1'001), test::set_other_reason);
    EXPECT_EQ(set(voltage_ratio_denominator, 100), test::set_success);
    EXPECT_EQ(set(voltage_ratio_numerator, 100'000), test::set_success);
    EXPECT_EQ(set(voltage_ratio_denominator, 99), test::set_other_reason);
}

TEST(RatioObject, AreOfTheModelsWithTransformers) {
    EXPECT_EQ(Bench(sed302).meter.dictionary().find(current_ratio_numerator), nullptr);
    Bench by_current(sm306);
    EXPECT_NE(by_current.meter.dictionary().find(current_ratio_numerator), nullptr);
    EXPECT_EQ(by_current.meter.dictionary().find(voltage_ratio_numerator), nullptr);
}

}  // namespace
}  // namespace blathy::meter
