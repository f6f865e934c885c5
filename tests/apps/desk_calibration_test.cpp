// The calibration of a desk meter: made at the first start, sealed, kept, and missed when it is damaged.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "apps/blathy/meter/desk_meter.hpp"
#include "meter/models/sed302.hpp"
#include "world/analog_front_end.hpp"

namespace blathy::apps {
namespace {

struct DeskCalibration : testing::Test {
    std::filesystem::path state;

    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-test-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        state = name;
    }
    void TearDown() override { std::filesystem::remove_all(state); }

    std::unique_ptr<DeskMeter> make(std::uint32_t serial_number = 7, bool unsealed = false) const {
        DeskMeterOptions options;
        options.model = &meter::sed302;
        options.serial_number = serial_number;
        options.state = state;
        options.unsealed = unsealed;
        auto made = DeskMeter::make(options);
        return made ? std::move(*made) : nullptr;
    }
    void damage(std::streamoff at) const {
        std::fstream file(state / "calibration.bin", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(at);
        file.put('\0');
    }
    // What production and calibration leave of 10 A in the first phase, as a share.
    static double error_of(DeskMeter& desk) {
        desk.site().stop_household();
        desk.site().set_loads({.current_a = 10});
        for (int i = 0; i < 4; ++i) desk.run_for(std::chrono::milliseconds{500});
        return desk.meter().interval().phase[0].current_ua / 10e6 - 1;
    }
};

TEST_F(DeskCalibration, IsSealedAndKept) {
    meter::CalibrationRecord first;
    {
        const auto desk = make();
        ASSERT_TRUE(desk);
        ASSERT_TRUE(desk->meter().calibration()->sealed());
        first = desk->meter().calibration()->read().value();
        EXPECT_EQ(first.number, 1U);
        EXPECT_FALSE(desk->meter().calibrate(first.calibration));
        EXPECT_LT(std::abs(error_of(*desk)), 0.002);
        EXPECT_NE(desk->meter().measurements().spectra, nullptr);
    }
    const auto again = make();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->meter().calibration()->read().value().check, first.check);
    EXPECT_FALSE(again->meter().measurement_fault());
    EXPECT_LT(std::abs(error_of(*again)), 0.002);
}

// What the factory has done is nobody's business who gets the meter.
TEST_F(DeskCalibration, ANewMeterHasCleanLogsAndNoAlarm) {
    const auto is_clean = [](const meter::Meter& meter) {
        for (std::size_t i = 0; i < meter::event_logs; ++i) {
            const auto id = static_cast<meter::EventLogId>(i);
            EXPECT_EQ(meter.events().count(id), 0U) << i;
            EXPECT_EQ(meter.events().log(id).first(), meter.events().log(id).end()) << i;
        }
        for (std::size_t i = 0; i < meter::alarm_registers; ++i) {
            EXPECT_EQ(meter.events().alarms(i), 0U);
            EXPECT_EQ(meter.events().descriptor(i), 0U);
        }
        EXPECT_EQ(meter.events().errors(), 0U);
        EXPECT_FALSE(meter.alarm_led());
        EXPECT_FALSE(meter.lcd().test(meter::Annunciator::alarm) && !meter.display().testing());
    };
    {
        const auto desk = make();
        ASSERT_TRUE(desk);
        is_clean(desk->meter());
        desk->run_for(std::chrono::milliseconds{400});
        is_clean(desk->meter());
        EXPECT_EQ(desk->meter().take_sounds(), 0);
        EXPECT_TRUE(desk->meter().outbox().empty());
    }
    const auto again = make();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->meter().events().count(meter::EventLogId::fraud), 0U);
}

TEST_F(DeskCalibration, WhatIsWrittenInFactoryStateIsMeasuredWith) {
    const auto desk = make(7, true);
    ASSERT_TRUE(desk);
    EXPECT_FALSE(desk->meter().calibration()->sealed());
    meter::Calibration wrong = desk->meter().calibration()->read().value().calibration;
    wrong.phase[0].current_gain_ppm += 50'000;
    ASSERT_TRUE(desk->meter().calibrate(wrong));
    EXPECT_NEAR(error_of(*desk), 0.05, 0.002);
}

TEST_F(DeskCalibration, OneDamagedCopyHurtsNobodyAndBothAreAFault) {
    ASSERT_TRUE(make());
    damage(30);
    {
        const auto desk = make();
        ASSERT_TRUE(desk);
        EXPECT_TRUE(desk->meter().calibration()->damaged());
        EXPECT_FALSE(desk->meter().measurement_fault());
        EXPECT_LT(std::abs(error_of(*desk)), 0.002);
    }
    damage(FileFlash::sector_octets + 30);
    const auto desk = make();
    ASSERT_TRUE(desk);
    EXPECT_TRUE(desk->meter().measurement_fault());
    EXPECT_TRUE(desk->meter().alarm_led());
    EXPECT_NE(desk->meter().events().errors() & meter::error_measurement, 0U);
    EXPECT_NE(desk->meter().interval().phase[0].voltage_mv, 0U);  // it goes on with the design's constants
}

TEST_F(DeskCalibration, OfAnotherMeterIsAFault) {
    ASSERT_TRUE(make(7));
    EXPECT_FALSE(make(8)) << "the directory says whose it is";
    // A board that somebody puts into another case.
    ASSERT_TRUE(std::filesystem::remove(state / "meter.txt"));
    const auto desk = make(8);
    ASSERT_TRUE(desk);
    EXPECT_TRUE(desk->meter().measurement_fault());
}

TEST_F(DeskCalibration, TheClockKeepsTimeByACrystalThatIsOff) {
    using namespace std::chrono;
    const auto offset_ppm = [](std::uint32_t serial_number) {
        return world::AnalogFrontEnd::manufacture(meter::sed302, serial_number).crystal_ppm;
    };
    DeskMeterOptions options;
    options.model = &meter::sed302;
    options.speed = 100;
    while (std::abs(offset_ppm(options.serial_number)) < 10) ++options.serial_number;
    const auto made = DeskMeter::make(options);
    ASSERT_TRUE(made);
    DeskMeter& desk = **made;
    EXPECT_NEAR(desk.meter().crystal().deviation_ppb(), offset_ppm(options.serial_number) * 1000, 20);
    EXPECT_EQ(desk.inputs().temperature_tenths, 230);
    // Without mains the clock goes by the crystal alone.
    for (std::size_t phase = 0; phase < 3; ++phase) desk.set_phase_switch(phase, false);
    for (int i = 0; i < 2; ++i) desk.run_for(seconds{1});
    ASSERT_FALSE(desk.meter().powered());
    const auto before = desk.meter().clock().now();
    for (int i = 0; i < 36; ++i) desk.run_for(seconds{1});
    EXPECT_LE(abs(desk.meter().clock().now() - before - hours{1}), milliseconds{2}) << "36 ms if it were not put right";
}

}  // namespace
}  // namespace blathy::apps
