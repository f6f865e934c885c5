// Connected sockets, IPv4 and IPv6.
#pragma once

#include <string>

#include "station/link/deadline.hpp"
#include "station/link/stream.hpp"

namespace blathy::station {

// `broadcast`: datagrams, also to addresses that stand for all hosts of a network.
enum class SocketKind : std::uint8_t { stream, datagram, broadcast };

// Tries the addresses of `host` one after the other. Looking up a name takes as long as the system's resolver lets it.
Result<Descriptor, Error> connect_socket(SocketKind kind, const std::string& host, std::uint16_t port,
                                         const Deadline& deadline);

}  // namespace blathy::station
