#include "apps/blathy/net/datagram.hpp"

#include <algorithm>
#include <cstring>

namespace blathy::apps {

struct DatagramIo {
    static std::optional<ReceivedDatagram> receive(int socket, MutableBytes into) {
        ReceivedDatagram received;
        DatagramPeer& peer = received.peer;
        iovec data{into.data(), into.size()};
        msghdr message{};
        message.msg_name = &peer.address_;
        message.msg_namelen = sizeof peer.address_;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = peer.local_.data();
        message.msg_controllen = peer.local_.size();
        const ssize_t size = ::recvmsg(socket, &message, 0);
        if (size < 0) return std::nullopt;
        received.size = static_cast<std::size_t>(size);
        peer.size_ = message.msg_namelen;
        peer.local_size_ = message.msg_controllen;
        any_interface(message);
        return received;
    }

    static void send(int socket, DatagramPeer peer, Bytes datagram) {
        iovec data{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};  // which sendmsg() does not change
        msghdr message{};
        message.msg_name = &peer.address_;
        message.msg_namelen = peer.size_;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = peer.local_size_ > 0 ? peer.local_.data() : nullptr;
        message.msg_controllen = peer.local_size_;
        (void)::sendmsg(socket, &message, MSG_NOSIGNAL);
    }

  private:
    // What was received names the interface too. The way back is the routing table's choice.
    static void any_interface(msghdr& message) {
        for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
                in_pktinfo info{};
                std::memcpy(&info, CMSG_DATA(header), sizeof info);
                info.ipi_ifindex = 0;
                std::memcpy(CMSG_DATA(header), &info, sizeof info);
            }
        }
    }
};

std::optional<ReceivedDatagram> receive_datagram(const Socket& socket, MutableBytes into) {
    return DatagramIo::receive(socket.descriptor(), into);
}

void send_datagram(const Socket& socket, const DatagramPeer& peer, Bytes datagram) {
    DatagramIo::send(socket.descriptor(), peer, datagram);
}

}  // namespace blathy::apps
