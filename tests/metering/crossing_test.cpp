// Every boundary of local time, crossed in every way that there is: by living, by setting the clock forwards and
// backwards, by little and by much, and without power. What is billed is what the oracle bills, and as often as said.
#include <gtest/gtest.h>

#include "meter/models/sm120b2.hpp"
#include "world/simulation/comparison.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using meter::ProfileId;

struct Crossed {
    const char* name;
    UtcTime at;
    std::size_t days;    // end with it
    std::size_t months;  // likewise
};
std::ostream& operator<<(std::ostream& out, const Crossed& boundary) {
    return out << boundary.name;
}

// Of Central Europe: local midnight is 23:00 UTC in winter.
constexpr Crossed crossed[] = {
    {"midnight", sys_days{2026y / 1 / 15} + 23h, 1, 0},
    {"month_end", sys_days{2026y / 1 / 31} + 23h, 1, 1},
    {"year_end", sys_days{2026y / 12 / 31} + 23h, 1, 1},
    {"begin_of_29_february", sys_days{2028y / 2 / 28} + 23h, 1, 0},
    {"end_of_29_february", sys_days{2028y / 2 / 29} + 23h, 1, 1},
    {"end_of_28_february", sys_days{2027y / 2 / 28} + 23h, 1, 1},
    {"daylight_saving_begins", sys_days{2026y / 3 / 29} + 1h, 0, 0},
    {"daylight_saving_ends", sys_days{2026y / 10 / 25} + 1h, 0, 0},
    {"month_end_in_summer", sys_days{2026y / 6 / 30} + 22h, 1, 1},
};

class Crossing : public ::testing::TestWithParam<Crossed> {
  protected:
    // Half an hour before it.
    static constexpr minutes lead{30};

    static Lives lasting(seconds duration) {
        Lives lives;
        lives.interval.duration_us = static_cast<std::uint32_t>(microseconds{duration}.count());
        lives.interval.frequency_mhz = 50'000;
        meter::PhaseInterval& phase = lives.interval.phase[0];
        phase.voltage_mv = 230'000;
        phase.current_ua = 5'000'000;
        phase.active_power_mw = 1'000'000;
        phase.reactive_power_mvar = -300'000;
        phase.apparent_power_mva = 1'050'000;
        phase.active_energy_mj = duration.count() * 1'000'003;
        phase.reactive_energy_mvars = duration.count() * -300'007;
        phase.apparent_energy_mvas = duration.count() * 1'050'011;
        return lives;
    }

    void take(const Step& step) { ASSERT_TRUE(live_both(lived, oracle, step)); }
    // In intervals that know nothing of periods.
    void live(seconds duration) {
        constexpr seconds interval{170};
        for (seconds left = duration; left > 0s; left -= interval) take(lasting(std::min(left, interval)));
    }
    void expect_billed_once() {
        EXPECT_EQ(first_difference(lived.meter(), oracle), "");
        EXPECT_EQ(oracle.rows(ProfileId::daily).size(), GetParam().days);
        EXPECT_EQ(oracle.rows(ProfileId::monthly).size(), GetParam().months);
    }

    LivedMeter lived{meter::sm120b2, GetParam().at - lead};
    Oracle oracle{meter::sm120b2, GetParam().at - lead};
};
INSTANTIATE_TEST_SUITE_P(Boundaries, Crossing, ::testing::ValuesIn(crossed),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(Crossing, ByLiving) {
    live(2h);
    expect_billed_once();
    const auto& rows = oracle.rows(ProfileId::load_1);
    ASSERT_EQ(rows.size(), 8U);
    constexpr std::int64_t daylight = 8;
    const bool begins = GetParam().name == std::string("daylight_saving_begins");
    const bool ends = GetParam().name == std::string("daylight_saving_ends");
    if (begins || ends) {
        EXPECT_EQ(rows[0][1], ends ? daylight : 0);
        EXPECT_EQ(rows[1][1], ends ? 0 : daylight) << "the row of the boundary is of the time that begins";
    }
}

TEST_P(Crossing, ByAClockThatIsSetForwards) {
    live(lead - 10min);
    take(ClockIsSet{25min});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, ByAClockThatIsSetBackwardsAndLivesItAgain) {
    live(lead + 10min);
    take(ClockIsSet{-25min});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, ByAClockThatIsSetBackAndForth) {
    live(lead + 10min);
    take(ClockIsSet{-25min});
    take(ClockIsSet{40min});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, ByAClockThatIsAdjustedForwards) {
    live(lead - 20s);
    take(ClockIsSet{40s});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, ByAClockThatIsAdjustedBackwardsAndLivesItAgain) {
    live(lead + 20s);
    take(ClockIsSet{-40s});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, ToTheVerySecond) {
    live(lead - 40s);
    take(ClockIsSet{40s});
    EXPECT_EQ(lived.meter().clock().now(), GetParam().at);
    take(ClockIsSet{-1s});
    take(ClockIsSet{1s});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, WithoutPowerAndAwake) {
    live(lead - 10min);
    take(PowerFails{25min, true, 25min});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, WithoutPowerAndAsleep) {
    live(lead - 10min);
    take(PowerFails{25min, false, 25min});
    live(1h);
    expect_billed_once();
}

TEST_P(Crossing, InAFailureWhileItIsWritten) {
    for (std::uint64_t operation = 0; operation < 8; ++operation) {
        for (const Tear tear : {Tear::nothing, Tear::in_order, Tear::complete}) {
            SCOPED_TRACE(operation);
            LivedMeter cut(meter::sm120b2, GetParam().at - lead);
            Oracle knows(meter::sm120b2, GetParam().at - lead);
            for (minutes lived_for{0}; lived_for < lead - 5min; lived_for += 5min) {
                ASSERT_TRUE(live_both(cut, knows, lasting(5min)));
            }
            ASSERT_TRUE(live_both(cut, knows, FailsWithin{lasting(5min), operation, tear, 7min}));
            for (int i = 0; i < 6; ++i) ASSERT_TRUE(live_both(cut, knows, lasting(5min)));
            EXPECT_EQ(first_difference(cut.meter(), knows), "");
            EXPECT_EQ(knows.rows(ProfileId::daily).size(), GetParam().days);
            EXPECT_EQ(knows.rows(ProfileId::monthly).size(), GetParam().months);
        }
    }
}

}  // namespace
}  // namespace blathy::world
