// `blathy keys`: the keys of a meter, for whoever may read its state directory.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves its result in `exit_code`.
void add_keys_command(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
