// Connections that this program makes, without waiting for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/blathy/net/socket.hpp"

namespace blathy::apps {

// Begins to connect to a numeric address, without brackets; the socket is writable once that has succeeded or failed.
// None: that is no address, or the system refused at once.
std::optional<Socket> connect_tcp(const std::string& address, std::uint16_t port);
// Whether the connection that was begun is made.
bool is_connected(const Socket& socket);
// Nothing more will be sent. False: the connection is over.
bool end_sending(const Socket& socket);

// A socket whose datagrams go to this numeric address.
std::optional<Socket> connect_udp(const std::string& address, std::uint16_t port);

}  // namespace blathy::apps
