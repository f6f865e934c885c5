#include "apps/blathy/client/command.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "apps/blathy/keys/key_list.hpp"
#include "station/security/counter_file.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;
using station::Octets;

constexpr const char* password_variable = "BLATHY_PASSWORD";

// Passwords are read from where other users of the machine can't see them. The environment's is for whoever has one.
Result<std::optional<Octets>, Error> password(const CommonOptions& options, std::uint16_t client) {
    const bool is_public = client == station::public_client_sap;
    if (is_public && !options.password_file.empty()) {
        return fail(Error{ErrorKind::usage, 0,
                          "client 16 is the public client, which takes no password; --client says who does"});
    }
    if (!options.password_file.empty()) {
        std::ifstream file(options.password_file, std::ios::binary);
        std::stringstream content;
        content << file.rdbuf();
        if (!file) return fail(Error{ErrorKind::usage, 0, "can't read the password file " + options.password_file});
        std::string text = content.str();
        while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
        if (text.empty()) return fail(Error{ErrorKind::usage, 0, "the password file is empty"});
        return station::to_octets(as_bytes(text));
    }
    if (const char* text = std::getenv(password_variable); !is_public && text != nullptr && *text != '\0') {
        return station::to_octets(as_bytes(text));
    }
    return std::nullopt;
}

Error usage(std::string text) {
    return {ErrorKind::usage, 0, std::move(text)};
}

constexpr const char* public_client = "16";  // which --client is unless it is stated

// Something was asked for that only keys can give.
bool wants_keys(const CommonOptions& options) {
    return options.security.value_or(station::Protection::none) != station::Protection::none || options.suite ||
           options.mechanism || options.ciphering != station::CipherForm::service ||
           options.key_info != station::KeyInfoKind::identified || options.sign || options.dedicated_key;
}

// The address and the security of the client that was asked for.
struct ChosenClient {
    std::uint16_t sap = 0;
    std::optional<station::Security> security;
};

// The client of the list that needs no association. Its broadcast key takes the place of the unicast one.
Result<ChosenClient, Error> broadcasting_client(const CommonOptions& options) {
    const auto keys = find_keys(options.keys);
    if (!keys) return fail(keys.error());
    if (!*keys) return fail(usage("a broadcast is protected with the broadcast key of a key list: --keys"));
    const auto meter = select_meter(**keys, options.meter);
    if (!meter) return fail(meter.error());
    const auto& clients = (*meter)->clients;
    const auto first = std::find_if(clients.begin(), clients.end(), takes_broadcasts_only);
    const ClientKeys* client =
        options.client == public_client && first != clients.end() ? &*first : select_client(**meter, options.client);
    if (client == nullptr || !takes_broadcasts_only(*client)) {
        return fail(usage("only the client of the role 'pre-established' broadcasts; the keys have " +
                          std::string(first == clients.end() ? "none" : "it as client " + std::to_string(first->sap))));
    }
    if (client->broadcast.size() == 0) return fail(usage("the client's broadcast key (bk) is not in the list"));
    station::Security security = client->security;
    security.key_set = dlms::security::KeySet::broadcast;
    security.encryption_key = client->broadcast;
    security.policy = client->policy;
    security.protection = options.security.value_or(station::Protection::authenticated_and_encrypted);
    security.suite = options.suite.value_or(security.suite);
    security.mechanism = options.mechanism.value_or(dlms::Mechanism::none);
    security.form = options.ciphering;
    security.key_info = options.key_info;
    if (security.key_info != station::KeyInfoKind::identified) security.form = station::CipherForm::header;
    security.signs = options.sign;
    security.dedicated_key = options.dedicated_key;
    return ChosenClient{client->sap, std::move(security)};
}

