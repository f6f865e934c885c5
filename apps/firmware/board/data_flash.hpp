// The data flash chips that keep the meter's memory. QEMU's board has none; a part of its RAM that no program uses
// behaves like them, and forgets at power off.
#pragma once

#include <cstddef>

#include "meter/ports.hpp"

namespace blathy::board {

class DataFlash final : public meter::Flash {
  public:
    static constexpr std::size_t sector_octets = 4096;
    struct Chip {
        std::size_t first_sector;
        std::size_t sectors;
    };
    static constexpr Chip data{0, 256};
    static constexpr Chip calibration{256, 2};

    // Erased, as a new chip is. There is one of each.
    explicit DataFlash(const Chip& chip);

    [[nodiscard]] std::size_t sector_size() const override { return sector_octets; }
    [[nodiscard]] std::size_t sector_count() const override { return chip_.sectors; }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override;
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override;
    [[nodiscard]] bool erase(std::size_t sector) override;

  private:
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const;

    Chip chip_;
};

}  // namespace blathy::board
