#include "dlms/block_transfer/receiver.hpp"

#include <algorithm>
#include <bit>

namespace blathy::dlms {

BlockReceiver::Verdict BlockReceiver::receive(const GeneralBlock& block) {
    const auto distance = static_cast<std::uint16_t>(block.number - expected_);
    if (distance >= 0x8000) return Verdict::duplicate;
    if (distance >= slots) return Verdict::refused;
    if (block.data.empty() && !in_progress()) {
        // An acknowledgement. Those before it that were lost are no loss.
        expected_ = static_cast<std::uint16_t>(block.number + 1U);
        if (is_last_known_) begin_message();
        return Verdict::taken;
    }
    if ((ahead_ >> distance & 1U) != 0) return Verdict::duplicate;
    if (complete()) begin_message();
    if (is_last_known_ && static_cast<std::int16_t>(static_cast<std::uint16_t>(block.number - last_)) > 0) {
        return Verdict::refused;
    }
    const bool ends = block.last && !block.data.empty();
    if (ends && ahead_ >> distance != 0) return Verdict::refused;
    if (!store(distance, block.data)) return Verdict::refused;
    if (ends) {
        last_ = block.number;
        is_last_known_ = true;
    }
    advance();
    return Verdict::taken;
}

std::uint8_t BlockReceiver::gap() const {
    return ahead_ == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::countr_zero(ahead_));
}

void BlockReceiver::begin_message() {
    size_ = 0;
    behind_gap_ = 0;
    ahead_ = 0;
    is_last_known_ = false;
}

// Makes room between the blocks with smaller numbers and those with greater ones, and puts the octets there.
bool BlockReceiver::store(std::uint16_t distance, Bytes data) {
    if (data.size() > 0xFFFF || data.size() > room_.size() - size_ - behind_gap_) return false;
    std::size_t before = 0;
    for (std::uint16_t i = 0; i < distance; ++i) {
        if ((ahead_ >> i & 1U) != 0) before += sizes_[static_cast<std::uint16_t>(expected_ + i) % slots];
    }
    const auto at = room_.begin() + static_cast<std::ptrdiff_t>(size_ + before);
    const auto end = room_.begin() + static_cast<std::ptrdiff_t>(size_ + behind_gap_);
    std::copy_backward(at, end, end + static_cast<std::ptrdiff_t>(data.size()));
    std::copy(data.begin(), data.end(), at);
    behind_gap_ += data.size();
    ahead_ |= std::uint64_t{1} << distance;
    sizes_[static_cast<std::uint16_t>(expected_ + distance) % slots] = static_cast<std::uint16_t>(data.size());
    return true;
}

void BlockReceiver::advance() {
    while ((ahead_ & 1U) != 0) {
        const std::size_t size = sizes_[expected_ % slots];
        size_ += size;
        behind_gap_ -= size;
        ahead_ >>= 1U;
        ++expected_;
    }
}

}  // namespace blathy::dlms
