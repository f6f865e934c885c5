#include "rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace blathy::house {
namespace {

using namespace std::string_view_literals;

// Who may include whom (docs/architecture.md). A room always includes itself.
const std::map<std::string_view, std::set<std::string_view>> ground_below = {
    {"base", {}},
    {"dlms", {"base"}},
    {"sts", {"base"}},
    {"meter", {"base", "dlms", "sts"}},
    {"world", {"base", "dlms", "sts", "meter"}},
    {"station", {"base", "dlms", "sts"}},
    {"apps", {"base", "dlms", "sts", "meter", "world", "station"}},
};

constexpr std::array core_rooms = {"base"sv, "dlms"sv, "sts"sv, "meter"sv};

// Everything else of the standard library allocates, locks, does I/O or has no use in firmware. <chrono> is here for
// the calendar and <cstdlib> for arithmetic: their other halves are among the words below.
const std::set<std::string_view> core_headers = {
    "algorithm", "array",       "bit",      "cassert",     "cfloat",  "charconv", "chrono",  "climits",
    "cmath",     "compare",     "concepts", "cstddef",     "cstdint", "cstdlib",  "cstring", "initializer_list",
    "iterator",  "limits",      "new",      "numbers",     "numeric", "optional", "ranges",  "ratio",
    "span",      "string_view", "tuple",    "type_traits", "utility", "variant",  "version"};

constexpr std::array core_words = {"system_clock"sv, "steady_clock"sv, "high_resolution_clock"sv,
                                   "malloc"sv,       "calloc"sv,       "realloc"sv,
                                   "getenv"sv,       "rand"sv,         "srand"sv,
                                   "thread_local"sv, "throw"sv,        "dynamic_cast"sv,
                                   "typeid"sv};

// The parts a core room is made of beside the standard library (docs/architecture.md).
constexpr std::array core_parts = {"tl/expected.hpp"sv, "boost/container/static_vector.hpp"sv, "mbedtls/"sv};

std::string_view first_folder(std::string_view path) {
    const std::size_t slash = path.find('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

bool is_core(std::string_view room) {
    return std::ranges::find(core_rooms, room) != core_rooms.end();
}

template <class Check>
std::vector<Finding> check_lines(std::string_view path, std::string_view text, Check rule_broken_by) {
    std::vector<Finding> findings;
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (const std::optional<std::string> rule = rule_broken_by(line)) {
            findings.push_back({std::string(path), number, *rule});
        }
    }
    return findings;
}

struct Include {
    bool quoted;
    std::string_view header;
};

std::string_view without_leading_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::optional<Include> parse_include(std::string_view line) {
    line = without_leading_blanks(line);
    for (const std::string_view part : {"#"sv, "include"sv}) {
        if (!line.starts_with(part)) return std::nullopt;
        line = without_leading_blanks(line.substr(part.size()));
    }
    if (line.empty() || (line.front() != '"' && line.front() != '<')) return std::nullopt;
    const bool quoted = line.front() == '"';
    line.remove_prefix(1);
    const std::size_t end = line.find(quoted ? '"' : '>');
    if (end == line.npos) return std::nullopt;
    return Include{quoted, line.substr(0, end)};
}

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Whether `text` occurs in `line` somewhere where `fits(before, after)` accepts the characters around it.
template <class Fits>
bool occurs(std::string_view line, std::string_view text, Fits fits) {
    for (std::size_t at = line.find(text); at != line.npos; at = line.find(text, at + 1)) {
        const std::size_t end = at + text.size();
        if (fits(line.substr(0, at), line.substr(end))) return true;
    }
    return false;
}

bool has_word(std::string_view line, std::string_view word) {
    return occurs(line, word, [](std::string_view before, std::string_view after) {
        return (before.empty() || !is_word_character(before.back())) &&
               (after.empty() || !is_word_character(after.front()));
    });
}

// The marks are written in halves, so that this file keeps its own rule. Three X are a mark where a comment begins or a
// colon follows; elsewhere they may be a standard's placeholder, such as IEC 62056-21's manufacturer in an
// identification.
bool has_unfinished_mark(std::string_view line) {
    if (has_word(line,
                 "TO"
                 "DO") ||
        has_word(line,
                 "FIX"
                 "ME"))
        return true;
    return occurs(line,
                  "XX"
                  "X",
                  [](std::string_view before, std::string_view after) {
                      before = before.substr(0, before.find_last_not_of(" \t") + 1);
                      return before.ends_with("//") || before.ends_with("/*") || before.ends_with("#") ||
                             after.starts_with(":");
                  });
}

bool has_machine_folder(std::string_view line) {
    const auto starts_path = [](std::string_view before, std::string_view) {
        return before.empty() || before.ends_with("-I") || before.ends_with("-L") ||
               (!is_word_character(before.back()) && "./-"sv.find(before.back()) == before.npos);
    };
    return std::ranges::any_of(std::array{"/ho"
                                          "me/"sv,
                                          "/ro"
                                          "ot/"sv,
                                          "/Us"
                                          "ers/"sv,
                                          "/wo"
                                          "rk/"sv},
                               [&](std::string_view folder) { return occurs(line, folder, starts_path); }) ||
           line.find(
               ":\\Us"
               "ers\\") != line.npos;
}

std::optional<std::string> rule_broken_by_include(std::string_view room, const Include& include) {
    const bool quoted = include.quoted;
    const std::string_view header = include.header;
    const std::string_view other = first_folder(header);
    if (ground_below.contains(other)) {
        if (other == room || ground_below.at(room).contains(other)) return std::nullopt;
        return std::string(room) + " must not include " + std::string(other) + ": " + std::string(header);
    }
    if (quoted) return "a header of the house is included by its path from the root: " + std::string(header);
    if (!is_core(room) || core_headers.contains(header)) return std::nullopt;
    if (std::ranges::any_of(core_parts, [&](std::string_view part) { return header.starts_with(part); })) {
        return std::nullopt;
    }
    return "the core is firmware and must not include <" + std::string(header) + ">";
}

}  // namespace

std::vector<Finding> check_includes(std::string_view path, std::string_view text) {
    const std::string_view room = first_folder(path);
    if (!ground_below.contains(room)) return {};
    return check_lines(path, text, [&](std::string_view line) -> std::optional<std::string> {
        const std::optional<Include> include = parse_include(line);
        if (!include) return std::nullopt;
        return rule_broken_by_include(room, *include);
    });
}

std::vector<Finding> check_core_words(std::string_view path, std::string_view text) {
    if (!is_core(first_folder(path))) return {};
    return check_lines(path, text, [](std::string_view line) -> std::optional<std::string> {
        const std::string_view code = line.substr(0, line.find("//"));
        const auto word = std::ranges::find_if(core_words, [&](std::string_view w) { return has_word(code, w); });
        if (word == core_words.end()) return std::nullopt;
        return "the core is firmware and must not use " + std::string(*word);
    });
}

std::vector<Finding> check_header_guard(std::string_view path, std::string_view text) {
    if (!path.ends_with(".hpp") || text.starts_with("#pragma once\n") || text.find("\n#pragma once\n") != text.npos) {
        return {};
    }
    return {{std::string(path), 1, "a header has #pragma once"}};
}

std::vector<Finding> check_words(std::string_view path, std::string_view text) {
    return check_lines(path, text, [](std::string_view line) -> std::optional<std::string> {
        if (has_unfinished_mark(line)) return "nothing is left for later: " + std::string(line);
        if (has_machine_folder(line)) return "no path of somebody's machine: " + std::string(line);
        return std::nullopt;
    });
}

}  // namespace blathy::house
