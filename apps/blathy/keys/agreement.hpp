// `blathy keys agree`: new keys that a running meter and this program agree on.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `keys`. When it is run it leaves its result in `exit_code`.
void add_agreement_command(CLI::App& keys, int& exit_code);

}  // namespace blathy::apps
