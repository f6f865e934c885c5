#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "bench/wire/conversations.hpp"
#include "bench/wire/figures.hpp"
#include "bench/wire/servers.hpp"

namespace blathy::bench {
namespace {

constexpr std::size_t rounds = 7;
constexpr double round_seconds = 0.5;

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

double median(std::array<double, rounds> values) {
    std::ranges::sort(values);
    return values[rounds / 2];
}

template <class Figure>
double median_of(const std::array<Result, rounds>& results, Figure&& figure) {
    std::array<double, rounds> values{};
    std::ranges::transform(results, values.begin(), figure);
    return median(values);
}

// Meter and echo take turns, and each figure is the median of its rounds: what else the machine does meets both.
void compare(std::string_view name, Link link, const Conversation& conversation) {
    fmt::print("\nPlain GET of 1-0:1.8.0.255 over {} on loopback, one server thread, median of {}\n", name, rounds);
    fmt::print("{:>12} {:>12} {:>12} {:>7} {:>12} {:>12} {:>12}\n", "connections", "meter req/s", "echo req/s", "ratio",
               "meter us CPU", "echo us CPU", "slowest ms");
    const auto rate = [](const Result& result) { return result.rate.requests_per_second; };
    const auto cpu = [](const Result& result) { return result.cpu_us; };
    for (const std::size_t connections : {1, 2, 10, 100, 1000}) {
        Load load;
        load.connections = connections;
        load.seconds = round_seconds;
        load.requests = conversation.requests;
        const Server echo_server = start_echo(load.requests.front(), connections == 1);
        const Server meter_server = start_meter(link);
        std::array<Result, rounds> echo;
        std::array<Result, rounds> meter;
        std::array<double, rounds> ratios{};
        double slowest_ms = 0;
        for (std::size_t i = 0; i < rounds; ++i) {
            load.greeting.clear();
            echo[i] = measure(echo_server, load);
            load.greeting = conversation.greeting;
            meter[i] = measure(meter_server, load);
            ratios[i] = rate(meter[i]) / rate(echo[i]);
            slowest_ms = std::max(slowest_ms, meter[i].rate.slowest_ms);
        }
        fmt::print("{:>12} {:>12.0f} {:>12.0f} {:>7.2f} {:>12.1f} {:>12.1f} {:>12.1f}\n", connections,
                   median_of(meter, rate), median_of(echo, rate), median(ratios), median_of(meter, cpu),
                   median_of(echo, cpu), slowest_ms);
    }
}

}  // namespace

void print_throughput() {
    compare("TCP, wrapper,", Link::wrapper, energy_by_wrapper());
    compare("TCP, HDLC,", Link::hdlc, energy_by_hdlc());
}

}  // namespace blathy::bench
