#include "apps/blathy/meter/hdlc_server.hpp"

#include <algorithm>

#include "apps/blathy/meter/line_clock.hpp"
#include "apps/blathy/meter/line_tap.hpp"
#include "apps/blathy/meter/make_room.hpp"

namespace blathy::apps {
namespace {

constexpr std::size_t hdlc_buffer_size = 4096;

}  // namespace

class HdlcServer::Connection final : public Watcher {
  public:
    Connection(HdlcServer& server, Accepted accepted)
        : server_(server),
          socket_(std::move(accepted.socket)),
          peer_(std::move(accepted.peer)),
          port_(server.make_port_()) {}

    bool start(Connections::iterator place) {
        place_ = place;
        return server_.poller_.watch(socket_.descriptor(), *this, Poller::Interest::readable);
    }

    [[nodiscard]] bool idle_at(Time now) const {
        const auto limit = has_open_association() ? server_.limits_.idle : server_.limits_.idle_before_association;
        return now - last_activity_ > limit;
    }

    [[nodiscard]] bool has_open_association() const { return port_->has_open_association(); }
    [[nodiscard]] bool has_proven_client() const { return port_->has_proven_client(); }
    [[nodiscard]] Time last_activity() const { return last_activity_; }

    // Over: nothing of it is used again once the poller has returned.
    void end() {
        socket_.close();
        next_timer_ = Time::max();
        server_.ended_.splice(server_.ended_.end(), server_.connections_, place_);
    }

    void run_timers(Time now) {
        if (now < next_timer_ && !(unsent_.empty() && may_have_push())) return;
        port_->receive({}, line_clock_ms(now));
        answer(now);
    }
    [[nodiscard]] Time next_timer() const { return next_timer_; }
    [[nodiscard]] bool may_have_push() const { return port_->may_have_push(); }

  private:
    void on_readable() override {
        if (!socket_.is_open()) return;
        const auto count = socket_.read(server_.receive_buffer_);
        if (!count) return end();
        const Bytes octets = Bytes(server_.receive_buffer_).first(*count);
        tap_.to_meter(server_.observer_, peer_, octets);
        const auto now = std::chrono::steady_clock::now();
        port_->receive(octets, line_clock_ms(now));
        answer(now);
    }

    // Sends what is due now.
    void answer(Time now) {
        while (unsent_.empty()) {
            const auto chunk = port_->transmit(server_.send_buffer_, line_clock_ms(now));
            if (chunk.size == 0) break;
            const Bytes frame = Bytes(server_.send_buffer_).first(chunk.size);
            tap_.from_meter(server_.observer_, peer_, frame);
            const auto sent = socket_.write(frame);
            if (!sent) return end();
            last_activity_ = now;
            if (*sent < frame.size()) return keep(frame.subspan(*sent));
        }
        const auto wake = port_->wake_after_ms(line_clock_ms(now));
        next_timer_ = wake ? now + std::chrono::milliseconds{*wake} : Time::max();
        server_.next_timer_ = std::min(server_.next_timer_, next_timer_);
    }

    // A slow peer: what is left of a frame is kept for it, and until it is gone nothing more is read.
    void keep(Bytes rest) {
        unsent_.assign(rest.begin(), rest.end());
        next_timer_ = Time::max();
        if (!server_.poller_.change(socket_.descriptor(), *this, Poller::Interest::writable)) end();
    }

    void on_writable() override {
        if (!socket_.is_open()) return;
        const auto sent = socket_.write(unsent_);
        if (!sent) return end();
        const auto now = std::chrono::steady_clock::now();
        if (*sent > 0) last_activity_ = now;
        unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(*sent));
        if (!unsent_.empty()) return;
        if (!server_.poller_.change(socket_.descriptor(), *this, Poller::Interest::readable)) return end();
        answer(now);
    }

    HdlcServer& server_;
    Socket socket_;
    std::string peer_;
    Connections::iterator place_;
    std::unique_ptr<LinePort> port_;
    LineTap tap_;
    std::vector<std::uint8_t> unsent_;
    Time last_activity_ = std::chrono::steady_clock::now();
    Time next_timer_ = Time::max();
};

HdlcServer::HdlcServer(Poller& poller, Socket listener, station::Url url, MakeLinePort make_port,
                       const LinkLimits& limits)
    : poller_(poller),
      listener_(std::move(listener)),
      url_(std::move(url)),
      make_port_(std::move(make_port)),
      limits_(limits),
      receive_buffer_(hdlc_buffer_size),
      send_buffer_(line_port_room) {}

HdlcServer::~HdlcServer() = default;

Result<std::unique_ptr<HdlcServer>, std::string> HdlcServer::listen(Poller& poller, const station::Url& url,
                                                                    MakeLinePort make_port, const LinkLimits& limits) {
    auto listener = listen_tcp(url.host, url.port);
    if (!listener) return fail(listener.error());
    std::unique_ptr<HdlcServer> server(new HdlcServer(poller, std::move(*listener), url, std::move(make_port), limits));
    if (!poller.watch(server->listener_.descriptor(), *server, Poller::Interest::readable)) {
        return fail(std::string("the system has no descriptor left"));
    }
    return server;
}

std::string HdlcServer::url() const {
    station::Url bound = url_;
    bound.port = port();
    return station::name_of(bound);
}

bool HdlcServer::make_room(bool one_must_go) {
    const auto leaving = first_to_go(connections_, one_must_go);
    if (leaving == connections_.end()) return false;
    (*leaving)->end();
    return true;
}

void HdlcServer::on_readable() {
    for (int i = 0; i < accepted_at_once; ++i) {
        bool out_of_descriptors = false;
        auto accepted = accept_tcp(listener_, out_of_descriptors);
        if (!accepted && !(out_of_descriptors && make_room(true))) return;
        if (!accepted || !supplied()) continue;
        if (connections_.size() >= limits_.connections && !make_room(false)) continue;
        const auto place =
            connections_.insert(connections_.end(), std::make_unique<Connection>(*this, std::move(*accepted)));
        if (!(*place)->start(place)) (*place)->end();
    }
}

void HdlcServer::fall_silent() {
    while (!connections_.empty()) connections_.front()->end();
}

void HdlcServer::after_wait() {
    ended_.clear();
}

void HdlcServer::run_timers(Time now) {
    // The ports are alike: what one may push, the next may too.
    const bool may_push = !connections_.empty() && connections_.front()->may_have_push();
    if (now < next_timer_ && !may_push) return;
    next_timer_ = Time::max();
    for (auto next = connections_.begin(); next != connections_.end();) {
        Connection& connection = **next++;
        connection.run_timers(now);
        next_timer_ = std::min(next_timer_, connection.next_timer());
    }
}

void HdlcServer::close_idle_connections(Time now) {
    for (auto next = connections_.begin(); next != connections_.end();) {
        Connection& connection = **next++;
        if (connection.idle_at(now)) connection.end();
    }
}

}  // namespace blathy::apps
