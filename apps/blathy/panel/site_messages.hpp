// Messages about the meter's surroundings and what it makes of them: controls, state, events, the scenario.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "apps/blathy/panel/messages.hpp"
#include "apps/blathy/scenario/player.hpp"

namespace blathy::apps {

// What hands have set.
Json controls_of(const DeskMeter& desk);
Json controls_message(const DeskMeter& desk);

// What the meter makes of it, as it is now: power, relay, modules, alarms.
Json state_message(const DeskMeter& desk);

// Rows of the event logs.
class EventFeed {
  public:
    // Rows of each log that a page gets when it connects.
    static constexpr std::uint32_t history = 100;
    // Rows in one message; what is beyond comes with the next.
    static constexpr std::size_t most_rows = 200;

    // Nothing is new to it.
    explicit EventFeed(const DeskMeter& desk);

    // The newest rows of each log, oldest first.
    static Json history_message(const DeskMeter& desk);
    // What was written since the last call; none if there is nothing.
    std::optional<Json> new_rows(const DeskMeter& desk);

  private:
    std::array<std::uint32_t, meter::event_logs> next_{};  // row of each log
};

Json push_message(const DeskMeter& desk, std::string_view destination, std::string_view setup, bool delivered);

Json scenario_message(const ScenarioPlayer& player);

}  // namespace blathy::apps
