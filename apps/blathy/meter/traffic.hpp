// What passes over the meter's links, for whoever watches.
#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace blathy::apps {

enum class Direction : std::uint8_t { to_meter, from_meter };

class TrafficObserver {
  public:
    virtual ~TrafficObserver() = default;
    // One WPDU or frame. Valid during the call only.
    virtual void on_frame(std::string_view peer, Direction direction, Bytes frame) = 0;
    // A push has gone to its destination, or an attempt at it has failed. `what` is pushed: "alarm".
    virtual void on_push(std::string_view /*destination*/, std::string_view /*what*/, bool /*delivered*/) {}
};

}  // namespace blathy::apps
