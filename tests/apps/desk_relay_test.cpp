// From the waveform to the contact: the relay of a desk meter.
#include <gtest/gtest.h>

#include "apps/blathy/meter/desk_meter.hpp"
#include "meter/models/sed302.hpp"

namespace blathy::apps {
namespace {

// A current that is cut in the middle of a wave leaves a mean behind, which the removal of d.c. forgets in this time.
constexpr std::chrono::seconds until_the_mean_is_forgotten{30};

using namespace std::chrono;
using meter::ControlState;

struct DeskRelay : testing::Test {
    std::unique_ptr<DeskMeter> desk;

    void SetUp() override {
        DeskMeterOptions options;
        options.model = &meter::sed302;
        options.speed = 10;
        auto made = DeskMeter::make(options);
        ASSERT_TRUE(made);
        desk = std::move(*made);
        desk->site().set_loads({.current_a = 20});
        live(seconds{1});
    }
    void live(seconds meter_time) {
        for (seconds lived{0}; lived < meter_time; ++lived) desk->run_for(milliseconds{100});
    }
    [[nodiscard]] std::uint32_t current_ua(std::size_t phase) const {
        return desk->meter().interval().phase[phase].current_ua;
    }
    meter::Transition command(meter::RelayScript script) {
        return desk->meter().relay().command(desk->meter().clock(), meter::RelayCause::remote, script);
    }
};

TEST_F(DeskRelay, OvervoltageOpensItAndTheCurrentIsGone) {
    EXPECT_NEAR(current_ua(0), 20e6, 1e6);
    world::Mains mains = desk->site().mains();
    mains.voltage_v[1] = 258;
    desk->site().set_mains(mains);
    live(seconds{8} + until_the_mean_is_forgotten);
    EXPECT_EQ(desk->meter().relay().disconnector().state(), ControlState::ready_for_reconnection);
    EXPECT_FALSE(desk->relay().closed());
    for (std::size_t phase = 0; phase < 3; ++phase) EXPECT_LT(current_ua(phase), 20'000U);
    EXPECT_NEAR(desk->meter().interval().phase[1].voltage_mv, 258'000, 1'000);
    EXPECT_EQ(desk->relay().operations(), (meter::RelayOperations{1, 0}));
    mains.voltage_v[1] = 230;
    desk->site().set_mains(mains);
    live(seconds{63});
    EXPECT_TRUE(desk->relay().closed());
    EXPECT_NEAR(current_ua(0), 20e6, 1e6);
}

TEST_F(DeskRelay, AWeldedPoleIsFoundByItsCurrent) {
    desk->relay().weld(2);
    ASSERT_EQ(command(meter::RelayScript::disconnect), meter::Transition::done);
    live(seconds{10} + until_the_mean_is_forgotten);
    EXPECT_FALSE(desk->relay().closed());
    EXPECT_LT(current_ua(0), 20'000U);
    EXPECT_NEAR(current_ua(2), 20e6, 1e6);
    EXPECT_TRUE(desk->meter().relay().drive().failed());
    EXPECT_TRUE(desk->meter().relay().drive().closed());
}

// A hundred amperes that begin and are cut at once: the mean that they leave behind is amperes for seconds.
TEST_F(DeskRelay, ACurrentThatDiesAwayIsNoWeld) {
    DeskMeterOptions options;
    options.model = &meter::sed302;
    options.speed = 10;
    desk = std::move(*DeskMeter::make(options));
    desk->site().stop_household();
    desk->site().set_loads({.current_a = 100});
    ASSERT_EQ(command(meter::RelayScript::disconnect), meter::Transition::done);
    live(seconds{1});
    EXPECT_GT(current_ua(0), 250'000U) << "the premise";
    for (int second = 0; second < 30; ++second) {
        live(seconds{1});
        ASSERT_FALSE(desk->meter().relay().drive().failed()) << second;
    }
    EXPECT_FALSE(desk->relay().closed());
    EXPECT_EQ(desk->meter().events().alarms(1), 0U);
}

TEST_F(DeskRelay, AJammedOneIsFoundByItsContact) {
    desk->site().set_loads({});
    live(seconds{1});
    desk->relay().jam(true);
    ASSERT_EQ(command(meter::RelayScript::disconnect), meter::Transition::done);
    live(seconds{10});
    EXPECT_TRUE(desk->meter().relay().drive().failed());
    desk->relay().jam(false);
    ASSERT_EQ(command(meter::RelayScript::reconnect), meter::Transition::done);
    live(seconds{3});
    EXPECT_FALSE(desk->meter().relay().drive().failed());
    ASSERT_EQ(command(meter::RelayScript::disconnect), meter::Transition::done);
    live(seconds{3});
    EXPECT_FALSE(desk->relay().closed());
}

}  // namespace
}  // namespace blathy::apps
