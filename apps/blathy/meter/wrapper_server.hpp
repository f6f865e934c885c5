// A TCP server for one meter: any number of connections, each with its own wrapper link.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class WrapperServer final : public LinkServer, private Watcher {
  public:
    // Listens at once. The error is a sentence, for example that the port is taken. `poller` and `meter` must outlive
    // the server.
    static Result<std::unique_ptr<WrapperServer>, std::string> listen(Poller& poller, const station::Url& url,
                                                                      meter::Meter& meter, const LinkLimits& limits);
    ~WrapperServer() override;

    void after_wait() override;
    void close_idle_connections(Time now) override;
    void observe(TrafficObserver* observer) override { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const override { return connections_.size(); }
    [[nodiscard]] std::string url() const override;
    [[nodiscard]] std::uint16_t port() const { return local_port(listener_); }

  private:
    class Connection;
    using Connections = std::list<std::unique_ptr<Connection>>;

    WrapperServer(Poller& poller, Socket listener, station::Url url, meter::Meter& meter, const LinkLimits& limits);
    void on_readable() override;
    void fall_silent() override;
    // False: all connections have an association, and none has to go.
    bool make_room(bool one_must_go);

    Poller& poller_;
    Socket listener_;
    station::Url url_;
    meter::Meter& meter_;
    LinkLimits limits_;
    TrafficObserver* observer_ = nullptr;
    // One answer is made at a time, so one buffer serves all connections.
    std::vector<std::uint8_t> send_buffer_;
    Connections connections_;
    // A connection that ended within the poller's wait may still have an event there.
    Connections ended_;
};

}  // namespace blathy::apps
