// Holds the repository to the rules that a compiler does not know.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "rules.hpp"

namespace blathy::house {
namespace {

namespace fs = std::filesystem;

struct SourceFile {
    std::string path;
    std::string text;
};

bool is_text(const fs::path& path) {
    static const std::set<std::string> endings = {".cpp", ".hpp", ".ld",   ".txt",  ".cmake", ".json", ".md",  ".sh",
                                                  ".ts",  ".mjs", ".html", ".toml", ".css",   ".yml",  ".yaml"};
    static const std::set<std::string> names = {"Makefile", "run", ".clang-tidy", ".clang-format", ".gitignore"};
    return path.filename() != "package-lock.json" &&
           (endings.contains(path.extension()) || names.contains(path.filename()));
}

// Every text file of the repository, without what is built, installed or found by a fuzzer.
std::vector<SourceFile> read_repository() {
    static const std::set<std::string> not_ours = {".git", ".cache", "build", "node_modules", "dist", "corpus"};
    const fs::path root = BLATHY_SOURCE_DIR;
    std::vector<SourceFile> files;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
        if (entry->is_directory() && not_ours.contains(entry->path().filename())) entry.disable_recursion_pending();
        if (!entry->is_regular_file() || !is_text(entry->path())) continue;
        std::ifstream stream(entry->path(), std::ios::binary);
        files.push_back({fs::relative(entry->path(), root), std::string(std::istreambuf_iterator<char>(stream), {})});
    }
    return files;
}

const std::vector<SourceFile>& repository() {
    static const std::vector<SourceFile> files = read_repository();
    return files;
}

using Check = std::vector<Finding> (*)(std::string_view, std::string_view);

void expect_no_findings(Check check) {
    for (const auto& [path, text] : repository()) {
        for (const auto& finding : check(path, text))
            ADD_FAILURE_AT(finding.file.c_str(), finding.line) << finding.rule;
    }
}

std::string rule_broken(Check check, std::string_view path, std::string_view text) {
    const std::vector<Finding> findings = check(path, text);
    return findings.empty() ? "" : findings.front().rule;
}

TEST(House, SeesTheSourcesOfEveryRoom) {
    std::set<std::string> folders;
    for (const auto& file : repository()) folders.insert(*fs::path(file.path).begin());
    for (const char* folder : {"base", "dlms", "meter", "apps", "tests", "cmake", "scripts"}) {
        EXPECT_TRUE(folders.contains(folder)) << folder;
    }
}

TEST(House, RoomsIncludeOnlyTheRoomsTheyStandOn) {
    expect_no_findings(check_includes);
}

TEST(House, TheCoreKeepsToWhatFirmwareCanDo) {
    expect_no_findings(check_core_words);
}

TEST(House, HeadersGuardThemselves) {
    expect_no_findings(check_header_guard);
}

TEST(House, NothingIsLeftForLaterOrNamesAMachine) {
    expect_no_findings(check_words);
}

TEST(HouseRules, FindTheWrongRoom) {
    struct Case {
        const char* path;
        const char* other;
        bool allowed;
    };
    for (const auto& [path, other, allowed] : {
             Case{"base/a.hpp", "base/b.hpp", true},
             Case{"base/a.hpp", "dlms/b.hpp", false},
             Case{"dlms/a.cpp", "base/b.hpp", true},
             Case{"dlms/a.cpp", "sts/b.hpp", false},
             Case{"dlms/a.cpp", "meter/b.hpp", false},
             Case{"sts/a.cpp", "base/b.hpp", true},
             Case{"sts/a.cpp", "dlms/b.hpp", false},
             Case{"meter/a.cpp", "dlms/x/b.hpp", true},
             Case{"meter/a.cpp", "sts/b.hpp", true},
             Case{"meter/a.cpp", "world/b.hpp", false},
             Case{"world/a.cpp", "meter/b.hpp", true},
             Case{"world/a.cpp", "station/b.hpp", false},
             Case{"station/a.cpp", "sts/b.hpp", true},
             Case{"station/a.cpp", "meter/b.hpp", false},
             Case{"station/a.cpp", "world/b.hpp", false},
             Case{"station/a.cpp", "apps/b.hpp", false},
             Case{"apps/x/a.cpp", "station/b.hpp", true},
             Case{"apps/x/a.cpp", "world/b.hpp", true},
         }) {
        const std::string quoted = "#include \"" + std::string(other) + "\"\n";
        const std::string angled = "  #  include <" + std::string(other) + ">  // why\n";
        EXPECT_EQ(check_includes(path, quoted).empty(), allowed) << path << ' ' << other;
        EXPECT_EQ(check_includes(path, angled).empty(), allowed) << path << ' ' << other;
    }
}

TEST(HouseRules, NameTheFileTheLineAndTheRule) {
    const auto findings = check_includes("meter/energy.cpp", "#include <array>\n\n#include \"world/mains.hpp\"\n");
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].file, "meter/energy.cpp");
    EXPECT_EQ(findings[0].line, 3);
    EXPECT_EQ(findings[0].rule, "meter must not include world: world/mains.hpp");
}

