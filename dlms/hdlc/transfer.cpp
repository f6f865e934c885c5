#include "dlms/hdlc/transfer.hpp"

#include <algorithm>

namespace blathy::dlms::hdlc {

void Sending::reset(std::uint16_t most_info, std::uint8_t window) {
    cancel();
    max_info_ = most_info;
    window_ = window;
    oldest_number_ = next_number_ = sent_number_ = 0;
}

void Sending::start(const LlcHeader& llc, Bytes apdu) {
    cancel();
    llc_ = llc;
    apdu_ = apdu;
    is_active_ = true;
}

void Sending::cancel() {
    next_number_ = sent_number_ = oldest_number_;
    apdu_ = {};
    acknowledged_ = 0;
    is_active_ = false;
}

bool Sending::is_valid(std::uint8_t receive_number) const {
    return ((receive_number - oldest_number_) & 7u) <= ((sent_number_ - oldest_number_) & 7u);
}

bool Sending::acknowledge(std::uint8_t receive_number) {
    const std::size_t frames = (receive_number - oldest_number_) & 7u;
    acknowledged_ = std::min(total(), acknowledged_ + frames * max_info_);
    if (frames > in_flight()) next_number_ = receive_number;
    oldest_number_ = receive_number;
    return frames > 0;
}

bool Sending::can_send() const {
    return in_flight() < window_ && acknowledged_ + in_flight() * max_info_ < total();
}

Segment Sending::next() {
    const std::size_t begin = acknowledged_ + in_flight() * max_info_;
    const std::size_t end = std::min(total(), begin + max_info_);
    const std::size_t llc_size = llc_.size();
    Segment segment;
    segment.head = Bytes(llc_).subspan(std::min(begin, llc_size));
    segment.head = segment.head.first(std::min(segment.head.size(), end - begin));
    const std::size_t apdu_begin = std::max(begin, llc_size) - llc_size;
    segment.information = apdu_.subspan(apdu_begin, std::max(end, llc_size) - llc_size - apdu_begin);
    segment.send_number = next_number_;
    segment.is_last = end == total();
    const bool is_newest = next_number_ == sent_number_;
    next_number_ = static_cast<std::uint8_t>((next_number_ + 1) & 7);
    if (is_newest) sent_number_ = next_number_;
    return segment;
}

bool Receiving::append(Bytes information) {
    if (information.size() > buffer_.size() - size_) {
        clear();
        return false;
    }
    std::copy(information.begin(), information.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += information.size();
    return true;
}

std::optional<Bytes> Receiving::finish(const LlcHeader& llc) {
    const Bytes whole = Bytes(buffer_).first(size_);
    clear();
    return strip_llc(llc, whole);
}

std::optional<Bytes> strip_llc(const LlcHeader& llc, Bytes information) {
    if (information.size() < llc.size() || !equal(information.first(llc.size()), llc)) return std::nullopt;
    return information.subspan(llc.size());
}

}  // namespace blathy::dlms::hdlc
