// IC 19, IEC local port setup, version 1 (IEC 62056-6-2, 4.7.1), of the optical port.
//
// Its passwords can be written and not read. That of P1 is the management client's, by another name; this meter knows
// no P2 and no W5.

#include <algorithm>
#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/meter.hpp"
#include "meter/security/security_setup.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

// response_time
constexpr std::uint8_t within_20_ms = 0;
constexpr std::uint8_t within_200_ms = 1;

LocalPortSetup setup_of(const AttributeContext& of) {
    return load_local_port_setup(of.meter.store());
}

// `set` takes the value into the setup; false: it is none that this port has.
template <class Set>
DataAccessResult change(const RequestContext& of, Bytes value, Set&& set) {
    DataReader in(value);
    LocalPortSetup setup = load_local_port_setup(of.meter.store());
    const bool is_served = set(in, setup);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!is_served) return DataAccessResult::other_reason;
    return of.meter.set_up(setup) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_default_mode(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(setup_of(of).default_mode));
    return DataAccessResult::success;
}

// Mode 2 is a protocol that nobody specifies.
DataAccessResult write_default_mode(const RequestContext& of, Bytes value) {
    return change(of, value, [](DataReader& in, LocalPortSetup& setup) {
        setup.default_mode = static_cast<LocalPortSetup::Mode>(in.enumerated());
        return setup.default_mode <= LocalPortSetup::Mode::hdlc;
    });
}

template <std::uint8_t LocalPortSetup::*speed>
DataAccessResult read_speed(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(setup_of(of).*speed);
    return DataAccessResult::success;
}

template <std::uint8_t LocalPortSetup::*speed, std::uint8_t fastest>
DataAccessResult write_speed(const RequestContext& of, Bytes value) {
    return change(of, value, [](DataReader& in, LocalPortSetup& setup) {
        setup.*speed = in.enumerated();
        return setup.*speed <= fastest;
    });
}

DataAccessResult read_response_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(setup_of(of).answers_quickly ? within_20_ms : within_200_ms);
    return DataAccessResult::success;
}

DataAccessResult write_response_time(const RequestContext& of, Bytes value) {
    return change(of, value, [](DataReader& in, LocalPortSetup& setup) {
        const std::uint8_t time = in.enumerated();
        setup.answers_quickly = time == within_20_ms;
        return time <= within_200_ms;
    });
}

DataAccessResult read_device_address(const AttributeContext& of, Cursor&, DataWriter& out) {
    const LocalPortSetup setup = setup_of(of);
    const bool has_own = setup.device_address.count > 0;
    out.octet_string(has_own ? setup.device_address.view() : as_bytes(of.meter.identity().serial_number()));
    return DataAccessResult::success;
}

// Letters, digits and spaces are what an address has in a sign-on (IEC 62056-21, 6.3.1).
bool is_in_addresses(std::uint8_t octet) {
    const bool is_digit = octet >= '0' && octet <= '9';
    const bool is_letter = (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
    return is_digit || is_letter || octet == ' ';
}

DataAccessResult write_device_address(const RequestContext& of, Bytes value) {
    return change(of, value, [](DataReader& in, LocalPortSetup& setup) {
        setup.device_address = {};
        return std::ranges::all_of(in.octet_string(), [&](std::uint8_t octet) {
            return is_in_addresses(octet) && setup.device_address.add(octet);
        });
    });
}

// What stands between the brackets of P1 (IEC 62056-21, 6.4.3.4): printable, and neither bracket.
bool is_in_passwords(std::uint8_t octet) {
    return octet >= ' ' && octet <= '~' && octet != '(' && octet != ')';
}

DataAccessResult write_password_1(const RequestContext& of, Bytes value) {
    constexpr auto mechanism = dlms::Mechanism::low_level;
    DataReader in(value);
    const Bytes password = in.octet_string();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!security::is_secret(mechanism, password) || !std::ranges::all_of(password, is_in_passwords)) {
        return DataAccessResult::other_reason;
    }
    const bool changed = security::change_secret(of.meter.security().keys(), Role::management, mechanism, password);
    return changed ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

constexpr auto fastest_speed = static_cast<std::uint8_t>(line_speeds.size() - 1);

constexpr std::array local_port_setup_attributes = {
    Attribute{2, read_default_mode, write_default_mode},
    Attribute{3, read_speed<&LocalPortSetup::default_speed>,
              write_speed<&LocalPortSetup::default_speed, fastest_speed>},
    Attribute{4, read_speed<&LocalPortSetup::proposed_speed>,
              write_speed<&LocalPortSetup::proposed_speed, LocalPortSetup::fastest_proposed>},
    Attribute{5, read_response_time, write_response_time},
    Attribute{6, read_device_address, write_device_address},
    Attribute{7, nullptr, write_password_1},
    Attribute{8, nullptr, nullptr},
    Attribute{9, nullptr, nullptr},
};

}  // namespace

constinit const InterfaceClass local_port_setup_class = {19, 1, local_port_setup_attributes, {}};

}  // namespace blathy::meter
