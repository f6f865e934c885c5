#include "station/link/hdlc_link.hpp"
#include "station/link/link.hpp"
#include "station/link/optical.hpp"
#include "station/link/serial.hpp"
#include "station/link/socket.hpp"
#include "station/link/wrapper_link.hpp"

namespace blathy::station {
namespace {

using dlms::iec62056_21::Framing;
using dlms::iec62056_21::LineSettings;
using OpenedLink = Result<std::unique_ptr<Link>, Error>;

constexpr std::uint32_t usual_baud = 9600;

OpenedLink open_wrapper(const Url& url, const LinkOptions& options, SocketKind kind) {
    auto socket = connect_socket(kind, url.host, url.port, Deadline::after(options.connect_timeout));
    if (!socket) return fail(socket.error());
    if (kind == SocketKind::stream) return std::make_unique<TcpLink>(Stream(std::move(*socket)), options);
    return std::make_unique<UdpLink>(Stream(std::move(*socket), Stream::Kind::datagrams), options);
}

dlms::hdlc::Address server_address(const Url& url, std::uint16_t upper) {
    const std::uint8_t octets = url.address_octets.value_or(url.address ? 2 : 1);
    return {upper, url.address.value_or(0), octets};
}

// A line with several meters has addresses of two octets or more.
dlms::hdlc::Address all_stations(const Url& url) {
    dlms::hdlc::Address address{0, 0, url.address_octets.value_or(std::uint8_t{2})};
    address.upper = address.all_station();
    address.lower = url.address.value_or(address.octets > 1 ? address.all_station() : 0);
    return address;
}

Result<dlms::hdlc::ClientSettings, Error> hdlc_settings(const Url& url, const LinkOptions& options) {
    // Seven bits of each octet of an address are its own; a client's has one octet, a server's upper half one or two.
    const dlms::hdlc::Address server = server_address(url, options.server_sap);
    if (options.client_sap > 0x7F || options.server_sap > (server.octets == 4 ? 0x3FFF : 0x7F)) {
        return fail(Error{ErrorKind::usage, 0, "the client or server address is too great for HDLC; see octets=4"});
    }
    dlms::hdlc::ClientSettings settings;
    settings.client = static_cast<std::uint8_t>(options.client_sap);
    settings.server = server;
    settings.parameters.max_info_transmit = url.max_info.value_or(settings.parameters.max_info_transmit);
    settings.parameters.max_info_receive = url.max_info.value_or(settings.parameters.max_info_receive);
    settings.parameters.window_transmit = url.window.value_or(settings.parameters.window_transmit);
    settings.parameters.window_receive = url.window.value_or(settings.parameters.window_receive);
    settings.max_attempts = static_cast<std::uint8_t>(std::min(options.retries, 100U) + 1);
    // The time for an answer is shared by the attempts to get one.
    const auto each = options.response_timeout / settings.max_attempts;
    settings.response_timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(each.count(), 1));
    settings.stall_timeout_ms = static_cast<std::uint32_t>(options.response_timeout.count());
    return settings;
}

OpenedLink open_hdlc(Stream stream, dlms::hdlc::ClientSettings settings, std::uint32_t baud,
                     const LinkOptions& options) {
    settings.baud = baud;
    return HdlcLink::connect(std::move(stream), settings, Deadline::after(options.connect_timeout));
}

// Of HDLC, but what an optical probe has to say first.
Result<Stream, Error> open_stream(const Url& url, const LineSettings& line, const Deadline& deadline) {
    if (url.transport == Transport::hdlc_tcp) {
        auto socket = connect_socket(SocketKind::stream, url.host, url.port, deadline);
        if (!socket) return fail(socket.error());
        return Stream(std::move(*socket));
    }
    auto port = open_serial(url.path, line);
    if (!port) return fail(port.error());
    return Stream(std::move(*port));
}

}  // namespace

OpenedLink open_link(const Url& url, const LinkOptions& options) {
    if (url.transport == Transport::tcp) return open_wrapper(url, options, SocketKind::stream);
    if (url.transport == Transport::udp) return open_wrapper(url, options, SocketKind::datagram);

    const auto settings = hdlc_settings(url, options);
    if (!settings) return fail(settings.error());
    if (settings->server.octets > 1 && settings->server.lower == 0) {
        return fail(Error{ErrorKind::usage, 0,
                          "an address of two or four octets has the meter's physical address in it: address="});
    }
    const bool optical = url.transport == Transport::optical;
    const LineSettings line =
        optical ? LineSettings{} : LineSettings{url.baud.value_or(usual_baud), Framing::eight_none_one};
    auto stream = open_stream(url, line, Deadline::after(options.connect_timeout));
    if (!stream) return fail(stream.error());
    if (url.transport == Transport::hdlc_tcp) return open_hdlc(std::move(*stream), *settings, 0, options);
    if (!optical) return open_hdlc(std::move(*stream), *settings, line.baud, options);
    const auto agreed = sign_on(*stream, url.device, url.baud.value_or(usual_baud), options.connect_timeout);
    if (!agreed) return fail(agreed.error());
    return open_hdlc(std::move(*stream), *settings, agreed->baud, options);
}

OpenedLink open_broadcast_link(const Url& url, const LinkOptions& options) {
    if (url.transport == Transport::tcp) return open_wrapper(url, options, SocketKind::stream);
    if (url.transport == Transport::udp) return open_wrapper(url, options, SocketKind::broadcast);
    if (url.transport == Transport::optical) {
        return fail(Error{ErrorKind::usage, 0, "an optical port is that of one meter, and has no broadcasts"});
    }
    auto settings = hdlc_settings(url, options);
    if (!settings) return fail(settings.error());
    settings->server = all_stations(url);
    const LineSettings line{url.baud.value_or(usual_baud), Framing::eight_none_one};
    settings->baud = url.transport == Transport::serial ? line.baud : 0;
    auto stream = open_stream(url, line, Deadline::after(options.connect_timeout));
    if (!stream) return fail(stream.error());
    return HdlcLink::without_connection(std::move(*stream), *settings);
}

Result<Readout, Error> read_out(const Url& url, const LinkOptions& options) {
    if (url.transport != Transport::optical) {
        return fail(Error{ErrorKind::usage, 0, name_of(url) + ": only an optical port (optical:PATH) has a readout"});
    }
    auto port = open_serial(url.path, LineSettings{});
    if (!port) return fail(port.error());
    Stream stream(std::move(*port));
    auto readout = read_out(stream, url.device, url.baud.value_or(usual_baud), options.response_timeout);
    if (!readout) readout.error().text = name_of(url) + ": " + readout.error().text;
    return readout;
}

}  // namespace blathy::station
