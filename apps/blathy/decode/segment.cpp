#include "apps/blathy/decode/segment.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace blathy::apps {
namespace {

enum LinkType : std::uint32_t {
    link_null = 0,
    link_ethernet = 1,
    link_raw_bsd = 12,
    link_raw_openbsd = 14,
    link_raw = 101,
    link_linux_cooked = 113,
    link_ipv4 = 228,
    link_ipv6 = 229,
    link_linux_cooked_v2 = 276,
};

enum EtherType : std::uint16_t {
    ether_ipv4 = 0x0800,
    ether_ipv6 = 0x86DD,
    ether_vlan = 0x8100,
    ether_vlan_outer = 0x88A8,
};

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

// What stands before the IP header.
struct LinkHeader {
    std::uint32_t link_type;
    std::uint8_t before_ether_type;  // octets
    bool has_ether_type;             // without it there is IP in any case
    std::uint8_t behind_ether_type;
};

constexpr std::array<LinkHeader, 9> link_headers{{{link_null, 4, false, 0},
                                                  {link_ethernet, 12, true, 0},
                                                  {link_raw_bsd, 0, false, 0},
                                                  {link_raw_openbsd, 0, false, 0},
                                                  {link_raw, 0, false, 0},
                                                  {link_linux_cooked, 14, true, 0},
                                                  {link_ipv4, 0, false, 0},
                                                  {link_ipv6, 0, false, 0},
                                                  {link_linux_cooked_v2, 0, true, 18}}};

const LinkHeader* find_link_header(std::uint32_t link_type) {
    const auto* const found = std::ranges::find(link_headers, link_type, &LinkHeader::link_type);
    return found == link_headers.end() ? nullptr : found;
}

// Brings the reader to the IP header; false when the packet carries none.
bool skip_link_header(ByteReader& in, std::uint32_t link_type) {
    const LinkHeader* const header = find_link_header(link_type);
    if (header == nullptr) return false;
    in.skip(header->before_ether_type);
    if (!header->has_ether_type) return in.ok();
    std::uint16_t ether_type = in.u16();
    while (link_type == link_ethernet && (ether_type == ether_vlan || ether_type == ether_vlan_outer)) {
        in.skip(2);
        ether_type = in.u16();
    }
    in.skip(header->behind_ether_type);
    return in.ok() && (ether_type == ether_ipv4 || ether_type == ether_ipv6);
}

struct Datagram {
    std::uint8_t protocol = 0;
    Bytes payload;
};

std::optional<Datagram> read_ipv4(ByteReader& in, Segment& segment) {
    const Bytes start = in.rest();
    const std::size_t header_size = 4 * static_cast<std::size_t>(in.u8() & 0x0FU);
    in.skip(1);
    const std::size_t total = in.u16();
    in.skip(2);
    const std::uint16_t fragment = in.u16();
    in.skip(1);
    const std::uint8_t protocol = in.u8();
    in.skip(2);
    for (Endpoint* endpoint : {&segment.source, &segment.destination}) {
        const Bytes address = in.bytes(4);
        std::copy(address.begin(), address.end(), endpoint->address.begin());
    }
    const bool is_fragment = (fragment & 0x3FFF) != 0;
    if (!in.ok() || header_size < 20 || is_fragment) return std::nullopt;
    // Segmentation offload leaves 0; a snap length leaves fewer octets than there were.
    const std::size_t end = total == 0 ? start.size() : std::min(total, start.size());
    if (end < header_size) return std::nullopt;
    return Datagram{protocol, start.subspan(header_size, end - header_size)};
}

std::optional<Datagram> read_ipv6(ByteReader& in, Segment& segment) {
    in.skip(4);
    const std::size_t length = in.u16();
    std::uint8_t next = in.u8();
    in.skip(1);
    for (Endpoint* endpoint : {&segment.source, &segment.destination}) {
        endpoint->is_ipv6 = true;
        const Bytes address = in.bytes(16);
        std::copy(address.begin(), address.end(), endpoint->address.begin());
    }
    if (!in.ok()) return std::nullopt;
    ByteReader body(in.rest().first(length == 0 ? in.remaining() : std::min(length, in.remaining())));
    const auto is_extension = [](std::uint8_t header) { return header == 0 || header == 43 || header == 60; };
    while (is_extension(next) && body.ok()) {
        next = body.u8();
        const std::size_t rest_of_header = body.u8() * 8U + 6U;
        body.skip(rest_of_header);
    }
    if (!body.ok()) return std::nullopt;
    return Datagram{next, body.rest()};
}

bool read_tcp(Bytes octets, Segment& segment) {
    ByteReader in(octets);
    segment.source.port = in.u16();
    segment.destination.port = in.u16();
    segment.sequence = in.u32();
    in.skip(4);
    const std::size_t header_size = 4 * static_cast<std::size_t>(in.u8() >> 4U);
    const std::uint8_t flags = in.u8();
    if (!in.ok() || header_size < 20 || header_size > octets.size()) return false;
    segment.is_tcp = true;
    segment.is_syn = (flags & 0x02) != 0;
    segment.is_end = (flags & 0x05) != 0;
    const Bytes payload = octets.subspan(header_size);
    segment.payload.assign(payload.begin(), payload.end());
    return true;
}

bool read_udp(Bytes octets, Segment& segment) {
    ByteReader in(octets);
    segment.source.port = in.u16();
    segment.destination.port = in.u16();
    const std::size_t length = in.u16();
    in.skip(2);
    if (!in.ok() || length < 8) return false;
    const Bytes payload = in.rest().first(std::min(length - 8, in.remaining()));
    segment.payload.assign(payload.begin(), payload.end());
    return true;
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
    using namespace boost::asio::ip;
    if (endpoint.is_ipv6) return "[" + address_v6(endpoint.address).to_string() + "]:" + std::to_string(endpoint.port);
    const address_v4::bytes_type octets{endpoint.address[0], endpoint.address[1], endpoint.address[2],
                                        endpoint.address[3]};
    return address_v4(octets).to_string() + ":" + std::to_string(endpoint.port);
}

bool knows_link_type(std::uint32_t link_type) {
    return find_link_header(link_type) != nullptr;
}

std::optional<Segment> read_segment(const Packet& packet) {
    ByteReader in(packet.octets);
    if (!skip_link_header(in, packet.link_type) || in.at_end()) return std::nullopt;
    Segment segment;
    segment.time_ns = packet.time_ns;
    const unsigned version = in.peek_u8() >> 4U;
    const auto datagram = version == 4 ? read_ipv4(in, segment) : version == 6 ? read_ipv6(in, segment) : std::nullopt;
    if (!datagram) return std::nullopt;
    const bool ok = datagram->protocol == protocol_tcp   ? read_tcp(datagram->payload, segment)
                    : datagram->protocol == protocol_udp ? read_udp(datagram->payload, segment)
                                                         : false;
    if (!ok) return std::nullopt;
    return segment;
}

}  // namespace blathy::apps
