// A meter's relay under random commands and conditions, power failing at any moment, against its rules written apart:
// a state, the transitions of its mode, and who holds it.
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/models/sed302.hpp"

#include "tests/support/relay_bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::RelayBench;

// Every model has some of the causes; this one has all of them.
constexpr Model all_causes = [] {
    Model model = sed302;
    model.name = "everything";
    model.functions.fuse_supervision = true;
    model.functions.tariff_disconnect = true;
    return model;
}();

constexpr int state_disconnected = 0;
constexpr int state_connected = 1;
constexpr int state_ready = 2;

// docs/relay.md, in the words of the standard.
class Rules {
  public:
    int state = state_connected;
    int mode = 7;

    bool closed() const { return state == state_connected; }

    // The transitions that the mode has, by the letters of the standard.
    bool has(char letter) const {
        static const std::array<std::string, 8> letters = {"",      "bcfgde",  "bcfgae", "bcgde",
                                                           "bcgae", "bcfgdeh", "bcgdeh", "bcgaeh"};
        return letters[static_cast<std::size_t>(mode)].find(letter) != std::string::npos;
    }

    void disconnect(const std::string& who) {
        if (mode == 0 || !commands.insert(who).second) return;
        if (state != state_disconnected) hand = false;
        state = state_disconnected;
    }
    void reconnect(const std::string& who) {
        if (mode == 0) return;
        bool lifted = false;
        bool reached = false;
        for (const std::string other : {"remote", "schedule", "tariff"}) {
            reached = reached || other == who;
            if (reached) lifted = commands.erase(other) > 0 || lifted;
        }
        if (!lifted || !commands.empty()) return;
        if (has('d')) {
            state = state_ready;
            hand = true;
        } else {
            state = local.empty() ? state_connected : state_ready;
        }
    }
    void manual_disconnect() {
        if (!has('f') || state != state_connected) return;
        state = state_ready;
        hand = true;
    }
    void manual_reconnect() {
        if (!has('e') || state != state_ready || !local.empty()) return;
        state = state_connected;
        hand = false;
    }
    void begin(const std::string& what) {
        local.insert(what);
        if (has('g') && state == state_connected) state = state_ready;
    }
    enum class End { by_itself, by_hand, direct };
    void end(const std::string& what, End how) {
        if (local.erase(what) == 0 || state != state_ready || mode == 0) return;
        if (how == End::by_hand || (how == End::by_itself && !has('h'))) hand = true;
        if (local.empty() && !hand) state = state_connected;
    }
    void set_mode(int to) {
        mode = to;
        if (to == 0) {
            commands.clear();
            hand = false;
            state = state_connected;
        } else if (state == state_connected && !local.empty()) {
            state = state_ready;
        }
    }
    bool stands(const std::string& what) const { return local.count(what) > 0; }

  private:
    std::set<std::string> commands;
    std::set<std::string> local;
    bool hand = false;
};

// Something that is found after it has lasted.
class Lasting {
  public:
    Lasting(int up, int down) : up_(up), down_(down) {}
    // One second. Returns 1 when it begins, -1 when it ends.
    int pass(bool above, bool below) {
        const bool against = on_ ? below : above;
        lasted_ = against ? lasted_ + 1 : 0;
        if (lasted_ < (on_ ? down_ : up_)) return 0;
        if (!against) return 0;
        lasted_ = 0;
        on_ = !on_;
        return on_ ? 1 : -1;
    }
    void power_fails() { lasted_ = 0; }
    bool on() const { return on_; }

  private:
    int up_;
    int down_;
    int lasted_ = 0;
    bool on_ = false;
};

