// The half of general block transfer that puts blocks together (block_transfer.hpp states the protocol).
//
// Blocks may come doubled and in any order within a window; those behind a gap are kept in their place in the owner's
// memory until the gap is filled. No clock, no I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/block_transfer.hpp"

namespace blathy::dlms {

class BlockReceiver {
  public:
    enum class Verdict : std::uint8_t {
        taken,
        duplicate,  // has been taken before
        refused,    // out of every window, behind the last block, or too much
    };

    explicit BlockReceiver(MutableBytes room) : room_(room) {}

    Verdict receive(const GeneralBlock& block);

    // A message has begun and is not complete.
    [[nodiscard]] bool in_progress() const { return !complete() && (size_ > 0 || ahead_ != 0); }
    [[nodiscard]] bool complete() const { return is_last_known_ && last_ == acknowledged(); }
    // The APDU, once it is complete; valid until the next block comes.
    [[nodiscard]] Bytes message() const { return complete() ? Bytes(room_.first(size_)) : Bytes{}; }
    // What is there of it without a gap, before it is complete; valid until the next block comes.
    [[nodiscard]] Bytes beginning() const { return in_progress() ? Bytes(room_.first(size_)) : Bytes{}; }
    // BNA: this block and all before it have come.
    [[nodiscard]] std::uint16_t acknowledged() const { return static_cast<std::uint16_t>(expected_ - 1U); }
    // The number of blocks that are missing before the first one that came behind a gap; 0 if there is no gap.
    [[nodiscard]] std::uint8_t gap() const;

  private:
    static constexpr std::size_t slots = 64;  // the greatest window, and the block that is expected

    void begin_message();
    bool store(std::uint16_t distance, Bytes data);
    void advance();

    MutableBytes room_;
    std::size_t size_ = 0;                      // octets of the blocks before `expected_`
    std::size_t behind_gap_ = 0;                // octets that follow them, in the order of their numbers
    std::uint64_t ahead_ = 0;                   // bit i: block `expected_` + i has come
    std::array<std::uint16_t, slots> sizes_{};  // of those, by number modulo the slots
    std::uint16_t expected_ = 1;
    std::uint16_t last_ = 0;  // the number of the last block
    bool is_last_known_ = false;
};

}  // namespace blathy::dlms
