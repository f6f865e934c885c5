// Registers whose copies rot in flash in the first minutes of a life, when one sector holds them all.
#include <gtest/gtest.h>

#include "meter/event/event_codes.hpp"
#include "meter/load_profile/profiles.hpp"

#include "tests/metering/meter_on_flash.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

class YoungMeter : public MeterOnFlash {
  public:
    YoungMeter() { start(test::bench_time); }

    void live(minutes duration) {
        Interval interval;
        interval.duration_us = 1'000'000;
        interval.phase[0].active_energy_mj = 3'600'000;
        for (seconds lived{0}; lived < duration; ++lived) (void)meter().advance(interval);
    }
    // Without notice, for a minute.
    void lose_power() {
        const UtcTime now = meter().clock().now();
        forget_what_was_told();
        start(now + 1min);
    }
    std::uint8_t& journal_octet(std::size_t at) {
        return flash().octets()[layout_of(sed302, flash_sectors).journal.first * std::size_t{4096} + at];
    }
};

TEST(RegistersRot, ABitCostsAMinuteAtMost) {
    for (const std::size_t at : {std::size_t{1}, std::size_t{6}, std::size_t{10}, std::size_t{13}, std::size_t{16},
                                 std::size_t{30}, std::size_t{60}, std::size_t{100}, std::size_t{130}}) {
        YoungMeter young;
        young.live(8min);
        const std::uint64_t before_mj = young.meter().energy().total.active_absolute();
        young.journal_octet(at) ^= 1;
        young.lose_power();
        EXPECT_GE(young.meter().energy().total.active_absolute() + 60 * 3'600'000, before_mj) << at;
        EXPECT_EQ(young.told(EventKind::storage_damaged).size(), 1U) << at;
        EXPECT_TRUE(young.told(EventKind::record_lost).empty()) << at;
        EXPECT_EQ(young.told(EventKind::power_up).size(), 1U) << at;
    }
}

TEST(RegistersRot, WhatIsLostIsTold) {
    YoungMeter young;
    young.live(8min);
    ASSERT_GT(young.meter().energy().total.active_absolute(), 0U);
    EXPECT_EQ(young.meter().events().errors() & error_memory, 0U);
    young.journal_octet(40) ^= 0x11;
    young.lose_power();
    EXPECT_EQ(young.meter().energy().total.active_absolute(), 0U);
    EXPECT_EQ(young.told(EventKind::record_lost),
              std::vector<std::int64_t>{static_cast<std::int64_t>(RecordId::energy)});
    EXPECT_EQ(young.told(EventKind::power_up), std::vector<std::int64_t>{0});
    EXPECT_NE(young.meter().events().errors() & error_memory, 0U);
    constexpr std::uint32_t memory_alarm_bit = 1U << 10;
    EXPECT_NE(young.meter().events().state().alarms[0] & memory_alarm_bit, 0U);
    // Once; what counts from now on is kept.
    young.live(2min);
    EXPECT_EQ(young.told(EventKind::record_lost).size(), 1U);
    young.lose_power();
    EXPECT_GT(young.meter().energy().total.active_absolute(), 0U);
    EXPECT_TRUE(young.told(EventKind::record_lost).empty());
}

TEST(RegistersRot, ANewMeterHasLostNothing) {
    YoungMeter young;
    young.live(1min);
    young.lose_power();
    EXPECT_TRUE(young.told(EventKind::record_lost).empty());
    EXPECT_TRUE(young.told(EventKind::storage_damaged).empty());
}

}  // namespace
}  // namespace blathy::meter
