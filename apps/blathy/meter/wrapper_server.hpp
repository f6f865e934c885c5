// A TCP server for one meter: any number of connections, each with its own wrapper link.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "apps/blathy/meter/traffic.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

struct WrapperServerLimits {
    // A connection on which no request was completed, and no answer left, for so long is closed.
    std::chrono::seconds idle{180};
    std::chrono::seconds idle_before_association{30};
    // More are closed as they come.
    std::size_t connections = 4000;
};

class WrapperServer final : private Watcher {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // Listens at once. The error is a sentence, for example that the port is taken. `poller` and `meter` must outlive
    // the server.
    static Result<std::unique_ptr<WrapperServer>, std::string> listen(Poller& poller, const std::string& host,
                                                                      std::uint16_t port, meter::Meter& meter,
                                                                      const WrapperServerLimits& limits);
    ~WrapperServer();

    // To be called after each of the poller's waits: lets go of connections that ended in it.
    void after_wait();
    // To be called between waits, once a second or so.
    void close_idle_connections(Time now);

    void observe(TrafficObserver* observer) { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] std::uint16_t port() const { return local_port(listener_); }

  private:
    class Connection;
    using Connections = std::list<std::unique_ptr<Connection>>;

    WrapperServer(Poller& poller, Socket listener, meter::Meter& meter, const WrapperServerLimits& limits);
    void on_readable() override;

    Poller& poller_;
    Socket listener_;
    meter::Meter& meter_;
    WrapperServerLimits limits_;
    TrafficObserver* observer_ = nullptr;
    // One answer is made at a time, so one buffer serves all connections.
    std::vector<std::uint8_t> send_buffer_;
    Connections connections_;
    // A connection that ended within the poller's wait may still have an event there.
    Connections ended_;
};

}  // namespace blathy::apps
