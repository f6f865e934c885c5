// The load on a server under test: connections that each send a request and wait for its answer, over and over.
#pragma once

#include <cstdint>
#include <vector>

namespace blathy::bench {

using Octets = std::vector<std::uint8_t>;

struct Exchange {
    Octets request;
    std::size_t answer = 0;  // octets
};

struct Load {
    std::uint16_t port = 0;
    std::size_t connections = 1;
    std::vector<Exchange> greeting;  // once on each connection
    std::vector<Exchange> requests;  // over and over, in this order
    double seconds = 1;
};

struct Rate {
    double requests_per_second = 0;
    double slowest_ms = 0;  // the longest that any request waited for its answer
};

// One thread drives all connections by epoll, each with one request under way.
Rate run(const Load& load);

// One connection, each request once. Seconds from the first one until the last answer.
double run_once(const Load& load);

}  // namespace blathy::bench
