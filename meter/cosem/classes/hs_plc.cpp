// The network of a high speed PLC module, ISO/IEC 12139-1: IC 140, MAC setup; IC 141, CPAS setup; IC 142, IP SSAS
// setup; IC 143, HDLC SSAS setup, version 0 (DLMS UA 1000-1, 4.14). All of the first such module that answers, whose
// own stack and network decide what they are.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataWriter;

HsPlcStatus status_of(const AttributeContext& of) {
    return of.meter.modules().hs_plc_status();
}

template <std::uint64_t HsPlcStatus::*field>
DataAccessResult read_station(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long64_unsigned(status_of(of).*field);
    return DataAccessResult::success;
}

template <bool HsPlcStatus::*field>
DataAccessResult read_flag(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.boolean(status_of(of).*field);
    return DataAccessResult::success;
}

template <std::uint8_t HsPlcStatus::*field>
DataAccessResult read_mode(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(status_of(of).*field);
    return DataAccessResult::success;
}

template <std::uint16_t HsPlcStatus::*field>
DataAccessResult read_number(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(status_of(of).*field);
    return DataAccessResult::success;
}

// It is written to the module and not read.
DataAccessResult read_no_key(const AttributeContext&, Cursor&, DataWriter& out) {
    out.octet_string(Bytes{});
    return DataAccessResult::success;
}

constexpr std::array hs_mac_attributes = {
    Attribute{2, read_station<&HsPlcStatus::group>, nullptr},
    Attribute{3, read_station<&HsPlcStatus::secondary_group>, nullptr},
    Attribute{4, read_station<&HsPlcStatus::station>, nullptr},
    Attribute{5, read_station<&HsPlcStatus::parent_station>, nullptr},
    Attribute{6, read_flag<&HsPlcStatus::repeats>, nullptr},
    Attribute{7, read_mode<&HsPlcStatus::encryption_mode>, nullptr},
    Attribute{8, read_no_key, nullptr},
    Attribute{9, read_flag<&HsPlcStatus::rts_cts>, nullptr},
};
// A station has its MAC address at the CPAS sublayer too.
constexpr std::array cpas_attributes = {
    Attribute{2, read_station<&HsPlcStatus::station>, nullptr},
    Attribute{3, read_number<&HsPlcStatus::ether_type>, nullptr},
    Attribute{4, read_station<&HsPlcStatus::master_station>, nullptr},
};
constexpr std::array ip_attributes = {
    Attribute{2, read_mode<&HsPlcStatus::header_compression>, nullptr},
    Attribute{3, read_number<&HsPlcStatus::alive_s>, nullptr},
};
constexpr std::array hdlc_attributes = {
    Attribute{2, read_station<&HsPlcStatus::master_station>, nullptr},
};

}  // namespace

constinit const InterfaceClass hs_plc_mac_class = {140, 0, hs_mac_attributes, {}};
constinit const InterfaceClass hs_plc_cpas_class = {141, 0, cpas_attributes, {}};
constinit const InterfaceClass hs_plc_ip_class = {142, 0, ip_attributes, {}};
constinit const InterfaceClass hs_plc_hdlc_class = {143, 0, hdlc_attributes, {}};

}  // namespace blathy::meter
