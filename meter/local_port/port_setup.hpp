// How the meter's serial ports are set: its HDLC lines (IC 23, IEC HDLC setup, version 1) and its optical port (IC 19,
// IEC local port setup, version 1). IEC 62056-6-2, 4.7.1 and 4.7.2.
//
// The password of P1 is the management client's (meter/security). What a client wrote is kept in the store, and the
// ports read it when it has changed (Meter::port_setup_changes).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/fixed_list.hpp"
#include "dlms/hdlc/parameters.hpp"
#include "dlms/obis.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// The speeds that both classes know by a number.
inline constexpr std::array<std::uint32_t, 10> line_speeds = {300,   600,    1'200,  2'400,  4'800,
                                                              9'600, 19'200, 38'400, 57'600, 115'200};
// None: it has no number.
std::optional<std::uint8_t> speed_code(std::uint32_t baud);

// Group B of their names, 0-b:22.0.0.255, is the channel: 0 the optical port, 1 RS485.
enum class HdlcLine : std::uint8_t { optical, rs485 };
inline constexpr std::array hdlc_lines = {HdlcLine::optical, HdlcLine::rs485};
constexpr dlms::Obis hdlc_setup_name(HdlcLine line) {
    return {0, static_cast<std::uint8_t>(line), 22, 0, 0};
}
std::optional<HdlcLine> hdlc_line_named(const dlms::Obis& name);

// From the meter's view. The values here are those of a new meter.
struct HdlcSetup {
    std::uint8_t comm_speed = 5;  // of line_speeds: 9600 Bd
    std::uint8_t window_size_transmit = dlms::hdlc::max_window;
    std::uint8_t window_size_receive = dlms::hdlc::max_window;
    std::uint16_t max_info_transmit = dlms::hdlc::max_info;
    std::uint16_t max_info_receive = dlms::hdlc::max_info;
    std::uint16_t inter_octet_timeout_ms = 25;
    std::uint16_t inactivity_timeout_s = 120;  // 0: never
    std::uint16_t device_address = 0x10;       // of the physical device, the lower address

    [[nodiscard]] std::uint32_t baud() const { return line_speeds[comm_speed % line_speeds.size()]; }
    [[nodiscard]] dlms::hdlc::Parameters parameters() const {
        return {max_info_transmit, max_info_receive, window_size_transmit, window_size_receive};
    }
    constexpr bool operator==(const HdlcSetup&) const = default;
};

inline constexpr dlms::Obis local_port_setup_name(0, 0, 20, 0, 0);

struct LocalPortSetup {
    static constexpr std::uint8_t fastest_proposed = 6;  // 19200 Bd, the last that IEC 62056-21 has a number for
    static constexpr std::size_t max_address = 32;

    enum class Mode : std::uint8_t { iec62056_21 = 0, hdlc = 1 };
    Mode default_mode = Mode::iec62056_21;
    std::uint8_t default_speed = 0;                       // of the sign-on: 300 Bd
    std::uint8_t proposed_speed = 5;                      // the fastest that the identification offers: 9600 Bd
    bool answers_quickly = false;                         // 20 ms between a request and its answer, instead of 200 ms
    FixedList<std::uint8_t, max_address> device_address;  // of the sign-on; empty: the serial number

    bool operator==(const LocalPortSetup&) const = default;
};

HdlcSetup load_hdlc_setup(const Store& store, HdlcLine line);
LocalPortSetup load_local_port_setup(const Store& store);
// False: the flash failed. Use Meter::set_up(), which tells the ports.
[[nodiscard]] bool keep_hdlc_setup(Store& store, HdlcLine line, const HdlcSetup& setup);
[[nodiscard]] bool keep_local_port_setup(Store& store, const LocalPortSetup& setup);

}  // namespace blathy::meter
