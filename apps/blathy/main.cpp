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
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // Help is no error; everything else is bad usage, whatever number the library has for it.
        return app.exit(error) == 0 ? blathy::apps::exit_ok : blathy::apps::exit_failed;
    }
    return exit_code;
}
