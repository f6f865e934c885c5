#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/metrology/calibration_memory.hpp"

#include "tests/support/flash.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t own_serial = 12'345;
constexpr std::uint32_t date_s = 1'780'000'000;

CalibrationMemory memory_in(Flash& flash) {
    return {flash, own_serial};
}

Calibration some(std::int32_t value) {
    Calibration calibration;
    for (PhaseCalibration& phase : calibration.phase) {
        phase = {value, -value, value + 1, 4'000'000 + value, 3, -4, static_cast<std::uint32_t>(value)};
    }
    calibration.neutral_gain_ppm = -value;
    calibration.neutral_noise_ua = 77;
    return calibration;
}

TEST(CalibrationMemory, KeepsWhatWasWrittenAndTakesANewerOne) {
    test::MemoryFlash flash(2, 256);
    CalibrationMemory memory = memory_in(flash);
    EXPECT_FALSE(memory.read().has_value());
    EXPECT_FALSE(memory.seal());
    for (const std::int32_t value : {1000, 2000, 3000}) {
        ASSERT_TRUE(memory.write(some(value), date_s));
        const auto found = memory_in(flash).read();
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->calibration, some(value));
        EXPECT_EQ(found->number, static_cast<std::uint32_t>(value / 1000));
        EXPECT_EQ(found->date_s, date_s);

        EXPECT_FALSE(memory.damaged());
    }
}

TEST(CalibrationMemory, OnceSealedIsNeverWrittenAgain) {
    test::MemoryFlash flash(2, 256);
    CalibrationMemory memory = memory_in(flash);
    ASSERT_TRUE(memory.write(some(1000), date_s));
    EXPECT_FALSE(memory.sealed());
    ASSERT_TRUE(memory.seal());
    EXPECT_TRUE(memory_in(flash).sealed());
    const auto before = flash.octets();
    EXPECT_FALSE(memory.write(some(2000), date_s));
    EXPECT_EQ(flash.octets(), before);
    EXPECT_EQ(memory.read()->calibration, some(1000));
}

TEST(CalibrationMemory, IsBlankUntilSomethingWasWritten) {
    test::MemoryFlash flash(2, 256);
    EXPECT_TRUE(memory_in(flash).blank());
    flash.octets()[256] = 0;
    EXPECT_FALSE(memory_in(flash).blank());
}

TEST(CalibrationMemory, OfAnotherMeterIsNone) {
    test::MemoryFlash flash(2, 256);
    ASSERT_TRUE(memory_in(flash).write(some(1000), date_s));
    EXPECT_FALSE(CalibrationMemory(flash, own_serial + 1).read().has_value());
    EXPECT_FALSE(CalibrationMemory(flash, own_serial + 1).blank());
}

TEST(CalibrationMemory, RefusesWhatNoFrontEndNeeds) {
    test::MemoryFlash flash(2, 256);
    CalibrationMemory memory = memory_in(flash);
    const auto refuses = [&](auto&& change) {
        Calibration calibration = some(1);
        change(calibration.phase[2]);
        return !memory.write(calibration, date_s);
    };
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.voltage_gain_ppm = most_gain_ppm + 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.current_gain_ppm = -most_gain_ppm - 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.current_delay_ns = most_delay_ns + 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.current_corner_uhz = -1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.current_corner_uhz = most_corner_uhz + 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.active_offset_uw = most_offset + 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.reactive_offset_uvar = -most_offset - 1; }));
    EXPECT_TRUE(refuses([](PhaseCalibration& of) { of.current_noise_ua = most_noise_ua + 1; }));
    EXPECT_TRUE(memory.blank());
}

// Any octet of one copy, any value.
RC_GTEST_PROP(CalibrationMemoryProperty, OneDamagedCopyIsNoticedAndTheOtherServes, ()) {
    test::MemoryFlash flash(2, 256);
    CalibrationMemory memory = memory_in(flash);
    RC_ASSERT(memory.write(some(123), date_s));
    RC_ASSERT(memory.seal());
    const auto sector = *rc::gen::inRange<std::size_t>(0, 2);
    const auto offset = *rc::gen::inRange<std::size_t>(0, 113);
    const auto bits = *rc::gen::inRange(1, 256);
    flash.octets()[sector * 256 + offset] ^= static_cast<std::uint8_t>(bits);
    RC_ASSERT(memory.read()->calibration == some(123));
    RC_ASSERT(memory.damaged());
    RC_ASSERT(!memory.write(some(9), date_s));
}

// A power cut anywhere while a new one is written leaves the old or the new one.
class Cut final : public Flash {
  public:
    explicit Cut(Flash& flash) : flash_(flash) {}
    int steps_left = 0;
    [[nodiscard]] std::size_t sector_size() const override { return flash_.sector_size(); }
    [[nodiscard]] std::size_t sector_count() const override { return flash_.sector_count(); }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        return flash_.read(sector, offset, into);
    }
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        if (steps_left-- > 0) return flash_.program(sector, offset, octets);
        if (steps_left == -1) (void)flash_.program(sector, offset, octets.first(octets.size() / 2));
        return false;
    }
    [[nodiscard]] bool erase(std::size_t sector) override { return steps_left-- > 0 && flash_.erase(sector); }

  private:
    Flash& flash_;
};

TEST(CalibrationMemory, SurvivesAPowerCutAtEveryStep) {
    for (int steps = 0; steps <= 4; ++steps) {
        test::MemoryFlash flash(2, 256);
        ASSERT_TRUE(memory_in(flash).write(some(1), date_s));
        Cut cut(flash);
        cut.steps_left = steps;
        const bool written = memory_in(cut).write(some(2), date_s);
        EXPECT_EQ(written, steps == 4);
        const auto found = memory_in(flash).read();
        ASSERT_TRUE(found.has_value()) << steps;
        EXPECT_TRUE(found->calibration == some(1) || found->calibration == some(2)) << steps;
        EXPECT_TRUE(memory_in(flash).write(some(3), date_s));
        EXPECT_EQ(memory_in(flash).read()->calibration, some(3));
    }
}

}  // namespace
}  // namespace blathy::meter
