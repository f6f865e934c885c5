// blathy listen: pushes from any number of meters.
#include "apps/blathy/client/command.hpp"

#include <chrono>
#include <csignal>
#include <map>
#include <memory>

#include <sys/signalfd.h>

#include "apps/blathy/listen/listener.hpp"
#include "apps/blathy/net/socket.hpp"
#include "apps/blathy/whole_number.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;
using station::Error;
using station::ErrorKind;
using std::chrono::steady_clock;

struct ListenOptions {
    std::string url;
    std::uint64_t count = 0;  // 0: no end
    std::string time;
    std::size_t max_connections = 1000;
    std::string keys;
    std::string security;  // the least that is believed, if there are keys
    OutputOptions output;
};

// "90", "90s", "15m", "2h", "1d".
std::optional<std::chrono::seconds> parse_duration(const std::string& text) {
    std::size_t end = 0;
    unsigned long number = 0;
    try {
        number = std::stoul(text, &end);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    const std::map<std::string, std::chrono::seconds> units = {{"", 1s}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}};
    const auto unit = units.find(text.substr(end));
    constexpr unsigned long most = 10'000'000;
    if (unit == units.end() || number == 0 || number > most) return std::nullopt;
    return number * unit->second;
}

// Ctrl-C and SIGTERM as something to wait for.
class Interrupt : public Watcher {
  public:
    Interrupt() {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &signals, nullptr);
        socket_ = Socket(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
    }
    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
    [[nodiscard]] bool came() const { return came_; }
    void on_readable() override { came_ = true; }

  private:
    Socket socket_;
    bool came_ = false;
};

station::Protection least_protection(const std::string& name) {
    if (name == "none") return station::Protection::none;
    if (name == "encrypt") return station::Protection::encrypted;
    return name == "both" ? station::Protection::authenticated_and_encrypted : station::Protection::authenticated;
}

int listen(const ListenOptions& options) {
    const auto url = station::parse_url(options.url, station::UrlUse::listen);
    if (!url) return complain({}, url.error());
    std::optional<std::chrono::seconds> time;
    if (!options.time.empty()) {
        time = parse_duration(options.time);
        if (!time) return complain({}, Error{ErrorKind::usage, 0, "a duration is written 90, 90s, 15m, 2h or 1d"});
    }
    const auto keys = find_keys(options.keys);
    if (!keys) return complain({}, keys.error());
    std::signal(SIGPIPE, SIG_IGN);
    Poller poller;
    std::optional<PushOpener> opener;
    if (*keys) opener.emplace(**keys, least_protection(options.security));
    ReceivedPushes pushes(options.output, options.count, std::move(opener));
    const auto opened = open_listener(*url, options.max_connections, pushes, poller);
    if (!opened) return complain({}, opened.error());
    Listener& listener = *opened->listener;
    // Whoever sees that it listens may end it.
    Interrupt interrupt;
    complain("listening at " + opened->at);
    if (!poller.watch(listener.descriptor(), listener, Poller::Interest::readable) ||
        !poller.watch(interrupt.descriptor(), interrupt, Poller::Interest::readable)) {
        return complain({}, Error{ErrorKind::connection, 0, "the system can't watch what it listens at"});
    }
    const auto start = steady_clock::now();
    const auto end = time ? std::optional(start + *time) : std::nullopt;
    while (!interrupt.came() && !pushes.are_enough() && pushes.can_write() && !listener.is_over()) {
        const auto now = steady_clock::now();
        if (end && now >= *end) break;
        auto wait = std::chrono::milliseconds(1000);
        if (end) wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(*end - now));
        poller.wait(wait);
        listener.after_wait();
    }
    const bool written = pushes.finish();
    complain(pushes.summary(steady_clock::now() - start));
    return written && !listener.is_over() ? exit_ok : exit_failed;
}

}  // namespace

void add_listen(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ListenOptions>();
    CLI::App* command = app.add_subcommand("listen", "Print what meters push: a record for each notification");
    command
        ->add_option("URL", options->url,
                     "Where to listen: tcp://HOST[:4059], udp://HOST[:4059] or hdlc+tcp://HOST:PORT; port 0 is any;\n"
                     "or a line: serial:PATH?baud=9600")
        ->required();
    command->add_option("--count", options->count, "End after so many pushes")->check(whole_number(1));
    command->add_option("--for", options->time, "End after a time: 90, 90s, 15m, 2h, 1d")->type_name("DURATION");
    command
        ->add_option("--max-connections", options->max_connections,
                     "Meters connected at once; when there are more, the one silent longest is cut off")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    command
        ->add_option("--keys", options->keys,
                     "Keys of the meters: a JSON file (docs/client.md), or a directory of them\n"
                     "(or in the environment, BLATHY_KEYS)")
        ->type_name("FILE|DIR");
    command
        ->add_option("--security", options->security,
                     "Least protection of pushes that are believed, where there are keys: none, auth, encrypt or\n"
                     "both; auth unless stated")
        ->check(CLI::IsMember({"none", "auth", "encrypt", "both"}));
    add_output_options(*command, options->output);
    command->footer(std::string(
        "DataNotifications and EventNotifications are decoded, over the wrapper or in HDLC UI frames, whole or\n"
        "in general blocks; those that ask for it are confirmed. Values are named by the push object list\n"
        "that usually comes first in a push. With keys, ciphered pushes are read as well, and only such. JSON has one "
        "object a line. Ctrl-C ends with a summary.\n"
        "\nExamples:\n"
        "  blathy listen tcp://0.0.0.0\n"
        "  blathy listen udp://[::]:4059 --json --for 1h\n"
        "  blathy listen hdlc+tcp://127.0.0.1:4060 --count 10 --csv --time utc\n"
        "  blathy listen serial:/dev/ttyUSB0?baud=9600\n"
        "\nExit codes: 0 ended as asked for, or by Ctrl-C; 2 bad usage, can't listen there, or the output\n"
        "can't be written."));
    command->callback([options, &exit_code] { exit_code = listen(*options); });
}

}  // namespace blathy::apps