// The direct write of a tamper's end goes over the wire, octet for octet, where the meter has objects.
void hold_whatever_happens(const Model& model) {
    const RelayCauses causes = causes_of(model);
    const bool has_objects = &model != &all_causes;
    RelayBench bench(model);
    bench.pass(seconds{1});
    RelaySettings settings = factory_relay_settings(model);
    settings.times = {{{3, 4}, {2, 5}}};
    RC_ASSERT(bench.relay().configure(bench.meter().clock(), settings));
    LimiterSettings limits = factory_limiter_settings(model, 0);
    limits.min_over_s = 3;
    limits.min_under_s = 6;
    RC_ASSERT(bench.relay().configure(bench.meter().clock(), 0, limits));
    // Limiter 2 stands for the maximum demand, whatever it watches: here the current of a phase, above 20 A.
    LimiterSettings demand = factory_limiter_settings(model, 1);
    demand.monitored = {3, dlms::Obis(1, 0, 31, 7, 0), 2};
    demand.normal = 20'000;
    demand.min_over_s = 4;
    demand.min_under_s = 5;
    demand.when_over = RelayScript::disconnect;
    RC_ASSERT(bench.relay().configure(bench.meter().clock(), 1, demand));
    RC_ASSERT(bench.meter().security().provision_demo_keys());
    bench.take_events();

    Rules rules;
    Lasting overvoltage(3, 4);
    Lasting overcurrent(2, 5);
    Lasting over_power(3, 6);
    Lasting over_demand(4, 5);
    RelayOperations operations;
    bool was_closed = true;
    int astray_s = 0;  // that the contact is not where it should be
    int in_place_s = 0;
    int tampers = 0;
    int latch = 0;
    const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 16));
    for (const int kind : kinds) {
        const Clock& clock = bench.meter().clock();
        RelayControl& relay = bench.relay();
        switch (kind) {
            case 0:
                (void)relay.command(clock, RelayCause::remote, RelayScript::disconnect);
                rules.disconnect("remote");
                break;
            case 1:
                (void)relay.command(clock, RelayCause::remote, RelayScript::reconnect);
                rules.reconnect("remote");
                break;
            case 2:
                (void)relay.command(clock, RelayCause::schedule, RelayScript::disconnect);
                rules.disconnect("schedule");
                break;
            case 3:
                (void)relay.command(clock, RelayCause::schedule, RelayScript::reconnect);
                rules.reconnect("schedule");
                break;
            case 4:
                (void)relay.manual_disconnect(clock);
                rules.manual_disconnect();
                break;
            case 5:
                (void)relay.manual_reconnect(clock);
                rules.manual_reconnect();
                break;
            case 6: {
                const auto mode = *rc::gen::inRange<int>(0, 8);
                RC_ASSERT(relay.set_mode(clock, static_cast<std::uint8_t>(mode)) == Transition::done);
                rules.set_mode(mode);
                break;
            }
            case 7:
                bench.voltage_mv = *rc::gen::element<std::uint32_t>(230'000, 245'000, 255'000);
                break;
            case 8:
                bench.current_ua = *rc::gen::element<std::uint32_t>(0, 5'000'000, 28'000'000, 60'000'000, 130'000'000);
                break;
            case 9:
                bench.conditions.tamper = *rc::gen::inRange<std::uint8_t>(0, 8);
                break;
            case 10: {
                if (has_objects) {
                    test::Client manager(bench.meter(), test::management_client_sap);
                    RC_ASSERT(manager.open(test::management_password));
                    RC_ASSERT(manager.ask("C1 01 C1 00 01 01 00 5E 62 45 FF 02 00 12 00 00") == test::set_success);
                } else {
                    RC_ASSERT(relay.clear_tamper(clock) == Transition::done);
                }
                latch = 0;
                rules.end("tamper", Rules::End::direct);
                break;
            }
            case 11:
                bench.conditions.credit_exhausted = !bench.conditions.credit_exhausted;
                break;
            case 12:
                relay.run_script(clock, RelayCause::tariff, RelayScript::disconnect);
                if (causes.has(RelayCause::tariff)) rules.disconnect("tariff");
                break;
            case 14:
                relay.run_script(clock, RelayCause::tariff, RelayScript::reconnect);
                if (causes.has(RelayCause::tariff)) rules.reconnect("tariff");
                break;
            case 13:
                bench.cut_power();
                astray_s = 0;
                for (Lasting* lasting : {&overvoltage, &overcurrent, &over_power, &over_demand}) lasting->power_fails();
                break;
            case 15:
                bench.welded = !bench.welded;
                break;
            default:
                break;
        }
        const auto seconds_now = *rc::gen::inRange(1, 8);
        for (int second = 0; second < seconds_now; ++second) {
            // What is measured is measured with the contact where it is.
            const std::uint32_t current_ma = bench.closed() ? bench.current_ua / 1000 : 0;
            const std::int64_t power_w = 3LL * current_ma * bench.voltage_mv / 1'000'000;
            const auto apply = [&](const std::string& what, int change, Rules::End how) {
                if (change > 0) rules.begin(what);
                if (change < 0) rules.end(what, how);
            };
            apply("overvoltage", overvoltage.pass(bench.voltage_mv > 250'000, bench.voltage_mv <= 240'000),
                  Rules::End::by_itself);
            if (causes.has(RelayCause::overcurrent)) {
                apply("overcurrent", overcurrent.pass(current_ma > 120'000, current_ma <= 120'000),
                      Rules::End::by_hand);
            }
            apply("limiter", over_power.pass(power_w > 22'000, power_w <= 22'000), Rules::End::by_itself);
            apply("demand", over_demand.pass(current_ma > 20'000, current_ma <= 20'000), Rules::End::by_hand);
            const int risen = bench.conditions.tamper & ~tampers;
            tampers = bench.conditions.tamper;
            if (risen != 0) {
                latch |= risen;
                rules.begin("tamper");
            }
            if (bench.conditions.credit_exhausted != rules.stands("credit")) {
                apply("credit", bench.conditions.credit_exhausted ? 1 : -1, Rules::End::by_itself);
            }
            bench.pass(seconds{1});
            // A twentieth of the basic current is one.
            if (was_closed && !rules.closed()) ++(current_ma >= 250 ? operations.on_load : operations.off_load);
            const bool turned = was_closed != rules.closed();
            was_closed = rules.closed();
            // A contact that is welded, and one that came free and waits for the next pulse, is somewhere else: of that
            // the meter knows after three pulses.
            const bool astray = bench.closed() != rules.closed();
            RC_ASSERT(!astray || bench.welded || astray_s > 0);
            astray_s = astray && !turned ? astray_s + 1 : astray ? 1 : 0;
            in_place_s = astray ? 0 : in_place_s + 1;
            RC_ASSERT(astray_s < 5 || bench.relay().drive().failed());
            RC_ASSERT(in_place_s < 2 || !bench.relay().drive().failed());
            RC_ASSERT(bench.relay().drive().operations() == operations);
            RC_ASSERT(static_cast<int>(bench.state()) == rules.state);
            RC_ASSERT(int{bench.relay().tamper_latch()} == latch);
            RC_ASSERT(bench.relay().wants_closed() == rules.closed());
            RC_ASSERT(rules.closed() || bench.relay().disconnector().causes().first().has_value());
        }
    }
}

RC_GTEST_PROP(RelayRules, HoldWhateverHappens, ()) {
    hold_whatever_happens(all_causes);
}

RC_GTEST_PROP(RelayRules, HoldForAMeterWithItsObjects, ()) {
    hold_whatever_happens(sed302);
}

}  // namespace
}  // namespace blathy::meter
