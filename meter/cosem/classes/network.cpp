// What is in the slots, and the network of a cellular module (IEC 62056-6-2): IC 1, Data; IC 29, Auto connect; IC 41,
// TCP-UDP setup; IC 42, IPv4 setup; IC 44, PPP setup; IC 45, GPRS modem setup; IC 47, GSM diagnostic.

#include <array>

#include "dlms/wrapper.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/window_values.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Obis;

constexpr Obis ip_setup_name{0, 0, 25, 1, 0};
constexpr Obis ppp_setup_name{0, 0, 25, 3, 0};

NetworkSettings settings_of(const AttributeContext& of) {
    return load_network_settings(of.meter.store());
}

template <class Change>
DataAccessResult change_settings(const RequestContext& of, Change&& change) {
    NetworkSettings settings = load_network_settings(of.meter.store());
    if (const auto result = change(settings); result != DataAccessResult::success) return result;
    return of.meter.modules().configure(of.meter.clock(), settings) ? DataAccessResult::success
                                                                    : DataAccessResult::hardware_fault;
}

DataAccessResult take_text(NetworkSettings::Text& text, Bytes octets) {
    NetworkSettings::Text taken;
    for (const std::uint8_t octet : octets) {
        if (!taken.add(octet)) return DataAccessResult::other_reason;
    }
    text = taken;
    return DataAccessResult::success;
}

// IC 1: {kind, state, signal}; the kind as ModuleKind has it, 255 for an empty slot.
enum class SlotState : std::uint8_t { empty, silent, dead, without_network, carries };

SlotState state_of(const ModuleBay& bay, std::size_t slot) {
    if (bay.module(slot) == nullptr) return SlotState::empty;
    if (bay.dead(slot)) return SlotState::dead;
    if (bay.carries(slot)) return SlotState::carries;
    return bay.module(slot)->status() ? SlotState::without_network : SlotState::silent;
}

DataAccessResult read_module_status(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::uint8_t no_module = 255;
    const ModuleBay& bay = of.meter.modules();
    const std::size_t slot = of.object.name.e() - 1U;
    const Module* const module = bay.module(slot);
    const auto status = module != nullptr ? module->status() : std::nullopt;
    out.structure(3);
    out.enumerated(module != nullptr ? static_cast<std::uint8_t>(module->kind()) : no_module);
    out.enumerated(static_cast<std::uint8_t>(state_of(bay, slot)));
    out.unsigned_(status ? status->signal_quality : signal_unknown);
    return DataAccessResult::success;
}

constexpr std::array module_status_attributes = {Attribute{2, read_module_status, nullptr}};

// IC 29. Of the modes those that concern a network of packets are served; there are no calls.
DataAccessResult read_mode(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(settings_of(of).mode));
    return DataAccessResult::success;
}

DataAccessResult write_mode(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const auto mode = static_cast<ConnectMode>(in.enumerated());
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!is_served(mode)) return DataAccessResult::other_reason;
    return change_settings(of, [&](NetworkSettings& settings) {
        settings.mode = mode;
        return DataAccessResult::success;
    });
}

DataAccessResult read_calling_windows(const AttributeContext& of, Cursor&, DataWriter& out) {
    const NetworkSettings settings = settings_of(of);
    write_windows(out, settings.windows);
    return DataAccessResult::success;
}

DataAccessResult write_calling_windows(const RequestContext& of, Bytes value) {
    TimeWindows windows;
    if (const auto result = read_windows(value, windows); result != DataAccessResult::success) return result;
    return change_settings(of, [&](NetworkSettings& settings) {
        settings.windows = windows;
        return DataAccessResult::success;
    });
}

DataAccessResult read_repetitions(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(settings_of(of).repetitions);
    return DataAccessResult::success;
}

DataAccessResult write_repetitions(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint8_t repetitions = in.unsigned_();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](NetworkSettings& settings) {
        settings.repetitions = repetitions;
        return DataAccessResult::success;
    });
}

DataAccessResult read_repetition_delay(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(settings_of(of).repetition_delay_s);
    return DataAccessResult::success;
}

DataAccessResult write_repetition_delay(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t delay_s = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](NetworkSettings& settings) {
        settings.repetition_delay_s = delay_s;
        return DataAccessResult::success;
    });
}

DataAccessResult read_empty_array(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(0);
    return DataAccessResult::success;
}

ActionResult connect(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    (void)in.integer();
    if (!in.complete()) return ActionResult::type_unmatched;
    return of.meter.modules().connect(of.meter.clock()) ? ActionResult::success : ActionResult::temporary_failure;
}

