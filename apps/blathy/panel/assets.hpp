// The pages of the front panel, put into the program when it is built (cmake/embed.cmake).
#pragma once

#include <map>
#include <string_view>

namespace blathy::apps {

// Content by path, "/index.html". Empty if the pages had not been built before the program was.
const std::map<std::string_view, std::string_view>& assets();

}  // namespace blathy::apps
