#include "apps/blathy/meter/command.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "apps/blathy/keys/key_list.hpp"
#include "apps/blathy/keys/meter_keys.hpp"
#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/listen.hpp"
#include "apps/blathy/meter/module_link.hpp"
#include "apps/blathy/meter/module_option.hpp"
#include "apps/blathy/meter/options.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "apps/blathy/panel/server.hpp"
#include "apps/blathy/scenario/command.hpp"
#include "apps/blathy/scenario/player.hpp"
#include "meter/models/models.hpp"
#include "station/url.hpp"

namespace blathy::apps {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr int exit_could_not_start = 2;
constexpr int exit_not_saved = 1;
// Between two steps of the simulation, and the longest that the panel waits for attention.
constexpr std::chrono::milliseconds life_step{10};
constexpr std::chrono::seconds idle_check_period{1};
constexpr double max_speed = 10'000;

struct Panel {
    std::string host;
    std::uint16_t port = 0;
};

Result<const meter::Model*, std::string> model_named(const std::string& name) {
    if (const meter::Model* model = meter::find_model(name)) return model;
    std::string names;
    for (const meter::Model* model : meter::all_models()) names += fmt::format(" {}", model->name);
    return fail(fmt::format("there is no model {}; there are{}", name, names));
}

Result<Panel, std::string> panel_at(const std::string& text) {
    const auto colon = text.rfind(':');
    Panel panel;
    const char* const end = text.data() + text.size();
    const auto parsed = colon == std::string::npos ? std::from_chars_result{text.data(), std::errc::invalid_argument}
                                                   : std::from_chars(text.data() + colon + 1, end, panel.port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || colon == 0) {
        return fail(fmt::format("--panel {}: expected ADDRESS:PORT or off", text));
    }
    panel.host = text.substr(0, colon);
    if (panel.host.starts_with('[') && panel.host.ends_with(']')) {
        panel.host = panel.host.substr(1, panel.host.size() - 2);
    }
    return panel;
}

// As many connections as the system allows, instead of the thousand or so that it gives unless asked.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

class Desk {
  public:
    // The error is a sentence.
    Result<void, std::string> set_up(const MeterOptions& options);
    // Until Ctrl-C. False if the state could not be saved.
    bool run();

  private:
    // Plugs in what --module says. The error is a sentence, the value what to tell of it.
    Result<std::string, std::string> plug(const std::string& text, const LinkLimits& limits);

    // One thread does everything: no locks are needed.
    asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};  // the panel and the signals
    Poller poller_;                                                 // the meter's own connections
    std::unique_ptr<DeskMeter> desk_;
    std::unique_ptr<ScenarioPlayer> scenario_;
    PushSender push_sender_{poller_};
    std::vector<std::unique_ptr<LinkServer>> servers_;
    std::unique_ptr<PanelServer> panel_;
};

Result<void, std::string> Desk::set_up(const MeterOptions& options) {
    const auto model = model_named(options.model);
    if (!model) return fail(model.error());
    if (!(options.speed > 0 && options.speed <= max_speed)) {
        return fail(fmt::format("--speed {}: expected more than 0 and at most {}", options.speed, max_speed));
    }
    DeskMeterOptions desk_options;
    desk_options.model = *model;
    std::optional<Scenario> scenario;
    if (!options.scenario.empty()) {
        auto loaded = load_scenario(options.scenario, **model);
        if (!loaded) return fail(loaded.error());
        desk_options.model = loaded->model;
        desk_options.clock = loaded->clock;
        scenario = std::move(*loaded);
    }
    desk_options.serial_number = options.serial_number;
    desk_options.state = options.state;
    desk_options.speed = options.speed;
    desk_options.unsealed = options.unsealed;
    if (options.keys) {
        auto keys = read_keys(*options.keys);
        if (!keys) return fail(keys.error().text);
        if (!options.state && has_secret_keys(*keys)) {
            return fail(std::string(
                "--keys needs --state DIR: without it the invocation counters of these keys would begin anew at each "
                "start, and who has recorded what was sent before could send it again"));
        }
        desk_options.keys = std::move(*keys);
    }
    auto desk = DeskMeter::make(desk_options);
    if (!desk) return fail(desk.error());
    desk_ = std::move(*desk);
    meter::Meter& meter = desk_->meter();
    const auto executor = context_.get_executor();
    LinkLimits limits;
    limits.idle = options.idle_timeout;
    TakenLines taken;
    std::vector<std::string> listening;
    for (const std::string& text : options.listen) {
        const auto url = station::parse_url(text, station::UrlUse::listen);
        if (!url) return fail(fmt::format("--listen {}: {}", text, url.error().text));
        auto server = listen_at(poller_, *url, meter, limits, taken);
        if (!server) return fail(server.error());
        listening.push_back((*server)->url());
        servers_.push_back(std::move(*server));
    }
    std::vector<std::string> modules;
    for (const std::string& text : options.modules) {
        auto plugged = plug(text, limits);
        if (!plugged) return fail(plugged.error());
        modules.push_back(std::move(*plugged));
    }
    if (scenario) scenario_ = std::make_unique<ScenarioPlayer>(std::move(*scenario), *desk_);
    std::string panel_address = "off";
    if (options.panel != "off") {
        const auto where = panel_at(options.panel);
        if (!where) return fail(where.error());
        const auto clients = [this] {
            std::size_t sum = 0;
            for (const auto& server : servers_) sum += server->connections();
            return sum;
        };
        auto panel =
            PanelServer::listen(executor, *desk_, {where->host, where->port, listening, clients, scenario_.get()});
        if (!panel) return fail(panel.error());
        panel_ = std::move(*panel);
        for (const auto& server : servers_) server->observe(panel_.get());
        push_sender_.observe(panel_.get());
        if (scenario_) scenario_->observe(panel_.get());
        const bool v6 = where->host.find(':') != std::string::npos;
        panel_address = v6 ? fmt::format("http://[{}]:{}", where->host, panel_->port())
                           : fmt::format("http://{}:{}", where->host, panel_->port());
    }

    const meter::Identity& identity = meter.identity();
    fmt::print("{} serial {} ({})\n", meter.model().name, identity.serial_number(), identity.logical_device_name());
    for (const std::string& url : listening) fmt::print("DLMS/COSEM at {}\n", url);
    for (const std::string& line : modules) fmt::print("{}\n", line);
    if (scenario_) fmt::print("Scenario: {}\n", scenario_->scenario().title);
    fmt::print("Panel at {}\n", panel_address);
    if (options.state) fmt::print("State in {}\n", options.state->string());
    if (meter.security().has_demo_keys()) {
        fmt::print(
            "Warning: this meter has demo keys, which everybody knows. `blathy keys --state DIR` makes others.\n");
    }
    std::fflush(stdout);
    return {};
}

