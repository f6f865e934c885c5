// Scenario: what happens to a meter in the course of a few minutes, and what is expected to come of it.
//
// docs/scenarios.md has the file format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/blathy/meter/deed.hpp"
#include "base/result.hpp"
#include "meter/display/lcd.hpp"
#include "meter/event/alarms.hpp"
#include "meter/event/event.hpp"
#include "meter/event/event_codes.hpp"
#include "meter/push/settings.hpp"
#include "meter/relay/causes.hpp"

namespace blathy::apps {

struct ExpectEvent {
    meter::EventKind kind{};
    std::optional<std::int64_t> detail;  // none: any
};
struct ExpectLog {
    meter::EventLogId log{};  // any event that goes there
};
struct ExpectRelay {
    bool closed = true;  // the contact
};
struct ExpectReason {
    meter::RelayCause cause{};
};
struct ExpectAlarm {
    std::size_t alarm_register = 0;  // 0 or 1
    unsigned bit = 0;
};
struct ExpectAnnunciator {
    meter::Annunciator which{};
    bool lit = true;
};
struct ExpectLed {
    bool lit = true;  // the alarm LED
};
struct ExpectPower {
    bool on = true;
};
struct ExpectPush {
    meter::PushSetup setup{};
    std::string destination;    // empty: any
    meter::AlarmBits alarms{};  // these are among the descriptors that it carries
};
using Expected = std::variant<ExpectEvent, ExpectLog, ExpectRelay, ExpectReason, ExpectAlarm, ExpectAnnunciator,
                              ExpectLed, ExpectPower, ExpectPush>;

// Times are seconds of meter time since the start of the scenario.
struct Expectation {
    Expected what;
    // Within this span it comes, or holds for a moment at least.
    double from_s = 0;
    double until_s = 0;
    bool never = false;  // it does not
};
// "undervoltage began L1".
std::string text_of(const meter::Model& model, const Expected& expected);

struct ScenarioStep {
    double at_s = 0;
    std::string say;  // what happens, for whoever watches
    std::vector<Deed> deeds;
};

// A central system that waits for what these setups push.
struct ScenarioListener {
    std::string destination;  // "192.0.2.7:4059"
    std::vector<meter::PushSetup> pushes;
};

struct Scenario {
    std::string title;
    std::string about;
    const meter::Model* model = nullptr;
    std::optional<meter::UtcTime> clock;
    std::vector<ScenarioListener> listeners;
    std::vector<Deed> start;
    std::vector<ScenarioStep> steps;  // in the order of their times
    std::vector<Expectation> expectations;

    // When the last step is taken, and the last expectation is met or not.
    [[nodiscard]] double duration_s() const;
};

// Limits of a file, so that none holds a meter up for ever.
inline constexpr std::size_t max_scenario_octets = 1 << 20;
inline constexpr std::size_t max_scenario_entries = 1000;  // steps, and expectations
inline constexpr double longest_scenario_s = 7 * 86'400.0;

// `name` is of the file, for messages; `fallback` is the model of a scenario that names none. The error is
// "name:line:column: sentence".
Result<Scenario, std::string> parse_scenario(std::string_view text, const std::string& name,
                                             const meter::Model& fallback);

// Of a file, or one that comes with the program, such as "storm". The error is a sentence.
Result<Scenario, std::string> load_scenario(const std::string& name_or_file, const meter::Model& fallback);

}  // namespace blathy::apps
