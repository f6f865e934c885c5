// What `blathy meter` is told: on the command line, or in a TOML file that the command line overrides.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace blathy::apps {

struct MeterOptions {
    std::string model = "SED302";
    std::uint32_t serial_number = 1;
    std::vector<std::string> listen = {"tcp://127.0.0.1:4059"};
    std::vector<std::string> modules;      // SLOT=KIND[,URL...]
    std::string panel = "127.0.0.1:8080";  // or "off"
    std::optional<std::filesystem::path> state;
    double speed = 1;
    bool unsealed = false;  // a new meter stays in factory state
    std::chrono::seconds idle_timeout{180};
    // A key list, as `blathy keys` makes them. Without one the keys are those that the state directory holds.
    std::optional<std::filesystem::path> keys;
    std::string scenario;  // a name or a file; empty: none
};

// Takes what the file says into `options`. The error is a sentence with file and line: no such file, not TOML, a key
// that does not exist or a value of the wrong type.
Result<void, std::string> read_config_file(const std::filesystem::path& file, MeterOptions& options);

}  // namespace blathy::apps
