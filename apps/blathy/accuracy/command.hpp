// `blathy accuracy`: the virtual type test.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves in `exit_code`: 0 every point within its limit; 1 some not; 2 the
// report could not be written.
void add_accuracy_command(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
