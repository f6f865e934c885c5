// A TCP server for one meter: any number of connections, each with its own wrapper link.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "apps/blathy/meter/traffic.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

struct WrapperServerLimits {
    // A connection on which no complete request came, and no answer left, for so long is closed.
    std::chrono::seconds idle{180};
    std::chrono::seconds idle_before_association{30};
    // More are closed as they come.
    std::size_t connections = 4000;
};

class WrapperServer {
  public:
    // Listens at once. The error is a sentence, for example that the port is taken.
    static Result<std::unique_ptr<WrapperServer>, std::string> listen(boost::asio::any_io_executor executor,
                                                                      const std::string& host, std::uint16_t port,
                                                                      meter::Meter& meter,
                                                                      const WrapperServerLimits& limits);
    ~WrapperServer();

    void observe(TrafficObserver* observer) { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    class Connection;

    WrapperServer(boost::asio::any_io_executor executor, meter::Meter& meter, const WrapperServerLimits& limits);
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> close_idle_connections();

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer idle_timer_;
    boost::asio::steady_timer accept_pause_;
    meter::Meter& meter_;
    WrapperServerLimits limits_;
    TrafficObserver* observer_ = nullptr;
    // One answer is made at a time, so one buffer serves all connections.
    std::vector<std::uint8_t> send_buffer_;
    std::list<std::shared_ptr<Connection>> connections_;
};

}  // namespace blathy::apps
