// The network of a PLC module (IEC 62056-6-2): IC 90, G3-PLC MAC layer counters; IC 91, G3-PLC MAC setup; IC 92,
// 6LoWPAN adaptation layer setup. All of the first PLC module that answers; setups are what its own stack has, the
// defaults of ITU-T G.9903 for the CENELEC A band.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

PlcStatus status_of(const AttributeContext& of) {
    return of.meter.modules().plc_status();
}

template <std::uint8_t value>
DataAccessResult read_unsigned(const AttributeContext&, Cursor&, DataWriter& out) {
    out.unsigned_(value);
    return DataAccessResult::success;
}

template <std::uint16_t value>
DataAccessResult read_long_unsigned(const AttributeContext&, Cursor&, DataWriter& out) {
    out.long_unsigned(value);
    return DataAccessResult::success;
}

template <std::uint16_t PlcStatus::*field>
DataAccessResult read_field(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(status_of(of).*field);
    return DataAccessResult::success;
}

// Of prefixes, contexts, blacklist, broadcasts and groups a module that is one of many has none to show.
DataAccessResult read_no_entries(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(0);
    return DataAccessResult::success;
}

// IC 90
template <std::size_t index>
DataAccessResult read_frames(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(status_of(of).frames[index]);
    return DataAccessResult::success;
}

ActionResult reset_counters(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    (void)in.integer();
    if (!in.complete()) return ActionResult::type_unmatched;
    of.meter.modules().reset_frame_counters();
    return ActionResult::success;
}

constexpr std::array counters_attributes = {
    Attribute{2, read_frames<0>, nullptr},  Attribute{3, read_frames<1>, nullptr},
    Attribute{4, read_frames<2>, nullptr},  Attribute{5, read_frames<3>, nullptr},
    Attribute{6, read_frames<4>, nullptr},  Attribute{7, read_frames<5>, nullptr},
    Attribute{8, read_frames<6>, nullptr},  Attribute{9, read_frames<7>, nullptr},
    Attribute{10, read_frames<8>, nullptr},
};
constexpr std::array counters_methods = {Method{1, reset_counters}};

// IC 91
constexpr std::uint8_t carriers = 72;
constexpr std::uint8_t carriers_of_cenelec_a = 36;
constexpr std::uint8_t neighbour_valid_min = 255;
constexpr std::uint8_t tone_map_valid_min = 2;

DataAccessResult read_frame_counter(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(status_of(of).frame_counter);
    return DataAccessResult::success;
}

DataAccessResult read_tone_mask(const AttributeContext&, Cursor&, DataWriter& out) {
    std::array<std::uint8_t, carriers / 8> mask{};
    for (std::size_t i = 0; i < carriers_of_cenelec_a; ++i) {
        mask[i / 8] = static_cast<std::uint8_t>(mask[i / 8] | 0x80U >> (i % 8));
    }
    out.bit_string(mask, carriers);
    return DataAccessResult::success;
}

// The neighbour on the way to the coordinator.
void write_neighbours(DataWriter& out, const PlcStatus& plc) {
    constexpr std::array<std::uint8_t, 1> all_six_groups = {0xFC};
    constexpr std::array<std::uint8_t, 1> no_coefficients = {0};
    if (plc.next_hop == PlcStatus::no_address) return out.array(0);
    out.array(1);
    out.structure(11);
    out.long_unsigned(plc.next_hop);
    out.boolean(false);  // payload modulation scheme: differential
    out.bit_string(all_six_groups, 6);
    out.enumerated(2);  // DQPSK
    out.integer(0);     // gain
    out.enumerated(0);  // its resolution: 6 dB
    out.bit_string(no_coefficients, 6);
    out.unsigned_(plc.link_quality);
    out.integer(0);  // phase differential: the same phase
    out.unsigned_(tone_map_valid_min);
    out.unsigned_(neighbour_valid_min);
}

DataAccessResult read_neighbours(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_neighbours(out, status_of(of));
    return DataAccessResult::success;
}

// The parameter is the short address of the one that is asked for.
ActionResult get_neighbour(const RequestContext& of, Bytes parameters, DataWriter& returned) {
    DataReader in(parameters);
    const std::uint16_t address = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    PlcStatus plc = of.meter.modules().plc_status();
    if (plc.next_hop != address) plc.next_hop = PlcStatus::no_address;
    write_neighbours(returned, plc);
    return ActionResult::success;
}

