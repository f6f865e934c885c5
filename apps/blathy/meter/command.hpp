// `blathy meter`: a meter on the desk.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves its result in `exit_code`: 0 after Ctrl-C, 2 if it could not
// start, 1 if its state could not be saved.
void add_meter_command(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
