// The physical reference: servers that do nothing with a request but answer with as many octets as the meter would.
#pragma once

#include <cstdint>

namespace blathy::bench {

// Listens at the loopback address; `port` is where.
int listen_at_loopback(std::uint16_t& port);

// Serves one connection by blocking calls: the least that any server can do.
[[noreturn]] void echo_blocking(int listener, std::size_t request, std::size_t answer);
// Serves any number of connections by epoll, on one thread.
[[noreturn]] void echo_by_epoll(int listener, std::size_t request, std::size_t answer);

}  // namespace blathy::bench
