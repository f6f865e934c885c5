#include "bench/wire/echo.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blathy::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

int accept_one(int listener) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) give_up("accept");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

// Takes what is there; answers each complete request. False when the peer is gone.
bool echo_once(int socket, std::size_t& have, std::size_t request, const std::vector<char>& answer) {
    std::array<char, 4096> room{};
    const ssize_t got = ::recv(socket, room.data(), room.size(), 0);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
    for (; have >= request; have -= request) {
        if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    }
    return true;
}

}  // namespace

int listen_at_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0) give_up("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, any, size) != 0 || ::listen(listener, SOMAXCONN) != 0 ||
        ::getsockname(listener, any, &size) != 0) {
        give_up("listen");
    }
    port = ntohs(address.sin_port);
    return listener;
}

void echo_blocking(int listener, std::size_t request, std::size_t answer) {
    const std::vector<char> octets(answer);
    while (true) {
        const int socket = accept_one(listener);
        std::size_t have = 0;
        while (echo_once(socket, have, request, octets)) {
        }
        ::close(socket);
    }
}

void echo_by_epoll(int listener, std::size_t request, std::size_t answer) {
    const std::vector<char> octets(answer);
    const int poll = ::epoll_create1(0);
    if (poll < 0) give_up("epoll_create1");
    const auto watch = [&](int socket) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = socket;
        if (::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) != 0) give_up("epoll_ctl");
    };
    watch(listener);
    std::unordered_map<int, std::size_t> have;
    std::array<epoll_event, 1024> events{};
    while (true) {
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            const int socket = events[static_cast<std::size_t>(i)].data.fd;
            if (socket == listener) {
                const int fresh = accept_one(listener);
                have[fresh] = 0;
                watch(fresh);
            } else if (!echo_once(socket, have[socket], request, octets)) {
                have.erase(socket);
                ::close(socket);
            }
        }
    }
}

}  // namespace blathy::bench
