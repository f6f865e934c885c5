// A request that comes in blocks: the targets of its first block, and the octets of all blocks so far.
//
// The same room keeps the targets of an answer that leaves in blocks, for a session does one thing at a time.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::meter {

// The longest value that can be written, with what names its target.
inline constexpr std::size_t max_assembled_size = 4096;

class RequestAssembly {
  public:
    // Keeps `targets`, the first part of the room. False: they don't fit.
    bool begin(Bytes targets) {
        size_ = targets_size_ = 0;
        next_block_ = 1;
        if (!add(targets)) return false;
        targets_size_ = size_;
        return true;
    }
    // False: the room is full.
    bool add(Bytes octets) {
        if (octets.size() > room_.size() - size_) return false;
        std::copy(octets.begin(), octets.end(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += octets.size();
        return true;
    }
    [[nodiscard]] Bytes targets() const { return Bytes(room_).first(targets_size_); }
    [[nodiscard]] Bytes value() const { return Bytes(room_).subspan(targets_size_, size_ - targets_size_); }

    // Blocks are numbered from 1.
    bool take_block_number(std::uint32_t number) { return number == next_block_++; }

  private:
    std::array<std::uint8_t, max_assembled_size> room_{};
    std::size_t targets_size_ = 0;
    std::size_t size_ = 0;
    std::uint32_t next_block_ = 1;
};

}  // namespace blathy::meter
