// The meter as a whole: what it keeps over a restart, and what passes through it.
#include "meter/meter.hpp"

#include <random>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sm306.hpp"
#include "meter/server/session.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/torn_flash.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::Bench;
using test::MemoryFlash;
using test::TornFlash;

// A second at 3.6 kW: one pulse of 1000 imp/kWh.
Interval a_second() {
    Interval interval;
    interval.duration_us = 1'000'000;
    interval.phase[0].active_power_mw = 3'600'000;
    interval.phase[0].active_energy_mj = 3'600'000;
    interval.phase[0].apparent_energy_mvas = 3'600'000;
    return interval;
}

// One life, from power up to power down, on whatever the flash holds.
struct Life {
    explicit Life(Flash& flash, std::optional<UtcTime> now = test::bench_time, const Configuration& factory = {})
        : store(flash), meter(sed302, Identity(sed302, 12345), factory, mounted(store), now) {}
    static Store& mounted(Store& store) {
        store.mount();
        return store;
    }
    Store store;
    Meter meter;
};

TEST(Meter, ANewOneBeginsAtZeroWithTheFactorySettings) {
    MemoryFlash flash(64, 4096);
    Configuration factory;
    factory.clock.time_zone_min = -240;
    const Life life(flash, std::nullopt, factory);
    EXPECT_EQ(life.meter.energy(), Energy{});
    EXPECT_EQ(life.meter.configuration(), factory);
    EXPECT_EQ(life.meter.clock().settings().time_zone_min, -240);
    EXPECT_FALSE(life.meter.clock().valid());
    EXPECT_EQ(life.meter.clock().now(), sys_days{2026y / 1 / 1});
}

