#include "dlms/block_transfer/sender.hpp"

#include <algorithm>
#include <limits>

#include "dlms/apdu/block_transfer.hpp"

namespace blathy::dlms {

void BlockSender::start(Bytes apdu, std::size_t block_size, std::uint16_t first_number) {
    *this = {};
    if (apdu.empty() || block_size == 0) return;
    const std::size_t blocks = (apdu.size() - 1) / block_size + 1;
    kept_ = apdu;
    block_size_ = block_size;
    last_size_ = apdu.size() - (blocks - 1) * block_size;
    slots_ = pulled_ = static_cast<std::uint32_t>(blocks);
    first_number_ = first_number;
    stream_end_ = 1;
    ended_ = active_ = true;
}

void BlockSender::start_pulled(MutableBytes kept, std::size_t block_size, std::uint16_t first_number) {
    *this = {};
    if (block_size == 0 || kept.empty()) return;
    kept_ = ring_ = kept;
    block_size_ = std::min(block_size, kept.size());
    slots_ = static_cast<std::uint32_t>(std::min<std::size_t>(kept.size() / block_size_, GeneralBlock::max_window));
    first_number_ = first_number;
    stream_end_ = 1;
    active_ = true;
}

void BlockSender::start_unconfirmed(Bytes apdu, std::size_t block_size) {
    start(apdu, block_size, 1);
    stream_end_ = pulled_;
}

bool BlockSender::acknowledge(std::uint16_t number, std::uint8_t window) {
    // How far behind or beyond the last confirmed block; half the number space in each direction.
    const auto ahead = static_cast<std::int16_t>(static_cast<std::uint16_t>(number - number_of(confirmed_) + 1U));
    const std::uint32_t stream = std::clamp<std::uint32_t>(window, 1, slots_);
    if (ahead < 0) {
        // Before the first block there were acknowledgements only: they can be said again. A confirmed block can't.
        if (confirmed_ > 0 || ahead < -GeneralBlock::max_window || -ahead >= first_number_) return false;
        lead_ = static_cast<std::uint8_t>(-ahead);
        next_ = 0;
        stream_end_ = stream > lead_ ? stream - lead_ : 0;
        return true;
    }
    if (static_cast<std::uint32_t>(ahead) > sent_ - confirmed_) return false;
    confirmed_ += static_cast<std::uint32_t>(ahead);
    lead_ = 0;
    next_ = confirmed_;
    stream_end_ = confirmed_ + stream;
    if (ended_) stream_end_ = std::min(stream_end_, pulled_);
    return true;
}

void BlockSender::repeat() {
    if (!active_ || sent_ == 0 || due()) return;
    next_ = std::max(next_, std::uint32_t{1}) - 1;
    stream_end_ = next_ + 1;
}

std::size_t BlockSender::size_of(std::uint32_t index) const {
    return ended_ && index + 1 == pulled_ ? last_size_ : block_size_;
}

bool BlockSender::pull_block(PullApdu pull) {
    const MutableBytes room = ring_.subspan((pulled_ % slots_) * block_size_, block_size_);
    std::size_t filled = 0;
    while (filled < block_size_ && !ended_) {
        const auto [octets, end] = pull(room.subspan(filled));
        if (octets == 0 || octets > block_size_ - filled) return false;
        filled += octets;
        ended_ = end;
    }
    last_size_ = filled;
    ++pulled_;
    return true;
}

std::optional<BlockSender::Piece> BlockSender::next(PullApdu pull) {
    if (!due()) return std::nullopt;
    if (lead_ > 0) {
        const auto number = static_cast<std::uint16_t>(first_number_ - lead_);
        --lead_;
        return Piece{number, false, due(), {}};
    }
    if (next_ == pulled_ && (ended_ || pulled_ == std::numeric_limits<std::uint32_t>::max() || !pull_block(pull))) {
        stop();
        return std::nullopt;
    }
    if (ended_) stream_end_ = std::min(stream_end_, pulled_);
    const std::uint32_t index = next_++;
    sent_ = std::max(sent_, next_);
    const std::size_t offset = static_cast<std::size_t>(index % slots_) * block_size_;
    return Piece{number_of(index), ended_ && next_ == pulled_, next_ < stream_end_,
                 kept_.subspan(offset, size_of(index))};
}

}  // namespace blathy::dlms
