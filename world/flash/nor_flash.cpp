#include "world/flash/nor_flash.hpp"

#include <algorithm>

namespace blathy::world {
namespace {}  // namespace

NorFlash::NorFlash(std::size_t sectors, std::size_t sector_size)
    : sector_size_(sector_size), octets_(sectors * sector_size, meter::erased_octet), erases_(sectors, 0) {}

void NorFlash::cut_at(std::uint64_t operation, Tear tear, std::uint64_t seed) {
    powered_ = true;
    cut_ = Cut{operations_ + operation, tear, Random(seed)};
}

void NorFlash::restore() {
    powered_ = true;
    cut_.reset();
}

void NorFlash::rot(std::size_t first_sector, std::size_t sectors, std::size_t bits, std::uint64_t seed) {
    Random random(seed);
    for (std::size_t i = 0; i < bits; ++i) {
        const std::size_t at = first_sector * sector_size_ + random.bits() % (sectors * sector_size_);
        octets_[at] = static_cast<std::uint8_t>(octets_[at] ^ (1U << (random.bits() % 8)));
    }
}

bool NorFlash::within(std::size_t sector, std::size_t offset, std::size_t count) const {
    return sector < erases_.size() && offset <= sector_size_ && count <= sector_size_ - offset;
}

bool NorFlash::read(std::size_t sector, std::size_t offset, MutableBytes into) const {
    if (!within(sector, offset, into.size())) return false;
    std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(sector * sector_size_ + offset), into.size(),
                into.begin());
    return true;
}

template <class Target>
bool NorFlash::work(std::size_t start, std::size_t count, Target&& target) {
    const std::uint64_t operation = operations_++;
    if (!cut_ || operation != cut_->operation) {
        for (std::size_t i = 0; i < count; ++i) octets_[start + i] = target(i, octets_[start + i]);
        return true;
    }
    powered_ = false;
    Random& random = cut_->random;
    const std::size_t border = count == 0 ? 0 : random.bits() % count;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint8_t& octet = octets_[start + i];
        const std::uint8_t done = target(i, octet);
        switch (cut_->tear) {
            case Tear::nothing:
            case Tear::count:
                break;
            case Tear::in_order:
                if (i < border) octet = done;
                break;
            case Tear::out_of_order:
                if (random.bits() % 2 == 0) octet = done;
                break;
            case Tear::wild:
                octet = random.bits() % 2 == 0 ? done : static_cast<std::uint8_t>(random.bits());
                break;
            case Tear::complete:
                octet = done;
                break;
        }
    }
    return false;
}

bool NorFlash::program(std::size_t sector, std::size_t offset, Bytes octets) {
    if (!powered_ || !within(sector, offset, octets.size())) return false;
    if (forget_every_ != 0 && operations_ % forget_every_ == forget_every_ - 1) {
        ++operations_;
        return true;
    }
    octets_programmed_ += octets.size();
    return work(sector * sector_size_ + offset, octets.size(), [&](std::size_t i, std::uint8_t old) {
        misused_ = misused_ || (octets[i] & ~old) != 0;
        return static_cast<std::uint8_t>(octets[i] & old);
    });
}

bool NorFlash::erase(std::size_t sector) {
    if (!powered_ || !within(sector, 0, sector_size_)) return false;
    ++erases_[sector];
    return work(sector * sector_size_, sector_size_, [](std::size_t, std::uint8_t) { return meter::erased_octet; });
}

}  // namespace blathy::world
