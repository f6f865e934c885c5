// Private to the client commands: what all of them share.
#pragma once

#include <chrono>
#include <string>

#include <CLI/CLI.hpp>

#include "apps/blathy/client/commands.hpp"
#include "apps/blathy/client/table.hpp"
#include "station/client.hpp"

namespace blathy::apps {

// The options that say how to print.
struct OutputOptions {
    Format format = Format::text;
    station::TimeShown time = station::TimeShown::as_sent;

    [[nodiscard]] station::Style style(int scaler = 0) const { return {.scaler = scaler, .time = time}; }
    // The value as the format has it.
    [[nodiscard]] Cell cell(const station::Value& value, int scaler = 0) const;
    // The same into a cell that was used before, whose memory is used again.
    void fill(Cell& cell, const station::Value& value, int scaler) const;
};
void add_output_options(CLI::App& command, OutputOptions& options);

// The options that say which meter, and as which client.
struct CommonOptions {
    std::string url;
    std::string client = "16";  // a number, or with keys a role
    std::uint16_t server = 1;
    std::string password_file;
    std::string keys;                             // a file or directory
    std::string meter;                            // system title, of the keys of many meters
    std::optional<station::Protection> security;  // none: as the keys are
    std::optional<station::Suite> suite;
    std::optional<dlms::Mechanism> mechanism;
    station::CipherForm ciphering = station::CipherForm::service;
    station::KeyInfoKind key_info = station::KeyInfoKind::identified;
    bool sign = false;
    bool dedicated_key = false;
    bool broadcast = false;
    double timeout_s = 10;
    unsigned retries = 2;
    std::uint16_t max_pdu = 0;      // 0: what suits the link
    std::uint8_t block_window = 0;  // of general block transfer; 0: without it
    bool low_priority = false;
    OutputOptions output;
};

void add_common_options(CLI::App& command, CommonOptions& options);
// Of the commands that write and call.
void add_broadcast_option(CLI::App& command, CommonOptions& options);

std::chrono::milliseconds timeout_of(const CommonOptions& options);

// Connects and runs `work(client)`, which returns an ExitCode. What fails before is printed.
int with_client(const CommonOptions& options, const std::function<int(station::Client&)>& work);

// Prints what an optical port tells by itself. Returns an ExitCode.
int print_readout(const CommonOptions& options);

// The exit codes, at the end of every command's help.
inline constexpr const char* exit_codes =
    "\nExit codes: 0 done; 1 the meter refused something, which is named on stderr, or broke the protocol; the rest "
    "is\n"
    "done and printed; 2 bad usage, no connection or association, no answer, or the output can't be written.";

// One line on stderr.
void complain(const std::string& text);
// The error, after what it is about; and what the program should return for it.
int complain(const std::string& subject, const station::Error& error);

void add_read(CLI::App& app, int& exit_code);
void add_objects(CLI::App& app, int& exit_code);
void add_write(CLI::App& app, int& exit_code);
void add_call(CLI::App& app, int& exit_code);
void add_profile(CLI::App& app, int& exit_code);
void add_listen(CLI::App& app, int& exit_code);

}  // namespace blathy::apps
