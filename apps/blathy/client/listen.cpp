// blathy listen: pushes from any number of meters.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <unordered_map>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/decipherer.hpp"
#include "apps/blathy/client/push_opener.hpp"
#include "apps/blathy/client/push_printer.hpp"
#include "apps/blathy/net/datagram.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "station/link/serial.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;
using station::Error;
using station::ErrorKind;
using station::Push;
using station::PushReceiver;
using std::chrono::steady_clock;

// A connection that brings nothing for so long is closed.
constexpr auto idle_timeout = 10min;
// Replies that a meter does not take; it will hardly take more.
constexpr std::size_t max_pending_octets = std::size_t{64} << 10;
constexpr std::size_t max_datagram = 0xFFFF;
// Senders of datagrams whose general blocks are under way.
constexpr std::size_t max_block_senders = 256;

struct ListenOptions {
    std::string url;
    std::uint64_t count = 0;  // 0: no end
    std::string time;
    std::size_t max_connections = 1000;
    std::string keys;
    std::string security;  // the least that is believed, if there are keys
    OutputOptions output;
};

std::uint32_t now_ms() {
    const auto now = steady_clock::now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

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

// What all connections hand over to.
class Register {
  public:
    Register(const ListenOptions& options, const std::optional<KeyList>& keys)
        : printer_(options.output), count_(options.count) {
        if (keys) opener_.emplace(*keys, least_protection(options.security));
    }

    PushReceiver::Open open() {
        if (!opener_) return {};
        return [this](Bytes apdu) { return opener_->open(apdu); };
    }

    void take(const std::string& peer, const Push& push) {
        if (is_full()) return;
        if (push.notification) {
            ++pushes_;
        } else {
            ++refused_;
        }
        if (meters_.size() < max_meters) meters_.insert(peer.substr(0, peer.rfind(':')));
        written_ = printer_.print(std::chrono::system_clock::now(), peer, push) && written_;
    }
    void complain_of(const std::string& peer, const std::string& why) {
        ++refused_;
        complain(peer + ": " + why);
    }
    [[nodiscard]] bool is_full() const { return count_ > 0 && pushes_ >= count_; }
    [[nodiscard]] bool can_write() const { return written_; }
    bool finish() { return printer_.finish(); }
    [[nodiscard]] std::string summary(steady_clock::duration elapsed) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::duration<double>>(elapsed).count();
        std::string text = fmt::format("{} pushes from {}{} senders in {:.1f} s", pushes_, meters_.size(),
                                       meters_.size() == max_meters ? " or more" : "", seconds);
        if (refused_ > 0) text += fmt::format("; {} times something came that was none", refused_);
        return text;
    }

  private:
    static constexpr std::size_t max_meters = 100'000;
    std::optional<PushOpener> opener_;
    PushPrinter printer_;
    std::uint64_t count_;
    std::uint64_t pushes_ = 0;
    std::uint64_t refused_ = 0;
    std::set<std::string> meters_;  // by address: the port changes from push to push
    bool written_ = true;
};

class Connection final : public Watcher {
  public:
    Connection(Accepted accepted, PushReceiver::Framing framing, Register& pushes, Poller& poller)
        : socket_(std::move(accepted.socket)),
          peer_(std::move(accepted.peer)),
          register_(pushes),
          poller_(poller),
          receiver_(
              framing, [this](const Push& push) { register_.take(peer_, push); }, pushes.open()) {}

    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    [[nodiscard]] steady_clock::time_point heard() const { return heard_; }

    void on_readable() override {
        std::array<std::uint8_t, 16 * 1024> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
        const auto got = socket_.read(room);
        if (!got) return socket_.close();
        if (*got == 0) return;
        heard_ = steady_clock::now();
        if (const auto taken = receiver_.put(Bytes(room).first(*got), now_ms()); !taken) {
            register_.complain_of(peer_, taken.error().text);
            return socket_.close();
        }
        station::append(pending_, receiver_.take_replies());
        if (pending_.size() > max_pending_octets) return socket_.close();
        send();
    }
    void on_writable() override { send(); }

