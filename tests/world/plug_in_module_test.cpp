#include "world/modem/plug_in_module.hpp"

#include <gtest/gtest.h>

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ModuleKind;
using meter::NetworkSettings;
using meter::Registration;

ModuleTraits quiet() {
    ModuleTraits traits;
    traits.losses_a_day = 0;
    return traits;
}

void live(PlugInModule& module, seconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds{200}) module.advance(milliseconds{200});
}

bool attached(const PlugInModule& module) {
    const auto status = module.status();
    return status && status->attached;
}

TEST(PlugInModule, StartsJoinsAndHasAnAddress) {
    PlugInModule module(ModuleKind::cellular, quiet());
    EXPECT_FALSE(module.status());
    live(module, seconds{4});
    ASSERT_TRUE(module.status());
    EXPECT_FALSE(attached(module));
    EXPECT_EQ(module.status()->registration, Registration::searching);
    live(module, seconds{15});
    ASSERT_TRUE(attached(module));
    EXPECT_EQ(module.status()->registration, Registration::home);
    EXPECT_NE(module.status()->address, 0U);
    EXPECT_NEAR(module.status()->signal_quality, 20, 2);
}

TEST(PlugInModule, OfEachKindOfPowerLineJoinsItsOwnNetwork) {
    for (const ModuleKind kind : {ModuleKind::plc, ModuleKind::hplc, ModuleKind::bplc}) {
        PlugInModule module(kind, quiet());
        live(module, seconds{4});
        ASSERT_TRUE(module.status());
        EXPECT_FALSE(attached(module));
        live(module, seconds{15});
        ASSERT_TRUE(attached(module));
        EXPECT_EQ(module.status()->plc.short_address != meter::PlcStatus::no_address, kind == ModuleKind::plc);
        EXPECT_EQ(module.status()->hs_plc.station != 0, kind == ModuleKind::hplc);
        module.lose_network();
        EXPECT_EQ(module.status()->hs_plc.station, 0U);
    }
}

TEST(PlugInModule, ALineIsThereAtOnce) {
    PlugInModule module(ModuleKind::rs485, quiet());
    live(module, seconds{4});
    EXPECT_TRUE(attached(module));
    module.lose_network();
}

TEST(PlugInModule, JoinsAgainAfterALossAndWithASignal) {
    PlugInModule module(ModuleKind::cellular, quiet());
    live(module, seconds{20});
    ASSERT_TRUE(attached(module));
    module.lose_network();
    EXPECT_FALSE(attached(module));
    live(module, seconds{80});
    EXPECT_TRUE(attached(module));
    module.set_signal(1);
    live(module, seconds{300});
    EXPECT_FALSE(attached(module));
    EXPECT_LE(module.status()->signal_quality, 3);
    module.set_signal(15);
    live(module, seconds{80});
    EXPECT_TRUE(attached(module));
}

TEST(PlugInModule, IsLetInWithTheRightPinAndAccessPointOnly) {
    ModuleTraits traits = quiet();
    traits.sim_pin = 1234;
    traits.access_point = "meter";
    PlugInModule module(ModuleKind::cellular, traits);
    NetworkSettings settings;
    settings.pin = 1111;
    for (const char c : traits.access_point) (void)settings.access_point.add(static_cast<std::uint8_t>(c));
    module.configure(settings);
    live(module, seconds{200});
    EXPECT_EQ(module.status()->registration, Registration::denied);
    settings.pin = 1234;
    module.configure(settings);
    live(module, seconds{20});
    EXPECT_TRUE(attached(module));
}

TEST(PlugInModule, WaitsToBeToldToConnectAndGivesUpAfterItsRepetitions) {
    PlugInModule module(ModuleKind::cellular, quiet());
    NetworkSettings settings;
    settings.repetitions = 1;
    settings.repetition_delay_s = 10;
    module.configure(settings);
    module.demand(meter::NetworkDemand::none);
    live(module, seconds{100});
    EXPECT_FALSE(attached(module));
    module.demand(meter::NetworkDemand::invoked);
    live(module, seconds{20});
    EXPECT_TRUE(attached(module));
    module.set_signal(0);
    live(module, seconds{200});
    module.set_signal(20);
    live(module, seconds{200});
    EXPECT_FALSE(attached(module));
    module.demand(meter::NetworkDemand::invoked);
    live(module, seconds{40});
    EXPECT_TRUE(attached(module));
    module.demand(meter::NetworkDemand::none);
    EXPECT_FALSE(attached(module));
    live(module, seconds{100});
    EXPECT_FALSE(attached(module));
}

TEST(PlugInModule, OfPlcHasAPlaceInItsNetworkAndCountsItsFrames) {
    PlugInModule module(ModuleKind::plc, quiet());
    live(module, seconds{4});
    EXPECT_EQ(module.status()->plc.short_address, meter::PlcStatus::no_address);
    live(module, seconds{20});
    const meter::PlcStatus joined = module.status()->plc;
    EXPECT_NE(joined.short_address, meter::PlcStatus::no_address);
    EXPECT_NE(joined.next_hop, meter::PlcStatus::no_address);
    EXPECT_GE(joined.hops, 1);
    EXPECT_EQ(joined.frames, (std::array<std::uint32_t, 9>{0, 0, 2, 2}));
    module.carry(10, 0);
    module.carry(0, 1000);
    EXPECT_EQ(module.status()->plc.frames, (std::array<std::uint32_t, 9>{3, 1, 2, 2}));
    EXPECT_EQ(module.status()->plc.frame_counter, joined.frame_counter + 3);
    module.lose_network();
    EXPECT_EQ(module.status()->plc.short_address, meter::PlcStatus::no_address);
    EXPECT_EQ(module.status()->plc.frames[0], 3U);
    module.reset_frame_counters();
    EXPECT_EQ(module.status()->plc.frames, (std::array<std::uint32_t, 9>{}));
}

TEST(PlugInModule, ADeadOneSaysNothingAndStartsAnewWhenRepaired) {
    PlugInModule module(ModuleKind::plc, quiet());
    live(module, seconds{20});
    ASSERT_TRUE(attached(module));
    module.set_dead(true);
    live(module, seconds{20});
    EXPECT_FALSE(module.status());
    module.set_dead(false);
    EXPECT_FALSE(module.status());
    live(module, seconds{20});
    EXPECT_TRUE(attached(module));
}

TEST(PlugInModule, LivesOnItsCapacitorForAWhile) {
    PlugInModule module(ModuleKind::cellular, quiet());
    live(module, seconds{20});
    module.set_supply(false);
    live(module, seconds{7});
    EXPECT_TRUE(attached(module));
    live(module, seconds{2});
    EXPECT_FALSE(module.status());
    EXPECT_FALSE(module.is_running());
    module.set_supply(true);
    live(module, seconds{20});
    EXPECT_TRUE(attached(module));
}

TEST(PlugInModule, LosesTheNetworkNowAndThen) {
    ModuleTraits traits;
    traits.losses_a_day = 24;
    PlugInModule module(ModuleKind::rf, traits, 7);
    int losses = 0;
    bool before = false;
    for (int second = 0; second < 86'400; ++second) {
        module.advance(seconds{1});
        if (before && !attached(module)) ++losses;
        before = attached(module);
    }
    EXPECT_GT(losses, 10);
    EXPECT_LT(losses, 45);
}

}  // namespace
}  // namespace blathy::world
