// The messages of the panel's WebSocket (docs/panel-protocol.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/traffic.hpp"

namespace blathy::apps {

using Json = nlohmann::ordered_json;

// Octets from the wire are no UTF-8; JSON is.
std::string printable(std::string_view text);
// Local, ISO 8601 with its offset.
std::string iso_time(const dlms::DateTime& time);

// To the page; site_messages.hpp has more.
Json hello_message(const DeskMeter& desk, const std::vector<std::string>& listen);
Json tick_message(DeskMeter& desk, std::size_t clients);
Json wave_message(const DeskMeter& desk);
Json log_message(const DeskMeter& desk, std::string_view peer, Direction direction, Bytes wpdu);
Json error_message(std::string_view text);

// From the page: does what the message says. Empty, or a sentence why not. `controls_changed` when other pages have to
// know.
std::string obey(DeskMeter& desk, std::string_view message, bool& controls_changed);

}  // namespace blathy::apps
