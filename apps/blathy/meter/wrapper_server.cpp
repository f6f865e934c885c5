#include "apps/blathy/meter/wrapper_server.hpp"

#include <array>
#include <cstring>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "meter/server/wrapper_link.hpp"

namespace blathy::apps {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// Header, room before an answer, and the longest APDU that the wrapper can state.
constexpr std::size_t send_buffer_size = 0x1'0000 + 64;

auto into(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

std::string name_of(const tcp::endpoint& endpoint) {
    const bool v6 = endpoint.address().is_v6();
    const std::string host = endpoint.address().to_string();
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace

class WrapperServer::Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(WrapperServer& server, tcp::socket socket, std::string peer)
        : server_(server), socket_(std::move(socket)), peer_(std::move(peer)) {}

    // Ends when the peer closes, breaks the wrapper, or is closed for its silence.
    asio::awaitable<void> run() {
        const auto self = shared_from_this();
        error_code error;
        while (!error) {
            // Waiting first and reading once saves the read that finds nothing.
            co_await socket_.async_wait(tcp::socket::wait_read, into(error));
            if (error) break;
            const std::size_t count =
                socket_.read_some(asio::buffer(received_.data() + size_, received_.size() - size_), error);
            if (error == asio::error::would_block) {
                error.clear();
                continue;
            }
            if (error) break;
            size_ += count;
            if (!co_await serve()) break;
        }
        close();
        server_.connections_.erase(place_);
    }

    // Where the server keeps it.
    void placed(std::list<std::shared_ptr<Connection>>::iterator place) { place_ = place; }

    void close() {
        error_code ignored;
        socket_.close(ignored);
    }

    [[nodiscard]] bool idle_at(steady_clock::time_point now) const {
        const auto limit =
            link_.has_open_association() ? server_.limits_.idle : server_.limits_.idle_before_association;
        return now - last_activity_ > limit;
    }

  private:
    // Answers every complete request that is there. False: the connection is over.
    asio::awaitable<bool> serve() {
        std::size_t begin = 0;
        while (true) {
            const Bytes stream = Bytes(received_).subspan(begin, size_ - begin);
            const auto step = link_.receive(server_.meter_, stream, server_.send_buffer_);
            if (step.close) co_return false;
            if (step.consumed == 0) break;
            begin += step.consumed;
            last_activity_ = steady_clock::now();
            if (server_.observer_ != nullptr) {
                server_.observer_->on_frame(peer_, Direction::to_meter, stream.first(step.consumed));
                if (!step.answer.empty()) server_.observer_->on_frame(peer_, Direction::from_meter, step.answer);
            }
            if (!step.answer.empty() && !co_await send(step.answer)) co_return false;
        }
        std::memmove(received_.data(), received_.data() + begin, size_ - begin);
        size_ -= begin;
        co_return true;
    }

    asio::awaitable<bool> send(Bytes answer) {
        error_code error;
        const std::size_t sent = socket_.write_some(asio::buffer(answer.data(), answer.size()), error);
        if (error && error != asio::error::would_block) co_return false;
        if (sent == answer.size()) co_return true;
        // A slow peer: what is left is its own, for the buffer serves the others meanwhile.
        const std::vector<std::uint8_t> rest(answer.begin() + static_cast<std::ptrdiff_t>(error ? 0 : sent),
                                             answer.end());
        error.clear();
        co_await asio::async_write(socket_, asio::buffer(rest), into(error));
        last_activity_ = steady_clock::now();
        co_return !error;
    }

    WrapperServer& server_;
    tcp::socket socket_;
    std::string peer_;
    std::list<std::shared_ptr<Connection>>::iterator place_;
    meter::WrapperLink link_;
    std::array<std::uint8_t, meter::WrapperLink::receive_buffer_size> received_{};
    std::size_t size_ = 0;
    steady_clock::time_point last_activity_ = steady_clock::now();
};

WrapperServer::WrapperServer(asio::any_io_executor executor, meter::Meter& meter, const WrapperServerLimits& limits)
    : acceptor_(executor),
      idle_timer_(executor),
      accept_pause_(executor),
      meter_(meter),
      limits_(limits),
      send_buffer_(send_buffer_size) {}

WrapperServer::~WrapperServer() {
    for (const auto& connection : connections_) connection->close();
}

Result<std::unique_ptr<WrapperServer>, std::string> WrapperServer::listen(asio::any_io_executor executor,
                                                                          const std::string& host, std::uint16_t port,
                                                                          meter::Meter& meter,
                                                                          const WrapperServerLimits& limits) {
    const std::string where = host + " port " + std::to_string(port);
    error_code error;
    tcp::resolver resolver(executor);
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error || found.empty()) return fail("cannot listen at " + where + ": no such address");
    const tcp::endpoint endpoint = *found.begin();

    std::unique_ptr<WrapperServer> server(new WrapperServer(executor, meter, limits));
    tcp::acceptor& acceptor = server->acceptor_;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) return fail("cannot listen at " + where + ": the port is taken");
    if (error) return fail("cannot listen at " + where + ": " + error.message());
    asio::co_spawn(executor, server->accept(), asio::detached);
    asio::co_spawn(executor, server->close_idle_connections(), asio::detached);
    return server;
}

asio::awaitable<void> WrapperServer::accept() {
    while (true) {
        error_code error;
        tcp::socket socket = co_await acceptor_.async_accept(into(error));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of descriptors, most likely: wait until connections end instead of spinning.
            accept_pause_.expires_after(std::chrono::milliseconds{100});
            co_await accept_pause_.async_wait(into(error));
            continue;
        }
        if (connections_.size() >= limits_.connections) continue;
        const tcp::endpoint peer = socket.remote_endpoint(error);
        if (!error) socket.set_option(tcp::no_delay(true), error);
        if (!error) socket.non_blocking(true, error);
        if (error) continue;
        auto connection = std::make_shared<Connection>(*this, std::move(socket), name_of(peer));
        connection->placed(connections_.insert(connections_.end(), connection));
        asio::co_spawn(acceptor_.get_executor(), connection->run(), asio::detached);
    }
}

asio::awaitable<void> WrapperServer::close_idle_connections() {
    error_code error;
    while (true) {
        idle_timer_.expires_after(std::chrono::seconds{1});
        co_await idle_timer_.async_wait(into(error));
        if (error) co_return;
        const auto now = steady_clock::now();
        for (const auto& connection : connections_) {
            if (connection->idle_at(now)) connection->close();
        }
    }
}

}  // namespace blathy::apps
