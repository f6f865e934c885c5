// The optical port (IEC 62056-21): sign-on, at 300 Bd unless set otherwise, then readout (mode C), programming mode
// with the password, or mode E and HDLC until the client disconnects or falls silent. Driven like HdlcPort, but the
// line's settings change:
//
//   port.receive(octets, now_ms);
//   while (auto chunk = port.transmit(room, now_ms); chunk.size > 0) { set the line to chunk.line, write }
//   once all is out: set the line to port.line()
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/iec62056_21/meter_session.hpp"
#include "dlms/pause.hpp"
#include "meter/local_port/local_data.hpp"
#include "meter/server/hdlc_port.hpp"

namespace blathy::meter {

struct OpticalPortSettings {
    // It is the meter's optical port: what clients write to its setup holds from the next sign-on on, in place of
    // `setup`.
    bool has_setup = false;
    LocalPortSetup setup{};
    HdlcPortSettings hdlc{};  // its speed counts only without a sign-on
};

class OpticalPort {
  public:
    static constexpr std::size_t frame_room = HdlcPort::frame_room;
    // After the sign-on, until the client sends SNRM.
    static constexpr std::uint32_t connect_timeout_ms = 10'000;

    // `meter` is viewed.
    OpticalPort(Meter& meter, const OpticalPortSettings& settings);
    OpticalPort(const OpticalPort&) = delete;
    OpticalPort& operator=(const OpticalPort&) = delete;

    void receive(Bytes octets, std::uint32_t now_ms);
    dlms::iec62056_21::Chunk transmit(MutableBytes room, std::uint32_t now_ms);
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    // As of HdlcPort; a port that waits for a sign-on pushes nothing.
    [[nodiscard]] bool may_have_push() const { return is_hdlc() && hdlc_.may_have_push(); }

    [[nodiscard]] dlms::iec62056_21::LineSettings line();
    [[nodiscard]] bool is_hdlc() const { return starts_with_hdlc() || session_.is_hdlc(); }
    [[nodiscard]] bool has_open_association() const { return hdlc_.has_open_association(); }
    [[nodiscard]] bool has_proven_client() const { return hdlc_.has_proven_client(); }
    void reset();

  private:
    [[nodiscard]] bool starts_with_hdlc() const { return setup_.default_mode == LocalPortSetup::Mode::hdlc; }
    [[nodiscard]] dlms::iec62056_21::MeterSettings session_settings() const;
    void follow_setup();

    Meter& meter_;
    bool has_setup_;
    std::uint8_t setup_changes_;  // of the meter, that were taken up
    LocalPortSetup setup_;        // in force
    LocalData data_;
    dlms::iec62056_21::MeterSession session_;
    HdlcPort hdlc_;
    dlms::Pause patience_;  // until a client that signed on and does not connect is given up
    bool was_connected_ = false;
};

}  // namespace blathy::meter