  private:
    void send() {
        while (!pending_.empty()) {
            const auto sent = socket_.write(pending_);
            if (!sent) return socket_.close();
            if (*sent == 0) break;
            pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(*sent));
        }
        // Whoever does not read is not listened to either, until it does.
        poller_.change(descriptor(), *this, pending_.empty() ? Poller::Interest::readable : Poller::Interest::writable);
    }

    Socket socket_;
    std::string peer_;
    Register& register_;
    Poller& poller_;
    PushReceiver receiver_;
    station::Octets pending_;
    steady_clock::time_point heard_ = steady_clock::now();
};

class Listener : public Watcher {
  public:
    explicit Listener(Register& pushes) : register_(pushes) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;
    [[nodiscard]] virtual int descriptor() const = 0;
    // What can't be done while the watchers run.
    virtual void after_wait() {}
    // Nothing will come any more.
    [[nodiscard]] virtual bool is_over() const { return false; }

  protected:
    [[nodiscard]] Register& pushes() const { return register_; }

  private:
    Register& register_;
};

class SocketListener : public Listener {
  public:
    SocketListener(Socket socket, Register& pushes) : Listener(pushes), socket_(std::move(socket)) {}
    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }

  protected:
    [[nodiscard]] const Socket& socket() const { return socket_; }

  private:
    Socket socket_;
};

// A serial line, on which meters push in UI frames.
class LineListener final : public Listener {
  public:
    LineListener(station::Descriptor port, std::string name, Register& pushes)
        : Listener(pushes),
          port_(std::move(port)),
          name_(std::move(name)),
          receiver_(
              PushReceiver::Framing::hdlc, [this](const Push& push) { this->pushes().take(name_, push); },
              pushes.open()) {}
    [[nodiscard]] int descriptor() const override { return port_.number(); }
    [[nodiscard]] bool is_over() const override { return is_gone_; }

    void on_readable() override {
        std::array<std::uint8_t, 4096> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
        const ssize_t count = ::read(descriptor(), room.data(), room.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) {
            complain(name_ + " is gone");
            is_gone_ = true;
            return;
        }
        // On a line octets get lost: what can't be understood is reported, and the next frame begins anew.
        const auto taken = receiver_.put(Bytes(room).first(static_cast<std::size_t>(count)), now_ms());
        if (!taken) pushes().complain_of(name_, taken.error().text);
        // A confirmation that the line has no room for is as good as lost on its way: the meter pushes again.
        const station::Octets replies = receiver_.take_replies();
        if (::write(descriptor(), replies.data(), replies.size()) < 0) return;
    }

  private:
    station::Descriptor port_;
    std::string name_;
    PushReceiver receiver_;
    bool is_gone_ = false;
};

class StreamListener final : public SocketListener {
  public:
    StreamListener(Socket socket, PushReceiver::Framing framing, std::size_t max_connections, Register& pushes,
                   Poller& poller)
        : SocketListener(std::move(socket), pushes),
          framing_(framing),
          max_connections_(max_connections),
          poller_(poller) {}

    void on_readable() override {
        // Not all at once: those that are here already get their turn.
        constexpr int at_once = 64;
        bool out_of_descriptors = false;
        for (int i = 0; i < at_once; ++i) {
            auto accepted = accept_tcp(socket(), out_of_descriptors);
            if (!accepted) break;
            connections_.emplace_back(std::move(*accepted), framing_, pushes(), poller_);
            Connection& connection = connections_.back();
            if (!poller_.watch(connection.descriptor(), connection, Poller::Interest::readable)) {
                connections_.pop_back();
            }
        }
        is_crowded_ = out_of_descriptors;
    }

    void after_wait() override {
        const auto now = steady_clock::now();
        std::erase_if(connections_, [&](const Connection& connection) {
            return !connection.is_open() || now - connection.heard() > idle_timeout;
        });
        // Meters that have been silent longest make room.
        while (connections_.size() > max_connections_ || (is_crowded_ && !connections_.empty())) {
            const auto longest =
                std::min_element(connections_.begin(), connections_.end(),
                                 [](const Connection& a, const Connection& b) { return a.heard() < b.heard(); });
            connections_.erase(longest);
            is_crowded_ = false;
        }
    }

  private:
    PushReceiver::Framing framing_;
    std::size_t max_connections_;
    Poller& poller_;
    std::list<Connection> connections_;
    bool is_crowded_ = false;
};

class DatagramListener final : public SocketListener {
  public:
    using SocketListener::SocketListener;

    void on_readable() override {
        constexpr int at_once = 256;
        for (int i = 0; i < at_once; ++i) {
            const auto datagram = receive_datagram(socket(), room_);
            if (!datagram) return;
            take(Bytes(room_).first(datagram->size), datagram->peer);
        }
    }