Result<ChosenClient, Error> chosen_client(const CommonOptions& options) {
    if (options.broadcast) return broadcasting_client(options);
    ChosenClient chosen;
    const char* end = options.client.data() + options.client.size();
    const auto [stop, error] = std::from_chars(options.client.data(), end, chosen.sap);
    const bool is_number = error == std::errc{} && stop == end && chosen.sap > 0;
    const auto keys = find_keys(options.keys);
    if (!keys) return fail(keys.error());
    if (!*keys) {
        if (!is_number) return fail(usage("--client takes 1 to 65535, or with --keys a role"));
        if (wants_keys(options)) return fail(usage("APDUs can't be protected or mechanisms chosen without --keys"));
        return chosen;
    }
    const auto meter = select_meter(**keys, options.meter);
    if (!meter) return fail(meter.error());
    const ClientKeys* client = select_client(**meter, options.client);
    if (client == nullptr) {
        // Only the public client is one without keys. Who has a list does not send passwords in the clear unawares.
        const bool is_bare = options.client == public_client || options.security == station::Protection::none;
        if (is_number && is_bare && !wants_keys(options)) return chosen;
        const bool needs_word = is_number && !wants_keys(options);
        return fail(usage("the keys know no client '" + options.client + "'" +
                          (needs_word ? "; --security none goes without them" : "")));
    }
    if (takes_broadcasts_only(*client)) {
        return fail(usage("the client '" + client->role +
                          "' takes broadcasts only, and no association; use another, or write and call with "
                          "--broadcast"));
    }
    chosen.sap = client->sap;
    station::Security security = client->security;
    security.policy = client->policy;
    const bool has_keys = security.encryption_key.size() > 0;
    const auto usual = has_keys ? station::Protection::authenticated_and_encrypted : station::Protection::none;
    security.protection = options.security.value_or(usual);
    security.suite = options.suite.value_or(security.suite);
    if (options.mechanism) {
        security.mechanism = *options.mechanism;
        security.secret = secret_of(*client, *options.mechanism);
    }
    security.form = options.ciphering;
    security.key_info = options.key_info;
    if (security.key_info != station::KeyInfoKind::identified) security.form = station::CipherForm::header;
    security.signs = options.sign;
    security.dedicated_key = options.dedicated_key;
    if (security.protects() && !has_keys) return fail(usage("the client's keys are not in the list"));
    if (security.signs || security.protects() || security.mechanism != dlms::Mechanism::none)
        chosen.security = std::move(security);
    return chosen;
}

Result<station::Options, Error> client_options(const CommonOptions& options, const station::Url& url) {
    auto chosen = chosen_client(options);
    if (!chosen) return fail(chosen.error());
    auto secret =
        chosen->security ? Result<std::optional<Octets>, Error>(std::nullopt) : password(options, chosen->sap);
    if (!secret) return fail(secret.error());
    station::Options result;
    result.link.client_sap = chosen->sap;
    result.link.server_sap = options.server;
    result.link.retries = options.retries;
    const auto timeout = timeout_of(options);
    result.link.connect_timeout = timeout;
    result.link.response_timeout = timeout;
    result.association.password = std::move(*secret);
    result.association.security = std::move(chosen->security);
    if (auto& security = result.association.security; security && security->uses_global_key()) {
        auto counters = station::FileCounters::open(station::usual_counter_directory(), *security, timeout);
        if (!counters) return fail(counters.error());
        security->counters = std::move(*counters);
    }
    // A datagram should not be cut on its way.
    constexpr std::uint16_t datagram_pdu = 1024;
    const std::uint16_t usual = url.transport == station::Transport::udp ? datagram_pdu : 0xFFFF;
    result.association.max_receive_pdu_octets = options.max_pdu == 0 ? usual : options.max_pdu;
    result.association.block_window = options.block_window;
    result.high_priority = !options.low_priority;
    return result;
}

