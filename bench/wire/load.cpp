#include "bench/wire/load.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace blathy::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (socket < 0) give_up("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    for (int attempt = 0; ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
         ++attempt) {
        if (attempt == 100) give_up("connect");
        ::usleep(20'000);
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // Who waits longer than this waits for octets that will never come.
    const timeval patience{5, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return socket;
}

void send_all(int socket, const Octets& octets) {
    if (::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(octets.size()))
        give_up("send");
}

void receive_all(int socket, std::size_t count, Octets& room) {
    if (room.size() < count) room.resize(count);
    for (std::size_t have = 0; have < count;) {
        const ssize_t got = ::recv(socket, room.data() + have, count - have, 0);
        if (got <= 0) give_up("receive");
        have += static_cast<std::size_t>(got);
    }
}

struct Connection {
    int socket = -1;
    std::size_t next = 0;     // request
    std::size_t missing = 0;  // octets of the answer
    Clock::time_point asked;

    const Exchange& take_next(const Load& load) {
        const Exchange& exchange = load.requests[next];
        next = next + 1 == load.requests.size() ? 0 : next + 1;
        return exchange;
    }
};

void exchange_all(int socket, const std::vector<Exchange>& exchanges, Octets& room) {
    for (const Exchange& exchange : exchanges) {
        send_all(socket, exchange.request);
        receive_all(socket, exchange.answer, room);
    }
}

double milliseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

// A single connection blocks, as a simple client does: nothing but the two calls and the two switches.
Rate run_one(const Load& load, Connection& connection) {
    std::uint64_t count = 0;
    Rate rate;
    Octets room;
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration<double>(load.seconds);
    auto now = start;
    while (now < end) {
        const Exchange& exchange = connection.take_next(load);
        send_all(connection.socket, exchange.request);
        receive_all(connection.socket, exchange.answer, room);
        const auto answered = Clock::now();
        rate.slowest_ms = std::max(rate.slowest_ms, milliseconds(answered - now));
        now = answered;
        ++count;
    }
    rate.requests_per_second = static_cast<double>(count) / std::chrono::duration<double>(now - start).count();
    return rate;
}

}  // namespace

Rate run(const Load& load) {
    std::vector<Connection> connections(load.connections);
    Octets room(0x1'0000);
    for (Connection& connection : connections) {
        connection.socket = connect_to(load.port);
        exchange_all(connection.socket, load.greeting, room);
    }
    const auto close_all = [&] {
        for (const Connection& connection : connections) ::close(connection.socket);
    };
    if (load.connections == 1) {
        const Rate rate = run_one(load, connections.front());
        close_all();
        return rate;
    }

    const int poll = ::epoll_create1(0);
    if (poll < 0) give_up("epoll_create1");
    for (std::size_t i = 0; i < connections.size(); ++i) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        if (::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event) != 0) give_up("epoll_ctl");
    }
    std::uint64_t count = 0;
    Rate rate;
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration<double>(load.seconds);
    const auto ask = [&](Connection& connection, Clock::time_point now) {
        const Exchange& exchange = connection.take_next(load);
        connection.missing = exchange.answer;
        connection.asked = now;
        send_all(connection.socket, exchange.request);
    };
    for (Connection& connection : connections) ask(connection, start);
    std::vector<epoll_event> events(connections.size());
    auto now = start;
    while (now < end) {
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1000);
        if (ready <= 0) give_up("no answer within a second: epoll_wait");
        now = Clock::now();
        for (int i = 0; i < ready; ++i) {
            Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
            const ssize_t got = ::recv(connection.socket, room.data(), std::min(room.size(), connection.missing), 0);
            if (got <= 0) give_up("receive");
            connection.missing -= static_cast<std::size_t>(got);
            if (connection.missing > 0) continue;
            rate.slowest_ms = std::max(rate.slowest_ms, milliseconds(now - connection.asked));
            ++count;
            ask(connection, now);
        }
    }
    ::close(poll);
    close_all();
    rate.requests_per_second = static_cast<double>(count) / std::chrono::duration<double>(now - start).count();
    return rate;
}

double run_once(const Load& load) {
    const int socket = connect_to(load.port);
    Octets room;
    exchange_all(socket, load.greeting, room);
    const auto start = Clock::now();
    exchange_all(socket, load.requests, room);
    const std::chrono::duration<double> duration = Clock::now() - start;
    ::close(socket);
    return duration.count();
}

}  // namespace blathy::bench