Result<std::string, std::string> Desk::plug(const std::string& text, const LinkLimits& limits) {
    const auto option = parse_module_option(text, desk_->meter().model());
    if (!option) return fail(option.error());
    if (!desk_->plug_module(option->slot, option->kind)) {
        return fail(fmt::format("--module {}: there is another module in that slot", text));
    }
    std::string line = fmt::format("Module {}", text.substr(0, text.find(',')));
    for (const station::Url& url : option->links) {
        auto link = ModuleLink::make(poller_, url, *desk_, limits, option->slot);
        if (!link) return fail(link.error());
        line += fmt::format(", DLMS/COSEM at {} once it is on its network", (*link)->url());
        servers_.push_back(std::move(*link));
    }
    return line;
}

bool Desk::run() {
    bool stopped = false;
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { stopped = true; });
    auto last_step = steady_clock::now();
    auto next_idle_check = last_step;
    while (!stopped) {
        auto next = last_step + life_step;
        for (const auto& server : servers_) next = std::min(next, server->next_timer());
        const auto until_next = std::chrono::ceil<std::chrono::milliseconds>(next - steady_clock::now());
        poller_.wait(std::max(until_next, std::chrono::milliseconds{0}));
        for (const auto& server : servers_) server->after_wait();
        const auto now = steady_clock::now();
        for (const auto& server : servers_) server->run_timers(now);
        push_sender_.after_wait(now);
        const bool scenario_takes = scenario_ && scenario_->takes_pushes();
        if (!scenario_takes && desk_->has_way_out()) push_sender_.take_from(desk_->meter(), now);
        if (now < last_step + life_step) continue;
        scenario_ ? scenario_->run_for(now - last_step) : desk_->run_for(now - last_step);
        last_step = now;
        for (const auto& server : servers_) server->follow_supply(desk_->meter());
        context_.poll();
        if (now >= next_idle_check) {
            for (const auto& server : servers_) server->close_idle_connections(now);
            next_idle_check = now + idle_check_period;
        }
    }
    return desk_->save();
}

constexpr const char* meter_description = R"(Run one meter of the family on this desk.

The meter hangs at a simulated mains with a household's load, measures what its converter samples, and serves
DLMS/COSEM to any client. Its front panel is a web page.)";

constexpr const char* meter_footer = R"(Clients (server SAP 1, logical names):
  16  public client, no security: who the meter is, its clock and invocation counters
   2  data collection: reads
   1  management: reads, writes, calls methods
   3  firmware: upgrades
 102  pre-established, for broadcasts without an association
All but the public one prove themselves with keys or a password. A new meter has demo keys (`blathy keys --demo`);
`blathy keys --state DIR` gives it its own, and --keys FILE, along with --state, those of a file that only you can read.

Links (--listen; all of them serve the one meter, at the same time):
  tcp://HOST:PORT                wrapper over TCP
  udp://HOST:PORT                wrapper over UDP; IPv6 addresses in brackets, udp://[::1]:4059
  hdlc+tcp://HOST:PORT           HDLC over TCP, each connection a line
  serial:/dev/ttyUSB0?baud=9600  HDLC over RS485 or a cable, 8N1; &address=17 on a bus with other meters
  optical:/dev/ttyUSB0           IEC 62056-21: readout, programming mode, and mode E into HDLC

