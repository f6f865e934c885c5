// Flash in memory for tests that are not about flash.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "meter/ports.hpp"

namespace blathy::test {

class MemoryFlash final : public meter::Flash {
  public:
    MemoryFlash(std::size_t sectors, std::size_t size) : size_(size), octets_(sectors * size, 0xFF) {}

    [[nodiscard]] std::size_t sector_size() const override { return size_; }
    [[nodiscard]] std::size_t sector_count() const override { return octets_.size() / size_; }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        if (!within(sector, offset, into.size())) return false;
        std::copy_n(octets_.begin() + at(sector, offset), into.size(), into.begin());
        return true;
    }
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        if (!within(sector, offset, octets.size())) return false;
        for (std::size_t i = 0; i < octets.size(); ++i) octets_[sector * size_ + offset + i] &= octets[i];
        return true;
    }
    [[nodiscard]] bool erase(std::size_t sector) override {
        if (!within(sector, 0, size_)) return false;
        std::fill_n(octets_.begin() + at(sector, 0), size_, std::uint8_t{0xFF});
        return true;
    }
    std::vector<std::uint8_t>& octets() { return octets_; }

  private:
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const {
        return sector < sector_count() && offset <= size_ && count <= size_ - offset;
    }
    [[nodiscard]] std::ptrdiff_t at(std::size_t sector, std::size_t offset) const {
        return static_cast<std::ptrdiff_t>(sector * size_ + offset);
    }
    std::size_t size_;
    std::vector<std::uint8_t> octets_;
};

}  // namespace blathy::test
