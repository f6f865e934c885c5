#include "meter/local_port/optical_port.hpp"

#include <algorithm>

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

// The manufacturer's third letter in lower case promises an answer within 20 ms (IEC 62056-21, 6.3.2).
constexpr std::string_view quick_flag_manufacturer = "BLt";
constexpr std::uint16_t reaction_ms = 200;
constexpr std::uint16_t quick_reaction_ms = 20;

LocalPortSetup in_force(const Meter& meter, const OpticalPortSettings& settings) {
    return settings.has_setup ? load_local_port_setup(meter.store()) : settings.setup;
}

HdlcPortSettings at_optical_port(HdlcPortSettings settings) {
    settings.access_port = AccessPort::optical;
    return settings;
}

}  // namespace

OpticalPort::OpticalPort(Meter& meter, const OpticalPortSettings& settings)
    : meter_(meter),
      has_setup_(settings.has_setup),
      setup_changes_(meter.port_setup_changes()),
      setup_(in_force(meter, settings)),
      data_(meter),
      session_(session_settings(), data_),
      hdlc_(meter, at_optical_port(settings.hdlc)) {}

dlms::iec62056_21::MeterSettings OpticalPort::session_settings() const {
    dlms::iec62056_21::MeterSettings session;
    session.address = as_text(setup_.device_address.view());
    if (session.address.empty()) session.address = meter_.identity().serial_number();
    session.manufacturer = setup_.answers_quickly ? quick_flag_manufacturer : flag_manufacturer;
    session.reaction_ms = setup_.answers_quickly ? quick_reaction_ms : reaction_ms;
    session.identification = meter_.model().name;
    session.opening_baud = line_speeds[setup_.default_speed];
    session.baud_code = static_cast<char>('0' + setup_.proposed_speed);
    return session;
}

void OpticalPort::follow_setup() {
    const bool is_in_use = !session_.is_idle() || !hdlc_.is_idle();
    if (!has_setup_ || is_in_use || setup_changes_ == meter_.port_setup_changes()) return;
    setup_changes_ = meter_.port_setup_changes();
    setup_ = load_local_port_setup(meter_.store());
    session_.configure(session_settings());
}

dlms::iec62056_21::LineSettings OpticalPort::line() {
    follow_setup();
    return is_hdlc() ? hdlc_.line() : session_.line();
}

void OpticalPort::receive(Bytes octets, std::uint32_t now_ms) {
    follow_setup();
    if (is_hdlc()) {
        hdlc_.receive(octets, now_ms);
        was_connected_ = was_connected_ || hdlc_.is_connected();
        return;
    }
    session_.receive(octets, now_ms);
}

dlms::iec62056_21::Chunk OpticalPort::transmit(MutableBytes room, std::uint32_t now_ms) {
    if (is_hdlc()) {
        const auto chunk = hdlc_.transmit(room, now_ms);
        const bool is_over = hdlc_.is_idle() && (was_connected_ || patience_.is_over(now_ms));
        if (chunk.size == 0 && is_over && !starts_with_hdlc()) reset();
        return chunk;
    }
    const auto chunk = session_.transmit(room, now_ms);
    if (session_.is_hdlc()) {
        hdlc_.reset();
        hdlc_.set_baud(session_.line().baud);
        patience_.start(now_ms, connect_timeout_ms);
        was_connected_ = false;
    }
    return chunk;
}

std::optional<std::uint32_t> OpticalPort::wake_after_ms(std::uint32_t now_ms) const {
    if (!is_hdlc()) return session_.wake_after_ms(now_ms);
    const auto wake = hdlc_.wake_after_ms(now_ms);
    if (starts_with_hdlc() || !hdlc_.is_idle()) return wake;
    const std::uint32_t left_ms = was_connected_ ? 0 : patience_.left_ms(now_ms);
    return std::min(wake.value_or(left_ms), left_ms);
}

void OpticalPort::reset() {
    session_.reset();
    hdlc_.reset();
    was_connected_ = false;
}

}  // namespace blathy::meter
