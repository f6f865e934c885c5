#include "apps/firmware/board/entropy.hpp"

#include <algorithm>

#include "apps/firmware/board/clock.hpp"
#include "apps/firmware/board/registers.hpp"
#include "dlms/security/digest.hpp"

namespace blathy::board {
namespace {

using dlms::security::digest;
using dlms::security::DigestAlgorithm;

std::array<std::uint8_t, 4> octets_of(std::uint32_t word) {
    return {static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
            static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
}

}  // namespace

void Entropy::stir() {
    const auto clocks = octets_of(SystickValue::read());
    const auto ms = octets_of(static_cast<std::uint32_t>(uptime_ms()));
    const auto mixed = digest(DigestAlgorithm::sha256, {pool_, clocks, ms});
    std::ranges::copy(mixed.octets(), pool_.begin());
}

bool Entropy::fill(MutableBytes octets) {
    while (!octets.empty()) {
        stir();
        // What is given away tells nothing of the pool.
        const auto given = digest(DigestAlgorithm::sha256, {pool_, octets_of(++drawn_)});
        const std::size_t count = std::min(given.size(), octets.size());
        std::ranges::copy(given.octets().first(count), octets.begin());
        octets = octets.subspan(count);
    }
    return true;
}

}  // namespace blathy::board
