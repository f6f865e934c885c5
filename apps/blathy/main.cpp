#include <cstdio>

#include <CLI/CLI.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "apps/blathy/accuracy/command.hpp"
#include "apps/blathy/client/commands.hpp"
#include "apps/blathy/decode/command.hpp"
#include "apps/blathy/keys/command.hpp"
#include "apps/blathy/meter/command.hpp"
#include "apps/blathy/scenario/command.hpp"
#include "apps/blathy/simulate/command.hpp"
#include "meter/identity.hpp"
#include "station/format.hpp"

namespace {

// Keys are in the memory of most commands: neither a core dump nor another process of the user may get at it. The leak
// sanitizer, which has to trace the process at its end, takes this back for itself.
void keep_memory_private() {
    constexpr rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
    (void)::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int main(int argc, char** argv) {
    keep_memory_private();
    CLI::App app{"Blathy: a smart electricity meter family in software"};
    app.require_subcommand(1);
    int exit_code = blathy::apps::exit_ok;
    app.set_version_flag("--version", std::string(blathy::meter::firmware_version));
    blathy::apps::add_meter_command(app, exit_code);
    blathy::apps::add_keys_command(app, exit_code);
    blathy::apps::add_client_commands(app, exit_code);
    blathy::apps::add_decode_command(app, exit_code);
    blathy::apps::add_accuracy_command(app, exit_code);
    blathy::apps::add_simulate_command(app, exit_code);
    blathy::apps::add_scenario_command(app, exit_code);
    // The library would only say that a command is missing.
    const auto is_meant = [&](CLI::App* command) { return command->check_name(argv[1]); };
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_meant).empty()) {
        std::fprintf(stderr, "blathy: there is no command '%s'; blathy --help lists them\n",
                     blathy::station::escaped(argv[1]).c_str());
        return blathy::apps::exit_failed;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // Help is no error; everything else is bad usage, whatever number the library has for it.
        return app.exit(error) == 0 ? blathy::apps::exit_ok : blathy::apps::exit_failed;
    }
    return exit_code;
}
