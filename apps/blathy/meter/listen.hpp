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

// Listens at once. The error is a sentence: the port is taken, there is no such serial port. `poller` and `meter` must
// outlive the server.
Result<std::unique_ptr<LinkServer>, std::string> listen_at(Poller& poller, const station::Url& url, meter::Meter& meter,
                                                           const LinkLimits& limits);

}  // namespace blathy::apps
