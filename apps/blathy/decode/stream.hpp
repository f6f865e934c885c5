// From segments to messages: puts TCP streams together and cuts them into WPDUs and HDLC frames.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "apps/blathy/decode/segment.hpp"

namespace blathy::apps {

// One direction of a TCP connection. Octets come out in order and once, whatever the order they were captured in.
class TcpStream {
  public:
    // A capture that lost segments would hold back all later ones: beyond this the gap is given up.
    static constexpr std::size_t max_waiting_octets = std::size_t{1024} * 1024;
    static constexpr std::size_t max_waiting_segments = 1024;

    // Appends the octets that are next to `out`. True if octets before them are missing for good.
    bool push(const Segment& segment, std::vector<std::uint8_t>& out);
    // What still waits behind gaps, to be asked until it is empty.
    std::vector<std::uint8_t> take_waiting();

  private:
    void append_due(std::vector<std::uint8_t>& out);

    std::optional<std::uint32_t> next_;
    std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> waiting_;  // by sequence number
    std::size_t waiting_octets_ = 0;
};

struct Message {
    std::int64_t time_ns = 0;  // of the segment that completed it
    Endpoint source;
    Endpoint destination;
    bool is_tcp = false;
    std::vector<std::uint8_t> octets;
};

// The length of the first message of a stream; none while it is not all there. Octets that begin neither a WPDU nor
// an HDLC frame are one message, as many as there are.
std::optional<std::size_t> message_size(Bytes octets);

class MessageCollector {
  public:
    using Receive = std::function<void(const Message&)>;

    // Port 0: any port, but only what begins like a WPDU, an HDLC frame or a sign-on.
    MessageCollector(std::uint16_t port, Receive receive) : port_(port), receive_(std::move(receive)) {}

    void push(const Segment& segment);
    // Messages that never became whole are passed on as they are.
    void finish();

  private:
    static constexpr std::size_t max_streams = 10'000;

    struct Stream {
        TcpStream tcp;
        std::vector<std::uint8_t> octets;
        std::int64_t time_ns = 0;
    };
    using Key = std::pair<Endpoint, Endpoint>;

    [[nodiscard]] bool is_wanted(const Segment& segment) const;
    void deliver(const Key& key, Stream& stream);
    void flush(const Key& key, Stream& stream);
    void pass(const Key& key, std::int64_t time_ns, bool is_tcp, Bytes octets);

    std::uint16_t port_;
    Receive receive_;
    std::map<Key, Stream> streams_;
};

}  // namespace blathy::apps
