#include "meter/quantity/quantity.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "meter/cosem/dictionary.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"

namespace blathy::meter {
namespace {

using dlms::DataTag;
using dlms::Obis;
using dlms::Unit;

constexpr std::uint64_t wh = millijoules_per_wh;

struct Quantities : testing::Test {
    Quantities() {
        interval.frequency_mhz = 49'987;
        interval.neutral_current_ua = 1'234'567;
        interval.phase[0] = {.voltage_mv = 230'049,
                             .current_ua = 5'000'499,
                             .active_power_mw = 1'150'049,
                             .reactive_power_mvar = -100'050,
                             .apparent_power_mva = 1'154'400,
                             .voltage_angle_mdeg = 0,
                             .current_angle_mdeg = 354'999};
        interval.phase[1] = {.voltage_mv = 229'950,
                             .current_ua = 1'000'500,
                             .active_power_mw = -2'000'000,
                             .reactive_power_mvar = 500'000,
                             .apparent_power_mva = 2'061'552,
                             .voltage_angle_mdeg = 120'000,
                             .current_angle_mdeg = 166'040};
        interval.phase[2] = {.voltage_mv = 0,
                             .current_ua = 0,
                             .active_power_mw = 0,
                             .reactive_power_mvar = 0,
                             .apparent_power_mva = 0,
                             .voltage_angle_mdeg = 240'050,
                             .current_angle_mdeg = 0};
        energy.total.raw() = {1234 * wh + wh - 1, 34 * wh, 5 * wh, 6 * wh, 7 * wh, 8 * wh, 9 * wh, 10 * wh};
        energy.phase[1].raw() = {1 * wh, 2 * wh, 3 * wh, 4 * wh, 5 * wh, 6 * wh, 7 * wh, 8 * wh};
    }
    std::optional<std::int64_t> read(int c, int d, int e = 0) const {
        return Measurements{sed302, energy, interval}.read(Obis(1, 0, c, d, e));
    }
    Energy energy;
    Interval interval;
};

TEST_F(Quantities, EnergyIsWholeWattHoursCutNotRounded) {
    EXPECT_EQ(read(1, 8), 1234);
    EXPECT_EQ(read(2, 8), 34);
    EXPECT_EQ(read(3, 8), 11);
    EXPECT_EQ(read(4, 8), 15);
    for (int quadrant = 5; quadrant <= 8; ++quadrant) EXPECT_EQ(read(quadrant, 8), quadrant);
    EXPECT_EQ(read(9, 8), 9);
    EXPECT_EQ(read(10, 8), 10);
    EXPECT_EQ(read(15, 8), 1268);
    EXPECT_EQ(read(16, 8), 1200);
    EXPECT_EQ(read(41, 8), 1);
    EXPECT_EQ(read(42, 8), 2);
    EXPECT_EQ(read(43, 8), 7);
    EXPECT_EQ(read(48, 8), 6);
    EXPECT_EQ(read(56, 8), -1);
    EXPECT_EQ(read(21, 8), 0);
}

TEST_F(Quantities, InstantaneousValuesAreRounded) {
    EXPECT_EQ(read(32, 7), 2300);  // 230.0 V
    EXPECT_EQ(read(52, 7), 2300);
    EXPECT_EQ(read(31, 7), 5000);  // 5.000 A
    EXPECT_EQ(read(51, 7), 1001);
    EXPECT_EQ(read(90, 7), 6001);
    EXPECT_EQ(read(91, 7), 1235);
    EXPECT_EQ(read(14, 7), 49'987);
    EXPECT_EQ(read(21, 7), 11'500);  // 1150.0 W
    EXPECT_EQ(read(22, 7), 0);
    EXPECT_EQ(read(23, 7), 0);
    EXPECT_EQ(read(24, 7), 1001);
    EXPECT_EQ(read(29, 7), 11'544);
    EXPECT_EQ(read(30, 7), 0);
}

TEST_F(Quantities, ExportShowsOnItsOwnSide) {
    EXPECT_EQ(read(41, 7), 0);
    EXPECT_EQ(read(42, 7), 20'000);
    EXPECT_EQ(read(49, 7), 0);
    EXPECT_EQ(read(50, 7), 20'616);
    EXPECT_EQ(read(55, 7), 20'000);
    EXPECT_EQ(read(56, 7), -20'000);
    EXPECT_EQ(read(53, 7), -970);
}

TEST_F(Quantities, OfAllPhasesAreSums) {
    EXPECT_EQ(read(1, 7), 0);
    EXPECT_EQ(read(2, 7), 8500);  // 1150.049 - 2000 W
    EXPECT_EQ(read(15, 7), 8500);
    EXPECT_EQ(read(16, 7), -8500);
    EXPECT_EQ(read(3, 7), 4000);
    EXPECT_EQ(read(10, 7), 32'160);
    EXPECT_EQ(read(13, 7), -264);
}

TEST_F(Quantities, WithoutPowerTheFactorIsOne) {
    EXPECT_EQ(read(73, 7), 1000);
    interval.phase[2].active_power_mw = 5;
    interval.phase[2].apparent_power_mva = 4;  // no more than noise makes it
    EXPECT_EQ(read(73, 7), 1000);
    interval.phase[2].active_power_mw = -5;
    EXPECT_EQ(read(73, 7), -1000);
}

TEST_F(Quantities, AnglesByTheirPairs) {
    EXPECT_EQ(read(81, 7, 1), 1200);
    EXPECT_EQ(read(81, 7, 2), 2401);
    EXPECT_EQ(read(81, 7, 4), 3550);
    EXPECT_EQ(read(81, 7, 15), 1660);
    EXPECT_EQ(read(81, 7, 26), 0);
    for (const int e : {0, 3, 5, 6, 7, 10, 14, 16, 25, 27, 36, 37, 44, 255}) EXPECT_EQ(read(81, 7, e), std::nullopt);
    interval.phase[0].current_angle_mdeg = 359'950;
    EXPECT_EQ(read(81, 7, 4), 0);  // a full turn is none
}

TEST_F(Quantities, WhatIsNotMeasuredIsNone) {
    for (const int c : {0, 11, 12, 17, 20, 82, 92, 255}) {
        EXPECT_EQ(read(c, 7), std::nullopt) << c;
    }
    for (const int d : {0, 6, 9, 29, 255}) EXPECT_EQ(read(1, d), std::nullopt) << d;
    EXPECT_EQ(read(11, 8), std::nullopt);
    EXPECT_EQ(read(81, 8, 4), std::nullopt);
    const Measurements single{sed102, energy, interval};
    for (const int c : {41, 61, 52, 72, 91}) EXPECT_EQ(single.read(Obis(1, 0, c, 7, 0)), std::nullopt) << c;
    EXPECT_EQ(single.read(Obis(1, 0, 41, 8, 0)), std::nullopt);
    EXPECT_EQ(single.read(Obis(1, 0, 90, 7, 0)), 5000);
}

// Whatever the dictionary offers can be read, in a type that holds it.
TEST_F(Quantities, EveryRegisterHasAPresentationThatHoldsItsValue) {
    for (const Model* model : all_models()) {
        for (const Object& object : dictionary_of(*model).objects()) {
            const bool energy_total = object.name.d() == obis_energy && object.name.e() == 0 && object.name.c() != 0;
            const bool measured = energy_total || object.name.d() == obis_instantaneous;
            if (object.name.a() != 1) continue;  // no quantity of electricity
            if (object.interface_class->id != 3 || !measured) continue;
            const auto presentation = presentation_of(object.name);
            const auto value = Measurements{*model, energy, interval}.read(object.name);
            ASSERT_TRUE(presentation && value) << dlms::ObisText(object.name).view();
            switch (presentation->type) {
                case DataTag::long_unsigned:
                    EXPECT_TRUE(std::in_range<std::uint16_t>(*value));
                    break;
                case DataTag::double_long_unsigned:
                    EXPECT_TRUE(std::in_range<std::uint32_t>(*value));
                    break;
                case DataTag::double_long:
                    EXPECT_TRUE(std::in_range<std::int32_t>(*value));
                    break;
                default:
                    EXPECT_EQ(presentation->type, DataTag::long_);
                    EXPECT_TRUE(std::in_range<std::int16_t>(*value));
                    break;
            }
        }
    }
}

TEST(Presentation, HasTheScalersAndUnitsOfTheFamily) {
    const auto is = [](int c, int d, DataTag type, int scaler, Unit unit) {
        const auto found = presentation_of(Obis(1, 0, c, d, 0));
        ASSERT_TRUE(found) << c;
        EXPECT_EQ(found->type, type) << c;
        EXPECT_EQ(found->scaler, scaler) << c;
        EXPECT_EQ(found->unit, unit) << c;
    };
    is(1, 8, DataTag::double_long_unsigned, 0, Unit::watt_hour);
    is(43, 8, DataTag::double_long_unsigned, 0, Unit::var_hour);
    is(10, 8, DataTag::double_long_unsigned, 0, Unit::volt_ampere_hour);
    is(16, 8, DataTag::double_long, 0, Unit::watt_hour);
    is(1, 7, DataTag::double_long_unsigned, -1, Unit::watt);
    is(16, 7, DataTag::double_long, -1, Unit::watt);
    is(64, 7, DataTag::double_long_unsigned, -1, Unit::var);
    is(9, 7, DataTag::double_long_unsigned, -1, Unit::volt_ampere);
    is(32, 7, DataTag::long_unsigned, -1, Unit::volt);
    is(31, 7, DataTag::double_long_unsigned, -3, Unit::ampere);
    is(13, 7, DataTag::long_, -3, Unit::none);
    is(14, 7, DataTag::long_unsigned, -3, Unit::hertz);
    is(81, 7, DataTag::long_unsigned, -1, Unit::degree);
}

}  // namespace
}  // namespace blathy::meter
