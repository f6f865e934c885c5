// Ports: the small interfaces through which the core reaches what surrounds it. `apps/` and `world/` implement them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::meter {

inline constexpr std::uint8_t erased_octet = 0xFF;

[[nodiscard]] inline bool is_erased(Bytes octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == erased_octet; });
}

// NOR flash: erasing a sector sets all its octets to 0xFF, programming only clears bits. Power may fail within either,
// and leaves the octets concerned in any state. Calls with a range outside of a sector return false and do nothing.
class Flash {
  public:
    [[nodiscard]] virtual std::size_t sector_size() const = 0;
    [[nodiscard]] virtual std::size_t sector_count() const = 0;
    [[nodiscard]] virtual bool read(std::size_t sector, std::size_t offset, MutableBytes into) const = 0;
    [[nodiscard]] virtual bool program(std::size_t sector, std::size_t offset, Bytes octets) = 0;
    [[nodiscard]] virtual bool erase(std::size_t sector) = 0;

  protected:
    ~Flash() = default;
};

}  // namespace blathy::meter