constexpr std::array auto_connect_attributes = {
    Attribute{2, read_mode, write_mode},
    Attribute{3, read_repetitions, write_repetitions},
    Attribute{4, read_repetition_delay, write_repetition_delay},
    Attribute{5, read_calling_windows, write_calling_windows},
    Attribute{6, read_empty_array, nullptr},  // destinations: those of the push setups
};
constexpr std::array auto_connect_methods = {Method{1, connect}};

// IC 41: what the module's own stack has.
constexpr std::uint16_t segment_size = 576;
constexpr std::uint8_t connections_of_the_module = 4;
constexpr std::uint16_t idle_time_out_s = 180;

DataAccessResult read_port(const AttributeContext&, Cursor&, DataWriter& out) {
    out.long_unsigned(dlms::wrapper_port);
    return DataAccessResult::success;
}
DataAccessResult read_ip_reference(const AttributeContext&, Cursor&, DataWriter& out) {
    out.octet_string(ip_setup_name);
    return DataAccessResult::success;
}
DataAccessResult read_segment_size(const AttributeContext&, Cursor&, DataWriter& out) {
    out.long_unsigned(segment_size);
    return DataAccessResult::success;
}
DataAccessResult read_connections(const AttributeContext&, Cursor&, DataWriter& out) {
    out.unsigned_(connections_of_the_module);
    return DataAccessResult::success;
}
DataAccessResult read_time_out(const AttributeContext&, Cursor&, DataWriter& out) {
    out.long_unsigned(idle_time_out_s);
    return DataAccessResult::success;
}

constexpr std::array tcp_udp_setup_attributes = {
    Attribute{2, read_port, nullptr},         Attribute{3, read_ip_reference, nullptr},
    Attribute{4, read_segment_size, nullptr}, Attribute{5, read_connections, nullptr},
    Attribute{6, read_time_out, nullptr},
};

// IC 42: what the network has given.
DataAccessResult read_link_reference(const AttributeContext&, Cursor&, DataWriter& out) {
    out.octet_string(ppp_setup_name);
    return DataAccessResult::success;
}

template <std::uint32_t ModuleStatus::*field>
DataAccessResult read_address(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.modules().cellular_status().*field);
    return DataAccessResult::success;
}

template <std::size_t index>
DataAccessResult read_name_server(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.modules().cellular_status().name_servers[index]);
    return DataAccessResult::success;
}

DataAccessResult read_dhcp(const AttributeContext&, Cursor&, DataWriter& out) {
    out.boolean(true);
    return DataAccessResult::success;
}

constexpr std::array ipv4_setup_attributes = {
    Attribute{2, read_link_reference, nullptr},
    Attribute{3, read_address<&ModuleStatus::address>, nullptr},
    Attribute{4, read_empty_array, nullptr},  // multicast addresses
    Attribute{5, read_empty_array, nullptr},  // IP options
    Attribute{6, read_address<&ModuleStatus::subnet_mask>, nullptr},
    Attribute{7, read_address<&ModuleStatus::gateway>, nullptr},
    Attribute{8, read_dhcp, nullptr},
    Attribute{9, read_name_server<0>, nullptr},
    Attribute{10, read_name_server<1>, nullptr},
};

// IC 44. PAP or nothing; the password is written and never read.
DataAccessResult read_physical_reference(const AttributeContext&, Cursor&, DataWriter& out) {
    out.octet_string(Obis(0, 0, 25, 4, 0));
    return DataAccessResult::success;
}

DataAccessResult read_authentication(const AttributeContext& of, Cursor&, DataWriter& out) {
    const NetworkSettings settings = settings_of(of);
    if (settings.user.count == 0) {
        out.null_data();
        return DataAccessResult::success;
    }
    out.structure(2);
    out.octet_string(settings.user.view());
    out.octet_string(Bytes{});
    return DataAccessResult::success;
}

DataAccessResult write_authentication(const RequestContext& of, Bytes value) {
    DataReader in(value);
    Bytes user;
    Bytes password;
    if (in.peek() == dlms::DataTag::null_data) {
        in.null_data();
    } else {
        in.structure(2);
        user = in.octet_string();
        password = in.octet_string();
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](NetworkSettings& settings) {
        const auto result = take_text(settings.user, user);
        return result == DataAccessResult::success ? take_text(settings.password, password) : result;
    });
}

