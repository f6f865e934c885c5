#include "apps/blathy/meter/wrapper_server.hpp"

#include <array>
#include <cstring>

#include "meter/server/wrapper_link.hpp"

namespace blathy::apps {
namespace {

// Header, room before an answer, and the longest APDU that the wrapper can state.
constexpr std::size_t send_buffer_size = 0x1'0000 + 64;

}  // namespace

class WrapperServer::Connection final : public Watcher {
  public:
    Connection(WrapperServer& server, Accepted accepted)
        : server_(server), socket_(std::move(accepted.socket)), peer_(std::move(accepted.peer)) {}

    bool start(Connections::iterator place) {
        place_ = place;
        return server_.poller_.watch(socket_.descriptor(), *this, Poller::Interest::readable);
    }

    [[nodiscard]] bool idle_at(Time now) const {
        const auto limit =
            link_.has_open_association() ? server_.limits_.idle : server_.limits_.idle_before_association;
        return now - last_activity_ > limit;
    }

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

    // Answers every complete request that is there.
    void serve() {
        std::size_t begin = 0;
        while (true) {
            const Bytes stream = Bytes(received_).subspan(begin, size_ - begin);
            const auto step = link_.receive(server_.meter_, stream, server_.send_buffer_);
            if (step.close) return end();
            if (step.consumed == 0) break;
            begin += step.consumed;
            last_activity_ = std::chrono::steady_clock::now();
            observe(stream.first(step.consumed), step.answer);
            if (step.answer.empty()) continue;
            const auto sent = socket_.write(step.answer);
            if (!sent) return end();
            if (*sent < step.answer.size()) {
                forget(begin);
                return keep(step.answer.subspan(*sent));
            }
        }
        forget(begin);
    }

    // A slow peer: what is left is kept for it, for the shared buffer serves the others meanwhile. Until it is gone
    // nothing more is read.
    void keep(Bytes rest) {
        unsent_.assign(rest.begin(), rest.end());
        if (!server_.poller_.change(socket_.descriptor(), *this, Poller::Interest::writable)) end();
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

    void observe(Bytes request, Bytes answer) {
        if (server_.observer_ == nullptr) return;
        server_.observer_->on_frame(peer_, Direction::to_meter, request);
        if (!answer.empty()) server_.observer_->on_frame(peer_, Direction::from_meter, answer);
    }

    WrapperServer& server_;
    Socket socket_;
    std::string peer_;
    Connections::iterator place_;
    meter::WrapperLink link_;
    std::array<std::uint8_t, meter::WrapperLink::receive_buffer_size> received_{};
    std::size_t size_ = 0;
    std::vector<std::uint8_t> unsent_;
    Time last_activity_ = std::chrono::steady_clock::now();
};

WrapperServer::WrapperServer(Poller& poller, Socket listener, meter::Meter& meter, const WrapperServerLimits& limits)
    : poller_(poller), listener_(std::move(listener)), meter_(meter), limits_(limits), send_buffer_(send_buffer_size) {}

WrapperServer::~WrapperServer() = default;

Result<std::unique_ptr<WrapperServer>, std::string> WrapperServer::listen(Poller& poller, const std::string& host,
                                                                          std::uint16_t port, meter::Meter& meter,
                                                                          const WrapperServerLimits& limits) {
    auto listener = listen_tcp(host, port);
    if (!listener) return fail(listener.error());
    std::unique_ptr<WrapperServer> server(new WrapperServer(poller, std::move(*listener), meter, limits));
    if (!poller.watch(server->listener_.descriptor(), *server, Poller::Interest::readable)) {
        return fail(std::string("the system has no descriptor left"));
    }
    return server;
}

void WrapperServer::on_readable() {
    bool out_of_descriptors = false;
    while (auto accepted = accept_tcp(listener_, out_of_descriptors)) {
        if (connections_.size() >= limits_.connections) continue;
        const auto place =
            connections_.insert(connections_.end(), std::make_unique<Connection>(*this, std::move(*accepted)));
        if (!(*place)->start(place)) (*place)->end();
    }
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
