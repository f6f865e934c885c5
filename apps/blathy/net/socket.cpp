#include "apps/blathy/net/socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blathy::apps {
namespace {

std::optional<std::size_t> transferred(ssize_t count) {
    if (count > 0) return static_cast<std::size_t>(count);
    const bool later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return later ? std::optional<std::size_t>(0) : std::nullopt;
}

// A socket of this type, bound to the first address of the host.
Result<Socket, std::string> bind_to(const std::string& host, std::uint16_t port, int type) {
    const std::string where = "cannot listen at " + host + " port " + std::to_string(port) + ": ";
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return fail(where + "no such address");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> address(found, ::freeaddrinfo);
    Socket listener(::socket(address->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    // Datagrams must not be shared with a second program that does the same.
    if (type == SOCK_STREAM) ::setsockopt(listener.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!listener.is_open() || ::bind(listener.descriptor(), address->ai_addr, address->ai_addrlen) != 0 ||
        (type == SOCK_STREAM && ::listen(listener.descriptor(), SOMAXCONN) != 0)) {
        return fail(where + (errno == EADDRINUSE ? "the port is taken" : std::strerror(errno)));
    }
    return listener;
}

}  // namespace

void Socket::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::optional<std::size_t> Socket::read(MutableBytes into) const {
    return transferred(::recv(descriptor_, into.data(), into.size(), 0));
}

std::optional<std::size_t> Socket::write(Bytes octets) const {
    return transferred(::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL));
}

std::string name_of(const sockaddr* address, socklen_t size) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return "?";
    }
    const bool v6 = address->sa_family == AF_INET6;
    return std::string(v6 ? "[" : "") + host.data() + (v6 ? "]:" : ":") + port.data();
}

Result<Socket, std::string> listen_tcp(const std::string& host, std::uint16_t port) {
    return bind_to(host, port, SOCK_STREAM);
}

Result<Socket, std::string> listen_udp(const std::string& host, std::uint16_t port) {
    auto socket = bind_to(host, port, SOCK_DGRAM);
    if (!socket) return socket;
    // An answer has to leave from the address that the request came to, which only these tell.
    const int on = 1;
    (void)::setsockopt(socket->descriptor(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    (void)::setsockopt(socket->descriptor(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    return socket;
}

std::uint16_t local_port(const Socket& socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                               : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

std::optional<Accepted> accept_tcp(const Socket& listener, bool& out_of_descriptors) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    Socket socket(::accept4(listener.descriptor(), any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    out_of_descriptors = !socket.is_open() && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS);
    // Linux looks for a descriptor before it looks for a connection: nobody has to go when there is none.
    pollfd waiting{listener.descriptor(), POLLIN, 0};
    if (out_of_descriptors && ::poll(&waiting, 1, 0) == 0) out_of_descriptors = false;
    if (!socket.is_open()) return std::nullopt;
    // Small answers must not wait for the acknowledgement of the ones before.
    const int on = 1;
    ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return Accepted{std::move(socket), name_of(any, size)};
}

}  // namespace blathy::apps
