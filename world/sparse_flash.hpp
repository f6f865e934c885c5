// Flash in memory whose sectors take room only once they are programmed: a fleet's meters mostly hold erased ones.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "meter/ports.hpp"

namespace blathy::world {

class SparseFlash final : public meter::Flash {
  public:
    static constexpr std::size_t sector_octets = 4096;

    explicit SparseFlash(std::size_t sectors) : sectors_(sectors) {}

    [[nodiscard]] std::size_t sector_size() const override { return sector_octets; }
    [[nodiscard]] std::size_t sector_count() const override { return sectors_.size(); }

    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        if (!within(sector, offset, into.size())) return false;
        if (sectors_[sector] == nullptr) {
            std::ranges::fill(into, erased);
        } else {
            std::copy_n(sectors_[sector]->begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        }
        return true;
    }

    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        if (!within(sector, offset, octets.size())) return false;
        auto& room = sectors_[sector];
        if (room == nullptr) {
            room = std::make_unique<Sector>();
            room->fill(erased);
        }
        for (std::size_t i = 0; i < octets.size(); ++i) (*room)[offset + i] &= octets[i];
        return true;
    }

    [[nodiscard]] bool erase(std::size_t sector) override {
        if (!within(sector, 0, sector_octets)) return false;
        sectors_[sector].reset();
        return true;
    }

  private:
    static constexpr std::uint8_t erased = 0xFF;
    using Sector = std::array<std::uint8_t, sector_octets>;

    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const {
        return sector < sectors_.size() && offset <= sector_octets && count <= sector_octets - offset;
    }

    std::vector<std::unique_ptr<Sector>> sectors_;
};

}  // namespace blathy::world
