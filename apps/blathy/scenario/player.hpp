// Plays a scenario on a desk meter: takes its steps in meter time, and watches for what is expected.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/traffic.hpp"
#include "apps/blathy/scenario/listener.hpp"
#include "apps/blathy/scenario/scenario.hpp"

namespace blathy::apps {

enum class Verdict : std::uint8_t { waiting, met, missed };

struct Outcome {
    Verdict verdict = Verdict::waiting;
    std::optional<double> at_s;  // when it came
};

struct SeenEvent {
    double at_s = 0;
    meter::Event event;
};

struct SeenPush {
    double at_s = 0;
    ReceivedPush push;
};

class ScenarioPlayer {
  public:
    // Events are seen at the end of an Interval, and states are looked at then.
    static constexpr std::chrono::milliseconds resolution{200};
    // Beyond them events and pushes still count for what is expected.
    static constexpr std::size_t most_events = 10'000;

    // Makes the desk as it is at the start: nominal voltage and no load, but for what the scenario says. The desk must
    // outlive the player.
    ScenarioPlayer(Scenario scenario, DeskMeter& desk);
    ~ScenarioPlayer();
    ScenarioPlayer(const ScenarioPlayer&) = delete;
    ScenarioPlayer& operator=(const ScenarioPlayer&) = delete;

    // The scenario has listeners: what the meter pushes goes to them, and nowhere else.
    [[nodiscard]] bool takes_pushes() const { return !scenario_.listeners.empty(); }
    // Of what goes there; null for none.
    void observe(TrafficObserver* observer) { observer_ = observer; }

    // In place of DeskMeter::run_for().
    void run_for(std::chrono::nanoseconds real_time);
    // As fast as it goes, to the end.
    void run_to_end();

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    [[nodiscard]] double elapsed_s() const { return std::chrono::duration<double>(elapsed_).count(); }
    [[nodiscard]] bool finished() const { return elapsed_ >= duration_; }
    [[nodiscard]] std::size_t steps_taken() const { return steps_taken_; }
    [[nodiscard]] const std::vector<Outcome>& outcomes() const { return outcomes_; }  // of each expectation
    [[nodiscard]] const std::vector<SeenEvent>& events() const { return events_; }
    [[nodiscard]] const std::vector<SeenPush>& pushes() const { return pushes_; }
    // What could not be done, in sentences.
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
    // Every expectation is met, and every step could be done.
    [[nodiscard]] bool succeeded() const;

  private:
    void run_slice(std::chrono::nanoseconds meter_time);
    [[nodiscard]] bool is_of(const meter::Event& event, const Expected& expected) const;
    [[nodiscard]] bool is_time_of(const Expectation& expectation) const;
    void take_due_steps();
    void take(const std::vector<Deed>& deeds);
    void see(const meter::Event& event);
    void listen();
    void look();
    void meet(std::size_t index);
    [[nodiscard]] bool holds(const Expected& expected) const;

    Scenario scenario_;
    DeskMeter& desk_;
    std::chrono::nanoseconds duration_;
    std::chrono::nanoseconds elapsed_{0};  // while a slice is lived: to its end
    std::size_t steps_taken_ = 0;
    std::vector<Outcome> outcomes_;
    std::vector<SeenEvent> events_;
    std::vector<SeenPush> pushes_;
    TrafficObserver* observer_ = nullptr;
    std::vector<std::string> problems_;
};

}  // namespace blathy::apps
