#include "apps/firmware/board/data_flash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace blathy::board {
namespace {

using Sector = std::array<std::uint8_t, DataFlash::sector_octets>;

[[gnu::section(".data_chip")]] std::array<Sector, DataFlash::data.sectors + DataFlash::calibration.sectors> chips;

}  // namespace

DataFlash::DataFlash(const Chip& chip) : chip_(chip) {
    for (std::size_t sector = 0; sector < chip.sectors; ++sector) (void)erase(sector);
}

bool DataFlash::within(std::size_t sector, std::size_t offset, std::size_t count) const {
    return sector < chip_.sectors && offset <= sector_octets && count <= sector_octets - offset;
}

bool DataFlash::read(std::size_t sector, std::size_t offset, MutableBytes into) const {
    if (!within(sector, offset, into.size())) return false;
    std::copy_n(chips[chip_.first_sector + sector].begin() + offset, into.size(), into.begin());
    return true;
}

bool DataFlash::program(std::size_t sector, std::size_t offset, Bytes octets) {
    if (!within(sector, offset, octets.size())) return false;
    Sector& into = chips[chip_.first_sector + sector];
    for (std::size_t i = 0; i < octets.size(); ++i) into[offset + i] &= octets[i];
    return true;
}

bool DataFlash::erase(std::size_t sector) {
    if (!within(sector, 0, sector_octets)) return false;
    chips[chip_.first_sector + sector].fill(0xFF);
    return true;
}

}  // namespace blathy::board
