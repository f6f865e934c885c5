#include "apps/blathy/meter/listen.hpp"

#include "apps/blathy/meter/hdlc_server.hpp"
#include "apps/blathy/meter/serial_server.hpp"
#include "apps/blathy/meter/udp_server.hpp"
#include "apps/blathy/meter/wrapper_server.hpp"
#include "meter/local_port/optical_port.hpp"
#include "meter/server/hdlc_port.hpp"

namespace blathy::apps {
namespace {

using station::Transport;
using Server = Result<std::unique_ptr<LinkServer>, std::string>;

static_assert(line_port_room >= meter::HdlcPort::frame_room);

constexpr std::uint32_t usual_baud = 9600;
// Adapters and this program's own scheduling put gaps between octets that were sent without one.
constexpr std::uint16_t serial_inter_octet_timeout_ms = 100;
// Within TCP the network decides when octets come: the longest that the standard has (class 23).
constexpr std::uint16_t tcp_inter_octet_timeout_ms = 6000;

std::uint8_t address_sizes(const station::Url& url) {
    if (url.address_octets == std::uint8_t{1}) return dlms::hdlc::one_octet;
    if (url.address_octets == std::uint8_t{2}) return dlms::hdlc::two_octets;
    if (url.address_octets == std::uint8_t{4}) return dlms::hdlc::four_octets;
    // Whoever gives an address has other meters on the line.
    return url.address ? dlms::hdlc::bus_sizes : dlms::hdlc::any_size;
}

meter::HdlcPortSettings hdlc_settings(const station::Url& url) {
    meter::HdlcPortSettings settings;
    settings.physical_device = url.address.value_or(settings.physical_device);
    settings.address_sizes = address_sizes(url);
    auto& parameters = settings.parameters;
    parameters.max_info_transmit = parameters.max_info_receive = url.max_info.value_or(parameters.max_info_transmit);
    parameters.window_transmit = parameters.window_receive = url.window.value_or(parameters.window_transmit);
    settings.baud = url.baud.value_or(usual_baud);
    const bool is_tcp = url.transport == Transport::hdlc_tcp;
    settings.inter_octet_timeout_ms = is_tcp ? tcp_inter_octet_timeout_ms : serial_inter_octet_timeout_ms;
    if (is_tcp) settings.turnaround_ms = 0;
    return settings;
}

meter::OpticalPortSettings optical_settings(const station::Url& url) {
    meter::OpticalPortSettings settings;
    settings.hdlc = hdlc_settings(url);
    settings.baud_code = '0';
    while (settings.baud_code < '6') {
        const auto next = static_cast<char>(settings.baud_code + 1);
        if (*dlms::iec62056_21::baud_of(next) > settings.hdlc.baud) break;
        settings.baud_code = next;
    }
    return settings;
}

Server as_link(auto&& server) {
    if (!server) return fail(server.error());
    return std::move(*server);
}

}  // namespace

Server listen_at(Poller& poller, const station::Url& url, meter::Meter& meter, const LinkLimits& limits) {
    switch (url.transport) {
        case Transport::tcp:
            return as_link(WrapperServer::listen(poller, url, meter, limits));
        case Transport::udp:
            return as_link(UdpServer::listen(poller, url, meter, limits));
        case Transport::hdlc_tcp: {
            const auto settings = hdlc_settings(url);
            const auto make_port = [&meter, settings] {
                return std::make_unique<LinePortOf<meter::HdlcPort>>(meter, settings);
            };
            return as_link(HdlcServer::listen(poller, url, make_port, limits));
        }
        case Transport::serial:
            return as_link(SerialServer::open(
                poller, url, std::make_unique<LinePortOf<meter::HdlcPort>>(meter, hdlc_settings(url))));
        case Transport::optical:
            return as_link(SerialServer::open(
                poller, url, std::make_unique<LinePortOf<meter::OpticalPort>>(meter, optical_settings(url))));
    }
    return fail(std::string("a meter does not listen there"));
}

}  // namespace blathy::apps
