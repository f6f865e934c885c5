// The scenarios that come with the program, put into it when it is built (cmake/embed.cmake).
#pragma once

#include <map>
#include <string_view>

namespace blathy::apps {

// Content by name: "storm" for scenarios/storm.toml.
const std::map<std::string_view, std::string_view>& shipped_scenarios();

}  // namespace blathy::apps
