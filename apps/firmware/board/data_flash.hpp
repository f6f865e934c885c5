// The data flash chip that keeps the meter's memory. QEMU's board has none; a part of its RAM that no program uses
// behaves like one, and forgets at power off.
#pragma once

#include <cstddef>

#include "meter/ports.hpp"

namespace blathy::board {

class DataFlash final : public meter::Flash {
  public:
    static constexpr std::size_t sector_octets = 4096;
    static constexpr std::size_t sectors = 256;

    // Erased, as a new chip is.
    DataFlash();

    [[nodiscard]] std::size_t sector_size() const override { return sector_octets; }
    [[nodiscard]] std::size_t sector_count() const override { return sectors; }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override;
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override;
    [[nodiscard]] bool erase(std::size_t sector) override;
};

}  // namespace blathy::board
