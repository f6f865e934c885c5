// A UDP socket that serves the wrapper (IEC 62056-47): one WPDU in each datagram, and each peer with its own link.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/datagram.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class UdpServer final : public LinkServer, private Watcher {
  public:
    // Listens at once. The error is a sentence. `poller` and `meter` must outlive the server.
    static Result<std::unique_ptr<UdpServer>, std::string> listen(Poller& poller, const station::Url& url,
                                                                  meter::Meter& meter, const LinkLimits& limits);
    ~UdpServer() override;

    // Nobody closes a UDP association but its own client; a peer that fell silent is forgotten.
    void close_idle_connections(Time now) override;
    void observe(TrafficObserver* observer) override { observer_ = observer; }
    // Peers that are remembered.
    [[nodiscard]] std::size_t connections() const override { return peers_.size(); }
    [[nodiscard]] std::string url() const override;
    [[nodiscard]] std::uint16_t port() const { return local_port(socket_); }

  private:
    struct Peer;
    using Peers = std::list<Peer>;

    UdpServer(Poller& poller, Socket socket, station::Url url, meter::Meter& meter, const LinkLimits& limits);
    void on_readable() override;
    void fall_silent() override;
    void serve(const DatagramPeer& from, MutableBytes datagram);
    Peer& peer_at(const DatagramPeer& from);
    void forget_oldest();

    Poller& poller_;
    Socket socket_;
    station::Url url_;
    meter::Meter& meter_;
    LinkLimits limits_;
    TrafficObserver* observer_ = nullptr;
    std::vector<std::uint8_t> receive_buffer_;
    std::vector<std::uint8_t> send_buffer_;
    Peers peers_;  // the one heard of last in front
    std::unordered_map<DatagramPeer, Peers::iterator, DatagramPeer::Hash> places_;
};

}  // namespace blathy::apps
