// UDP: a push in each datagram, or in the general blocks of several.
#pragma once

#include <chrono>
#include <unordered_map>
#include <vector>

#include "apps/blathy/listen/listener.hpp"
#include "apps/blathy/net/datagram.hpp"
#include "apps/blathy/net/socket.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {

class DatagramListener final : public Listener {
  public:
    DatagramListener(Socket socket, ReceivedPushes& pushes) : Listener(pushes), socket_(std::move(socket)) {}

    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    void on_readable() override;

  private:
    // Whose general blocks are under way.
    struct Sender {
        station::PushReceiver receiver;
        std::chrono::steady_clock::time_point heard;
    };

    station::PushReceiver receiver_for(const DatagramPeer& peer);
    void take(Bytes datagram, const DatagramPeer& peer);
    void put(station::PushReceiver& receiver, Bytes datagram, const DatagramPeer& peer);
    void forget_oldest();

    static constexpr std::size_t max_datagram = 0xFFFF;

    Socket socket_;
    std::vector<std::uint8_t> room_ = std::vector<std::uint8_t>(max_datagram);
    std::unordered_map<DatagramPeer, Sender, DatagramPeer::Hash> senders_;
};

}  // namespace blathy::apps
