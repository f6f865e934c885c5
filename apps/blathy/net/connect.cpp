#include "apps/blathy/net/connect.hpp"

#include <cerrno>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace blathy::apps {
namespace {

std::optional<Socket> connect_to(const std::string& address, std::uint16_t port, int type) {
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> peer(found, ::freeaddrinfo);
    Socket socket(::socket(peer->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) return std::nullopt;
    const bool begun = ::connect(socket.descriptor(), peer->ai_addr, peer->ai_addrlen) == 0 || errno == EINPROGRESS;
    if (!begun) return std::nullopt;
    return socket;
}

}  // namespace

std::optional<Socket> connect_tcp(const std::string& address, std::uint16_t port) {
    return connect_to(address, port, SOCK_STREAM);
}

bool is_connected(const Socket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool end_sending(const Socket& socket) {
    return ::shutdown(socket.descriptor(), SHUT_WR) == 0;
}

std::optional<Socket> connect_udp(const std::string& address, std::uint16_t port) {
    return connect_to(address, port, SOCK_DGRAM);
}

}  // namespace blathy::apps
