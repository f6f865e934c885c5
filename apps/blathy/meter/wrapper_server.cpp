#include "apps/blathy/meter/wrapper_server.hpp"

#include <array>
#include <cstring>

#include "apps/blathy/meter/make_room.hpp"
#include "base/crc32.hpp"
#include "meter/server/wrapper_link.hpp"

namespace blathy::apps {
namespace {

// Of the address of a peer, without its port; never 0.
std::uint32_t peer_number(std::string_view peer) {
    return crc32(as_bytes(peer.substr(0, peer.rfind(':')))) | 1U;
}

// Header, room before an answer, and the longest APDU that the wrapper can state.
constexpr std::size_t send_buffer_size = 0x1'0000 + 64;

}  // namespace

class WrapperServer::Connection final : public Watcher {
  public:
    Connection(WrapperServer& server, Accepted accepted)
        : server_(server),
          socket_(std::move(accepted.socket)),
          peer_(std::move(accepted.peer)),
          link_(peer_number(peer_)) {}

    bool start(Connections::iterator place) {
        place_ = place;
        return server_.poller_.watch(socket_.descriptor(), *this, Poller::Interest::readable);
    }

    [[nodiscard]] bool idle_at(Time now) const {
        const auto limit = has_open_association() ? server_.limits_.idle : server_.limits_.idle_before_association;
        return now - last_activity_ > limit;
    }

    [[nodiscard]] bool has_open_association() const { return link_.has_open_association(); }
    [[nodiscard]] bool has_proven_client() const { return link_.has_proven_client(); }
    [[nodiscard]] Time last_activity() const { return last_activity_; }

    // Over: nothing of it is used again once the poller has returned.
    void end() {
        socket_.close();
        server_.ended_.splice(server_.ended_.end(), server_.connections_, place_);
    }

  private:
    void on_readable() override {
        if (!socket_.is_open()) return;
        const auto count = socket_.read(MutableBytes(received_).subspan(size_));
        if (!count) return end();
        size_ += *count;
        serve();
    }

    // Goes on with the answer that is under way, and then answers every complete request that is there.
    void serve() {
        std::size_t begin = 0;
        while (send_rest_of_answer()) {
            const MutableBytes stream = MutableBytes(received_).subspan(begin, size_ - begin);
            // As it came: requests are deciphered where they are.
            if (server_.observer_ != nullptr) observed_.assign(stream.begin(), stream.end());
            const auto step = link_.receive(server_.meter_, stream, server_.send_buffer_);
            if (step.close) return end();
            if (step.consumed == 0) break;
            begin += step.consumed;
            last_activity_ = std::chrono::steady_clock::now();
            if (server_.observer_ != nullptr) observe(Direction::to_meter, Bytes(observed_).first(step.consumed));
            if (!send(step.answer)) break;
        }
        if (socket_.is_open()) forget(begin);
    }

    // An answer may have several parts, which are made as the peer takes them.
    bool send_rest_of_answer() {
        while (true) {
            const Bytes next = link_.more(server_.meter_, server_.send_buffer_);
            if (next.empty()) return true;
            if (!send(next)) return false;
        }
    }

    // False: the peer is slow, or gone. What is left is kept for it, for the shared buffer serves the others meanwhile.
    // Until it is gone nothing more is read, and no more is made.
    bool send(Bytes answer) {
        if (answer.empty()) return true;
        observe(Direction::from_meter, answer);
        const auto sent = socket_.write(answer);
        if (!sent) return end(), false;
        if (*sent == answer.size()) return true;
        const Bytes rest = answer.subspan(*sent);
        unsent_.assign(rest.begin(), rest.end());
        if (!server_.poller_.change(socket_.descriptor(), *this, Poller::Interest::writable)) end();
        return false;
    }

    void on_writable() override {
        if (!socket_.is_open()) return;
        const auto sent = socket_.write(unsent_);
        if (!sent) return end();
        if (*sent > 0) last_activity_ = std::chrono::steady_clock::now();
        unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(*sent));
        if (!unsent_.empty()) return;
        unsent_.shrink_to_fit();
        if (!server_.poller_.change(socket_.descriptor(), *this, Poller::Interest::readable)) return end();
        serve();
    }

    // The first octets of what was received are done with.
    void forget(std::size_t count) {
        std::memmove(received_.data(), received_.data() + count, size_ - count);
        size_ -= count;
    }

    void observe(Direction direction, Bytes frame) {
        if (server_.observer_ != nullptr) server_.observer_->on_frame(peer_, direction, frame);
    }

    WrapperServer& server_;
    Socket socket_;
    std::string peer_;
    Connections::iterator place_;
    meter::WrapperLink link_;
    std::array<std::uint8_t, meter::WrapperLink::receive_buffer_size> received_{};
    std::size_t size_ = 0;
    std::vector<std::uint8_t> unsent_;
    std::vector<std::uint8_t> observed_;
    Time last_activity_ = std::chrono::steady_clock::now();
};

WrapperServer::WrapperServer(Poller& poller, Socket listener, station::Url url, meter::Meter& meter,
                             const LinkLimits& limits)
    : poller_(poller),
      listener_(std::move(listener)),
      url_(std::move(url)),
      meter_(meter),
      limits_(limits),
      send_buffer_(send_buffer_size) {}

WrapperServer::~WrapperServer() = default;

Result<std::unique_ptr<WrapperServer>, std::string> WrapperServer::listen(Poller& poller, const station::Url& url,
                                                                          meter::Meter& meter,
                                                                          const LinkLimits& limits) {
    auto listener = listen_tcp(url.host, url.port);
    if (!listener) return fail(listener.error());
    std::unique_ptr<WrapperServer> server(new WrapperServer(poller, std::move(*listener), url, meter, limits));
    if (!poller.watch(server->listener_.descriptor(), *server, Poller::Interest::readable)) {
        return fail(std::string("the system has no descriptor left"));
    }
    return server;
}

std::string WrapperServer::url() const {
    station::Url bound = url_;
    bound.port = port();
    return station::name_of(bound);
}

bool WrapperServer::make_room(bool one_must_go) {
    const auto leaving = first_to_go(connections_, one_must_go);
    if (leaving == connections_.end()) return false;
    (*leaving)->end();
    return true;
}

void WrapperServer::on_readable() {
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

void WrapperServer::fall_silent() {
    while (!connections_.empty()) connections_.front()->end();
}

void WrapperServer::after_wait() {
    ended_.clear();
}

void WrapperServer::close_idle_connections(Time now) {
    for (auto next = connections_.begin(); next != connections_.end();) {
        Connection& connection = **next++;
        if (connection.idle_at(now)) connection.end();
    }
}

}  // namespace blathy::apps
