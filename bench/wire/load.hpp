// The load on a server under test: connections that each send a request and wait for its answer, over and over.
#pragma once

#include <cstdint>
#include <vector>

namespace blathy::bench {

using Octets = std::vector<std::uint8_t>;

struct Load {
    std::uint16_t port = 0;
    std::size_t connections = 1;
    Octets greeting;                  // once on each connection; its answer is read and dropped
    std::size_t greeting_answer = 0;  // octets
    Octets request;
    std::size_t answer = 0;  // octets
    double seconds = 1;
};

struct Rate {
    double requests_per_second = 0;
    double slowest_ms = 0;  // the longest that any request waited for its answer
};

// One thread drives all connections by epoll, each with one request under way.
Rate run(const Load& load);

}  // namespace blathy::bench
