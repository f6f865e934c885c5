#include "apps/blathy/scenario/command.hpp"

#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/client/commands.hpp"
#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/scenario/player.hpp"
#include "apps/blathy/scenario/shipped.hpp"
#include "meter/models/models.hpp"

namespace blathy::apps {
namespace {

constexpr const char* scenario_description = R"(Play what happens to a meter, and check what comes of it.

A scenario is a TOML file: steps at their times, and the events, relay states, alarms, pushes and signs on the display
that they should lead to. `blathy meter --scenario` plays the same live, with the panel.)";

constexpr const char* scenario_footer =
    R"(docs/scenarios.md has the format. `list` names those that come with the program, and --print shows one of them, to
begin another with.

Exit codes: 0 all that was expected came; 1 not so; 2 no such scenario, or it can't be read.

Examples:
  blathy scenario list
  blathy scenario storm
  blathy scenario thief --print > mine.toml
  blathy scenario mine.toml --model SM306 --json)";

struct ScenarioOptions {
    std::string name;
    std::string model = "SED302";
    std::uint32_t serial_number = 1;
    bool json = false;
    bool print = false;
};

std::string event_line(const SeenEvent& seen) {
    const std::string detail = detail_text(seen.event.kind, seen.event.detail);
    return fmt::format("{:8.1f} s  {}{}{}", seen.at_s, words_of(seen.event.kind), detail.empty() ? "" : ", ", detail);
}

std::string push_line(const SeenPush& seen) {
    std::string line = fmt::format("{:8.1f} s  push {} received at {}", seen.at_s,
                                   push_names[static_cast<std::size_t>(seen.push.setup)], seen.push.destination);
    if (seen.push.setup == meter::PushSetup::alarm) {
        line += fmt::format(", alarms {:08X} {:08X}", seen.push.alarms[0], seen.push.alarms[1]);
    }
    return line;
}

std::string_view word_of(Verdict verdict) {
    return verdict == Verdict::met ? "ok" : "MISSED";
}

std::string outcome_line(const meter::Model& model, const Expectation& expectation, const Outcome& outcome) {
    const std::string seen = outcome.at_s ? fmt::format("at {:.1f} s", *outcome.at_s) : "not seen";
    return fmt::format("  {:6}  {}{}, {:g} to {:g} s: {}", word_of(outcome.verdict), expectation.never ? "never " : "",
                       text_of(model, expectation.what), expectation.from_s, expectation.until_s, seen);
}

void print_story(const ScenarioPlayer& player) {
    const Scenario& scenario = player.scenario();
    fmt::print("{} ({}, {:g} s)\n", scenario.title, scenario.model->name, scenario.duration_s());
    std::size_t step = 0;
    const auto print_steps_until = [&](double time_s) {
        for (; step < scenario.steps.size() && scenario.steps[step].at_s <= time_s; ++step) {
            fmt::print("{:8.1f} s  -- {}\n", scenario.steps[step].at_s, scenario.steps[step].say);
        }
    };
    std::size_t push = 0;
    const auto print_pushes_before = [&](double time_s) {
        for (; push < player.pushes().size() && player.pushes()[push].at_s < time_s; ++push) {
            print_steps_until(player.pushes()[push].at_s);
            fmt::print("{}\n", push_line(player.pushes()[push]));
        }
    };
    for (const SeenEvent& seen : player.events()) {
        print_pushes_before(seen.at_s);
        print_steps_until(seen.at_s);
        fmt::print("{}\n", event_line(seen));
    }
    print_pushes_before(longest_scenario_s + 1);
    print_steps_until(scenario.duration_s());
    fmt::print("Expected:\n");
    for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
        fmt::print("{}\n", outcome_line(*scenario.model, scenario.expectations[i], player.outcomes()[i]));
    }
    for (const std::string& problem : player.problems()) fmt::print("Could not be done {}\n", problem);
}

