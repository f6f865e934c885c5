#include "apps/blathy/keys/key_change.hpp"

#include <algorithm>

namespace blathy::apps {

bool KeyChangeOptions::has(const KeyKind& kind) const {
    return std::find(kinds.begin(), kinds.end(), kind.name) != kinds.end();
}

void add_key_change_options(CLI::App& command, KeyChangeOptions& options) {
    options.common.client = "management";
    add_common_options(command, options.common);
    command.get_option("--keys")->required();
    command.add_option("--of", options.of, "Whose keys: a client address or role; unless stated, those of --client")
        ->type_name("NUMBER|ROLE");
    command.add_option("--kinds", options.kinds, "Which keys: unicast, broadcast, authentication, master")
        ->delimiter(',')
        ->check(CLI::IsMember({"unicast", "broadcast", "authentication", "master"}))
        ->capture_default_str();
}

Result<ChosenKeys, station::Error> choose_keys(const KeyChangeOptions& options) {
    auto file = KeyFile::open(options.common.keys);
    if (!file) return fail(file.error());
    const std::string& name = options.of.empty() ? options.common.client : options.of;
    if (const auto chosen = file->choose(options.common.meter, name); !chosen) return fail(chosen.error());
    const auto keys = read_keys(options.common.keys);
    if (!keys) return fail(keys.error());
    const auto meter = select_meter(*keys, options.common.meter);
    if (!meter) return fail(meter.error());
    return ChosenKeys{std::move(*file), *select_client(**meter, name)};
}

bool keys_open_meter(const KeyChangeOptions& options, const ClientKeys& client) {
    CommonOptions common = options.common;
    common.client = std::to_string(client.sap);
    return with_client(common, [](station::Client&) -> int { return exit_ok; }) == exit_ok;
}

}  // namespace blathy::apps
