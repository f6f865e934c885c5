// IC 23, IEC HDLC setup, version 1 (IEC 62056-6-2, 4.7.2): which of the meter's lines, says the logical name.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

// Of one octet on lines with one or two of address, of two on others; what is reserved, "calling" and "all" is no
// meter's.
constexpr bool is_device_address(std::uint16_t address) {
    return address >= 0x10 && address <= 0x3FFD && address != 0x7E && address != 0x7F;
}

HdlcSetup setup_of(const AttributeContext& of) {
    const auto line = hdlc_line_named(of.object.name);
    return line ? load_hdlc_setup(of.meter.store(), *line) : HdlcSetup{};
}

DataAccessResult change(const RequestContext& of, const HdlcSetup& changed, HdlcLine line) {
    return of.meter.set_up(line, changed) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_speed(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(setup_of(of).comm_speed);
    return DataAccessResult::success;
}

DataAccessResult write_speed(const RequestContext& of, Bytes value) {
    const auto line = hdlc_line_named(of.object.name);
    if (!line) return DataAccessResult::object_unavailable;
    DataReader in(value);
    HdlcSetup setup = load_hdlc_setup(of.meter.store(), *line);
    setup.comm_speed = in.enumerated();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (setup.comm_speed >= line_speeds.size()) return DataAccessResult::other_reason;
    return change(of, setup, *line);
}

// The others are numbers, of one octet or two.
template <auto field>
DataAccessResult read_number(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto number = setup_of(of).*field;
    if constexpr (sizeof number == 1) {
        out.unsigned_(number);
    } else {
        out.long_unsigned(number);
    }
    return DataAccessResult::success;
}

template <auto field, class IsServed>
DataAccessResult write_number(const RequestContext& of, Bytes value) {
    const auto line = hdlc_line_named(of.object.name);
    if (!line) return DataAccessResult::object_unavailable;
    DataReader in(value);
    HdlcSetup setup = load_hdlc_setup(of.meter.store(), *line);
    if constexpr (sizeof(setup.*field) == 1) {
        setup.*field = in.unsigned_();
    } else {
        setup.*field = in.long_unsigned();
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!IsServed{}(setup.*field)) return DataAccessResult::other_reason;
    return change(of, setup, *line);
}

template <std::uint16_t least, std::uint16_t most>
struct Within {
    constexpr bool operator()(std::uint16_t number) const { return number >= least && number <= most; }
};
struct IsDeviceAddress {
    constexpr bool operator()(std::uint16_t address) const { return is_device_address(address); }
};

template <auto field, class IsServed>
constexpr Attribute number(std::int8_t id) {
    return {id, read_number<field>, write_number<field, IsServed>};
}

using Window = Within<1, dlms::hdlc::max_window>;
using Info = Within<dlms::hdlc::min_info, dlms::hdlc::max_info>;
using InterOctetTimeout = Within<20, 6000>;
using Any = Within<0, UINT16_MAX>;

constexpr std::array hdlc_setup_attributes = {
    Attribute{2, read_speed, write_speed},
    number<&HdlcSetup::window_size_transmit, Window>(3),
    number<&HdlcSetup::window_size_receive, Window>(4),
    number<&HdlcSetup::max_info_transmit, Info>(5),
    number<&HdlcSetup::max_info_receive, Info>(6),
    number<&HdlcSetup::inter_octet_timeout_ms, InterOctetTimeout>(7),
    number<&HdlcSetup::inactivity_timeout_s, Any>(8),
    number<&HdlcSetup::device_address, IsDeviceAddress>(9),
};

}  // namespace

constinit const InterfaceClass hdlc_setup_class = {23, 1, hdlc_setup_attributes, {}};

}  // namespace blathy::meter
