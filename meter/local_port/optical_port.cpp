#include "meter/local_port/optical_port.hpp"

#include <algorithm>

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

dlms::iec62056_21::MeterSettings session_settings(const Meter& meter, const OpticalPortSettings& settings) {
    dlms::iec62056_21::MeterSettings session;
    session.address = meter.identity().serial_number();
    session.manufacturer = flag_manufacturer;
    session.identification = meter.model().name;
    session.baud_code = settings.baud_code;
    return session;
}

HdlcPortSettings at_optical_port(HdlcPortSettings settings) {
    settings.access_port = AccessPort::optical;
    return settings;
}

}  // namespace

OpticalPort::OpticalPort(Meter& meter, const OpticalPortSettings& settings)
    : starts_with_hdlc_(settings.starts_with_hdlc),
      data_(meter),
      session_(session_settings(meter, settings), data_),
      hdlc_(meter, at_optical_port(settings.hdlc)) {}

void OpticalPort::receive(Bytes octets, std::uint32_t now_ms) {
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
        if (chunk.size == 0 && is_over && !starts_with_hdlc_) reset();
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
    if (starts_with_hdlc_ || !hdlc_.is_idle()) return wake;
    const std::uint32_t left_ms = was_connected_ ? 0 : patience_.left_ms(now_ms);
    return std::min(wake.value_or(left_ms), left_ms);
}

void OpticalPort::reset() {
    session_.reset();
    hdlc_.reset();
    was_connected_ = false;
}

}  // namespace blathy::meter
