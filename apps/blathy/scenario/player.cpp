#include "apps/blathy/scenario/player.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace blathy::apps {
namespace {

// A process that was held up does not rush through steps that somebody watches.
constexpr std::chrono::seconds longest_held_up{1};

using std::chrono::nanoseconds;

nanoseconds instant(double at_s) {
    return std::chrono::round<nanoseconds>(std::chrono::duration<double>(at_s));
}

}  // namespace

ScenarioPlayer::ScenarioPlayer(Scenario scenario, DeskMeter& desk)
    : scenario_(std::move(scenario)),
      desk_(desk),
      duration_(instant(scenario_.duration_s())),
      outcomes_(scenario_.expectations.size()) {
    desk_.observe_events([this](const meter::Event& event) { see(event); });
    desk_.site().set_loads({});
    for (const ScenarioListener& listener : scenario_.listeners) {
        for (const meter::PushSetup setup : listener.pushes) {
            if (!push_to(desk_.meter(), setup, listener.destination))
                problems_.emplace_back("a push setup was not kept");
        }
    }
    take(scenario_.start);
    take_due_steps();
}

ScenarioPlayer::~ScenarioPlayer() {
    desk_.observe_events({});
}

void ScenarioPlayer::run_for(nanoseconds real_time) {
    const std::chrono::duration<double> real = std::min<nanoseconds>(real_time, longest_held_up);
    nanoseconds left = instant(real.count() * desk_.speed());
    while (left > nanoseconds{0}) {
        nanoseconds slice = std::min<nanoseconds>(left, resolution);
        if (steps_taken_ < scenario_.steps.size()) {
            slice = std::min(slice, instant(scenario_.steps[steps_taken_].at_s) - elapsed_);
        }
        run_slice(slice);
        left -= slice;
    }
}

void ScenarioPlayer::run_to_end() {
    const std::chrono::duration<double> slice = resolution;
    while (!finished()) run_for(instant(slice.count() / desk_.speed()));
}

void ScenarioPlayer::run_slice(nanoseconds meter_time) {
    elapsed_ += meter_time;
    const std::chrono::duration<double> meter_s = meter_time;
    desk_.run_for(instant(meter_s.count() / desk_.speed()));
    listen();
    look();
    take_due_steps();
}

void ScenarioPlayer::take_due_steps() {
    for (; steps_taken_ < scenario_.steps.size(); ++steps_taken_) {
        const ScenarioStep& step = scenario_.steps[steps_taken_];
        if (instant(step.at_s) > elapsed_) break;
        take(step.deeds);
    }
}

void ScenarioPlayer::take(const std::vector<Deed>& deeds) {
    for (const Deed& deed : deeds) {
        if (const auto done = perform(desk_, deed); !done) {
            problems_.push_back(fmt::format("at {:.1f} s: {}", elapsed_s(), done.error()));
        }
    }
}

void ScenarioPlayer::see(const meter::Event& event) {
    if (events_.size() < most_events) events_.push_back({elapsed_s(), event});
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        const Expectation& expectation = scenario_.expectations[i];
        if (is_of(event, expectation.what) && is_time_of(expectation)) meet(i);
    }
}

bool ScenarioPlayer::is_of(const meter::Event& event, const Expected& expected) const {
    if (const auto* const log = std::get_if<ExpectLog>(&expected)) {
        return meter::entry_of(scenario_.model->companion, event.kind, event.detail).log == log->log;
    }
    const auto* const wanted = std::get_if<ExpectEvent>(&expected);
    return wanted != nullptr && wanted->kind == event.kind && wanted->detail.value_or(event.detail) == event.detail;
}

void ScenarioPlayer::listen() {
    if (!takes_pushes()) return;
    for (ReceivedPush& push : receive_pushes(desk_, observer_)) {
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            const auto* const wanted = std::get_if<ExpectPush>(&scenario_.expectations[i].what);
            if (wanted == nullptr || wanted->setup != push.setup) continue;
            if (!wanted->destination.empty() && wanted->destination != push.destination) continue;
            const bool has_all =
                (wanted->alarms[0] & ~push.alarms[0]) == 0 && (wanted->alarms[1] & ~push.alarms[1]) == 0;
            if (has_all && is_time_of(scenario_.expectations[i])) meet(i);
        }
        if (pushes_.size() < most_events) pushes_.push_back({elapsed_s(), std::move(push)});
    }
}

bool ScenarioPlayer::is_time_of(const Expectation& expectation) const {
    return elapsed_ >= instant(expectation.from_s) && elapsed_ <= instant(expectation.until_s);
}

// What is expected never to come has missed its aim when it comes.
void ScenarioPlayer::meet(std::size_t index) {
    Outcome& outcome = outcomes_[index];
    if (outcome.verdict != Verdict::waiting) return;
    outcome = {scenario_.expectations[index].never ? Verdict::missed : Verdict::met, elapsed_s()};
}

void ScenarioPlayer::look() {
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        const Expectation& expectation = scenario_.expectations[i];
        if (outcomes_[i].verdict != Verdict::waiting) continue;
        if (is_time_of(expectation) && holds(expectation.what)) meet(i);
        const bool over = elapsed_ >= instant(expectation.until_s);
        if (over && outcomes_[i].verdict == Verdict::waiting) {
            outcomes_[i].verdict = expectation.never ? Verdict::met : Verdict::missed;
        }
    }
}

bool ScenarioPlayer::holds(const Expected& expected) const {
    struct Look {
        const DeskMeter& desk;
        bool operator()(const ExpectEvent&) const { return false; }  // told, and nothing that lasts
        bool operator()(const ExpectLog&) const { return false; }    // as above
        bool operator()(const ExpectRelay& of) const { return desk.relay().closed() == of.closed; }
        bool operator()(const ExpectReason& of) const {
            return !desk.relay().closed() && desk.meter().relay().disconnector().causes().has(of.cause);
        }
        bool operator()(const ExpectAlarm& of) const {
            return (desk.meter().events().alarms(of.alarm_register) >> of.bit & 1U) != 0;
        }
        bool operator()(const ExpectAnnunciator& of) const { return desk.meter().lcd().test(of.which) == of.lit; }
        bool operator()(const ExpectLed& of) const { return desk.meter().alarm_led() == of.lit; }
        bool operator()(const ExpectPower& of) const { return desk.meter().powered() == of.on; }
        bool operator()(const ExpectPush&) const { return false; }  // received, and nothing that lasts
    };
    return std::visit(Look{desk_}, expected);
}

bool ScenarioPlayer::succeeded() const {
    return problems_.empty() &&
           std::ranges::all_of(outcomes_, [](const Outcome& outcome) { return outcome.verdict == Verdict::met; });
}

}  // namespace blathy::apps
