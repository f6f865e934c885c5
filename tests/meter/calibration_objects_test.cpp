// The calibration over the wire: written in factory state, sealed, read, and what a damage of it does.
#include <gtest/gtest.h>

#include "meter/cosem/classes/calibration_names.hpp"
#include "meter/models/sed102.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using test::Bench;
using test::hex;
using test::Manager;

constexpr std::size_t sector_octets = 256;
constexpr std::uint32_t serial_number = 12'345;

// {{gains 1 and -1 ppm, delay 2 ns, corner 3 uHz, offsets -4 uW and 5 uvar, noise 6 uA}, neutral 7 ppm and 8 uA}
const std::string constants =
    "0203"
    "0101"
    "0207"
    "0500000001"
    "05FFFFFFFF"
    "0500000002"
    "0500000003"
    "05FFFFFFFC"
    "0500000005"
    "0600000006"
    "0500000007"
    "0600000008";

struct CalibrationObjects : testing::Test {
    CalibrationObjects() { bench.meter.connect(memory); }
    std::string set(const Obis& name, const std::string& value) {
        return manager.ask("C101C10001" + hex(name.groups) + "0200" + value);
    }
    std::string value(const Obis& name) { return manager.value(1, name, 2); }
    void pass() {
        Interval interval;
        interval.duration_us = 1'000'000;
        (void)bench.meter.advance(interval);
    }
    void pass_a_minute() {
        for (int i = 0; i < 61; ++i) pass();
    }
    [[nodiscard]] std::uint32_t events(EventLogId log) const { return bench.meter.events().count(log); }
    void damage(std::size_t sector) { chip.octets()[sector * sector_octets + 20] ^= 0x10; }

    Bench bench{sed102, serial_number};
    test::MemoryFlash chip{2, sector_octets};
    CalibrationMemory memory{chip, serial_number};
    Manager manager{bench};
};

TEST_F(CalibrationObjects, IsWrittenInFactoryStateAndNeverOnceSealed) {
    EXPECT_EQ(value(calibration_state_name), "1100");
    EXPECT_EQ(set(calibration_state_name, "1103"), "C501C102");  // there is nothing to seal
    const std::uint32_t before = events(EventLogId::fraud);
    EXPECT_EQ(set(calibration_name, constants), test::set_success);
    EXPECT_EQ(value(calibration_name), constants);
    EXPECT_EQ(value(calibration_date_name), "090C07EA060F010E000000FF8880");
    EXPECT_EQ(value(calibration_count_name), "0600000001");
    EXPECT_EQ(value(calibration_check_name), "06" + test::number_hex(memory.read()->check));
    EXPECT_EQ(value(calibration_state_name), "1101");
    EXPECT_EQ(bench.meter.calibrations(), 1);
    EXPECT_EQ(events(EventLogId::fraud), before + 1);
    EXPECT_EQ(set(calibration_name, constants), test::set_success);
    EXPECT_EQ(value(calibration_count_name), "0600000002");

    EXPECT_EQ(set(calibration_state_name, "1101"), test::set_other_reason);  // the seal is what is written
    EXPECT_EQ(events(EventLogId::fraud), before + 2);
    EXPECT_EQ(set(calibration_state_name, "1103"), test::set_success);
    EXPECT_EQ(value(calibration_state_name), "1103");
    EXPECT_EQ(events(EventLogId::fraud), 0U);  // those were the factory's
    EXPECT_EQ(set(calibration_name, constants), test::set_denied);
    EXPECT_EQ(set(calibration_state_name, "1103"), test::set_denied);
    EXPECT_FALSE(bench.meter.calibrate({}));
    EXPECT_EQ(value(calibration_count_name), "0600000002");
    EXPECT_EQ(events(EventLogId::fraud), 0U);
}

