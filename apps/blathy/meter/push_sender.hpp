// Sends what meters push: takes deliveries from their outboxes, and reports how they went. One serves any number of
// meters.
//
// By TCP a connection is made for each APDU, which goes in the wrapper, and is closed after it; by UDP the wrapper goes
// in a datagram; as HDLC an UI frame goes over a TCP connection. A destination is ADDRESS:PORT or ADDRESS, with an IPv6
// address in brackets if a port follows; without one it is 4059. Names are not looked up, since that would hold up
// everybody else.
//
// Delivered means: the system has taken all of it, and the connection was ended in order. What the outbox then makes of
// a failure is its own business.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/blathy/meter/traffic.hpp"
#include "apps/blathy/net/poller.hpp"
#include "apps/blathy/net/socket.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

struct PushDestination {
    std::string address;  // without brackets
    std::uint16_t port = 0;
    bool operator==(const PushDestination&) const = default;
};
std::optional<PushDestination> parse_push_destination(std::string_view text);

// The octets that go to the destination: in the wrapper, or in an UI frame. Empty: it is too long for a frame.
std::vector<std::uint8_t> framed(const meter::Delivery& delivery);

class PushSender {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // A connection that is not made, or does not take what is sent, for so long has failed.
    static constexpr std::chrono::seconds time_out{10};

    // Must outlive the sender, as must the meters.
    explicit PushSender(Poller& poller);
    ~PushSender();

    // To be called after each of the poller's waits: reports what has ended or taken too long.
    void after_wait(Time now);
    // Begins to send what is due.
    void take_from(meter::Meter& meter, Time now);

    void observe(TrafficObserver* observer) { observer_ = observer; }
    [[nodiscard]] std::size_t under_way() const { return sendings_.size(); }

  private:
    class Sending;

    Poller& poller_;
    TrafficObserver* observer_ = nullptr;
    std::vector<std::uint8_t> room_;  // one APDU is made at a time
    std::list<Sending> sendings_;
};

}  // namespace blathy::apps
