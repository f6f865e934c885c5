#include "meter/server/hdlc_port.hpp"

#include <algorithm>

#include "base/writable.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::hdlc::ServerEvent;

constexpr std::array<std::uint16_t, 1> logical_devices{management_logical_device};

// Of an association that was opened by datagram, which no DISC can end (with inactivity timeouts off, too).
constexpr std::uint32_t unconfirmed_timeout_ms = 120'000;

dlms::hdlc::ServerSettings link_settings(const HdlcPortSettings& settings) {
    dlms::hdlc::ServerSettings link;
    link.parameters = settings.setup.parameters();
    link.inter_octet_timeout_ms =
        static_cast<std::uint16_t>(settings.setup.inter_octet_timeout_ms + settings.octet_delay_ms);
    link.inactivity_timeout_s = settings.setup.inactivity_timeout_s;
    link.turnaround_ms = settings.turnaround_ms;
    link.physical_device = settings.setup.device_address;
    link.logical_devices = logical_devices;
    link.address_sizes = settings.address_sizes;
    // Alone on its line the meter is the one that is meant.
    link.answers_calling_address = (settings.address_sizes & dlms::hdlc::one_octet) != 0;
    return link;
}

HdlcPortSettings in_force(const Meter& meter, HdlcPortSettings settings) {
    if (settings.line) settings.setup = load_hdlc_setup(meter.store(), *settings.line);
    return settings;
}

}  // namespace

HdlcPort::HdlcPort(Meter& meter, const HdlcPortSettings& settings)
    : meter_(meter),
      settings_(in_force(meter, settings)),
      baud_(settings_.setup.baud()),
      setup_changes_(meter.port_setup_changes()),
      link_(link_settings(settings_), frame_, request_) {}

void HdlcPort::follow_setup() {
    if (setup_changes_ == meter_.port_setup_changes()) return;
    setup_changes_ = meter_.port_setup_changes();
    settings_ = in_force(meter_, settings_);
    link_.configure(link_settings(settings_));
}

dlms::iec62056_21::LineSettings HdlcPort::line() {
    follow_setup();
    if (is_idle()) baud_ = settings_.setup.baud();
    return {agreed_baud_.value_or(baud_), dlms::iec62056_21::Framing::eight_none_one};
}

void HdlcPort::receive(Bytes octets, std::uint32_t now_ms) {
    follow_setup();
    if (!link_.is_connected() && has_open_association() && unconfirmed_.is_over(now_ms)) session_ = Session();
    while (const auto event = link_.receive(octets, now_ms)) handle(*event, now_ms);
}

void HdlcPort::handle(const ServerEvent& event, std::uint32_t now_ms) {
    switch (event.kind) {
        case ServerEvent::Kind::connected:
            session_ = Session(event.client, event.server.upper, settings_.access_port);
            return;
        case ServerEvent::Kind::disconnected:
            session_ = Session();
            return;
        case ServerEvent::Kind::request:
            return link_.respond(session_.receive(meter_, writable(request_, event.apdu), answer_));
        case ServerEvent::Kind::poll:
            return link_.respond(session_.more(meter_, answer_));
        case ServerEvent::Kind::datagram:
            return take_datagram(event, now_ms);
    }
}

// Unconfirmed services, perhaps to every meter on the bus. What the session has to say to them is not sent, and must
// not be written over an answer that may still have to be repeated.
void HdlcPort::take_datagram(const ServerEvent& event, std::uint32_t now_ms) {
    const std::uint16_t logical_device =
        event.server.upper == event.server.all_station() ? management_logical_device : event.server.upper;
    const Association& association = session_.association();
    const bool is_same = association.client_sap() == event.client && association.server_sap() == logical_device;
    if (link_.is_connected()) {
        if (!is_same) return;  // the association is somebody else's
    } else {
        if (!is_same) session_ = Session(event.client, logical_device, settings_.access_port);
        unconfirmed_.start(now_ms, unconfirmed_timeout_ms);
    }
    std::array<std::uint8_t, Session::min_answer_room> unsent;
    (void)session_.receive(meter_, writable(frame_, event.apdu), unsent);
}

bool HdlcPort::may_have_push() const {
    return settings_.line && meter_.outbox().may_have_next();
}

// The frame leaves with the same call of transmit(), so nothing has to be remembered of it.
void HdlcPort::queue_push(std::uint32_t now_ms) {
    if (!may_have_push() || !link_.is_free_for_datagram(now_ms)) return;
    const auto delivery = meter_.outbox().next(meter_, push_, settings_.line);
    if (!delivery) return;
    const bool is_sent = !delivery->apdu.empty() && link_.send_datagram(static_cast<std::uint8_t>(delivery->client_sap),
                                                                        own_address(), delivery->apdu);
    meter_.outbox().report(meter_, delivery->entry, is_sent);
}

// As short as can be: alone on its line the meter needs no physical device address.
dlms::hdlc::Address HdlcPort::own_address() const {
    constexpr std::uint16_t fits_one_octet = 0x7F;
    if ((settings_.address_sizes & dlms::hdlc::one_octet) != 0) {
        return dlms::hdlc::one_octet_address(management_logical_device);
    }
    const std::uint16_t device = settings_.setup.device_address;
    return {management_logical_device, device, static_cast<std::uint8_t>(device > fits_one_octet ? 4 : 2)};
}

dlms::iec62056_21::Chunk HdlcPort::transmit(MutableBytes room, std::uint32_t now_ms) {
    queue_push(now_ms);
    return {link_.transmit(room, now_ms), line()};
}

std::optional<std::uint32_t> HdlcPort::wake_after_ms(std::uint32_t now_ms) const {
    const auto wake = link_.wake_after_ms(now_ms);
    if (link_.is_connected() || !has_open_association()) return wake;
    return std::min(wake.value_or(unconfirmed_timeout_ms), unconfirmed_.left_ms(now_ms));
}

void HdlcPort::reset() {
    link_.reset();
    session_ = Session();
    agreed_baud_.reset();
}

}  // namespace blathy::meter