Modules (--module SLOT=KIND[,URL...]; slots 1 and 2, and input):
  1=cellular,tcp://HOST:PORT     CAT.1 and 2G: its links listen once it has joined the network, and are gone while it
                                 has none; what the meter pushes waits for it
  2=plc,hdlc+tcp://HOST:PORT     plc (G3), hplc, bplc and rf modules join a network too, an rs485 module is a line
  input=input                    keypad or NFC

State: with --state DIR, energy, clock and configuration are kept in DIR. Configuration is kept at once; of energy at
most 60 seconds of meter time are lost when the process is killed, and none after Ctrl-C or SIGTERM.

Scenarios (--scenario NAME or FILE.toml): something happens to the meter, and the panel shows what is expected to come of
it. `--scenario list` names those that come with the program; docs/scenarios.md has the format, and `blathy scenario`
plays them without waiting.

Config file: TOML with any of model, serial, listen and module (lists), panel, state, speed, idle-timeout, keys,
scenario.

Exit codes: 0 ended by Ctrl-C or SIGTERM; 1 the state could not be saved; 2 could not start.

Examples:
  blathy meter
  blathy meter --model SM306 --listen tcp://0.0.0.0:4059 --panel off
  blathy meter --listen tcp://[::]:4059 --listen hdlc+tcp://127.0.0.1:4060 --listen serial:/dev/ttyUSB0?address=17
  blathy meter --module 1=cellular,tcp://127.0.0.1:4061 --module 2=rs485,hdlc+tcp://127.0.0.1:4062
  blathy meter --scenario storm --speed 5
  blathy meter --state ~/meter --speed 60)";

}  // namespace

void add_meter_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("meter", meter_description);
    command->footer(meter_footer);
    auto given = std::make_shared<MeterOptions>();
    auto config_file = std::make_shared<std::string>();
    auto state = std::make_shared<std::string>();
    auto keys = std::make_shared<std::string>();
    auto idle_timeout_s = std::make_shared<std::int64_t>(given->idle_timeout.count());

    const auto* model =
        command->add_option("--model", given->model, "SED102, SED302, SM306, SM307 or SM120B2")->capture_default_str();
    const auto* serial = command->add_option("--serial", given->serial_number, "serial number; its hardware follows")
                             ->check(CLI::Range(1, 99'999'999))
                             ->capture_default_str();
    const auto* listen = command->add_option("--listen", given->listen, "where clients find it; may be given again")
                             ->type_name("URL")
                             ->capture_default_str();
    const auto* modules = command->add_option("--module", given->modules, "a plug-in module; may be given again")
                              ->type_name("SLOT=KIND[,URL...]");
    const auto* panel = command->add_option("--panel", given->panel, "front panel's ADDRESS:PORT, or off")
                            ->type_name("WHERE")
                            ->capture_default_str();
    const auto* state_option = command->add_option("--state", *state, "directory that keeps the meter's memory");
    const auto* speed =
        command->add_option("--speed", given->speed, "meter seconds a second, up to 10000")->capture_default_str();
    const auto* unsealed =
        command->add_flag("--unsealed")
            ->description("a new meter stays in factory state: its calibration can be written (0-0:96.54.0.255)");
    const auto* idle =
        command->add_option("--idle-timeout", *idle_timeout_s, "seconds until a silent client is cut off")
            ->check(CLI::Range(1, 86'400))
            ->capture_default_str();
    const auto* keys_option = command->add_option("--keys", *keys, "key list that this meter takes its keys from");
    const auto* scenario = command->add_option("--scenario", given->scenario, "what happens to it, or list")
                               ->type_name("NAME|FILE.toml|list");
    command->add_option("--config", *config_file, "TOML file with the same settings")->type_name("FILE.toml");

    command->callback([=, &exit_code] {
        const auto complain = [&exit_code](const std::string& sentence) {
            fmt::print(stderr, "blathy meter: {}\n", sentence);
            exit_code = exit_could_not_start;
        };
        MeterOptions options;
        if (!config_file->empty()) {
            if (const auto read = read_config_file(*config_file, options); !read) return complain(read.error());
        }
        if (model->count() > 0) options.model = given->model;
        if (serial->count() > 0) options.serial_number = given->serial_number;
        if (listen->count() > 0) options.listen = given->listen;
        if (modules->count() > 0) options.modules = given->modules;
        if (panel->count() > 0) options.panel = given->panel;
        if (state_option->count() > 0) options.state = *state;
        if (speed->count() > 0) options.speed = given->speed;
        if (unsealed->count() > 0) options.unsealed = true;
        if (idle->count() > 0) options.idle_timeout = std::chrono::seconds{*idle_timeout_s};
        if (keys_option->count() > 0) options.keys = *keys;
        if (scenario->count() > 0) options.scenario = given->scenario;
        if (options.scenario == "list") return print_shipped_scenarios();

        raise_descriptor_limit();
        Desk desk;
        if (const auto ready = desk.set_up(options); !ready) return complain(ready.error());
        if (!desk.run()) {
            fmt::print(stderr, "blathy meter: the state could not be saved\n");
            exit_code = exit_not_saved;
        }
    });
}

}  // namespace blathy::apps