TEST_F(CalibrationObjects, TheSealEndsTheFactoryInLogsCountersAlarmsAndLights) {
    bench.meter.tell(EventKind::battery_low);
    bench.meter.tell(EventKind::battery_replaced);
    Inputs inputs;
    inputs.terminal_cover_open = true;
    bench.meter.set_inputs(inputs);
    pass();
    pass();
    ASSERT_EQ(set(calibration_name, constants), test::set_success);
    constexpr std::uint32_t fraud_alarm = 1U << 13;
    constexpr Obis changes(0, 0, 96, 2, 0);
    ASSERT_EQ(value(changes), "0600000001");
    ASSERT_EQ(set(calibration_state_name, "1103"), test::set_success);
    for (std::size_t i = 0; i < event_logs; ++i) {
        const auto id = static_cast<EventLogId>(i);
        EXPECT_EQ(events(id), 0U) << i;
        EXPECT_EQ(bench.meter.events().log(id).first(), bench.meter.events().log(id).end()) << i;
    }
    EXPECT_EQ(value(changes), "0600000000");
    // What lasts is still said: somebody has left the cover open.
    EXPECT_EQ(bench.meter.events().alarms(0), fraud_alarm);
    EXPECT_EQ(bench.meter.events().errors(), 0U);
    EXPECT_TRUE(bench.meter.alarm_led());
    EXPECT_EQ(bench.meter.events().state().episodes[static_cast<std::size_t>(Condition::terminal_cover)].count, 1U);
    bench.meter.set_inputs({});
    pass();
    pass();
    EXPECT_TRUE(bench.meter.clear_alarms(0, 0));
    for (const std::size_t index : {0U, 1U}) EXPECT_TRUE(bench.meter.acknowledge_alarms(index, 0));
    EXPECT_FALSE(bench.meter.alarm_led());
    EXPECT_EQ(bench.meter.events().alarms(0), 0U);
}

// The chip of another board, with the same serial number written to it and under a seal.
TEST_F(CalibrationObjects, OtherConstantsUnderASealAreAnEventAndWipeNothing) {
    ASSERT_TRUE(bench.meter.calibrate({}));
    ASSERT_TRUE(bench.meter.seal_calibration());
    bench.meter.tell(EventKind::wrong_password);
    ASSERT_EQ(events(EventLogId::fraud), 1U);
    pass_a_minute();
    EXPECT_EQ(events(EventLogId::fraud), 1U);

    test::MemoryFlash other_chip{2, sector_octets};
    CalibrationMemory other(other_chip, serial_number);
    Calibration cheap;
    cheap.phase[0].current_gain_ppm = -50'000;
    ASSERT_TRUE(other.write(cheap, 1));
    ASSERT_TRUE(other.seal());
    chip.octets() = other_chip.octets();
    pass_a_minute();
    pass_a_minute();
    EXPECT_EQ(events(EventLogId::fraud), 2U);
    EXPECT_EQ(bench.meter.events().last_code(EventLogId::fraud), 47);

    // An empty one, calibrated and sealed in the field: each is told, and nothing before it is gone.
    test::MemoryFlash empty_chip{2, sector_octets};
    chip.octets() = empty_chip.octets();
    ASSERT_TRUE(bench.meter.calibrate(cheap));
    ASSERT_TRUE(bench.meter.seal_calibration());
    EXPECT_EQ(events(EventLogId::fraud), 4U);
    EXPECT_EQ(bench.meter.events().log(EventLogId::fraud).end() - bench.meter.events().log(EventLogId::fraud).first(),
              4U);
}

TEST_F(CalibrationObjects, BadConstantsAreRefusedAndNothingChanges) {
    ASSERT_EQ(set(calibration_name, constants), test::set_success);
    std::string wild = constants;
    wild.replace(wild.find("0500000001"), 10, "0500100000");  // 1,048,576 ppm
    EXPECT_EQ(set(calibration_name, wild), test::set_other_reason);
    constexpr std::size_t phase_at = 8;
    const std::string phase = constants.substr(phase_at, constants.size() - phase_at - 20);
    const std::string two_phases = "02030102" + phase + phase + constants.substr(constants.size() - 20);
    EXPECT_EQ(set(calibration_name, two_phases), test::set_type_unmatched);
    EXPECT_EQ(set(calibration_name, "0500000001"), test::set_type_unmatched);
    EXPECT_EQ(value(calibration_name), constants);
    EXPECT_EQ(value(calibration_count_name), "0600000001");
}

