// From a captured packet to what TCP or UDP carries in it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "apps/blathy/decode/pcap.hpp"

namespace blathy::apps {

struct Endpoint {
    std::array<std::uint8_t, 16> address{};  // the first four octets of IPv4
    bool is_ipv6 = false;
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
    bool operator<(const Endpoint& other) const {
        return std::tie(address, is_ipv6, port) < std::tie(other.address, other.is_ipv6, other.port);
    }
};
// "10.0.0.1:4059", "[2001:db8::1]:4059".
std::string to_string(const Endpoint& endpoint);

struct Segment {
    std::int64_t time_ns = 0;
    Endpoint source;
    Endpoint destination;
    bool is_tcp = false;
    std::uint32_t sequence = 0;  // TCP, of the first payload octet
    bool is_syn = false;
    bool is_end = false;  // FIN or RST
    std::vector<std::uint8_t> payload;
};

// Those of Ethernet, raw IP, BSD loopback and Linux cooked captures.
[[nodiscard]] bool knows_link_type(std::uint32_t link_type);

// Ethernet with VLAN tags, raw IP, BSD loopback and Linux cooked captures, IPv4 and IPv6. None for anything else, and
// for fragments.
std::optional<Segment> read_segment(const Packet& packet);

}  // namespace blathy::apps
