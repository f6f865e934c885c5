// The servers that are compared, each in a process of its own on a port of the loopback address.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/fleet_meter.hpp"
#include "bench/wire/load.hpp"
#include "bench/wire/process.hpp"

namespace blathy::bench {

enum class Link : std::uint8_t { wrapper, hdlc };

struct Server {
    std::uint16_t port = 0;
    std::unique_ptr<Process> process;
};

Server start_meter(Link link);
// Answers each request of so many octets with as many as the meter would. For one connection, or for many.
Server start_echo(const Exchange& exchange, bool blocking);

}  // namespace blathy::bench
