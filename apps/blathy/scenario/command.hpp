// `blathy scenario`: plays a scenario as fast as it goes, and says what came of it.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves its result in `exit_code`.
void add_scenario_command(CLI::App& app, int& exit_code);

// The scenarios that come with the program: a line of each, with name and title.
void print_shipped_scenarios();

}  // namespace blathy::apps
