#include "world/latching_relay.hpp"

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"
#include "world/site.hpp"

namespace blathy::world {
namespace {

using meter::RelayOperations;
using meter::RelayPulse;
using meter::sed302;
using meter::sm306;

constexpr std::array<double, meter::max_phases> no_load = {};
constexpr std::array<double, meter::max_phases> load = {20, 20, 20};

TEST(LatchingRelay, MovesByPulsesAndStays) {
    LatchingRelay relay(sed302.relay);
    EXPECT_TRUE(relay.closed());
    relay.pulse(RelayPulse::none, load);
    EXPECT_TRUE(relay.closed());
    relay.pulse(RelayPulse::open, load);
    relay.pulse(RelayPulse::open, no_load);
    EXPECT_FALSE(relay.closed());
    EXPECT_FALSE(relay.conducts(0));
    relay.pulse(RelayPulse::close, no_load);
    EXPECT_TRUE(relay.conducts(2));
    relay.pulse(RelayPulse::open, no_load);
    EXPECT_EQ(relay.operations(), (RelayOperations{1, 1}));
}

TEST(LatchingRelay, AWeldedPoleConductsWhateverTheArmatureSays) {
    LatchingRelay relay(sed302.relay);
    relay.weld(1);
    relay.pulse(RelayPulse::open, load);
    EXPECT_FALSE(relay.closed());
    EXPECT_FALSE(relay.conducts(0));
    EXPECT_TRUE(relay.conducts(1));
    relay.free(1);
    EXPECT_FALSE(relay.conducts(1));
}

TEST(LatchingRelay, OneOfASinglePoleHasOnePoleForAll) {
    LatchingRelay relay(sm306.relay);
    relay.weld(2);
    relay.pulse(RelayPulse::open, no_load);
    for (std::size_t phase = 0; phase < meter::max_phases; ++phase) EXPECT_TRUE(relay.conducts(phase));
}

TEST(LatchingRelay, AJammedOneDoesNotMove) {
    LatchingRelay relay(sed302.relay);
    relay.jam(true);
    relay.pulse(RelayPulse::open, load);
    EXPECT_TRUE(relay.closed());
    relay.jam(false);
    relay.pulse(RelayPulse::open, load);
    EXPECT_FALSE(relay.closed());
}

TEST(LatchingRelay, WeldsUnderLoadOnceItsLifeIsOver) {
    const auto welds = [](const std::array<double, meter::max_phases>& current, std::uint32_t operations) {
        LatchingRelay relay(sed302.relay);
        for (std::uint32_t i = 0; i < operations; ++i) {
            relay.pulse(RelayPulse::open, current);
            if (relay.conducts(0)) return true;
            relay.pulse(RelayPulse::close, current);
        }
        return false;
    };
    EXPECT_FALSE(welds(load, sed302.relay.on_load_operations));
    EXPECT_TRUE(welds(load, sed302.relay.on_load_operations + 1000));
    EXPECT_FALSE(welds(no_load, sed302.relay.on_load_operations + 1000));
}

TEST(SiteContact, TakesTheCurrentAndLeavesTheVoltage) {
    Site site(sed302);
    site.set_loads({.current_a = 10});
    site.set_contact(1, false);
    const Truth truth = site.truth();
    EXPECT_NEAR(truth.phase[0].current_a, 10, 1e-9);
    EXPECT_EQ(truth.phase[1].current_a, 0);
    EXPECT_EQ(truth.phase[1].active_w, 0);
    EXPECT_NEAR(truth.phase[1].voltage_v, 230, 1e-9);
    EXPECT_NEAR(truth.neutral_current_a, 10, 1e-9);  // it is no longer balanced
    std::int32_t peak = 0;
    for (int i = 0; i < 200; ++i) peak = std::max(peak, std::abs(site.next().current[1]));
    EXPECT_LE(peak, 1);
    site.set_contact(1, true);
    EXPECT_NEAR(site.truth().phase[1].current_a, 10, 1e-9);
}

TEST(SiteContact, IsNotInTheLoadsWayBehindATransformer) {
    Site site(sm306);
    site.set_loads({.current_a = 1});
    site.set_contact(0, false);
    EXPECT_NEAR(site.truth().phase[0].current_a, 1, 1e-9);
}

}  // namespace
}  // namespace blathy::world
