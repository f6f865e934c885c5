// A key list in its file, for who changes keys. What the program does not know of the list stays as it is.
//
// New keys stand beside those that are in force, as `pending` of their client, until it is known which of them the
// meter has: whatever breaks, the file has both.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "station/error.hpp"

namespace blathy::apps {

class KeyFile {
  public:
    // Refuses what read_keys() refuses, and what is more than one file.
    static Result<KeyFile, station::Error> open(const std::filesystem::path& path);

    // Chooses a client, as select_meter() and select_client() do. Before anything else is asked.
    Result<void, station::Error> choose(const std::string& meter, const std::string& client);

    // A field of the client; empty where there is none.
    [[nodiscard]] std::string field(const char* name) const;
    void set_field(const char* name, const std::string& digits);
    [[nodiscard]] bool has_pending() const;
    [[nodiscard]] bool has_pending(const char* name) const;
    [[nodiscard]] std::string pending(const char* name) const;
    void set_pending(const char* name, const std::string& digits);
    // What is pending changes places with what is in force.
    void swap_pending();
    void drop_pending();

    [[nodiscard]] Result<void, station::Error> save() const;

  private:
    KeyFile(std::filesystem::path path, nlohmann::ordered_json list) : path_(std::move(path)), list_(std::move(list)) {}
    [[nodiscard]] const nlohmann::ordered_json& client() const { return list_.at(client_); }
    [[nodiscard]] nlohmann::ordered_json& client() { return list_.at(client_); }

    std::filesystem::path path_;
    nlohmann::ordered_json list_;
    nlohmann::ordered_json::json_pointer client_;
};

}  // namespace blathy::apps
