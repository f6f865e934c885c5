// The half of general block transfer that cuts an APDU into blocks (block_transfer.hpp states the protocol).
//
// The APDU is either at hand as a whole, or pulled piece by piece while it is sent; then only the blocks that may have
// to be sent again are kept, in memory that the owner lends. No clock, no I/O: `next` says what to send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/function_ref.hpp"

namespace blathy::dlms {

// Puts the next octets of the APDU into `room`. Fewer than fit are fine; none at all is a failure, which ends the
// transfer.
struct Pulled {
    std::size_t octets = 0;
    bool end = false;  // nothing follows: said along with the last octets, because their block is marked
};
using PullApdu = FunctionRef<Pulled(MutableBytes room)>;

class BlockSender {
  public:
    struct Piece {
        std::uint16_t number = 0;
        bool last = false;
        bool streaming = false;
        Bytes data;  // valid until the next call
    };

    // An APDU that is all there, and stays there until the transfer is over. It begins with block `first_number`.
    void start(Bytes apdu, std::size_t block_size, std::uint16_t first_number);
    // An APDU that is pulled. `kept` holds as many blocks as a stream may have; a smaller one makes smaller blocks.
    void start_pulled(MutableBytes kept, std::size_t block_size, std::uint16_t first_number);
    // All in one stream, and nothing is ever acknowledged.
    void start_unconfirmed(Bytes apdu, std::size_t block_size);
    void stop() { *this = {}; }

    [[nodiscard]] bool active() const { return active_; }
    // There is a block to be sent now.
    [[nodiscard]] bool due() const { return active_ && (lead_ > 0 || next_ < stream_end_); }
    // The last block has been sent at least once; and all blocks have been acknowledged.
    [[nodiscard]] bool all_sent() const { return active_ && ended_ && sent_ == pulled_; }
    [[nodiscard]] bool all_acknowledged() const { return all_sent() && confirmed_ == pulled_; }
    [[nodiscard]] std::uint16_t last_number() const { return static_cast<std::uint16_t>(number_of(sent_) - 1U); }

    // The other side has all blocks up to `number`, and takes `window` more. False: it can't have them.
    bool acknowledge(std::uint16_t number, std::uint8_t window);
    // Sends the block again that ended the last stream.
    void repeat();

    // The next block. None when none is due, or when the pull failed: then the sender is no longer active.
    std::optional<Piece> next(PullApdu pull);

  private:
    [[nodiscard]] std::uint16_t number_of(std::uint32_t index) const {
        return static_cast<std::uint16_t>(first_number_ + index);
    }
    [[nodiscard]] std::size_t size_of(std::uint32_t index) const;
    bool pull_block(PullApdu pull);

    Bytes kept_;         // the whole APDU, or a ring of blocks
    MutableBytes ring_;  // the ring to pull into; empty when the APDU is at hand
    std::size_t block_size_ = 0;
    std::size_t last_size_ = 0;  // octets of the last block, once it is known
    std::uint32_t slots_ = 0;    // blocks that `kept_` holds
    // Counts of blocks, not numbers, which wrap.
    std::uint32_t confirmed_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t sent_ = 0;        // the most there ever were
    std::uint32_t stream_end_ = 0;  // blocks before this one may be sent
    std::uint32_t pulled_ = 0;
    std::uint16_t first_number_ = 1;
    std::uint8_t lead_ = 0;  // acknowledgements before the first block that the other side missed
    bool ended_ = false;     // all has been pulled
    bool active_ = false;
};

}  // namespace blathy::dlms
