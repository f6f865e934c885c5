#include "station/link/socket.hpp"

#include <cerrno>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace blathy::station {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// Empty text if it worked.
std::string connect_to(int socket, const addrinfo& address, const Deadline& deadline) {
    if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return system_error_text(errno);
    const auto ready = wait_for(socket, true, deadline);
    if (!ready) return ready.error().text;
    if (!*ready) return "no answer in time";
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    return error == 0 ? std::string{} : system_error_text(error);
}

}  // namespace

Result<Descriptor, Error> connect_socket(SocketKind kind, const std::string& host, std::uint16_t port,
                                         const Deadline& deadline) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = kind == SocketKind::stream ? SOCK_STREAM : SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
        return fail(connection_error(std::string("can't find the host: ") + ::gai_strerror(error)));
    }
    const Addresses addresses(found, &::freeaddrinfo);
    std::string why = "the host has no address";
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
        Descriptor descriptor(
            ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol));
        if (!descriptor.is_open()) {
            why = system_error_text(errno);
            continue;
        }
        if (kind == SocketKind::broadcast) {
            const int on = 1;
            (void)::setsockopt(descriptor.number(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        }
        why = connect_to(descriptor.number(), *address, deadline);
        if (!why.empty()) continue;
        if (kind == SocketKind::stream) {
            // Requests are short and each waits for its answer: collecting them would only delay.
            const int on = 1;
            (void)::setsockopt(descriptor.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        return descriptor;
    }
    return fail(connection_error("can't connect: " + why));
}

}  // namespace blathy::station
