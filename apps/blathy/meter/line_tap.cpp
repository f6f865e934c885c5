#include "apps/blathy/meter/line_tap.hpp"

#include <algorithm>

#include "dlms/hdlc/frame.hpp"

namespace blathy::apps {
namespace {

// Flags, and the longest frame that a length field can state between them.
constexpr std::size_t longest_frame = dlms::hdlc::max_length + 2;

// The size of the frame or message at the beginning of `octets`; 0 if its end is not there yet.
std::size_t complete_size(Bytes octets) {
    if (octets[0] == dlms::hdlc::flag) {
        if (octets.size() < 3) return 0;
        if (octets[1] == dlms::hdlc::flag) return 1;  // a closing flag, or one that fills the time
        if ((octets[1] & 0xF0) == 0xA0) {
            const std::size_t format = std::size_t{octets[1]} << 8U | octets[2];
            const std::size_t size = (format & dlms::hdlc::max_length) + 2;
            return octets.size() < size ? 0 : size;
        }
    }
    const auto end = std::ranges::find(octets.begin() + 1, octets.end(), dlms::hdlc::flag);
    return end == octets.end() ? 0 : static_cast<std::size_t>(end - octets.begin());
}

}  // namespace

void LineTap::to_meter(TrafficObserver* observer, std::string_view peer, Bytes octets) {
    if (observer == nullptr || octets.empty()) return;
    held_.insert(held_.end(), octets.begin(), octets.end());
    hand_over(*observer, peer, false);
}

void LineTap::from_meter(TrafficObserver* observer, std::string_view peer, Bytes frame) {
    if (observer == nullptr) return held_.clear();
    hand_over(*observer, peer, true);
    observer->on_frame(peer, Direction::from_meter, frame);
}

void LineTap::hand_over(TrafficObserver& observer, std::string_view peer, bool all) {
    std::size_t begin = 0;
    while (begin < held_.size()) {
        const Bytes rest = Bytes(held_).subspan(begin);
        std::size_t size = complete_size(rest);
        if (size == 0 && (all || rest.size() > longest_frame)) size = rest.size();
        if (size == 0) break;
        if (size > 1) observer.on_frame(peer, Direction::to_meter, rest.first(size));
        begin += size;
    }
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace blathy::apps
