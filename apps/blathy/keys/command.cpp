#include "apps/blathy/keys/command.hpp"

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/blathy/keys/agreement.hpp"
#include "apps/blathy/keys/meter_keys.hpp"
#include "apps/blathy/keys/private_file.hpp"
#include "apps/blathy/keys/transfer.hpp"
#include "apps/blathy/meter/desk_meter.hpp"
#include "meter/models/models.hpp"

namespace blathy::apps {
namespace {

constexpr int exit_done = 0;
constexpr int exit_without_keys = 2;

constexpr const char* keys_description = R"(The keys of a meter, as a list that a head end imports.

A meter that has no keys of its own is given random ones, each role others; they are stored in its state directory,
wrapped with a device key. Whoever may read the directory may have them. The meter must not be running.

From suite 1 on meter and clients have pairs of keys as well. The private ones of the clients are in the list only when
they are made, for the meter does not have them; its own are never told.)";

constexpr const char* keys_footer =
    R"(The clients take the list with --keys, from a file that only its owner can read: --output makes one, and
writes over none.

Exit codes: 0 done; 2 bad usage, or the state directory could not be used.

Examples:
  blathy keys --state ~/meter --output meter.json
  blathy keys --state ~/meter --renew --suite 2 --output meter-2.json
  blathy keys --state ~/meter --trust root.der
  blathy keys --demo --output demo.json
  blathy keys transfer tcp://192.0.2.7 --keys meter.json
  blathy keys agree tcp://192.0.2.7 --keys meter.json)";

struct KeysOptions {
    std::string model = "SED302";
    std::uint32_t serial_number = 1;
    std::string state;
    bool demo = false;
    bool renew = false;
    bool json = false;
    std::string output;
    std::optional<unsigned> suite;
    std::string trust;
};

constexpr std::uintmax_t max_certificate_file = 4096;

// None: it is none that the meter takes.
Result<void, std::string> trust(meter::Meter& meter, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content(max_certificate_file, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (file.bad() || file.gcount() == 0) return fail("can't read the certificate " + path);
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (content.starts_with("-----BEGIN")) {
        return fail(path + " is a certificate in PEM; `openssl x509 -outform DER` makes of it what meters take");
    }
    if (meter::security::trust(meter.security().certificates(), as_bytes(content))) return {};
    return fail(
        path +
        " is no certificate of a root authority that the meter could take: version 3, its own issuer, an authority "
        "(basicConstraints CA:TRUE) that may sign certificates (keyUsage keyCertSign), P-256 or P-384, at most "
        "512 octets, and a free place among eight");
}

struct Export {
    nlohmann::ordered_json list;
    bool made = false;  // of keys that are new
};

Result<Export, std::string> keys_of(const KeysOptions& options) {
    DeskMeterOptions desk_options;
    desk_options.model = meter::find_model(options.model);
    if (desk_options.model == nullptr) return fail("there is no model " + options.model);
    desk_options.serial_number = options.serial_number;
    if (!options.demo) desk_options.state = options.state;
    const auto desk = DeskMeter::make(desk_options);
    if (!desk) return fail(desk.error());
    meter::Meter& meter = (*desk)->meter();
    if (!options.trust.empty()) {
        if (const auto trusted = trust(meter, options.trust); !trusted) return fail(trusted.error());
    }
    AllClientPairs pairs;
    const bool makes_keys = !options.demo && (options.renew || meter.security().has_demo_keys());
    if (makes_keys) {
        const auto present = meter.security().keys().suite(meter::Role::management);
        const auto suite = options.suite ? static_cast<dlms::security::Suite>(*options.suite) : present;
        auto made = make_meter_keys(meter, suite);
        if (!made) return fail(made.error());
        pairs = *made;
    } else if (options.suite) {
        return fail(
            std::string("the meter has keys already; --renew gives it others, of the suite that --suite states"));
    }
    auto list = key_list_of(meter, pairs);
    if (list["clients"].empty()) return fail("the keys in " + options.state + " can't be read with its device key");
    return Export{std::move(list), makes_keys};
}

std::string table_of(const nlohmann::ordered_json& list) {
    std::string table = fmt::format("Meter {}\n", list["server_title"].get<std::string>());
    for (const auto& client : list["clients"]) {
        table += fmt::format("\nClient {} ({})\n", client["sap"].get<unsigned>(), client["role"].get<std::string>());
        for (const auto& [name, value] : client.items()) {
            if (name == "sap" || name == "role") continue;
            table += fmt::format("  {:<15} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
        }
    }
    return table;
}

// Where no file is asked for.
std::string text_of(const Export& keys, const KeysOptions& options) {
    if (options.json) return keys.list.dump(2) + '\n';
    // Who only adds a root has not asked to see the keys.
    if (!options.trust.empty() && !keys.made) {
        return fmt::format("Meter {} trusts {}\n", keys.list["server_title"].get<std::string>(), options.trust);
    }
    return table_of(keys.list);
}

// The error is a sentence.
Result<void, std::string> export_keys(const KeysOptions& options) {
    if (options.state.empty() && !options.demo) return fail(std::string("give --state DIR or --demo"));
    // Before keys are made that could not be written anywhere.
    std::optional<PrivateFile> file;
    if (!options.output.empty()) {
        auto created = PrivateFile::create(options.output);
        if (!created) return fail(created.error());
        file.emplace(std::move(*created));
    }
    const auto keys = keys_of(options);
    if (!keys) return fail(keys.error());
    if (file) {
        if (auto written = file->finish(as_bytes(keys->list.dump(2) + '\n')); !written) return written;
    }
    const std::string text = file ? fmt::format("The keys of meter {} are in {}\n",
                                                keys->list["server_title"].get<std::string>(), options.output)
                                  : text_of(*keys, options);
    const bool printed = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (printed || file) return {};
    return fail(
        std::string("the output could not be written") +
        (keys->made ? "; the meter has its new keys: --renew makes others, and --output keeps them in a file" : ""));
}

}  // namespace

void add_keys_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("keys", keys_description);
    command->footer(keys_footer);
    auto options = std::make_shared<KeysOptions>();
    auto* state = command->add_option("--state", options->state, "the meter's state directory; made if there is none");
    command->add_flag("--demo", options->demo, "the keys that a new meter has and everybody knows")->excludes(state);
    command->add_flag("--renew", options->renew, "give the meter new keys; those it has are lost")->needs(state);
    command
        ->add_option("--suite", options->suite,
                     "security suite of the keys that are made: 0, or with signatures and key agreement\n"
                     "1 (P-256) or 2 (P-384, keys of 256 bits); unless stated, the one that the meter has")
        ->check(CLI::Range(0, 2))
        ->needs(state);
    command->add_option("--trust", options->trust, "have the meter trust this root certificate (X.509 in DER)")
        ->type_name("FILE")
        ->needs(state);
    command->add_option("--model", options->model, "SED102, SED302, SM306, SM307 or SM120B2")->capture_default_str();
    command->add_option("--serial", options->serial_number, "serial number")
        ->check(CLI::Range(1, 99'999'999))
        ->capture_default_str();
    auto* json = command->add_flag("--json", options->json, "as a key list");
    command->add_option("--output", options->output, "the key list into a new file that only you can read (mode 0600)")
        ->type_name("FILE")
        ->excludes(json);
    add_transfer_command(*command, exit_code);
    add_agreement_command(*command, exit_code);
    command->callback([=, &exit_code] {
        if (!command->get_subcommands().empty()) return;
        const auto done = export_keys(*options);
        if (!done) fmt::print(stderr, "blathy keys: {}\n", done.error());
        exit_code = done ? exit_done : exit_without_keys;
    });
}

}  // namespace blathy::apps
