// Where a meter is and how to talk to it.
//
//   tcp://HOST[:PORT]        wrapper over TCP, port 4059 unless stated
//   udp://HOST[:PORT]        wrapper over UDP
//   hdlc+tcp://HOST:PORT     HDLC over TCP, as serial device servers and some modems carry it
//   serial:PATH              HDLC over a serial line
//   optical:PATH             optical probe: IEC 62056-21 mode E sign-on, then HDLC
//
// HOST is a name, an IPv4 address or an IPv6 address in brackets. Options follow as ?name=value&name=value:
//   baud=9600       serial, optical: line speed; for optical the highest that the sign-on may agree on
//   address=17      HDLC: the server's lower (physical device) address
//   octets=4        HDLC: octets of the server's address: 1, 2 or 4 (1 unless there is a lower address, then 2)
//   info=128        HDLC: longest information field, 32 to 2030
//   window=1        HDLC: window size, 1 to 7
//   device=12345    optical: device address of the sign-on
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "station/error.hpp"

namespace blathy::station {

enum class Transport : std::uint8_t { tcp, udp, hdlc_tcp, serial, optical };

struct Url {
    Transport transport = Transport::tcp;
    std::string host;  // without brackets
    std::uint16_t port = 0;
    std::string path;  // of a serial port
    std::optional<std::uint32_t> baud;
    std::optional<std::uint16_t> address;
    std::optional<std::uint8_t> address_octets;
    std::optional<std::uint16_t> max_info;
    std::optional<std::uint8_t> window;
    std::string device;

    bool operator==(const Url&) const = default;
};

// Who listens may say port 0 and gets one that is free.
enum class UrlUse : std::uint8_t { connect, listen };

// Errors are of kind `usage` and name what is wrong.
Result<Url, Error> parse_url(std::string_view text, UrlUse use = UrlUse::connect);
// Scheme, host and port, or scheme and path: what a message calls the meter.
std::string name_of(const Url& url);

}  // namespace blathy::station