constexpr std::array mac_attributes = {
    Attribute{2, read_field<&PlcStatus::short_address>, nullptr},
    Attribute{3, read_field<&PlcStatus::route_cost>, nullptr},
    Attribute{4, read_field<&PlcStatus::network>, nullptr},
    Attribute{5, read_no_entries, nullptr},  // keys are written to the module and not read
    Attribute{6, read_frame_counter, nullptr},
    Attribute{7, read_tone_mask, nullptr},
    Attribute{8, read_unsigned<tone_map_valid_min>, nullptr},
    Attribute{9, read_unsigned<5>, nullptr},  // retries
    Attribute{10, read_unsigned<neighbour_valid_min>, nullptr},
    Attribute{11, read_neighbours, nullptr},
    Attribute{12, read_unsigned<7>, nullptr},   // high priority window
    Attribute{13, read_unsigned<25>, nullptr},  // CSMA fairness limit
    Attribute{14, read_unsigned<12>, nullptr},  // beacon randomisation window, s
    Attribute{15, read_unsigned<8>, nullptr},   // A
    Attribute{16, read_unsigned<5>, nullptr},   // K
    Attribute{17, read_unsigned<10>, nullptr},  // attempts with the smallest window
    Attribute{18, read_unsigned<1>, nullptr},   // CENELEC legacy mode
    Attribute{19, read_unsigned<1>, nullptr},   // FCC legacy mode
    Attribute{20, read_unsigned<8>, nullptr},   // greatest back-off exponent
    Attribute{21, read_unsigned<50>, nullptr},  // back-offs
    Attribute{22, read_unsigned<3>, nullptr},   // smallest back-off exponent
};
constexpr std::array mac_methods = {Method{1, get_neighbour}};

// IC 92
constexpr std::uint16_t route_valid_min = 60;

DataAccessResult read_routing_configuration(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(1);
    out.structure(14);
    out.unsigned_(20);                   // net traversal time, s
    out.long_unsigned(route_valid_min);  // of a routing entry
    out.unsigned_(0);                    // Kr
    out.unsigned_(0);                    // Km
    out.unsigned_(0);                    // Kc
    out.unsigned_(10);                   // Kq
    out.unsigned_(4);                    // Kh
    out.unsigned_(0);                    // Krt
    out.unsigned_(0);                    // route request retries
    out.unsigned_(30);                   // wait between them, s
    out.long_unsigned(10);               // min that one stays in the blacklist
    out.boolean(true);                   // unicast route requests
    out.boolean(false);                  // route repair with link cost
    out.unsigned_(0);                    // additional cost of the reverse link
    return DataAccessResult::success;
}

DataAccessResult read_routes(const AttributeContext& of, Cursor&, DataWriter& out) {
    const PlcStatus plc = status_of(of);
    const bool joined = plc.next_hop != PlcStatus::no_address;
    out.array(joined ? 1 : 0);
    if (!joined) return DataAccessResult::success;
    out.structure(6);
    out.long_unsigned(plc.coordinator);
    out.long_unsigned(plc.next_hop);
    out.long_unsigned(plc.route_cost);
    out.unsigned_(plc.hops);
    out.unsigned_(0);  // weak links
    out.long_unsigned(route_valid_min);
    return DataAccessResult::success;
}

DataAccessResult read_default_routing(const AttributeContext&, Cursor&, DataWriter& out) {
    out.boolean(false);
    return DataAccessResult::success;
}

DataAccessResult read_device_type(const AttributeContext&, Cursor&, DataWriter& out) {
    out.enumerated(0);  // a device of the network, and not its coordinator
    return DataAccessResult::success;
}

constexpr std::array adaptation_attributes = {
    Attribute{2, read_unsigned<8>, nullptr},   // hops
    Attribute{3, read_unsigned<52>, nullptr},  // link quality below which a link is weak
    Attribute{4, read_unsigned<5>, nullptr},   // security level: encrypted, with 32 bits of authentication
    Attribute{5, read_no_entries, nullptr},
    Attribute{6, read_routing_configuration, nullptr},
    Attribute{7, read_long_unsigned<2>, nullptr},  // min that a broadcast is remembered
    Attribute{8, read_routes, nullptr},
    Attribute{9, read_no_entries, nullptr},
    Attribute{10, read_no_entries, nullptr},
    Attribute{11, read_no_entries, nullptr},
    Attribute{12, read_no_entries, nullptr},
    Attribute{13, read_long_unsigned<20>, nullptr},  // s to wait for being let in
    Attribute{14, read_unsigned<40>, nullptr},       // s for a path to be found
    Attribute{15, read_unsigned<0>, nullptr},        // active key
    Attribute{16, read_unsigned<15>, nullptr},       // metric
    Attribute{17, read_field<&PlcStatus::coordinator>, nullptr},
    Attribute{18, read_default_routing, nullptr},
    Attribute{19, read_device_type, nullptr},
};

}  // namespace

constinit const InterfaceClass plc_counters_class = {90, 1, counters_attributes, counters_methods};
constinit const InterfaceClass plc_mac_class = {91, 1, mac_attributes, mac_methods};
constinit const InterfaceClass plc_adaptation_class = {92, 1, adaptation_attributes, {}};

}  // namespace blathy::meter
