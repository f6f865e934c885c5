// A meter with its memory and its demo keys, as a fleet has many of.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>

#include "meter/meter.hpp"
#include "meter/models/sed302.hpp"
#include "station/security/entropy.hpp"
#include "world/sparse_flash.hpp"

namespace blathy::bench {

inline constexpr std::array<std::uint8_t, 16> device_key{1};

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

}  // namespace blathy::bench
