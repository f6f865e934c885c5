// Drive and register monitor: the parts of relay control that know only numbers and time.
#include <gtest/gtest.h>

#include "meter/relay/drive.hpp"
#include "meter/relay/register_monitor.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

constexpr microseconds one_second = seconds{1};

TEST(RelayDrive, BringsTheContactWhereItShouldBeAtPowerUp) {
    for (const bool wanted : {false, true}) {
        RelayDrive drive;
        drive.restore({}, wanted);
        EXPECT_FALSE(drive.advance(wanted, !wanted, false, one_second));
        EXPECT_EQ(drive.closed(), !wanted);
        EXPECT_EQ(drive.take_pulse(), wanted ? RelayPulse::close : RelayPulse::open);
        EXPECT_EQ(drive.take_pulse(), RelayPulse::none);
        EXPECT_FALSE(drive.advance(wanted, wanted, false, one_second));
        EXPECT_EQ(drive.closed(), wanted);
        EXPECT_EQ(drive.take_pulse(), RelayPulse::none);
        EXPECT_EQ(drive.operations(), RelayOperations{});
    }
}

TEST(RelayDrive, CountsAnOperationWhenItOpens) {
    RelayDrive drive;
    (void)drive.advance(true, true, true, one_second);
    (void)drive.advance(false, true, true, one_second);
    (void)drive.advance(false, false, false, one_second);
    (void)drive.advance(true, false, false, one_second);
    (void)drive.advance(true, true, false, one_second);
    (void)drive.advance(false, true, false, one_second);
    EXPECT_EQ(drive.operations(), (RelayOperations{1, 1}));
}

struct Failure {
    bool wanted_closed;
    std::optional<bool> contact;
    bool current;
};

TEST(RelayDrive, FailsWhenThePulsesDoNotHelp) {
    const std::array failures = {Failure{false, true, false}, Failure{true, false, false}, Failure{false, false, true},
                                 Failure{false, std::nullopt, true}};
    for (const auto& [wanted, contact, current] : failures) {
        RelayDrive drive;
        (void)drive.advance(!wanted, !wanted, false, one_second);
        EXPECT_FALSE(drive.advance(wanted, contact, current, one_second));
        int pulses = drive.take_pulse() == RelayPulse::none ? 0 : 1;
        int found = 0;
        for (int second = 0; second < 60; ++second) {
            if (drive.advance(wanted, contact, current, one_second)) ++found;
            if (drive.take_pulse() != RelayPulse::none) ++pulses;
        }
        EXPECT_EQ(found, 1);
        EXPECT_EQ(pulses, relay_pulses_until_failed);
        EXPECT_TRUE(drive.failed());
        EXPECT_EQ(drive.closed(), !wanted);
        // Now and then it is tried again, and once it has come free it is as new.
        for (int second = 0; second < 600; ++second) {
            EXPECT_FALSE(drive.advance(wanted, contact, current, one_second));
        }
        EXPECT_NE(drive.take_pulse(), RelayPulse::none);
        EXPECT_FALSE(drive.advance(wanted, wanted, false, one_second));
        EXPECT_FALSE(drive.failed());
    }
}

TEST(RelayDrive, TakesTheCurrentOfTheIntervalThatItOpensInForNoFailure) {
    RelayDrive drive;
    (void)drive.advance(true, std::nullopt, true, one_second);
    EXPECT_FALSE(drive.advance(false, std::nullopt, true, one_second));
    EXPECT_FALSE(drive.closed());
    EXPECT_FALSE(drive.advance(false, std::nullopt, false, one_second));
    EXPECT_FALSE(drive.failed());
}

MonitorSettings overvoltage() {
    return {{{{2500, RelayScript::disconnect, RelayScript::none}, {2400, RelayScript::none, RelayScript::reconnect}}},
            2};
}

struct Monitor : testing::Test {
    RegisterMonitor monitor;
    MonitorTimes times{3, 5};

    // So many seconds of a value: the second in which it disconnects or falls, 0 for never.
    int disconnects_after(std::uint32_t value, int most) {
        for (int second = 1; second <= most; ++second) {
            if (monitor.advance(value, times, one_second).disconnects) return second;
        }
        return 0;
    }
    int falls_after(std::uint32_t value, int most, bool& reconnects) {
        for (int second = 1; second <= most; ++second) {
            const auto finding = monitor.advance(value, times, one_second);
            reconnects = finding.reconnects;
            if (finding.falls) return second;
        }
        return 0;
    }
};
using RegisterMonitors = Monitor;

TEST_F(RegisterMonitors, DisconnectAboveOneThresholdAndReconnectBelowAnother) {
    monitor.configure(overvoltage());
    bool reconnects = false;
    EXPECT_EQ(disconnects_after(2500, 60), 0);
    EXPECT_EQ(disconnects_after(2501, 60), 3);
    EXPECT_TRUE(monitor.stands());
    EXPECT_EQ(falls_after(2401, 60, reconnects), 0);
    EXPECT_EQ(falls_after(2400, 60, reconnects), 5);
    EXPECT_TRUE(reconnects);
    EXPECT_FALSE(monitor.stands());
}

TEST_F(RegisterMonitors, AreNotMovedByWhatDoesNotLast) {
    monitor.configure(overvoltage());
    bool reconnects = false;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(disconnects_after(2600, 2), 0);
        EXPECT_EQ(disconnects_after(2300, 1), 0);
    }
    ASSERT_EQ(disconnects_after(2600, 3), 3);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(falls_after(2300, 4, reconnects), 0);
        EXPECT_EQ(falls_after(2600, 1, reconnects), 0);
    }
}

TEST_F(RegisterMonitors, StandAgainAfterAPowerFailureUntilTheValueSaysOtherwise) {
    monitor.configure(overvoltage());
    monitor.restore_standing();
    bool reconnects = false;
    EXPECT_EQ(disconnects_after(2600, 60), 0);
    EXPECT_EQ(falls_after(2450, 60, reconnects), 0);
    EXPECT_EQ(falls_after(2300, 60, reconnects), 5);
    EXPECT_TRUE(reconnects);
}

TEST_F(RegisterMonitors, LeaveAFuseToAHand) {
    monitor.configure({{{{80'000, RelayScript::disconnect, RelayScript::none}, {}}}, 1});
    bool reconnects = true;
    EXPECT_EQ(disconnects_after(90'000, 60), 3);
    EXPECT_EQ(falls_after(0, 60, reconnects), 5);
    EXPECT_FALSE(reconnects);
}

TEST_F(RegisterMonitors, WithoutScriptsOnlyTellOfTheCrossing) {
    monitor.configure({{{{80'000, RelayScript::none, RelayScript::none}, {}}}, 1});
    int up = 0;
    for (int second = 0; second < 10; ++second) {
        const auto finding = monitor.advance(90'000, times, one_second);
        EXPECT_FALSE(finding.disconnects);
        if (finding.crossed_up) ++up;
    }
    EXPECT_EQ(up, 1);
    EXPECT_FALSE(monitor.stands());
}

TEST_F(RegisterMonitors, CrossAtOnceWithoutATime) {
    monitor.configure(overvoltage());
    times = {0, 0};
    bool reconnects = false;
    EXPECT_EQ(disconnects_after(2501, 1), 1);
    EXPECT_EQ(falls_after(2400, 1, reconnects), 1);
    EXPECT_TRUE(reconnects);
}

}  // namespace
}  // namespace blathy::meter