TEST(HouseRules, KeepTheHeapTheClockAndTheOutsideFromTheCore) {
    for (const char* header : {"string", "vector", "map", "functional", "memory", "iostream", "thread", "mutex",
                               "fstream", "cstdio", "stdio.h", "boost/asio.hpp", "fmt/format.h"}) {
        const std::string line = "#include <" + std::string(header) + ">\n";
        for (const char* room : {"base/a.hpp", "dlms/a.hpp", "sts/a.hpp", "meter/a.hpp"}) {
            EXPECT_EQ(rule_broken(check_includes, room, line),
                      "the core is firmware and must not include <" + std::string(header) + ">");
        }
        EXPECT_EQ(rule_broken(check_includes, "world/a.hpp", line), "");
        EXPECT_EQ(rule_broken(check_includes, "tests/a.hpp", line), "");
    }
    for (const char* header : {"array", "cstdint", "span", "tl/expected.hpp", "mbedtls/gcm.h"}) {
        EXPECT_EQ(rule_broken(check_includes, "meter/a.hpp", "#include <" + std::string(header) + ">"), "");
    }
}

TEST(HouseRules, KeepClocksAndExceptionsFromTheCore) {
    EXPECT_EQ(rule_broken(check_core_words, "meter/a.cpp", "auto t = std::chrono::steady_clock::now();"),
              "the core is firmware and must not use steady_clock");
    EXPECT_NE(rule_broken(check_core_words, "dlms/a.cpp", "throw Error();  // why"), "");
    EXPECT_EQ(rule_broken(check_core_words, "station/a.cpp", "throw Error();"), "");
    EXPECT_EQ(rule_broken(check_core_words, "dlms/a.cpp", "int brand = 1;  // never throw"), "");
}

TEST(HouseRules, WantPathsFromTheRoot) {
    EXPECT_NE(rule_broken(check_includes, "dlms/a.cpp", "#include \"obis.hpp\"\n"), "");
    EXPECT_NE(rule_broken(check_includes, "dlms/a.cpp", "#include \"../base/bytes.hpp\"\n"), "");
}

TEST(HouseRules, WantAHeaderGuard) {
    EXPECT_EQ(rule_broken(check_header_guard, "a.hpp", "// What it is.\n#pragma once\nint a;\n"), "");
    EXPECT_NE(rule_broken(check_header_guard, "a.hpp", "int a;  // #pragma once\n"), "");
    EXPECT_EQ(rule_broken(check_header_guard, "a.cpp", "int a;\n"), "");
}

TEST(HouseRules, FindWhatIsLeftForLaterAndNamesOfMachines) {
    const std::string slash = "/";
    for (const std::string& line :
         {std::string("// TO") + "DO later", std::string("x = 1; // FIX") + "ME", std::string("# XX") + "X",
          std::string("a = 1; // XX") + "X:", "path = \"" + slash + "home/somebody/blathy\"", "-I" + slash + "root/x",
          slash + "work/x", "C:\\Users" + std::string("\\x")}) {
        EXPECT_NE(rule_broken(check_words, "a.md", line), "") << line;
    }
    for (const char* line : {"todos", "XXXX",
                             "// \"/\" XX"
                             "X Z",
                             "https://example.org/home/", "net/work/", "/usr/include", "./home/x"}) {
        EXPECT_EQ(rule_broken(check_words, "a.md", line), "") << line;
    }
}

}  // namespace
}  // namespace blathy::house
