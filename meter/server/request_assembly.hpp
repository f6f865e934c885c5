// The room of a session: what has to be remembered of a request over several APDUs, and of its answer.
//
// A session does one thing at a time, so one room serves all: the targets and values of a request that comes in
// blocks, the targets of an answer that leaves in blocks, results that wait for their turn, and behind them the blocks
// that may have to be sent again.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::meter {

// The longest value that can be written, with what names its target.
inline constexpr std::size_t max_assembled_size = 4096;
// The longest request that can come by general block transfer. What is left takes its results and blocks of its answer.
inline constexpr std::size_t max_general_request_size = 3584;

class RequestAssembly {
  public:
    void clear() {
        size_ = targets_size_ = 0;
        next_block_ = 1;
    }
    // Keeps `targets`, which may lie in this room, as the first part. False: they don't fit.
    bool begin(Bytes targets) {
        clear();
        if (!add(targets)) return false;
        targets_size_ = size_;
        return true;
    }
    // False: the room is full.
    bool add(Bytes octets) {
        if (octets.size() > room_.size() - size_) return false;
        if (!octets.empty()) std::memmove(room_.data() + size_, octets.data(), octets.size());
        size_ += octets.size();
        return true;
    }
    // Room for `count` octets more; none if there isn't any.
    std::optional<MutableBytes> reserve(std::size_t count) {
        if (count > room_.size() - size_) return std::nullopt;
        const MutableBytes reserved = room().subspan(size_, count);
        size_ += count;
        return reserved;
    }
    // Its first octets, whatever they are now, become what is kept: the owner has written results over the targets.
    MutableBytes keep_first(std::size_t count) {
        size_ = targets_size_ = std::min(count, room_.size());
        return room().first(size_);
    }

    [[nodiscard]] Bytes targets() const { return Bytes(room_).first(targets_size_); }
    [[nodiscard]] Bytes value() const { return Bytes(room_).subspan(targets_size_, size_ - targets_size_); }
    MutableBytes room() { return room_; }
    // Behind all that is kept.
    MutableBytes free() { return room().subspan(size_); }
    // Where a request by general block transfer is put together, from the first octet on.
    MutableBytes request_room() { return room().first(max_general_request_size); }

    // Blocks are numbered from 1.
    bool take_block_number(std::uint32_t number) { return number == next_block_++; }

  private:
    std::array<std::uint8_t, max_assembled_size> room_{};
    std::size_t targets_size_ = 0;
    std::size_t size_ = 0;
    std::uint32_t next_block_ = 1;
};

}  // namespace blathy::meter
