// A part of a flash, as a flash of its own: some of its sectors, taken together in groups of equal size.
#pragma once

#include <algorithm>

#include "meter/ports.hpp"

namespace blathy::meter {

struct Sectors {
    std::uint16_t first = 0;
    std::uint16_t count = 0;

    constexpr bool operator==(const Sectors&) const = default;
};

class FlashRegion final : public Flash {
  public:
    FlashRegion(Flash& flash, Sectors sectors, std::size_t sectors_in_group = 1)
        : flash_(flash),
          first_(sectors.first),
          group_(static_cast<std::uint16_t>(sectors_in_group)),
          groups_(static_cast<std::uint16_t>(sectors.count / sectors_in_group)) {}

    [[nodiscard]] std::size_t sector_size() const override { return group_ * flash_.sector_size(); }
    [[nodiscard]] std::size_t sector_count() const override { return groups_; }

    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        return within(sector, offset, into.size()) &&
               each_part(sector, offset, into, [this](auto... part) { return flash_.read(part...); });
    }
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        return within(sector, offset, octets.size()) &&
               each_part(sector, offset, octets, [this](auto... part) { return flash_.program(part...); });
    }
    // The first sector goes first: whatever header a group has is gone before anything that it vouches for.
    [[nodiscard]] bool erase(std::size_t sector) override {
        if (sector >= groups_) return false;
        for (std::size_t i = 0; i < group_; ++i) {
            if (!flash_.erase(first_ + sector * group_ + i)) return false;
        }
        return true;
    }

  private:
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const {
        return sector < groups_ && offset <= sector_size() && count <= sector_size() - offset;
    }
    template <class Octets, class Access>
    bool each_part(std::size_t sector, std::size_t offset, Octets octets, Access&& access) const {
        const std::size_t size = flash_.sector_size();
        while (!octets.empty()) {
            const std::size_t at = offset % size;
            const auto part = octets.first(std::min(octets.size(), size - at));
            if (!access(first_ + sector * group_ + offset / size, at, part)) return false;
            octets = octets.subspan(part.size());
            offset += part.size();
        }
        return true;
    }

    Flash& flash_;
    std::uint16_t first_;
    std::uint16_t group_;
    std::uint16_t groups_;
};

}  // namespace blathy::meter
