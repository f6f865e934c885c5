// `blathy keys transfer`: new keys for a meter that runs, from afar.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `keys`. When it is run it leaves its result in `exit_code`.
void add_transfer_command(CLI::App& keys, int& exit_code);

}  // namespace blathy::apps
