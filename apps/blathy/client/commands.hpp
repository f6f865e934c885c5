// The commands of the master side: read, objects, write, call, profile, listen.
#pragma once

#include <CLI/CLI.hpp>

namespace blathy::apps {

// What the program returns; scripts depend on it.
enum ExitCode : int {
    exit_ok = 0,
    exit_refused = 1,  // the meter refused something; the rest was done and printed
    exit_failed = 2,   // bad usage, no connection, the connection broke, or the output could not be written
};

// Adds the commands to `app`. The one that is run leaves its result in `exit_code`.
void add_client_commands(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