TEST_F(CalibrationObjects, ReadersReadAndDoNotWrite) {
    ASSERT_EQ(set(calibration_name, constants), test::set_success);
    test::Reader reader(bench);
    EXPECT_EQ(reader.value(1, calibration_name, 2), constants);
    EXPECT_EQ(reader.ask("C101C10001" + hex(calibration_name.groups) + "0200" + constants), test::set_denied);
}

TEST_F(CalibrationObjects, OneDamagedCopyIsLoggedOnceAndTheOtherServes) {
    ASSERT_TRUE(bench.meter.calibrate({}));
    ASSERT_TRUE(bench.meter.seal_calibration());
    pass();
    EXPECT_FALSE(bench.meter.measurement_fault());
    const std::uint32_t before = events(EventLogId::standard);
    damage(1);
    pass_a_minute();
    pass_a_minute();
    EXPECT_EQ(events(EventLogId::standard), before + 1);
    EXPECT_EQ(value(calibration_state_name), "1107");
    EXPECT_EQ(bench.meter.events().errors() & error_measurement, 0U);
    EXPECT_FALSE(bench.meter.measurement_fault());
}

TEST_F(CalibrationObjects, WithoutAValidCopyTheMeasurementFaultStands) {
    ASSERT_TRUE(bench.meter.calibrate({}));
    ASSERT_TRUE(bench.meter.seal_calibration());
    pass();
    damage(0);
    damage(1);
    pass_a_minute();
    EXPECT_TRUE(bench.meter.measurement_fault());
    EXPECT_TRUE(bench.meter.alarm_led());
    EXPECT_EQ(value(calibration_state_name), "1102");
    constexpr Obis error_register(0, 0, 97, 97, 0);
    constexpr Obis alarm_register(0, 0, 97, 98, 0);
    constexpr std::uint32_t measurement_alarm = 1U << 11;
    EXPECT_NE(bench.meter.events().errors() & error_measurement, 0U);
    EXPECT_NE(bench.meter.events().alarms(0) & measurement_alarm, 0U);
    // Nobody clears what lasts, and nothing brings the old constants back.
    EXPECT_EQ(set(error_register, "0600000000"), test::set_success);
    EXPECT_EQ(set(alarm_register, "0600000000"), test::set_success);
    EXPECT_NE(bench.meter.events().errors() & error_measurement, 0U);
    EXPECT_NE(bench.meter.events().alarms(0) & measurement_alarm, 0U);
    EXPECT_EQ(set(calibration_name, constants), test::set_denied);
}

TEST_F(CalibrationObjects, AMeterThatNobodyCalibratedSaysSoUntilSomebodyDoes) {
    pass();
    EXPECT_TRUE(bench.meter.measurement_fault());
    ASSERT_EQ(set(calibration_name, constants), test::set_success);
    EXPECT_FALSE(bench.meter.measurement_fault());
    EXPECT_TRUE(bench.meter.clear_errors(0));
    EXPECT_EQ(bench.meter.events().errors() & error_measurement, 0U);
}

// A meter that lives of a load model has no front end: it has nothing to be wrong with, and nobody seals it.
TEST(CalibrationObject, OfAMeterWithoutAFrontEndIsNone) {
    Bench bench(sed102);
    Manager manager(bench);
    Interval interval;
    interval.duration_us = 1'000'000;
    (void)bench.meter.advance(interval);
    EXPECT_FALSE(bench.meter.measurement_fault());
    EXPECT_EQ(manager.value(1, calibration_state_name, 2), "1100");
    EXPECT_EQ(manager.value(1, calibration_count_name, 2), "0600000000");
    EXPECT_EQ(manager.ask("C101C10001" + hex(calibration_name.groups) + "0200" + constants), test::set_denied);
}

}  // namespace
}  // namespace blathy::meter
