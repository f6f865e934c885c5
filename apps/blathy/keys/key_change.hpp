// What `keys transfer` and `keys agree` share: whose keys of a running meter, and which.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/keys/key_file.hpp"
#include "apps/blathy/keys/key_list.hpp"

namespace blathy::apps {

// As the command line, key lists and the security setup (IEC 62056-6-2, 5.3.7) call them.
struct KeyKind {
    const char* name;
    const char* field;
    std::uint8_t id;
};
inline constexpr std::array key_kinds = {KeyKind{"unicast", "ek", 0}, KeyKind{"broadcast", "bk", 1},
                                         KeyKind{"authentication", "ak", 2}, KeyKind{"master", "kek", 3}};

struct KeyChangeOptions {
    CommonOptions common;
    std::string of;  // whose keys; empty: the client's own
    std::vector<std::string> kinds = {"unicast", "broadcast", "authentication"};

    [[nodiscard]] bool has(const KeyKind& kind) const;
};
void add_key_change_options(CLI::App& command, KeyChangeOptions& options);

// The file, with the client chosen whose keys are changed.
struct ChosenKeys {
    KeyFile file;
    ClientKeys client;
};
Result<ChosenKeys, station::Error> choose_keys(const KeyChangeOptions& options);

// Whether the meter takes an association of this client with the keys that the list has now.
bool keys_open_meter(const KeyChangeOptions& options, const ClientKeys& client);

}  // namespace blathy::apps