void print_story_as_json(const ScenarioPlayer& player) {
    using Json = nlohmann::ordered_json;
    const Scenario& scenario = player.scenario();
    Json events = Json::array();
    for (const SeenEvent& seen : player.events()) {
        events.push_back({{"at", seen.at_s},
                          {"event", meter::event_names[static_cast<std::size_t>(seen.event.kind)]},
                          {"detail", seen.event.detail},
                          {"text", detail_text(seen.event.kind, seen.event.detail)}});
    }
    Json pushes = Json::array();
    for (const SeenPush& seen : player.pushes()) {
        pushes.push_back({{"at", seen.at_s},
                          {"setup", push_names[static_cast<std::size_t>(seen.push.setup)]},
                          {"destination", seen.push.destination},
                          {"alarms", seen.push.alarms}});
    }
    Json expectations = Json::array();
    for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
        const Expectation& expectation = scenario.expectations[i];
        const Outcome& outcome = player.outcomes()[i];
        expectations.push_back({{"expected", text_of(*scenario.model, expectation.what)},
                                {"from", expectation.from_s},
                                {"until", expectation.until_s},
                                {"never", expectation.never},
                                {"met", outcome.verdict == Verdict::met},
                                {"at", outcome.at_s ? Json(*outcome.at_s) : Json()}});
    }
    const Json report = {{"title", scenario.title},
                         {"model", scenario.model->name},
                         {"duration", scenario.duration_s()},
                         {"succeeded", player.succeeded()},
                         {"events", std::move(events)},
                         {"pushes", std::move(pushes)},
                         {"expectations", std::move(expectations)},
                         {"problems", player.problems()}};
    fmt::print("{}\n", report.dump(2));
}

// The error is a sentence; the value is whether all came as expected.
Result<bool, std::string> play(const ScenarioOptions& options) {
    const meter::Model* const model = meter::find_model(options.model);
    if (model == nullptr) return fail(fmt::format("there is no model {}", options.model));
    auto scenario = load_scenario(options.name, *model);
    if (!scenario) return fail(scenario.error());
    DeskMeterOptions desk_options;
    desk_options.model = scenario->model;
    desk_options.serial_number = options.serial_number;
    desk_options.clock = scenario->clock;
    auto desk = DeskMeter::make(desk_options);
    if (!desk) return fail(desk.error());
    ScenarioPlayer player(std::move(*scenario), **desk);
    player.run_to_end();
    options.json ? print_story_as_json(player) : print_story(player);
    return player.succeeded();
}

}  // namespace

void print_shipped_scenarios() {
    for (const auto& [name, text] : shipped_scenarios()) {
        const auto scenario = parse_scenario(text, std::string(name), *meter::all_models().front());
        fmt::print("{:24}{}\n", name, scenario ? scenario->title : scenario.error());
    }
}

void add_scenario_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("scenario", scenario_description);
    command->footer(scenario_footer);
    auto options = std::make_shared<ScenarioOptions>();
    command->add_option("scenario", options->name, "a name, a file, or list")->required()->type_name("NAME|FILE|list");
    command->add_option("--model", options->model, "of a scenario that names none")->capture_default_str();
    command->add_option("--serial", options->serial_number, "serial number; its hardware follows")
        ->check(CLI::Range(1, 99'999'999))
        ->capture_default_str();
    command->add_flag("--json", options->json, "the report as JSON");
    command->add_flag("--print", options->print, "print a scenario that comes with the program");
    command->callback([options, &exit_code] {
        if (options->name == "list") return print_shipped_scenarios();
        const auto complain = [&](const std::string& sentence) {
            fmt::print(stderr, "blathy scenario: {}\n", sentence);
            exit_code = exit_failed;
        };
        if (options->print) {
            const auto found = shipped_scenarios().find(options->name);
            if (found == shipped_scenarios().end())
                return complain(fmt::format("{} does not come with the program", options->name));
            fmt::print("{}", found->second);
            return;
        }
        const auto succeeded = play(*options);
        if (!succeeded) return complain(succeeded.error());
        if (!*succeeded) exit_code = exit_refused;
    });
}

}  // namespace blathy::apps
