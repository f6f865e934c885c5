#include "apps/blathy/decode/stream.hpp"

#include <algorithm>

#include "dlms/hdlc/frame.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::apps {
namespace {

// Sequence numbers wrap around; which of two is earlier shows in the sign of their distance.
std::int32_t distance(std::uint32_t from, std::uint32_t to) {
    return static_cast<std::int32_t>(to - from);
}

bool looks_like_dlms(Bytes octets) {
    if (octets.size() < 2) return false;
    const bool wrapper = octets[0] == 0 && octets[1] == dlms::wrapper_version;
    const bool hdlc = octets[0] == dlms::hdlc::flag && octets[1] >> 4U == 0xA;
    const bool sign_on = octets[0] == '/' && octets[1] == '?';
    return wrapper || hdlc || sign_on;
}

}  // namespace

bool TcpStream::push(const Segment& segment, std::vector<std::uint8_t>& out) {
    if (segment.is_syn) {
        next_ = segment.sequence + 1;
        waiting_.clear();
        waiting_octets_ = 0;
    }
    const std::uint32_t sequence = segment.is_syn ? segment.sequence + 1 : segment.sequence;
    if (!next_) next_ = sequence;
    if (!segment.payload.empty()) {
        const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                                     [&](const auto& other) { return distance(sequence, other.first) > 0; });
        waiting_.emplace(at, sequence, segment.payload);
        waiting_octets_ += segment.payload.size();
    }
    append_due(out);
    if (waiting_octets_ <= max_waiting_octets && waiting_.size() <= max_waiting_segments) return false;
    next_ = waiting_.front().first;
    append_due(out);
    return true;
}

void TcpStream::append_due(std::vector<std::uint8_t>& out) {
    while (!waiting_.empty()) {
        const auto& [sequence, octets] = waiting_.front();
        const std::int32_t ahead = distance(*next_, sequence);
        if (ahead > 0) return;
        const auto known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));  // octets sent once more
        if (known < octets.size()) {
            out.insert(out.end(), octets.begin() + static_cast<std::ptrdiff_t>(known), octets.end());
            *next_ += static_cast<std::uint32_t>(octets.size() - known);
        }
        waiting_octets_ -= octets.size();
        waiting_.erase(waiting_.begin());
    }
}

std::vector<std::uint8_t> TcpStream::take_waiting() {
    std::vector<std::uint8_t> octets;
    if (waiting_.empty()) return octets;
    next_ = waiting_.front().first;
    append_due(octets);
    return octets;
}

std::optional<std::size_t> message_size(Bytes octets) {
    if (octets.empty()) return std::nullopt;
    std::size_t size = octets.size();
    if (octets[0] == 0) {
        if (octets.size() < dlms::WrapperHeader::size) return std::nullopt;
        const auto header = dlms::read_wrapper_header(octets);
        if (header) size = dlms::WrapperHeader::size + header->length;
    } else if (octets[0] == dlms::hdlc::flag) {
        if (octets.size() < 3) return std::nullopt;
        if (octets[1] == dlms::hdlc::flag) return 1;
        const std::size_t length = (octets[1] & 0x07U) << 8U | octets[2];
        if (octets[1] >> 4U == 0xA) size = length + 2;
    }
    return size <= octets.size() ? std::optional(size) : std::nullopt;
}

bool MessageCollector::is_wanted(const Segment& segment) const {
    return port_ == 0 || segment.source.port == port_ || segment.destination.port == port_;
}

void MessageCollector::push(const Segment& segment) {
    if (!is_wanted(segment)) return;
    const Key key{segment.source, segment.destination};
    if (!segment.is_tcp) {
        if (port_ != 0 || looks_like_dlms(segment.payload)) pass(key, segment.time_ns, false, segment.payload);
        return;
    }
    if (streams_.size() == max_streams && !streams_.contains(key)) finish();
    Stream& stream = streams_[key];
    stream.time_ns = segment.time_ns;
    std::vector<std::uint8_t> due;
    const bool lost = stream.tcp.push(segment, due);
    if (lost) flush(key, stream);
    stream.octets.insert(stream.octets.end(), due.begin(), due.end());
    deliver(key, stream);
    if (segment.is_end) {
        flush(key, stream);
        streams_.erase(key);
    }
}

void MessageCollector::finish() {
    for (auto& [key, stream] : streams_) flush(key, stream);
    streams_.clear();
}

void MessageCollector::deliver(const Key& key, Stream& stream) {
    std::size_t done = 0;
    const Bytes octets(stream.octets);
    if (port_ == 0 && octets.size() >= 2 && !looks_like_dlms(octets)) done = octets.size();
    while (const auto size = message_size(octets.subspan(done))) {
        pass(key, stream.time_ns, true, octets.subspan(done, *size));
        done += *size;
        // A flag may close one frame and open the next.
        const bool shared = octets[done - 1] == dlms::hdlc::flag && *size > 1 &&
                            octets[done - *size] == dlms::hdlc::flag && done < octets.size() &&
                            octets[done] >> 4U == 0xA;
        if (shared) --done;
    }
    stream.octets.erase(stream.octets.begin(), stream.octets.begin() + static_cast<std::ptrdiff_t>(done));
}

void MessageCollector::flush(const Key& key, Stream& stream) {
    if (!stream.octets.empty()) pass(key, stream.time_ns, true, stream.octets);
    stream.octets.clear();
    for (auto octets = stream.tcp.take_waiting(); !octets.empty(); octets = stream.tcp.take_waiting()) {
        stream.octets = std::move(octets);
        deliver(key, stream);
        if (!stream.octets.empty()) pass(key, stream.time_ns, true, stream.octets);
        stream.octets.clear();
    }
}

void MessageCollector::pass(const Key& key, std::int64_t time_ns, bool is_tcp, Bytes octets) {
    const bool idle_flag = octets.size() == 1 && octets[0] == dlms::hdlc::flag;
    if (octets.empty() || idle_flag) return;
    receive_({time_ns, key.first, key.second, is_tcp, {octets.begin(), octets.end()}});
}

}  // namespace blathy::apps
