#include "apps/blathy/meter/listen.hpp"

#include <optional>
#include <utility>

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

// Adapters and this program's own scheduling put gaps between octets that were sent without one.
constexpr std::uint16_t serial_octet_delay_ms = 75;
// Within TCP the network decides when octets come.
constexpr std::uint16_t tcp_octet_delay_ms = 6000;

std::uint8_t address_sizes(const station::Url& url) {
    if (url.address_octets == std::uint8_t{1}) return dlms::hdlc::one_octet;
    if (url.address_octets == std::uint8_t{2}) return dlms::hdlc::two_octets;
    if (url.address_octets == std::uint8_t{4}) return dlms::hdlc::four_octets;
    // Whoever gives an address has other meters on the line.
    return url.address ? dlms::hdlc::bus_sizes : dlms::hdlc::any_size;
}

using Setting = Result<void, std::string>;

Setting set_speed(const station::Url& url, std::uint8_t& comm_speed) {
    if (!url.baud) return {};
    const auto code = meter::speed_code(*url.baud);
    if (!code) {
        return fail(station::name_of(url) +
                    ": a meter's line has 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, "
                    "57600 or 115200 Bd");
    }
    comm_speed = *code;
    return {};
}

// What the URL says of the line.
Setting set_up(const station::Url& url, meter::HdlcSetup& setup) {
    setup.device_address = url.address.value_or(setup.device_address);
    setup.max_info_transmit = url.max_info.value_or(setup.max_info_transmit);
    setup.max_info_receive = url.max_info.value_or(setup.max_info_receive);
    setup.window_size_transmit = url.window.value_or(setup.window_size_transmit);
    setup.window_size_receive = url.window.value_or(setup.window_size_receive);
    return set_speed(url, setup.comm_speed);
}

// The fastest that the identification may offer.
void set_up(const station::Url& url, meter::LocalPortSetup& setup) {
    if (!url.baud) return;
    setup.proposed_speed = 0;
    while (setup.proposed_speed < meter::LocalPortSetup::fastest_proposed &&
           meter::line_speeds[setup.proposed_speed + 1U] <= *url.baud) {
        ++setup.proposed_speed;
    }
}

constexpr const char* not_stored = "the setup of the line could not be stored";

// `line`: which one of the meter's lines this is; none: a further one.
Result<meter::HdlcPortSettings, std::string> hdlc_settings(const station::Url& url, meter::Meter& meter,
                                                           std::optional<meter::HdlcLine> line) {
    meter::HdlcPortSettings settings;
    settings.line = line;
    settings.address_sizes = address_sizes(url);
    const bool is_tcp = url.transport == Transport::hdlc_tcp;
    settings.octet_delay_ms = is_tcp ? tcp_octet_delay_ms : serial_octet_delay_ms;
    if (is_tcp) settings.turnaround_ms = 0;

    const auto present = line ? meter::load_hdlc_setup(meter.store(), *line) : settings.setup;
    settings.setup = present;
    if (const auto set = set_up(url, settings.setup); !set) return fail(set.error());
    if (line && settings.setup != present && !meter.set_up(*line, settings.setup)) return fail(std::string(not_stored));
    return settings;
}

Result<meter::OpticalPortSettings, std::string> optical_settings(const station::Url& url, meter::Meter& meter,
                                                                 TakenLines& taken) {
    meter::OpticalPortSettings settings;
    settings.has_setup = !std::exchange(taken.optical, true);
    const auto hdlc =
        hdlc_settings(url, meter, settings.has_setup ? std::optional(meter::HdlcLine::optical) : std::nullopt);
    if (!hdlc) return fail(hdlc.error());
    settings.hdlc = *hdlc;

    const auto present = settings.has_setup ? meter::load_local_port_setup(meter.store()) : settings.setup;
    settings.setup = present;
    set_up(url, settings.setup);
    const bool is_changed = settings.has_setup && settings.setup != present;
    if (is_changed && !meter.set_up(settings.setup)) return fail(std::string(not_stored));
    return settings;
}

std::optional<meter::HdlcLine> take_rs485(TakenLines& taken) {
    return std::exchange(taken.rs485, true) ? std::nullopt : std::optional(meter::HdlcLine::rs485);
}

Server as_link(auto&& server) {
    if (!server) return fail(server.error());
    return std::move(*server);
}

}  // namespace

Server listen_at(Poller& poller, const station::Url& url, meter::Meter& meter, const LinkLimits& limits,
                 TakenLines& taken) {
    switch (url.transport) {
        case Transport::tcp:
            return as_link(WrapperServer::listen(poller, url, meter, limits));
        case Transport::udp:
            return as_link(UdpServer::listen(poller, url, meter, limits));
        case Transport::hdlc_tcp: {
            const auto settings = hdlc_settings(url, meter, take_rs485(taken));
            if (!settings) return fail(settings.error());
            const auto make_port = [&meter, settings = *settings] {
                return std::make_unique<LinePortOf<meter::HdlcPort>>(meter, settings);
            };
            return as_link(HdlcServer::listen(poller, url, make_port, limits));
        }
        case Transport::serial: {
            const auto settings = hdlc_settings(url, meter, take_rs485(taken));
            if (!settings) return fail(settings.error());
            return as_link(
                SerialServer::open(poller, url, std::make_unique<LinePortOf<meter::HdlcPort>>(meter, *settings)));
        }
        case Transport::optical: {
            const auto settings = optical_settings(url, meter, taken);
            if (!settings) return fail(settings.error());
            return as_link(
                SerialServer::open(poller, url, std::make_unique<LinePortOf<meter::OpticalPort>>(meter, *settings)));
        }
    }
    return fail(std::string("a meter does not listen there"));
}

}  // namespace blathy::apps
