// Requests a second over loopback beside a bare echo of the same octets, CPU for each, and memory for each meter.
//
// Every server runs in a process of its own, the load in this one. Figures of one machine are compared with the echo on
// the same machine in the same minute; the ratio is what counts.

#include <csignal>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/blathy/meter/wrapper_server.hpp"
#include "meter/models/sed302.hpp"
#include "world/sparse_flash.hpp"

#include "bench/wire/echo.hpp"
#include "bench/wire/load.hpp"
#include "bench/wire/process.hpp"

namespace blathy::bench {
namespace {

// WPDUs of the public client (16) and the management logical device (1).
const Octets aarq = {0x00, 0x01, 0x00, 0x10, 0x00, 0x01, 0x00, 0x1F, 0x60, 0x1D, 0xA1, 0x09, 0x06,
                     0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01, 0xBE, 0x10, 0x04, 0x0E, 0x01,
                     0x00, 0x00, 0x00, 0x06, 0x5F, 0x1F, 0x04, 0x00, 0x00, 0x7E, 0x1F, 0x04, 0xB0};
constexpr std::size_t aare_size = 8 + 43;
// GET-Request-Normal of class 3, 1-0:1.8.0.255, attribute 2, and its answer: a double-long-unsigned.
const Octets get = {0x00, 0x01, 0x00, 0x10, 0x00, 0x01, 0x00, 0x0D, 0xC0, 0x01, 0xC1,
                    0x00, 0x03, 0x01, 0x00, 0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};
constexpr std::size_t get_answer_size = 8 + 4 + 5;

constexpr double seconds = 2;

// A meter with its memory, as a fleet has many of.
struct FleetMeter {
    explicit FleetMeter(std::uint32_t serial) : identity(meter::sed302, serial) {}
    world::SparseFlash flash{16};
    meter::Store store{flash};
    meter::Identity identity;
    meter::Meter meter{meter::sed302, identity, {}, store, std::nullopt};
};

meter::Interval household_interval() {
    meter::Interval interval;
    interval.duration_us = 200'000;
    for (auto& phase : interval.phase) {
        phase.voltage_mv = 230'000;
        phase.current_ua = 1'000'000;
        phase.active_power_mw = 230'000;
        phase.active_energy_mj = 46'000;
    }
    return interval;
}

void serve_meter(int port_pipe) {
    apps::Poller poller;
    FleetMeter fleet_meter(1);
    auto server = apps::WrapperServer::listen(poller, "127.0.0.1", 0, fleet_meter.meter, {});
    if (!server) std::exit(1);
    const std::uint16_t port = (*server)->port();
    if (::write(port_pipe, &port, sizeof port) != sizeof port) std::exit(1);
    while (true) {
        poller.wait(std::chrono::seconds{1});
        (*server)->after_wait();
    }
}

struct Server {
    std::uint16_t port = 0;
    std::unique_ptr<Process> process;
};

Server start_meter() {
    int ends[2];
    if (::pipe(ends) != 0) std::exit(1);
    Server server;
    server.process = std::make_unique<Process>([&] { serve_meter(ends[1]); });
    if (::read(ends[0], &server.port, sizeof server.port) != sizeof server.port) std::exit(1);
    ::close(ends[0]);
    ::close(ends[1]);
    return server;
}

Server start_echo(bool blocking) {
    Server server;
    const int listener = listen_at_loopback(server.port);
    server.process = std::make_unique<Process>([=] {
        blocking ? echo_blocking(listener, get.size(), get_answer_size)
                 : echo_by_epoll(listener, get.size(), get_answer_size);
    });
    ::close(listener);
    return server;
}

struct Result {
    Rate rate;
    double cpu_us = 0;  // of the server, a request
};

Result measure(const Server& server, std::size_t connections, bool meter) {
    Load load;
    load.port = server.port;
    load.connections = connections;
    if (meter) {
        load.greeting = aarq;
        load.greeting_answer = aare_size;
    }
    load.request = get;
    load.answer = get_answer_size;
    load.seconds = seconds;
    const double before = server.process->cpu_seconds();
    Result result;
    result.rate = run(load);
    const double requests = result.rate.requests_per_second * seconds;
    result.cpu_us = (server.process->cpu_seconds() - before) / requests * 1e6;
    return result;
}

void compare_with_echo() {
    fmt::print("Plain GET of 1-0:1.8.0.255 over TCP on loopback, wrapper, one server thread\n");
    fmt::print("{:>12} {:>12} {:>12} {:>7} {:>12} {:>12} {:>12}\n", "connections", "meter req/s", "echo req/s", "ratio",
               "meter us CPU", "echo us CPU", "slowest ms");
    for (const std::size_t connections : {1, 2, 10, 100, 1000}) {
        const Result meter = measure(start_meter(), connections, true);
        const Result echo = measure(start_echo(connections == 1), connections, false);
        fmt::print("{:>12} {:>12.0f} {:>12.0f} {:>7.2f} {:>12.1f} {:>12.1f} {:>12.1f}\n", connections,
                   meter.rate.requests_per_second, echo.rate.requests_per_second,
                   meter.rate.requests_per_second / echo.rate.requests_per_second, meter.cpu_us, echo.cpu_us,
                   meter.rate.slowest_ms);
    }
}

void measure_memory() {
    const auto resident_with = [](std::size_t count) {
        int ends[2];
        if (::pipe(ends) != 0) std::exit(1);
        const Process process([&] {
            std::vector<std::unique_ptr<FleetMeter>> fleet;
            const meter::Interval interval = household_interval();
            for (std::size_t i = 0; i < count; ++i) {
                fleet.push_back(std::make_unique<FleetMeter>(static_cast<std::uint32_t>(i + 1)));
                // A minute of life, with what it saves.
                for (int step = 0; step < 300; ++step) fleet.back()->meter.advance(interval);
            }
            const std::uint64_t resident = resident_octets_of(::getpid());
            if (::write(ends[1], &resident, sizeof resident) != sizeof resident) std::exit(1);
            ::pause();
        });
        std::uint64_t resident = 0;
        if (::read(ends[0], &resident, sizeof resident) != sizeof resident) std::exit(1);
        ::close(ends[0]);
        ::close(ends[1]);
        return static_cast<double>(resident);
    };
    constexpr std::size_t many = 10'000;
    const double one = resident_with(1);
    const double all = resident_with(many);
    fmt::print("\nMemory (resident set of the process)\n");
    fmt::print("{:>26} {:>10.0f} kB\n", "with 1 meter", one / 1e3);
    fmt::print("{:>26} {:>10.0f} kB\n", "with 10,000 meters", all / 1e3);
    fmt::print("{:>26} {:>10.0f} octets, of which {} are the meter's state and the rest its flash\n", "a meter",
               (all - one) / (many - 1), sizeof(FleetMeter));
}

}  // namespace
}  // namespace blathy::bench

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    blathy::bench::compare_with_echo();
    blathy::bench::measure_memory();
}
