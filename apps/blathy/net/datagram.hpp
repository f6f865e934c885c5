// Datagrams that are answered: who sent one, and to which of this machine's addresses.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

#include "apps/blathy/net/socket.hpp"
#include "base/bytes.hpp"

namespace blathy::apps {

// The way back to the sender of a datagram.
class DatagramPeer {
  public:
    [[nodiscard]] std::string name() const { return name_of(reinterpret_cast<const sockaddr*>(&address_), size_); }
    // Addresses and port of the peer as octets, to tell it from others.
    [[nodiscard]] std::string_view key() const { return {reinterpret_cast<const char*>(&address_), size_}; }
    bool operator==(const DatagramPeer& other) const { return key() == other.key(); }

    struct Hash {
        std::size_t operator()(const DatagramPeer& peer) const { return std::hash<std::string_view>{}(peer.key()); }
    };

  private:
    friend struct DatagramIo;
    sockaddr_storage address_{};
    socklen_t size_ = 0;
    // The address the datagram came to, as the system gave it (IP_PKTINFO).
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> local_{};
    std::size_t local_size_ = 0;
};

// One datagram and where it came from; none if none waits. What is longer than `into` is cut.
struct ReceivedDatagram {
    std::size_t size = 0;
    DatagramPeer peer;
};
std::optional<ReceivedDatagram> receive_datagram(const Socket& socket, MutableBytes into);

// Sends it back the way the peer's came. A datagram that the system can't take now is lost, as datagrams are.
void send_datagram(const Socket& socket, const DatagramPeer& peer, Bytes datagram);

}  // namespace blathy::apps
