#include <string_view>

#include <fmt/format.h>

#include "bench/wire/conversations.hpp"
#include "bench/wire/figures.hpp"
#include "bench/wire/servers.hpp"

namespace blathy::bench {
namespace {

struct Result {
    Rate rate;
    double cpu_us = 0;  // of the server, a request
};

Result measure(const Server& server, Load load) {
    load.port = server.port;
    const double before = server.process->cpu_seconds();
    Result result;
    result.rate = run(load);
    const double requests = result.rate.requests_per_second * load.seconds;
    result.cpu_us = (server.process->cpu_seconds() - before) / requests * 1e6;
    return result;
}

void compare(std::string_view name, Link link, const Conversation& conversation) {
    fmt::print("\nPlain GET of 1-0:1.8.0.255 over {} on loopback, one server thread\n", name);
    fmt::print("{:>12} {:>12} {:>12} {:>7} {:>12} {:>12} {:>12}\n", "connections", "meter req/s", "echo req/s", "ratio",
               "meter us CPU", "echo us CPU", "slowest ms");
    for (const std::size_t connections : {1, 2, 10, 100, 1000}) {
        Load load;
        load.connections = connections;
        load.seconds = 2;
        load.requests = conversation.requests;
        const Result echo = measure(start_echo(load.requests.front(), connections == 1), load);
        load.greeting = conversation.greeting;
        const Result meter = measure(start_meter(link), load);
        fmt::print("{:>12} {:>12.0f} {:>12.0f} {:>7.2f} {:>12.1f} {:>12.1f} {:>12.1f}\n", connections,
                   meter.rate.requests_per_second, echo.rate.requests_per_second,
                   meter.rate.requests_per_second / echo.rate.requests_per_second, meter.cpu_us, echo.cpu_us,
                   meter.rate.slowest_ms);
    }
}

}  // namespace

void print_throughput() {
    compare("TCP, wrapper,", Link::wrapper, energy_by_wrapper());
    compare("TCP, HDLC,", Link::hdlc, energy_by_hdlc());
}

}  // namespace blathy::bench
