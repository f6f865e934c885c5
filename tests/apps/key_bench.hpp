// A directory with a meter's state, its key list and its clients' counters, for tests of programs with keys.
#pragma once

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.hpp"

namespace blathy::test {

class KeyBench {
  public:
    KeyBench() {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-keys-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
        ::setenv("XDG_STATE_HOME", (directory_ / "client").c_str(), 1);
        ::unsetenv("BLATHY_PASSWORD");
    }
    ~KeyBench() { std::filesystem::remove_all(directory_); }
    KeyBench(const KeyBench&) = delete;
    KeyBench& operator=(const KeyBench&) = delete;

    [[nodiscard]] std::string path(const char* name) const { return (directory_ / name).string(); }
    // A meter's keys, in keys.json.
    void make_keys(const std::vector<std::string>& options = {}) const {
        std::vector<std::string> command = {blathy, "keys", "--state", path("state"), "--output", path("keys.json")};
        command.insert(command.end(), options.begin(), options.end());
        const Outcome made = run(command);
        ASSERT_EQ(made.exit_code, 0) << made.err;
    }
    [[nodiscard]] nlohmann::json list() const {
        std::ifstream file(path("keys.json"));
        return nlohmann::json::parse(file);
    }
    void write_list(const nlohmann::json& list) const {
        std::ofstream(path("keys.json")) << list.dump();
        ::chmod(path("keys.json").c_str(), S_IRUSR | S_IWUSR);
    }
    // As the meter stores them; it must not be running.
    [[nodiscard]] nlohmann::json stored() const {
        return nlohmann::json::parse(run({blathy, "keys", "--json", "--state", path("state")}).out);
    }
    [[nodiscard]] std::vector<std::string> meter(const std::vector<std::string>& listen) const {
        std::vector<std::string> command = {blathy, "meter", "--panel", "off", "--state", path("state")};
        for (const std::string& url : listen) command.insert(command.end(), {"--listen", url});
        return command;
    }
    // With the keys of the list.
    [[nodiscard]] Outcome with_keys(std::vector<std::string> command, const std::vector<std::string>& more = {}) const {
        command.insert(command.begin(), blathy);
        command.insert(command.end(), {"--keys", path("keys.json")});
        command.insert(command.end(), more.begin(), more.end());
        return run(command);
    }
    [[nodiscard]] Outcome as(const char* client, const std::vector<std::string>& command,
                             const std::vector<std::string>& more = {}) const {
        std::vector<std::string> options = {"--client", client};
        options.insert(options.end(), more.begin(), more.end());
        return with_keys(command, options);
    }

  private:
    std::filesystem::path directory_;
};

}  // namespace blathy::test