  private:
    struct Sender {
        PushReceiver receiver;
        steady_clock::time_point heard;
    };

    static bool has_block(Bytes datagram) {
        return datagram.size() > dlms::WrapperHeader::size &&
               datagram[dlms::WrapperHeader::size] == static_cast<std::uint8_t>(dlms::ApduTag::general_block_transfer);
    }
    PushReceiver receiver_for(const DatagramPeer& peer) {
        return {PushReceiver::Framing::wrapper, [this, peer](const Push& push) { pushes().take(peer.name(), push); },
                pushes().open()};
    }
    void take(Bytes datagram, const DatagramPeer& peer) {
        const auto header = dlms::read_wrapper_header(datagram);
        if (!header || header->length != datagram.size() - dlms::WrapperHeader::size) {
            return pushes().complain_of(peer.name(), "the datagram holds something else than one APDU in a wrapper");
        }
        if (!has_block(datagram)) {
            PushReceiver receiver = receiver_for(peer);
            return put(receiver, datagram, peer);
        }
        auto sender = senders_.find(peer);
        if (sender == senders_.end()) {
            if (senders_.size() == max_block_senders) forget_oldest();
            sender = senders_.emplace(peer, Sender{receiver_for(peer), {}}).first;
        }
        sender->second.heard = steady_clock::now();
        put(sender->second.receiver, datagram, peer);
    }
    void put(PushReceiver& receiver, Bytes datagram, const DatagramPeer& peer) {
        (void)receiver.put(datagram, now_ms());  // the header has been looked at
        const station::Octets replies = receiver.take_replies();
        Bytes rest(replies);
        while (const auto header = dlms::read_wrapper_header(rest)) {
            const std::size_t size = dlms::WrapperHeader::size + header->length;
            send_datagram(socket(), peer, rest.first(size));
            rest = rest.subspan(size);
        }
    }
    void forget_oldest() {
        senders_.erase(std::min_element(senders_.begin(), senders_.end(),
                                        [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; }));
    }

    std::vector<std::uint8_t> room_ = std::vector<std::uint8_t>(max_datagram);
    std::unordered_map<DatagramPeer, Sender, DatagramPeer::Hash> senders_;
};

// "tcp://[::1]:4059", with the port that was found.
std::string listening_at(station::Url url, const Socket& socket) {
    url.port = local_port(socket);
    return station::name_of(url);
}

struct OpenListener {
    std::string at;
    std::unique_ptr<Listener> listener;
};

Result<OpenListener, Error> open_listener(const station::Url& url, std::size_t max_connections, Register& pushes,
                                          Poller& poller) {
    using station::Transport;
    if (url.transport == Transport::optical) {
        return fail(Error{ErrorKind::usage, 0, "pushes come over tcp://, udp://, hdlc+tcp:// or serial:"});
    }
    if (url.transport == Transport::serial) {
        constexpr std::uint32_t usual_baud = 9600;
        auto port =
            station::open_serial(url.path, {url.baud.value_or(usual_baud), dlms::iec62056_21::Framing::eight_none_one});
        const std::string name = station::name_of(url);
        if (!port) {
            port.error().text = name + ": " + port.error().text;
            return fail(port.error());
        }
        return OpenListener{name, std::make_unique<LineListener>(std::move(*port), name, pushes)};
    }
    const bool datagrams = url.transport == Transport::udp;
    auto socket = datagrams ? listen_udp(url.host, url.port) : listen_tcp(url.host, url.port);
    if (!socket) return fail(Error{ErrorKind::connection, 0, socket.error()});
    const std::string at = listening_at(url, *socket);
    if (datagrams) return OpenListener{at, std::make_unique<DatagramListener>(std::move(*socket), pushes)};
    const auto framing =
        url.transport == Transport::hdlc_tcp ? PushReceiver::Framing::hdlc : PushReceiver::Framing::wrapper;
    return OpenListener{at,
                        std::make_unique<StreamListener>(std::move(*socket), framing, max_connections, pushes, poller)};
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
    Register pushes(options, *keys);
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
    while (!interrupt.came() && !pushes.is_full() && pushes.can_write() && !listener.is_over()) {
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
    command->add_option("--count", options->count, "End after so many pushes")->check(CLI::PositiveNumber);
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
