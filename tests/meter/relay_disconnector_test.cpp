// The state machine of IC 70 against the table of its standard, and how causes combine.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "meter/relay/disconnector.hpp"

namespace blathy::meter {
namespace {

// IEC 62056-6-2, 4.5.8, control_mode: the transitions of each mode by what triggers them.
struct Mode {
    const char* remote_disconnect;
    const char* manual_disconnect;
    const char* local_disconnect;
    const char* remote_reconnect;
    const char* manual_reconnect;
    const char* local_reconnect;
};
constexpr std::array<Mode, 8> table = {{
    {"", "", "", "", "", ""},
    {"bc", "f", "g", "d", "e", ""},
    {"bc", "f", "g", "a", "e", ""},
    {"bc", "", "g", "d", "e", ""},
    {"bc", "", "g", "a", "e", ""},
    {"bc", "f", "g", "d", "e", "h"},
    {"bc", "", "g", "d", "e", "h"},
    {"bc", "", "g", "a", "e", "h"},
}};

struct Arrow {
    ControlState from;
    ControlState to;
};
using enum ControlState;
const std::map<char, Arrow> arrows = {
    {'a', {disconnected, connected}},
    {'b', {connected, disconnected}},
    {'c', {ready_for_reconnection, disconnected}},
    {'d', {disconnected, ready_for_reconnection}},
    {'e', {ready_for_reconnection, connected}},
    {'f', {connected, ready_for_reconnection}},
    {'g', {connected, ready_for_reconnection}},
    {'h', {ready_for_reconnection, connected}},
};

// Where one of the transitions leads from there; nowhere else if there is none.
ControlState state_after(const std::string& transitions, ControlState from) {
    for (const char letter : transitions) {
        if (arrows.at(letter).from == from) return arrows.at(letter).to;
    }
    return from;
}

Disconnector in_state(std::uint8_t mode, ControlState state, RelayCause local) {
    RelayCauses causes;
    if (state == disconnected) causes = RelayCause::remote;
    if (state == ready_for_reconnection) causes = local;
    return {mode, causes};
}

TEST(Disconnector, MakesTheTransitionsOfTheStandardAndNoOthers) {
    for (std::uint8_t mode = 1; mode < table.size(); ++mode) {
        const Mode& row = table[mode];
        for (const ControlState from : {disconnected, connected, ready_for_reconnection}) {
            SCOPED_TRACE(testing::Message() << "mode " << int{mode} << " from " << static_cast<int>(from));
            const auto check = [&](const std::string& transitions, RelayCause local, auto&& trigger) {
                Disconnector disconnector = in_state(mode, from, local);
                ASSERT_EQ(disconnector.state(), from);
                const RelayCauses before = disconnector.causes();
                const Transition result = trigger(disconnector);
                const ControlState to = state_after(transitions, from);
                EXPECT_EQ(disconnector.state(), to);
                EXPECT_EQ(result == Transition::done, to != from);
                if (result != Transition::done) {
                    EXPECT_EQ(disconnector.causes(), before);
                    const bool ever = !transitions.empty();
                    EXPECT_EQ(result, ever ? Transition::refused_by_state : Transition::refused_by_mode);
                }
            };
            const RelayCause hand = RelayCause::manual;
            check(row.remote_disconnect, hand, [](auto& of) { return of.disconnect(RelayCause::remote); });
            check(row.remote_reconnect, hand, [](auto& of) { return of.reconnect(RelayCause::remote); });
            check(row.manual_disconnect, hand, [](auto& of) { return of.manual_disconnect(); });
            check(row.manual_reconnect, hand, [](auto& of) { return of.manual_reconnect(); });

            Disconnector disconnector = in_state(mode, from, hand);
            disconnector.begin(RelayCause::limiter);
            EXPECT_EQ(disconnector.state(), state_after(row.local_disconnect, from));
            disconnector = in_state(mode, from, RelayCause::limiter);
            disconnector.end(RelayCause::limiter, CauseEnd::by_itself);
            EXPECT_EQ(disconnector.state(), state_after(row.local_reconnect, from));
        }
    }
}

TEST(Disconnector, IsAlwaysConnectedInModeZero) {
    Disconnector disconnector(0, {});
    EXPECT_EQ(disconnector.disconnect(RelayCause::remote), Transition::refused_by_mode);
    EXPECT_EQ(disconnector.reconnect(RelayCause::remote), Transition::refused_by_mode);
    EXPECT_EQ(disconnector.manual_disconnect(), Transition::refused_by_mode);
    EXPECT_EQ(disconnector.manual_reconnect(), Transition::refused_by_mode);
    disconnector.begin(RelayCause::overvoltage);
    EXPECT_EQ(disconnector.state(), connected);
    // What stands is not forgotten: any other mode obeys it.
    ASSERT_TRUE(disconnector.set_mode(7));
    EXPECT_EQ(disconnector.state(), ready_for_reconnection);
}

TEST(Disconnector, ForgetsCommandsInModeZero) {
    Disconnector disconnector;
    ASSERT_EQ(disconnector.disconnect(RelayCause::remote), Transition::done);
    ASSERT_TRUE(disconnector.set_mode(0));
    EXPECT_EQ(disconnector.state(), connected);
    ASSERT_TRUE(disconnector.set_mode(1));
    EXPECT_EQ(disconnector.state(), connected);
}

TEST(Disconnector, HasNoModeAboveSeven) {
    Disconnector disconnector;
    EXPECT_FALSE(disconnector.set_mode(8));
    EXPECT_EQ(disconnector.mode(), factory_control_mode);
}

TEST(Disconnector, ClosesOnlyWhenNoLocalCauseIsLeft) {
    Disconnector disconnector(5, {});
    disconnector.begin(RelayCause::overvoltage);
    disconnector.begin(RelayCause::limiter);
    disconnector.end(RelayCause::overvoltage, CauseEnd::by_itself);
    EXPECT_EQ(disconnector.state(), ready_for_reconnection);
    EXPECT_EQ(disconnector.manual_reconnect(), Transition::refused_by_state);
    disconnector.end(RelayCause::limiter, CauseEnd::by_itself);
    EXPECT_EQ(disconnector.state(), connected);
}

TEST(Disconnector, LeavesWhatAHandOpenedToAHand) {
    Disconnector disconnector(5, {});
    ASSERT_EQ(disconnector.manual_disconnect(), Transition::done);
    disconnector.begin(RelayCause::limiter);
    disconnector.end(RelayCause::limiter, CauseEnd::by_itself);
    EXPECT_TRUE(disconnector.waits_for_hand());
    EXPECT_EQ(disconnector.manual_reconnect(), Transition::done);
    EXPECT_EQ(disconnector.state(), connected);
}

TEST(Disconnector, FulfilsAReconnectionWhenTheLocalCauseFalls) {
    Disconnector disconnector(7, {});
    ASSERT_EQ(disconnector.disconnect(RelayCause::remote), Transition::done);
    disconnector.begin(RelayCause::overvoltage);
    EXPECT_EQ(disconnector.reconnect(RelayCause::remote), Transition::done);
    EXPECT_EQ(disconnector.state(), ready_for_reconnection);
    disconnector.end(RelayCause::overvoltage, CauseEnd::by_itself);
    EXPECT_EQ(disconnector.state(), connected);
}

TEST(Disconnector, LiftsOnlyCommandsOfTheSameRankAndBehind) {
    const std::array commands = {RelayCause::remote, RelayCause::schedule, RelayCause::tariff};
    for (std::size_t by = 0; by < commands.size(); ++by) {
        for (std::size_t of = 0; of < commands.size(); ++of) {
            Disconnector disconnector;
            ASSERT_EQ(disconnector.disconnect(commands[of]), Transition::done);
            const bool lifts = by <= of;
            EXPECT_EQ(disconnector.reconnect(commands[by]), lifts ? Transition::done : Transition::refused_by_state);
            EXPECT_EQ(disconnector.state(), lifts ? connected : disconnected);
        }
    }
}

TEST(Disconnector, AnOperatorTakesOverFromASchedule) {
    Disconnector disconnector;
    ASSERT_EQ(disconnector.disconnect(RelayCause::schedule), Transition::done);
    EXPECT_EQ(disconnector.disconnect(RelayCause::remote), Transition::done);
    EXPECT_EQ(disconnector.reconnect(RelayCause::schedule), Transition::done);
    EXPECT_EQ(disconnector.state(), disconnected);
    EXPECT_EQ(disconnector.reconnect(RelayCause::remote), Transition::done);
    EXPECT_EQ(disconnector.state(), connected);
}

TEST(Disconnector, ADirectEndClosesInEveryMode) {
    for (std::uint8_t mode = 1; mode <= highest_control_mode; ++mode) {
        Disconnector disconnector(mode, {});
        disconnector.begin(RelayCause::tamper);
        disconnector.end(RelayCause::tamper, CauseEnd::direct);
        EXPECT_EQ(disconnector.state(), connected) << int{mode};
    }
}

TEST(Disconnector, AnEndByHandWaitsForItInEveryMode) {
    for (std::uint8_t mode = 1; mode <= highest_control_mode; ++mode) {
        Disconnector disconnector(mode, {});
        disconnector.begin(RelayCause::overcurrent);
        disconnector.end(RelayCause::overcurrent, CauseEnd::by_hand);
        EXPECT_TRUE(disconnector.waits_for_hand()) << int{mode};
        EXPECT_EQ(disconnector.manual_reconnect(), Transition::done);
        EXPECT_EQ(disconnector.state(), connected);
    }
}

TEST(RelayCauses, AreNamedByTheirPriority) {
    RelayCauses causes = RelayCause::manual | RelayCause::limiter;
    EXPECT_EQ(causes.first(), RelayCause::limiter);
    causes.add(RelayCause::tamper);
    EXPECT_EQ(causes.first(), RelayCause::tamper);
    causes.add(RelayCause::overvoltage);
    EXPECT_EQ(causes.first(), RelayCause::overvoltage);
    EXPECT_EQ(RelayCauses{}.first(), std::nullopt);
}

}  // namespace
}  // namespace blathy::meter
