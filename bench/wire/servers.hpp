// The servers that are compared, each in a process of its own on a port of the loopback address.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "meter/meter.hpp"
#include "meter/models/sed302.hpp"
#include "station/security/entropy.hpp"
#include "world/sparse_flash.hpp"

#include "bench/wire/load.hpp"
#include "bench/wire/process.hpp"

namespace blathy::bench {

inline constexpr std::array<std::uint8_t, 16> device_key{1};

// A meter with its memory and its demo keys, as a fleet has many of.
struct FleetMeter {
    explicit FleetMeter(std::uint32_t serial) : identity(meter::sed302, serial) {
        if (!meter.security().provision_demo_keys()) std::abort();
    }
    world::SparseFlash flash{16};
    meter::Store store{flash};
    meter::Identity identity;
    station::SystemEntropy entropy;
    meter::Meter meter{meter::sed302, identity, {}, store, std::nullopt, {}, {&entropy, device_key}};
};

enum class Link : std::uint8_t { wrapper, hdlc };

struct Server {
    std::uint16_t port = 0;
    std::unique_ptr<Process> process;
};

Server start_meter(Link link);
// Answers each request of so many octets with as many as the meter would. For one connection, or for many.
Server start_echo(const Exchange& exchange, bool blocking);

}  // namespace blathy::bench
