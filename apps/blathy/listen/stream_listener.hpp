// TCP: a connection for each meter, with the wrapper or HDLC.
#pragma once

#include <chrono>
#include <list>

#include "apps/blathy/listen/listener.hpp"
#include "apps/blathy/net/socket.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {

class PushConnection final : public Watcher {
  public:
    PushConnection(Accepted accepted, station::PushReceiver::Framing framing, ReceivedPushes& pushes, Poller& poller);

    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    [[nodiscard]] std::chrono::steady_clock::time_point heard() const { return heard_; }

    void on_readable() override;
    void on_writable() override { send(); }

  private:
    void send();

    Socket socket_;
    std::string peer_;
    ReceivedPushes& pushes_;
    Poller& poller_;
    station::PushReceiver receiver_;
    station::Octets pending_;
    std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
};

class StreamListener final : public Listener {
  public:
    StreamListener(Socket socket, station::PushReceiver::Framing framing, std::size_t max_connections,
                   ReceivedPushes& pushes, Poller& poller)
        : Listener(pushes),
          socket_(std::move(socket)),
          framing_(framing),
          max_connections_(max_connections),
          poller_(poller) {}

    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    void on_readable() override;
    void after_wait() override;

  private:
    Socket socket_;
    station::PushReceiver::Framing framing_;
    std::size_t max_connections_;
    Poller& poller_;
    std::list<PushConnection> connections_;
    bool is_crowded_ = false;
};

}  // namespace blathy::apps
