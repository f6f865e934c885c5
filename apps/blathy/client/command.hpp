// Private to the client commands: what all of them share.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "apps/blathy/client/commands.hpp"
#include "apps/blathy/client/table.hpp"
#include "station/client.hpp"

namespace blathy::apps {

// The options that say which meter, as which client, and how to print.
struct CommonOptions {
    std::string url;
    std::uint16_t client = 16;
    std::uint16_t server = 1;
    std::string password_file;
    double timeout_s = 10;
    unsigned retries = 2;
    std::uint16_t max_pdu = 0;  // 0: what suits the link
    bool json = false;
    bool csv = false;

    [[nodiscard]] Format format() const { return json ? Format::json : csv ? Format::csv : Format::text; }
};

void add_common_options(CLI::App& command, CommonOptions& options);
void add_format_options(CLI::App& command, CommonOptions& options);

// Connects and runs `work(client)`, which returns an ExitCode. What fails before is printed.
int with_client(const CommonOptions& options, const std::function<int(station::Client&)>& work);

// One line on stderr.
void complain(const std::string& text);
// The error, after what it is about; and what the program should return for it.
int complain(const std::string& subject, const station::Error& error);

void add_read(CLI::App& app, int& exit_code);
void add_objects(CLI::App& app, int& exit_code);
void add_write(CLI::App& app, int& exit_code);
void add_call(CLI::App& app, int& exit_code);
void add_profile(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