constexpr std::array ppp_setup_attributes = {
    Attribute{2, read_physical_reference, nullptr},
    Attribute{3, read_empty_array, nullptr},
    Attribute{4, read_empty_array, nullptr},
    Attribute{5, read_authentication, write_authentication},
};

// IC 45. The PIN is written and never read.
DataAccessResult read_access_point(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto settings = settings_of(of);
    out.octet_string(settings.access_point.view());
    return DataAccessResult::success;
}

DataAccessResult write_access_point(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const Bytes access_point = in.octet_string();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of,
                           [&](NetworkSettings& settings) { return take_text(settings.access_point, access_point); });
}

DataAccessResult read_pin(const AttributeContext&, Cursor&, DataWriter& out) {
    out.long_unsigned(0);
    return DataAccessResult::success;
}

DataAccessResult write_pin(const RequestContext& of, Bytes value) {
    constexpr std::uint16_t greatest_pin = 9999;
    DataReader in(value);
    const std::uint16_t pin = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (pin > greatest_pin) return DataAccessResult::other_reason;
    return change_settings(of, [&](NetworkSettings& settings) {
        settings.pin = pin;
        return DataAccessResult::success;
    });
}

// {default, requested}, each of precedence, delay, reliability, peak and mean throughput: the network's best effort.
DataAccessResult read_quality_of_service(const AttributeContext&, Cursor&, DataWriter& out) {
    out.structure(2);
    for (int set = 0; set < 2; ++set) {
        out.structure(5);
        for (int element = 0; element < 5; ++element) out.unsigned_(0);
    }
    return DataAccessResult::success;
}

constexpr std::array gprs_setup_attributes = {
    Attribute{2, read_access_point, write_access_point},
    Attribute{3, read_pin, write_pin},
    Attribute{4, read_quality_of_service, nullptr},
};

// IC 47: as the module finds it now.
DataAccessResult read_operator(const AttributeContext& of, Cursor&, DataWriter& out) {
    const ModuleStatus status = of.meter.modules().cellular_status();
    out.visible_string(as_text(status.operator_name.view()));
    return DataAccessResult::success;
}

DataAccessResult read_registration(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(of.meter.modules().cellular_status().registration));
    return DataAccessResult::success;
}

// No calls: packets only.
DataAccessResult read_circuit_switched(const AttributeContext&, Cursor&, DataWriter& out) {
    out.enumerated(0);
    return DataAccessResult::success;
}

DataAccessResult read_packet_service(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(of.meter.modules().cellular_status().service));
    return DataAccessResult::success;
}

DataAccessResult read_cell(const AttributeContext& of, Cursor&, DataWriter& out) {
    const ModuleStatus status = of.meter.modules().cellular_status();
    out.structure(7);
    out.double_long_unsigned(status.cell);
    out.long_unsigned(status.area);
    out.unsigned_(status.signal_quality);
    out.unsigned_(status.bit_errors);
    out.long_unsigned(status.country);
    out.long_unsigned(status.network);
    out.double_long_unsigned(status.channel);
    return DataAccessResult::success;
}

DataAccessResult read_capture_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    std::array<std::uint8_t, 1 + dlms::DateTime::encoded_size> octets{};
    ByteWriter writer(octets);
    writer.u8(static_cast<std::uint8_t>(dlms::DataTag::date_time));
    write(writer, of.meter.clock().local_now());
    out.encoded(writer.written());
    return DataAccessResult::success;
}

constexpr std::array gsm_diagnostic_attributes = {
    Attribute{2, read_operator, nullptr},
    Attribute{3, read_registration, nullptr},
    Attribute{4, read_circuit_switched, nullptr},
    Attribute{5, read_packet_service, nullptr},
    Attribute{6, read_cell, nullptr},
    Attribute{7, read_empty_array, nullptr},
    Attribute{8, read_capture_time, nullptr},
};

}  // namespace

constinit const InterfaceClass module_status_class = {1, 0, module_status_attributes, {}};
constinit const InterfaceClass auto_connect_class = {29, 2, auto_connect_attributes, auto_connect_methods};
constinit const InterfaceClass tcp_udp_setup_class = {41, 0, tcp_udp_setup_attributes, {}};
constinit const InterfaceClass ipv4_setup_class = {42, 0, ipv4_setup_attributes, {}};
constinit const InterfaceClass ppp_setup_class = {44, 0, ppp_setup_attributes, {}};
constinit const InterfaceClass gprs_setup_class = {45, 0, gprs_setup_attributes, {}};
constinit const InterfaceClass gsm_diagnostic_class = {47, 1, gsm_diagnostic_attributes, {}};

}  // namespace blathy::meter
