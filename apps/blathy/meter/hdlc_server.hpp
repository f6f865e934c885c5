// A TCP server for lines: each connection is a line of its own that leads to the meter (HDLC as device servers and
// modems carry it, or an optical port behind one).
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "apps/blathy/meter/line_port.hpp"
#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "base/result.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class HdlcServer final : public LinkServer, private Watcher {
  public:
    // Listens at once. The error is a sentence, for example that the port is taken. `poller`, and what the ports refer
    // to, must outlive the server.
    static Result<std::unique_ptr<HdlcServer>, std::string> listen(Poller& poller, const station::Url& url,
                                                                   MakeLinePort make_port, const LinkLimits& limits);
    ~HdlcServer() override;

    void after_wait() override;
    void close_idle_connections(Time now) override;
    void run_timers(Time now) override;
    [[nodiscard]] Time next_timer() const override { return next_timer_; }
    void observe(TrafficObserver* observer) override { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const override { return connections_.size(); }
    [[nodiscard]] std::string url() const override;
    [[nodiscard]] std::uint16_t port() const { return local_port(listener_); }

  private:
    class Connection;
    using Connections = std::list<std::unique_ptr<Connection>>;

    HdlcServer(Poller& poller, Socket listener, station::Url url, MakeLinePort make_port, const LinkLimits& limits);
    void on_readable() override;
    void fall_silent() override;
    // False: all connections have an association, and none has to go.
    bool make_room(bool one_must_go);

    Poller& poller_;
    Socket listener_;
    station::Url url_;
    MakeLinePort make_port_;
    LinkLimits limits_;
    TrafficObserver* observer_ = nullptr;
    // One connection is served at a time, so these serve all.
    std::vector<std::uint8_t> receive_buffer_;
    std::vector<std::uint8_t> send_buffer_;
    Connections connections_;
    // A connection that ended within the poller's wait may still have an event there.
    Connections ended_;
    Time next_timer_ = Time::max();  // no connection has anything to do earlier
};

}  // namespace blathy::apps
