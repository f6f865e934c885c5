// A way to the meter for each URL that it is told to listen at.
#pragma once

#include <memory>
#include <string>

#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"
#include "station/url.hpp"

namespace blathy::apps {

// A meter has setups of one optical port and of one other HDLC line (RS485). The first link of each kind is that; what
// its URL says is written to the setup, and from then on the setup holds, which clients may change. Further links of a
// kind are as their URLs say.
struct TakenLines {
    bool optical = false;
    bool rs485 = false;
};

// Listens at once. The error is a sentence: the port is taken, there is no such serial port. `poller` and `meter` must
// outlive the server.
Result<std::unique_ptr<LinkServer>, std::string> listen_at(Poller& poller, const station::Url& url, meter::Meter& meter,
                                                           const LinkLimits& limits, TakenLines& taken);

}  // namespace blathy::apps
