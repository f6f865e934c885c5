// Power fails at every octet that relay control programs: what was acknowledged holds, and nothing is half there.
#include <gtest/gtest.h>

#include "tests/support/relay_bench.hpp"
#include "tests/support/torn_flash.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::RelayBench;
using test::TornFlash;

constexpr std::array tears = {TornFlash::Tear::in_order, TornFlash::Tear::out_of_order, TornFlash::Tear::wild};

// Calls `attempt(bench)` with power failing after each number of octets until it is done without, and then
// `check(bench, done)` after power has come back.
template <class Prepare, class Attempt, class Check>
void cut_everywhere(Prepare&& prepare, Attempt&& attempt, Check&& check) {
    for (const TornFlash::Tear tear : tears) {
        for (std::size_t octets = 0;; ++octets) {
            TornFlash flash(64, 2048);
            RelayBench bench(sed302, &flash);
            prepare(bench);
            flash.cut_after(octets, tear, static_cast<std::uint32_t>(octets));
            const bool done = attempt(bench);
            const bool lasted = flash.powered();
            ASSERT_TRUE(!lasted || done);
            flash.restore();
            bench.cut_power();
            check(bench, done);
            if (testing::Test::HasFatalFailure()) return;
            bench.pass(seconds{2});
            ASSERT_EQ(bench.closed(), bench.relay().wants_closed());
            if (lasted) break;
        }
    }
}

Transition command(RelayBench& bench, RelayScript script) {
    return bench.relay().command(bench.meter().clock(), RelayCause::remote, script);
}

TEST(RelayPowerCut, ACommandThatWasAcknowledgedHolds) {
    for (const RelayScript script : {RelayScript::disconnect, RelayScript::reconnect}) {
        const auto state = script == RelayScript::disconnect ? ControlState::disconnected : ControlState::connected;
        cut_everywhere(
            [&](RelayBench& bench) {
                bench.pass(seconds{1});
                if (script == RelayScript::reconnect) (void)command(bench, RelayScript::disconnect);
                bench.pass(seconds{2});
            },
            [&](RelayBench& bench) {
                const Transition result = command(bench, script);
                EXPECT_EQ(bench.state() == state, result == Transition::done);
                return result == Transition::done;
            },
            [&](RelayBench& bench, bool done) {
                if (done) {
                    ASSERT_EQ(bench.state(), state);
                }
            });
    }
}

TEST(RelayPowerCut, AClearedTamperStaysClearedAndAnotherStaysLatched) {
    cut_everywhere(
        [](RelayBench& bench) {
            bench.conditions.tamper = tamper_meter_cover;
            bench.pass(seconds{2});
        },
        [](RelayBench& bench) { return bench.relay().clear_tamper(bench.meter().clock()) == Transition::done; },
        [](RelayBench& bench, bool done) {
            const bool latched = bench.relay().tamper_latch() != 0;
            ASSERT_EQ(latched, bench.state() == ControlState::ready_for_reconnection);
            ASSERT_TRUE(!done || !latched);
        });
}

TEST(RelayPowerCut, ALimiterIsAsItWasOrAsItWasSet) {
    const LimiterSettings before = factory_limiter_settings(sed302, 0);
    LimiterSettings after = before;
    after.normal = 1;
    after.min_over_s = 7;
    (void)after.groups.add(9);
    cut_everywhere([](RelayBench& bench) { bench.pass(seconds{1}); },
                   [&](RelayBench& bench) { return bench.relay().configure(bench.meter().clock(), 0, after); },
                   [&](RelayBench& bench, bool done) {
                       const auto found = load_limiter_settings(sed302, bench.meter().store(), 0);
                       ASSERT_TRUE(found == after || (!done && found == before));
                       ASSERT_EQ(bench.relay().limiter(0).threshold(), found.normal);
                   });
}

TEST(RelayPowerCut, WhatTheFlashRefusesIsNotDoneForAClientButDoneForSafety) {
    TornFlash flash(64, 2048);
    RelayBench bench(sed302, &flash);
    bench.pass(seconds{1});
    flash.cut_after(0);
    EXPECT_EQ(command(bench, RelayScript::disconnect), Transition::not_durable);
    EXPECT_EQ(bench.state(), ControlState::connected);
    bench.voltage_mv = 260'000;
    bench.pass(seconds{6});
    EXPECT_FALSE(bench.closed());
    flash.restore();
    bench.pass(seconds{1});
    bench.cut_power();
    EXPECT_EQ(bench.state(), ControlState::ready_for_reconnection);
}

}  // namespace
}  // namespace blathy::meter
