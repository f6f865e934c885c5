#include "apps/blathy/meter/udp_server.hpp"

#include "meter/server/wrapper_link.hpp"

namespace blathy::apps {
namespace {

constexpr std::size_t max_received_datagram = 0x1'0000;
// The longest datagram that IPv4 carries. A link uses no more room for a WPDU than this.
constexpr std::size_t max_sent_datagram = 65'507;
// Datagrams read in one go, so that a flood of them does not keep other links waiting.
constexpr int datagrams_at_once = 64;

}  // namespace

struct UdpServer::Peer {
    DatagramPeer address;
    std::string name;
    meter::WrapperLink link;
    Time last_activity;
};

UdpServer::UdpServer(Poller& poller, Socket socket, station::Url url, meter::Meter& meter, const LinkLimits& limits)
    : poller_(poller),
      socket_(std::move(socket)),
      url_(std::move(url)),
      meter_(meter),
      limits_(limits),
      receive_buffer_(max_received_datagram),
      send_buffer_(max_sent_datagram) {}

UdpServer::~UdpServer() = default;

Result<std::unique_ptr<UdpServer>, std::string> UdpServer::listen(Poller& poller, const station::Url& url,
                                                                  meter::Meter& meter, const LinkLimits& limits) {
    auto socket = listen_udp(url.host, url.port);
    if (!socket) return fail(socket.error());
    std::unique_ptr<UdpServer> server(new UdpServer(poller, std::move(*socket), url, meter, limits));
    if (!poller.watch(server->socket_.descriptor(), *server, Poller::Interest::readable)) {
        return fail(std::string("the system has no descriptor left"));
    }
    return server;
}

std::string UdpServer::url() const {
    station::Url bound = url_;
    bound.port = port();
    return station::name_of(bound);
}

void UdpServer::on_readable() {
    for (int i = 0; i < datagrams_at_once; ++i) {
        const auto received = receive_datagram(socket_, receive_buffer_);
        if (!received) return;
        if (!supplied()) continue;
        serve(received->peer, MutableBytes(receive_buffer_).first(received->size));
    }
}

void UdpServer::serve(const DatagramPeer& from, MutableBytes datagram) {
    // Anybody can send anything: only what is a WPDU makes a peer of its sender.
    const auto header = dlms::read_wrapper_header(datagram);
    if (!header || header->length != datagram.size() - dlms::WrapperHeader::size) return;
    Peer& peer = peer_at(from);
    if (observer_ != nullptr) observer_->on_frame(peer.name, Direction::to_meter, datagram);
    while (!datagram.empty()) {
        const auto step = peer.link.receive(meter_, datagram, send_buffer_);
        if (step.consumed == 0) return;
        datagram = datagram.subspan(step.consumed);
        // An answer may have several parts.
        for (Bytes part = step.answer; !part.empty(); part = peer.link.more(meter_, send_buffer_)) {
            if (observer_ != nullptr) observer_->on_frame(peer.name, Direction::from_meter, part);
            send_datagram(socket_, from, part);
        }
    }
}

UdpServer::Peer& UdpServer::peer_at(const DatagramPeer& from) {
    const auto now = std::chrono::steady_clock::now();
    if (const auto found = places_.find(from); found != places_.end()) {
        peers_.splice(peers_.begin(), peers_, found->second);
        peers_.front().last_activity = now;
        return peers_.front();
    }
    if (peers_.size() >= limits_.connections) forget_oldest();
    peers_.push_front({from, from.name(), meter::WrapperLink{}, now});
    places_.emplace(from, peers_.begin());
    return peers_.front();
}

// An association that a peer had is gone with the meter's memory of it.
void UdpServer::fall_silent() {
    while (!peers_.empty()) forget_oldest();
}

void UdpServer::forget_oldest() {
    places_.erase(peers_.back().address);
    peers_.pop_back();
}

void UdpServer::close_idle_connections(Time now) {
    while (!peers_.empty() && now - peers_.back().last_activity > limits_.idle) forget_oldest();
}

}  // namespace blathy::apps
