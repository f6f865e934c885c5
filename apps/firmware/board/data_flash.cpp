#include "apps/firmware/board/data_flash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace blathy::board {
namespace {

using Sector = std::array<std::uint8_t, DataFlash::sector_octets>;

[[gnu::section(".data_chip")]] std::array<Sector, DataFlash::sectors> chip;

bool within(std::size_t sector, std::size_t offset, std::size_t count) {
    return sector < DataFlash::sectors && offset <= DataFlash::sector_octets &&
           count <= DataFlash::sector_octets - offset;
}

}  // namespace

DataFlash::DataFlash() {
    for (std::size_t sector = 0; sector < sectors; ++sector) (void)erase(sector);
}

bool DataFlash::read(std::size_t sector, std::size_t offset, MutableBytes into) const {
    if (!within(sector, offset, into.size())) return false;
    std::copy_n(chip[sector].begin() + offset, into.size(), into.begin());
    return true;
}

bool DataFlash::program(std::size_t sector, std::size_t offset, Bytes octets) {
    if (!within(sector, offset, octets.size())) return false;
    for (std::size_t i = 0; i < octets.size(); ++i) chip[sector][offset + i] &= octets[i];
    return true;
}

bool DataFlash::erase(std::size_t sector) {
    if (!within(sector, 0, sector_octets)) return false;
    chip[sector].fill(0xFF);
    return true;
}

}  // namespace blathy::board