void add_security_options(CLI::App& command, CommonOptions& options) {
    const std::map<std::string, station::Protection> protections = {
        {"none", station::Protection::none},
        {"auth", station::Protection::authenticated},
        {"encrypt", station::Protection::encrypted},
        {"both", station::Protection::authenticated_and_encrypted}};
    const std::map<std::string, station::CipherForm> forms = {{"service", station::CipherForm::service},
                                                              {"general", station::CipherForm::general},
                                                              {"header", station::CipherForm::header}};
    command
        .add_option("--keys", options.keys,
                    "Keys of the client: a JSON file (docs/client.md), or a directory of them\n"
                    "(or in the environment, BLATHY_KEYS)")
        ->type_name("FILE|DIR");
    command.add_option("--meter", options.meter, "System title of the meter, of keys of several meters")
        ->type_name("TITLE");
    command
        .add_option_function<std::string>(
            "--security", [&options, protections](const std::string& name) { options.security = protections.at(name); },
            "Protection of requests and answers: none, auth, encrypt or both; both unless stated, if there are keys")
        ->check(CLI::IsMember({"none", "auth", "encrypt", "both"}));
    command
        .add_option_function<unsigned>(
            "--suite", [&options](unsigned number) { options.suite = static_cast<station::Suite>(number); },
            "Security suite 0, 1 or 2, when it is another than the keys state")
        ->check(CLI::Range(0, 2));
    command
        .add_option_function<unsigned>(
            "--mechanism", [&options](unsigned number) { options.mechanism = static_cast<dlms::Mechanism>(number); },
            "Authentication mechanism, when it is another than the keys state: 1 LLS, 3 MD5, 4 SHA-1, 5 GMAC,\n"
            "6 SHA-256, 7 ECDSA")
        ->check(CLI::IsMember({1, 3, 4, 5, 6, 7}));
    command
        .add_option_function<std::string>(
            "--ciphering", [&options, forms](const std::string& name) { options.ciphering = forms.at(name); },
            "service (glo-get-request and so on), general (general-glo-ciphering) or header (general-ciphering);\n"
            "service unless stated")
        ->check(CLI::IsMember({"service", "general", "header"}));
    const std::map<std::string, station::KeyInfoKind> key_infos = {{"identified", station::KeyInfoKind::identified},
                                                                   {"wrapped", station::KeyInfoKind::wrapped},
                                                                   {"one-pass", station::KeyInfoKind::one_pass},
                                                                   {"static", station::KeyInfoKind::static_unified}};
    command
        .add_option_function<std::string>(
            "--key-info", [&options, key_infos](const std::string& name) { options.key_info = key_infos.at(name); },
            "Key of general-ciphering: identified (the global key), wrapped (a new one in each APDU), one-pass or\n"
            "static (agreed on, from suite 1 on); all but identified imply --ciphering header")
        ->check(CLI::IsMember({"identified", "wrapped", "one-pass", "static"}));
    command.add_flag("--sign", options.sign, "Sign requests, and take only signed answers (from suite 1 on)");
    command.add_flag("--dedicated-key", options.dedicated_key,
                     "Protect everything with a key that is made for this association");
}

// What `work` sends reaches whoever hears it.
int with_broadcast(const station::Url& url, const station::Options& options,
                   const std::function<int(station::Client&)>& work) {
    auto client = station::Client::broadcast(url, options);
    if (!client) {
        (void)complain({}, client.error());
        return exit_failed;
    }
    if (!options.association.security->counters->are_known()) {
        complain(
            "nothing is known of how far the broadcast key has counted; a meter that heard it count higher ignores "
            "this, and the public client can read where it stands (0-0:43.1.3.255)");
    }
    return work(*client);
}

}  // namespace

void add_broadcast_option(CLI::App& command, CommonOptions& options) {
    command.add_flag("--broadcast", options.broadcast,
                     "To all meters that hear it, with the broadcast key of the pre-established client; nothing\n"
                     "answers. The class has to be stated, and the type of a value");
}

void add_common_options(CLI::App& command, CommonOptions& options) {
    command
        .add_option("URL", options.url,
                    "The meter: tcp://HOST[:4059], udp://HOST[:4059], hdlc+tcp://HOST:PORT,\n"
                    "serial:PATH?baud=9600&address=17, optical:PATH")
        ->required();
    command
        .add_option("--client", options.client,
                    "Client address (SAP), or its role in the keys: 16 is the public client")
        ->type_name("NUMBER|ROLE")
        ->capture_default_str();
    command.add_option("--server", options.server, "Logical device address: 1 is the management logical device")
        ->capture_default_str()
        ->check(CLI::Range(0, 0xFFFF));
    command.add_option("--password-file", options.password_file,
                       "Low-level security with the password in this file\n(or in the environment, BLATHY_PASSWORD); "
                       "not for the public client");
    add_security_options(command, options);
    command.add_option("--timeout", options.timeout_s, "Seconds to wait for the connection and for each answer")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 3600.0));
    command.add_option("--retries", options.retries, "Further attempts when nothing answers")
        ->capture_default_str()
        ->check(CLI::Range(0, 100));
    command
        .add_option("--max-pdu", options.max_pdu,
                    "Longest answer to take at once, in octets: longer ones come in blocks")
        ->check(CLI::Range(12, 0xFFFF));
    command
        .add_option("--gbt", options.block_window,
                    "Use general block transfer, and let the meter send so many blocks before it waits; a meter\n"
                    "that does not agree to it is asked in the services' own blocks")
        ->type_name("WINDOW")
        ->check(CLI::Range(1, 63));
    command.add_flag("--low-priority", options.low_priority, "Ask with normal instead of high priority");
}

