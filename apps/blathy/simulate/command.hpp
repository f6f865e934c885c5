// `blathy simulate`: the life of a meter, and its bills.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves its result in `exit_code`.
void add_simulate_command(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
