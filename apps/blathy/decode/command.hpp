// `blathy decode`: what is in a frame.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// Adds the command to `app`. When it is run it leaves its result in `exit_code` (see run_decode).
void add_decode_command(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