void add_output_options(CLI::App& command, OutputOptions& options) {
    const std::map<std::string, Format> formats = {
        {"table", Format::text}, {"json", Format::json}, {"csv", Format::csv}};
    const std::map<std::string, station::TimeShown> times = {
        {"meter", station::TimeShown::as_sent}, {"utc", station::TimeShown::utc}, {"local", station::TimeShown::local}};
    CLI::Option* format =
        command
            .add_option_function<std::string>(
                "--format", [&options, formats](const std::string& name) { options.format = formats.at(name); },
                "table (text), json, or csv (RFC 4180, with a header line); table unless stated")
            ->check(CLI::IsMember({"table", "json", "csv"}));
    CLI::Option* json = command.add_flag_callback(
        "--json", [&options] { options.format = Format::json; }, "--format json");
    CLI::Option* csv = command.add_flag_callback(
        "--csv", [&options] { options.format = Format::csv; }, "--format csv");
    json->excludes(format);
    csv->excludes(format)->excludes(json);
    command
        .add_option_function<std::string>(
            "--time", [&options, times](const std::string& name) { options.time = times.at(name); },
            "Show dates and times by the clock of the meter (as it sends them, with their offset from UTC),\n"
            "of utc, or of this computer (local); meter unless stated")
        ->check(CLI::IsMember({"meter", "utc", "local"}));
}

void OutputOptions::fill(Cell& cell, const station::Value& value, int scaler) const {
    if (format == Format::json) {
        cell.json.clear();
        append_json(cell.json, value, style(scaler));
    } else {
        cell.text.clear();
        append_text(cell.text, value, style(scaler));
    }
}

Cell OutputOptions::cell(const station::Value& value, int scaler) const {
    Cell cell;
    fill(cell, value, scaler);
    return cell;
}

std::chrono::milliseconds timeout_of(const CommonOptions& options) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout_s * 1000));
}

int with_client(const CommonOptions& options, const std::function<int(station::Client&)>& work) {
    // A closed pipe is an error to be seen where it is written to.
    std::signal(SIGPIPE, SIG_IGN);
    const auto url = station::parse_url(options.url);
    if (!url) return complain({}, url.error());
    const auto settings = client_options(options, *url);
    if (!settings) {
        (void)complain({}, settings.error());  // whatever it is about: nothing was asked yet
        return exit_failed;
    }
    if (options.broadcast) return with_broadcast(*url, *settings, work);
    auto client = station::Client::connect(*url, *settings);
    if (!client) {
        (void)complain({}, client.error());
        return exit_failed;
    }
    if (options.block_window > 0 && !client->context().uses_general_blocks()) {
        complain("the meter does not agree to general block transfer; going on with the services' own blocks");
    }
    return work(*client);
}

void complain(const std::string& text) {
    std::fprintf(stderr, "blathy: %s\n", station::escaped(text).c_str());
}

int complain(const std::string& subject, const Error& error) {
    complain(subject.empty() ? error.text : subject + ": " + error.text);
    switch (error.kind) {
        case ErrorKind::refused:
        case ErrorKind::exception:
        case ErrorKind::not_negotiated:
        case ErrorKind::limit:
        case ErrorKind::protocol:
        case ErrorKind::security:
            return exit_refused;
        case ErrorKind::usage:
        case ErrorKind::connection:
        case ErrorKind::timeout:
        case ErrorKind::association:
            break;
    }
    return exit_failed;
}

void add_client_commands(CLI::App& app, int& exit_code) {
    add_read(app, exit_code);
    add_objects(app, exit_code);
    add_write(app, exit_code);
    add_call(app, exit_code);
    add_profile(app, exit_code);
    add_listen(app, exit_code);
}

}  // namespace blathy::apps
