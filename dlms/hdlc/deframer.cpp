#include "dlms/hdlc/deframer.hpp"

#include <algorithm>

namespace blathy::dlms::hdlc {

std::optional<Frame> Deframer::next(Bytes& input, std::uint32_t now_ms) {
    if (!input.empty()) {
        if (is_overdue(now_ms)) reset();
        last_octet_ms_ = now_ms;
    }
    while (true) {
        if (skim_left_ > 0) {
            const auto frame = skim(input);
            if (frame) return frame;
            if (input.empty()) return std::nullopt;
            continue;
        }
        if (!is_open_) {
            const auto at = std::find(input.begin(), input.end(), flag);
            const bool is_found = at != input.end();
            input = input.subspan(static_cast<std::size_t>(at - input.begin()) + (is_found ? 1 : 0));
            if (!is_found) return std::nullopt;
            open();
        }
        switch (shape()) {
            case Shape::malformed:
                resynchronise();
                break;
            case Shape::incomplete:
                if (input.empty()) return std::nullopt;
                fill(input);
                break;
            case Shape::oversize:
                begin_skimming();
                break;
            case Shape::complete: {
                const Bytes octets = held().first(declared_length());
                begin_at(begin_ + octets.size() + 1);  // the closing flag has become an opening one
                if (const auto frame = decode_frame(octets)) return *frame;
                break;
            }
        }
    }
}

void Deframer::reset() {
    is_open_ = false;
    begin_ = end_ = 0;
    skim_left_ = 0;
}

std::size_t Deframer::declared_length() const {
    const Bytes octets = held();
    return (static_cast<std::size_t>(octets[0]) << 8 | octets[1]) & max_length;
}

Deframer::Shape Deframer::shape() {
    const Bytes octets = held();
    if (octets.empty()) return Shape::incomplete;
    if ((octets[0] & 0xF0) != 0xA0) return Shape::malformed;
    if (octets.size() < 2) return Shape::incomplete;
    const std::size_t length = declared_length();
    if (length < min_length) return Shape::malformed;
    if (!is_header_intact_) {
        const HeaderState header = header_state(octets);
        if (header == HeaderState::damaged) return Shape::malformed;
        if (header == HeaderState::incomplete) return Shape::incomplete;
        is_header_intact_ = true;
    }
    if (octets.size() <= length) return length >= buffer_.size() ? Shape::oversize : Shape::incomplete;
    return octets[length] == flag ? Shape::complete : Shape::malformed;
}

// Octets of this frame, closing flag included, as far as is known yet.
std::size_t Deframer::wanted() const {
    return end_ - begin_ < 2 ? 2 : declared_length() + 1;
}

void Deframer::open() {
    is_open_ = true;
    end_ = 0;
    begin_at(0);
}

void Deframer::begin_at(std::size_t begin) {
    begin_ = begin;
    is_header_intact_ = false;
}

void Deframer::resynchronise() {
    const Bytes octets = held();
    const auto at = std::find(octets.begin(), octets.end(), flag);
    if (at == octets.end()) {
        is_open_ = false;
        return;
    }
    begin_at(begin_ + static_cast<std::size_t>(at - octets.begin()) + 1);
}

void Deframer::compact() {
    const Bytes octets = held();
    std::copy(octets.begin(), octets.end(), buffer_.begin());
    begin_ = 0;
    end_ = octets.size();
}

void Deframer::fill(Bytes& input) {
    compact();
    const std::size_t room = buffer_.size() - end_;
    const std::size_t count = std::min({wanted() - end_, input.size(), room});
    if (count == 0) {
        // Only a buffer too small for a header comes here; it can hold no frame.
        input = {};
        return reset();
    }
    std::copy_n(input.begin(), count, buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
    end_ += count;
    input = input.subspan(count);
}

void Deframer::begin_skimming() {
    compact();
    skim_crc_ = Crc();
    skim_crc_.update(held());
    skim_left_ = static_cast<std::uint16_t>(wanted() - held().size());
}

std::optional<Frame> Deframer::skim(Bytes& input) {
    // The beginning is kept as far as the buffer goes, for the header; the rest only passes through the check sequence.
    const Bytes body = input.first(std::min<std::size_t>(skim_left_ - 1u, input.size()));
    skim_crc_.update(body);
    const std::size_t kept = std::min(body.size(), buffer_.size() - end_);
    std::copy_n(body.begin(), kept, buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
    end_ += kept;
    input = input.subspan(body.size());
    skim_left_ = static_cast<std::uint16_t>(skim_left_ - body.size());
    if (skim_left_ > 1 || input.empty()) return std::nullopt;

    skim_left_ = 0;
    if (input.front() != flag) {
        resynchronise();
        return std::nullopt;
    }
    input = input.subspan(1);
    const Bytes beginning = held();
    begin_at(end_);
    if (!skim_crc_.is_good()) return std::nullopt;
    if (const auto frame = decode_oversize_frame(beginning)) return *frame;
    return std::nullopt;
}

}  // namespace blathy::dlms::hdlc
