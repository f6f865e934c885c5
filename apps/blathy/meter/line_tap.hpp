// Listens to a line for a traffic observer: puts the octets that come in pieces together to frames.
#pragma once

#include <string_view>
#include <vector>

#include "apps/blathy/meter/traffic.hpp"

namespace blathy::apps {

class LineTap {
  public:
    void to_meter(TrafficObserver* observer, std::string_view peer, Bytes octets);
    void from_meter(TrafficObserver* observer, std::string_view peer, Bytes frame);

  private:
    // Hands over what is complete; all of it, if what follows goes the other way.
    void hand_over(TrafficObserver& observer, std::string_view peer, bool all);

    std::vector<std::uint8_t> held_;  // never more than a frame and one reading
};

}  // namespace blathy::apps