TEST(Meter, PutsAnIntervalThrough) {
    Bench bench;
    for (int second = 1; second <= 5; ++second) {
        const auto pulses = bench.meter.advance(a_second());
        ASSERT_EQ(pulses.active_us.size(), 1U);
        EXPECT_EQ(pulses.active_us[0], 1'000'000U);
        EXPECT_TRUE(pulses.reactive_us.empty());
        EXPECT_EQ(bench.meter.clock().now(), test::bench_time + seconds{second});
    }
    EXPECT_EQ(bench.meter.energy().total[EnergyRegister::active_import], 5U * 3'600'000U);
    EXPECT_EQ(bench.meter.measurements().read(dlms::Obis(1, 0, 1, 8, 0)), 5);
    EXPECT_EQ(bench.meter.measurements().read(dlms::Obis(1, 0, 1, 7, 0)), 36'000);
    EXPECT_EQ(bench.meter.interval().duration_us, 1'000'000U);
}

TEST(Meter, KeepsEverythingThatWasSaved) {
    MemoryFlash flash(64, 4096);
    Energy energy;
    Configuration configuration;
    {
        Life life(flash);
        Configuration changed;
        changed.clock.daylight_enabled = false;
        ASSERT_TRUE(life.meter.configure(changed));
        for (int i = 0; i < 3; ++i) life.meter.advance(a_second());
        ASSERT_TRUE(life.meter.save());
        energy = life.meter.energy();
        configuration = life.meter.configuration();
    }
    const Life life(flash, std::nullopt);
    EXPECT_EQ(life.meter.energy(), energy);
    EXPECT_EQ(life.meter.configuration(), configuration);
    EXPECT_EQ(life.meter.clock().now(), test::bench_time + seconds{3});
    EXPECT_FALSE(life.meter.clock().valid());
}

TEST(Meter, TheClockChipKnowsBetterThanTheSavedTime) {
    MemoryFlash flash(64, 4096);
    ASSERT_TRUE(Life(flash).meter.save());
    const Life life(flash, test::bench_time + hours{5});
    EXPECT_EQ(life.meter.clock().now(), test::bench_time + hours{5});
    EXPECT_TRUE(life.meter.clock().valid());
}

TEST(Meter, LosesNoMoreThanTheSavePeriodWithoutNotice) {
    MemoryFlash flash(64, 4096);
    const auto per_second = static_cast<std::uint64_t>(a_second().phase[0].active_energy_mj);
    std::uint64_t begin = 0;
    for (int lived = 0; lived < 40; ++lived) {
        Life life(flash);
        const std::uint64_t found = life.meter.energy().total[EnergyRegister::active_import];
        EXPECT_LE(found, begin);
        EXPECT_GE(found + per_second * static_cast<std::uint64_t>(Meter::save_period.count()), begin);
        for (int i = 0; i < lived; ++i) life.meter.advance(a_second());
        begin = life.meter.energy().total[EnergyRegister::active_import];
    }
}

TEST(Meter, APulseIsGivenOnceWhateverRestartsComeBetween) {
    MemoryFlash flash(64, 4096);
    std::uint64_t pulses = 0;
    Interval third = a_second();
    third.phase[0].active_energy_mj = 1'200'001;
    for (int restart = 0; restart < 50; ++restart) {
        Life life(flash);
        for (int i = 0; i < 7; ++i) pulses += life.meter.advance(third).active_us.size();
        ASSERT_TRUE(life.meter.save());
    }
    EXPECT_EQ(pulses, 50U * 7U * 1'200'001U / 3'600'000U);
}

TEST(Meter, SettingTheClockKeepsTheTimeAndTheEnergy) {
    MemoryFlash flash(64, 4096);
    Energy energy;
    {
        Life life(flash);
        life.meter.advance(a_second());
        life.meter.set_clock(test::bench_time + days{100});
        energy = life.meter.energy();
    }
    const Life life(flash, std::nullopt);
    EXPECT_EQ(life.meter.clock().now(), test::bench_time + days{100});
    EXPECT_EQ(life.meter.energy(), energy);
}

TEST(Meter, AFlashThatFailsStopsNeitherRegistersNorClock) {
    TornFlash flash(64, 4096);
    Life life(flash);
    flash.cut_after(0);
    for (int i = 0; i < 100; ++i) life.meter.advance(a_second());
    EXPECT_FALSE(life.meter.save());
    EXPECT_FALSE(life.meter.configure({}));
    EXPECT_EQ(life.meter.energy().total[EnergyRegister::active_import], 100U * 3'600'000U);
    flash.restore();
    life.meter.advance(a_second());  // the save that was due is made up for at once
    EXPECT_EQ(Life(flash).meter.energy(), life.meter.energy());
}

// Whatever the power does: energy never goes back beyond the last save, and never mixes two states.
TEST(Meter, RegistersAfterAnyPowerCutAreThoseOfOneMoment) {
    std::mt19937 random(3);
    for (int repetition = 0; repetition < 60; ++repetition) {
        TornFlash flash(64, 2048);
        std::uint64_t least = 0;
        std::uint64_t greatest = 0;
        for (int cut = 0; cut < 10; ++cut) {
            Life life(flash);
            const auto& total = life.meter.energy().total;
            const std::uint64_t found = total[EnergyRegister::active_import];
            ASSERT_GE(found, least);
            ASSERT_LE(found, greatest);
            // Each register counted the same, so a mix would show.
            ASSERT_EQ(total[EnergyRegister::apparent_import], found);
            ASSERT_EQ(life.meter.energy().phase[0], total);
            flash.cut_after(random() % 4000, TornFlash::Tear::wild, static_cast<std::uint32_t>(random()));
            least = found;
            while (flash.powered()) {
                life.meter.advance(a_second());
                if (flash.powered() && random() % 3 == 0 && life.meter.save())
                    least = total[EnergyRegister::active_import];
            }
            greatest = total[EnergyRegister::active_import];
            flash.restore();
        }
    }
}

TEST(Meter, AChangedSettingIsOldOrNewAfterAnyPowerCut) {
    Configuration changed;
    changed.clock.time_zone_min = -345;
    for (std::size_t cut = 0; cut < 5000; cut += 3) {
        TornFlash flash(64, 2048);
        {
            Life life(flash);
            ASSERT_TRUE(life.meter.configure({}));
            for (int i = 0; i < 40; ++i) life.meter.advance(a_second());
            ASSERT_TRUE(life.meter.save());
            flash.cut_after(cut, TornFlash::Tear::wild, static_cast<std::uint32_t>(cut));
            const bool kept = life.meter.configure(changed);
            ASSERT_EQ(life.meter.configuration(), kept ? changed : Configuration{});
            ASSERT_EQ(life.meter.clock().settings(), life.meter.configuration().clock);
            flash.restore();
            if (kept) {
                ASSERT_EQ(Life(flash).meter.configuration(), changed);
                break;
            }
        }
        const Life life(flash);
        ASSERT_TRUE(life.meter.configuration() == changed || life.meter.configuration() == Configuration{}) << cut;
        ASSERT_EQ(life.meter.energy().total[EnergyRegister::active_import], 40U * 3'600'000U);
    }
}

TEST(Meter, HostileFlashIsAnEmptyStore) {
    std::mt19937 random(5);
    for (int i = 0; i < 50; ++i) {
        MemoryFlash flash(64, 2048);
        for (auto& octet : flash.octets()) octet = static_cast<std::uint8_t>(random());
        Life life(flash);
        EXPECT_EQ(life.meter.energy(), Energy{});
        EXPECT_TRUE(life.meter.save());
    }
}

TEST(Meter, TheSameIntervalsMakeTheSameMeter) {
    Bench one;
    Bench other;
    std::mt19937_64 random(9);
    for (int i = 0; i < 5000; ++i) {
        Interval interval = a_second();
        interval.duration_us = static_cast<std::uint32_t>(random() % 2'000'000);
        for (auto& phase : interval.phase) {
            phase.active_energy_mj = static_cast<std::int64_t>(random() % 10'000'000) - 5'000'000;
            phase.reactive_energy_mvars = static_cast<std::int64_t>(random() % 10'000'000) - 5'000'000;
        }
        one.meter.advance(interval);
        other.meter.advance(interval);
    }
    EXPECT_EQ(one.meter.energy(), other.meter.energy());
    EXPECT_EQ(one.meter.clock().now(), other.meter.clock().now());
    EXPECT_EQ(one.flash.octets(), other.flash.octets());
    EXPECT_EQ(one.meter.lcd(), other.meter.lcd());
}

TEST(Meter, EveryModelRuns) {
    for (const Model* model : all_models()) {
        Bench bench(*model);
        for (int i = 0; i < 100; ++i) bench.meter.advance(a_second());
        EXPECT_EQ(bench.meter.measurements().read(dlms::Obis(1, 0, 1, 8, 0)), 100) << model->name;
        bench.meter.press_display_button();
        EXPECT_TRUE(bench.meter.lcd().backlight);
    }
}

}  // namespace
}  // namespace blathy::meter
