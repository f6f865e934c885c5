// The rules of the house, as functions from one file's path and text to what breaks them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blathy::house {

struct Finding {
    std::string file;  // relative to the root of the repository, like every path here
    int line;          // from 1
    std::string rule;
};

// A room includes itself and the rooms it stands on; a core room includes only headers that suit firmware.
std::vector<Finding> check_includes(std::string_view path, std::string_view text);

// A core room reads no clock, takes nothing from a heap, throws nothing and never ends the program.
std::vector<Finding> check_core_words(std::string_view path, std::string_view text);

// Every header guards itself with #pragma once.
std::vector<Finding> check_header_guard(std::string_view path, std::string_view text);

// Nothing is left for later, and nothing names a folder of somebody's machine.
std::vector<Finding> check_words(std::string_view path, std::string_view text);

}  // namespace blathy::house
