#include "dlms/names.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

namespace blathy::dlms {
namespace {

using Words = std::span<const std::string_view>;

template <class... Strings>
constexpr std::array<std::string_view, sizeof...(Strings)> words(Strings... strings) {
    return {std::string_view(strings)...};
}

// Attributes from 2 on, methods from 1 on.
constexpr auto value = words("value");
constexpr auto reset = words("reset");
constexpr auto register_attributes = words("value", "scaler_unit");
constexpr auto extended_register_attributes = words("value", "scaler_unit", "status", "capture_time");
constexpr auto demand_register_attributes =
    words("current_average_value", "last_average_value", "scaler_unit", "status", "capture_time", "start_time_current",
          "period", "number_of_periods");
constexpr auto demand_register_methods = words("reset", "next_period");
constexpr auto register_activation_attributes = words("register_assignment", "mask_list", "active_mask");
constexpr auto register_activation_methods = words("add_register", "add_mask", "delete_mask");
constexpr auto profile_attributes = words("buffer", "capture_objects", "capture_period", "sort_method", "sort_object",
                                          "entries_in_use", "profile_entries");
constexpr auto reset_capture = words("reset", "capture");
constexpr auto clock_attributes = words("time", "time_zone", "status", "daylight_savings_begin", "daylight_savings_end",
                                        "daylight_savings_deviation", "daylight_savings_enabled", "clock_base");
constexpr auto clock_methods = words("adjust_to_quarter", "adjust_to_measuring_period", "adjust_to_minute",
                                     "adjust_to_preset_time", "preset_adjusting_time", "shift_time");
constexpr auto scripts = words("scripts");
constexpr auto execute = words("execute");
constexpr auto entries = words("entries");
constexpr auto schedule_methods = words("enable_disable", "insert", "delete");
constexpr auto special_days_methods = words("insert", "delete");
constexpr auto association_sn_attributes = words("object_list", "access_rights_list", "security_setup_reference");
constexpr auto association_ln_attributes =
    words("object_list", "associated_partners_id", "application_context_name", "xDLMS_context_info",
          "authentication_mechanism_name", "secret", "association_status", "security_setup_reference", "user_list",
          "current_user");
constexpr auto association_ln_methods =
    words("reply_to_HLS_authentication", "change_HLS_secret", "add_object", "remove_object", "add_user", "remove_user");
constexpr auto sap_attributes = words("SAP_assignment_list");
constexpr auto sap_methods = words("connect_logical_device");
constexpr auto image_attributes =
    words("image_block_size", "image_transferred_blocks_status", "image_first_not_transferred_block_number",
          "image_transfer_enabled", "image_transfer_status", "image_to_activate_info");
constexpr auto image_methods =
    words("image_transfer_initiate", "image_block_transfer", "image_verify", "image_activate");
constexpr auto local_port_attributes =
    words("default_mode", "default_baud", "prop_baud", "response_time", "device_addr", "pass_p1", "pass_p2", "pass_w5");
constexpr auto calendar_attributes =
    words("calendar_name_active", "season_profile_active", "week_profile_table_active", "day_profile_table_active",
          "calendar_name_passive", "season_profile_passive", "week_profile_table_passive", "day_profile_table_passive",
          "activate_passive_calendar_time");
constexpr auto calendar_methods = words("activate_passive_calendar");
constexpr auto register_monitor_attributes = words("thresholds", "monitored_value", "actions");
constexpr auto single_action_attributes = words("executed_script", "type", "execution_time");
constexpr auto hdlc_attributes =
    words("comm_speed", "window_size_transmit", "window_size_receive", "max_info_field_length_transmit",
          "max_info_field_length_receive", "inter_octet_time_out", "inactivity_time_out", "device_address");
constexpr auto modem_attributes = words("communication_speed", "initialization_string", "modem_profile");
constexpr auto auto_answer_attributes =
    words("mode", "listening_window", "status", "number_of_calls", "number_of_rings", "list_of_allowed_callers");
constexpr auto auto_connect_attributes =
    words("mode", "repetitions", "repetition_delay", "calling_window", "destination_list");
constexpr auto connect = words("connect");
constexpr auto data_protection_attributes =
    words("protection_buffer", "protection_object_list", "protection_parameters_get", "protection_parameters_set",
          "required_protection");
constexpr auto data_protection_methods =
    words("get_protected_attributes", "set_protected_attributes", "invoke_protected_method");
constexpr auto push_attributes =
    words("push_object_list", "send_destination_and_method", "communication_window", "randomisation_start_interval",
          "number_of_retries", "repetition_delay", "port_reference", "push_client_SAP", "push_protection_parameters",
          "push_operation_method", "confirmation_parameters", "last_confirmation_date_time");
constexpr auto push_methods = words("push", "reset");
constexpr auto tcp_attributes = words("TCP-UDP_port", "IP_reference", "MSS", "nb_of_sim_conn", "inactivity_time_out");
constexpr auto ipv4_attributes =
    words("DL_reference", "IP_address", "multicast_IP_address", "IP_options", "subnet_mask", "gateway_IP_address",
          "use_DHCP_flag", "primary_DNS_address", "secondary_DNS_address");
constexpr auto ipv4_methods = words("add_mc_IP_address", "delete_mc_IP_address", "get_nbof_mc_IP_addresses");
constexpr auto mac_address = words("MAC_address");
constexpr auto ppp_attributes = words("PHY_reference", "LCP_options", "IPCP_options", "PPP_authentication");
constexpr auto gprs_attributes = words("APN", "PIN_code", "quality_of_service");
constexpr auto gsm_attributes =
    words("operator", "status", "cs_attachment", "ps_status", "cell_info", "adjacent_cells", "capture_time");
constexpr auto ipv6_attributes = words("DL_reference", "address_config_mode", "unicast_IPv6_addresses",
                                       "multicast_IPv6_addresses", "gateway_IPv6_addresses", "primary_DNS_address",
                                       "secondary_DNS_address", "traffic_class", "neighbour_discovery_setup");
constexpr auto register_table_attributes = words("table_cell_values", "table_cell_definition", "scaler_unit");
constexpr auto compact_data_attributes =
    words("compact_buffer", "capture_objects", "template_id", "template_description", "capture_method");
constexpr auto status_mapping_attributes = words("status_word", "mapping_table");
constexpr auto security_setup_attributes =
    words("security_policy", "security_suite", "client_system_title", "server_system_title", "certificates");
constexpr auto security_setup_methods =
    words("security_activate", "key_transfer", "key_agreement", "generate_key_pair", "generate_certificate_request",
          "import_certificate", "export_certificate", "remove_certificate");
constexpr auto parameter_monitor_attributes = words("changed_parameter", "capture_time", "parameter_list");
constexpr auto parameter_monitor_methods = words("add_parameter", "delete_parameter");
constexpr auto arbitrator_attributes =
    words("actions", "permissions_table", "weightings_table", "most_recent_requests_table", "last_outcome");
constexpr auto arbitrator_methods = words("request_action", "reset");
constexpr auto disconnect_attributes = words("output_state", "control_state", "control_mode");
constexpr auto disconnect_methods = words("remote_disconnect", "remote_reconnect");
constexpr auto limiter_attributes =
    words("monitored_value", "threshold_active", "threshold_normal", "threshold_emergency",
          "min_over_threshold_duration", "min_under_threshold_duration", "emergency_profile",
          "emergency_profile_group_id_list", "emergency_profile_active", "actions");
constexpr auto mbus_client_attributes =
    words("mbus_port_reference", "capture_definition", "capture_period", "primary_address", "identification_number",
          "manufacturer_id", "version", "device_type", "access_number", "status", "alarm", "configuration",
          "encryption_key_status");
constexpr auto mbus_client_methods = words("slave_install", "slave_deinstall", "capture", "reset_alarm",
                                           "synchronize_clock", "data_send", "set_encryption_key", "transfer_key");
constexpr auto g3_counters_attributes =
    words("mac_Tx_data_packet_count", "mac_Rx_data_packet_count", "mac_Tx_cmd_packet_count", "mac_Rx_cmd_packet_count",
          "mac_CSMA_fail_count", "mac_CSMA_no_ACK_count", "mac_bad_CRC_count", "mac_Tx_data_broadcast_count",
          "mac_Rx_data_broadcast_count");
constexpr auto g3_mac_attributes =
    words("mac_short_address", "mac_RC_coord", "mac_PAN_id", "mac_key_table", "mac_frame_counter", "mac_tone_mask",
          "mac_TMR_TTL", "mac_max_frame_retries", "mac_neighbour_table_entry_TTL", "mac_neighbour_table",
          "mac_high_priority_window_size", "mac_CSMA_fairness_limit", "mac_beacon_randomization_window_length", "mac_A",
          "mac_K", "mac_min_CW_attempts", "mac_cenelec_legacy_mode", "mac_FCC_legacy_mode", "mac_max_BE",
          "mac_max_CSMA_backoffs", "mac_min_BE");
constexpr auto hs_plc_mac_attributes = words("group_id", "secondary_group_id", "station_id", "parent_station_id",
                                             "repeater_status", "encryption_mode", "initial_encryption_key", "rts/cts");
constexpr auto hs_plc_cpas_attributes = words("cpas_address", "cpas_ether_type", "master_station_cpas_address");
constexpr auto hs_plc_ip_attributes = words("ip_header_comp_type", "ip_alive_time");
constexpr auto hs_plc_hdlc_attributes = words("master_station_id");
constexpr auto g3_mac_methods = words("mac_get_neighbour_table_entry");
constexpr auto g3_adp_attributes =
    words("adp_max_hops", "adp_weak_LQI_value", "adp_security_level", "adp_prefix_table", "adp_routing_configuration",
          "adp_broadcast_log_table_entry_TTL", "adp_routing_table", "adp_context_information_table",
          "adp_blacklist_table", "adp_broadcast_log_table", "adp_group_table", "adp_max_join_wait_time",
          "adp_path_discovery_time", "adp_active_key_index", "adp_metric_type", "adp_coord_short_address",
          "adp_disable_default_routing", "adp_device_type");
constexpr auto ntp_attributes =
    words("activated", "server_address", "server_port", "authentication_method", "authentication_keys", "client_key");
constexpr auto ntp_methods = words("synchronize", "add_authentication_key", "delete_authentication_key");
constexpr auto account_attributes = words(
    "account_mode_and_status", "current_credit_in_use", "current_credit_status", "available_credit", "amount_to_clear",
    "clearance_threshold", "aggregated_debt", "credit_reference_list", "charge_reference_list",
    "credit_charge_configuration", "token_gateway_configuration", "account_activation_time", "account_closure_time",
    "currency", "low_credit_threshold", "next_credit_available_threshold", "max_provision", "max_provision_period");
constexpr auto account_methods = words("activate_account", "close_account", "reset_account");
constexpr auto credit_attributes =
    words("current_credit_amount", "credit_type", "priority", "warning_threshold", "limit", "credit_configuration",
          "credit_status", "preset_credit_amount", "credit_available_threshold", "period");
constexpr auto credit_methods = words("update_amount", "set_amount_to_value", "invoke_credit");
constexpr auto charge_attributes =
    words("total_amount_paid", "charge_type", "priority", "unit_charge_active", "unit_charge_passive",
          "unit_charge_activation_time", "period", "charge_configuration", "last_collection_time",
          "last_collection_amount", "total_amount_remaining", "proportion");
constexpr auto charge_methods = words("update_unit_charge", "activate_passive_unit_charge", "collect",
                                      "update_total_amount_remaining", "set_total_amount_remaining");
constexpr auto token_gateway_attributes =
    words("token", "token_time", "token_description", "token_delivery_method", "token_status");
constexpr auto enter = words("enter");
constexpr auto sts_attributes =
    words("meter_PAN", "commodity", "token_carrier_types", "encryption_algorithm", "supply_group_code", "tariff_index",
          "key_revision_number", "key_type", "key_expiry_number", "no_of_KCT_supported", "STS_certificate_no");
constexpr auto function_control_attributes = words("activation_status", "function_list");
constexpr auto function_control_methods = words("set_function_status", "add_function", "remove_function");
constexpr auto array_manager_attributes = words("array_object_list");
constexpr auto array_manager_methods =
    words("retrieve_number_of_entries", "retrieve_entries", "insert_entry", "update_entries", "remove_entries");
constexpr auto port_protection_attributes =
    words("protection_mode", "allowed_failed_attempts", "initial_lockout_time", "steepness_factor", "max_lockout_time",
          "port_reference", "protection_status", "failed_attempts", "cumulative_failed_attempts");
constexpr auto lte_attributes = words("LTE_network_parameters", "LTE_quality_of_service");

struct Class {
    std::uint16_t id;
    std::string_view name;
    Words attributes{};
    Words methods{};
};

// IEC 62056-6-2, clause 4, in the order of the class identifiers.
constexpr Class classes[] = {
    {1, "Data", value},
    {3, "Register", register_attributes, reset},
    {4, "Extended register", extended_register_attributes, reset},
    {5, "Demand register", demand_register_attributes, demand_register_methods},
    {6, "Register activation", register_activation_attributes, register_activation_methods},
    {7, "Profile generic", profile_attributes, reset_capture},
    {8, "Clock", clock_attributes, clock_methods},
    {9, "Script table", scripts, execute},
    {10, "Schedule", entries, schedule_methods},
    {11, "Special days table", entries, special_days_methods},
    {12, "Association SN", association_sn_attributes},
    {15, "Association LN", association_ln_attributes, association_ln_methods},
    {17, "SAP assignment", sap_attributes, sap_methods},
    {18, "Image transfer", image_attributes, image_methods},
    {19, "IEC local port setup", local_port_attributes},
    {20, "Activity calendar", calendar_attributes, calendar_methods},
    {21, "Register monitor", register_monitor_attributes},
    {22, "Single action schedule", single_action_attributes},
    {23, "IEC HDLC setup", hdlc_attributes},
    {27, "Modem configuration", modem_attributes},
    {28, "Auto answer", auto_answer_attributes},
    {29, "Auto connect", auto_connect_attributes, connect},
    {30, "Data protection", data_protection_attributes, data_protection_methods},
    {40, "Push setup", push_attributes, push_methods},
    {41, "TCP-UDP setup", tcp_attributes},
    {42, "IPv4 setup", ipv4_attributes, ipv4_methods},
    {43, "MAC address setup", mac_address},
    {44, "PPP setup", ppp_attributes},
    {45, "GPRS modem setup", gprs_attributes},
    {47, "GSM diagnostic", gsm_attributes},
    {48, "IPv6 setup", ipv6_attributes},
    {61, "Register table", register_table_attributes, reset_capture},
    {62, "Compact data", compact_data_attributes, reset_capture},
    {63, "Status mapping", status_mapping_attributes},
    {64, "Security setup", security_setup_attributes, security_setup_methods},
    {65, "Parameter monitor", parameter_monitor_attributes, parameter_monitor_methods},
    {68, "Arbitrator", arbitrator_attributes, arbitrator_methods},
    {70, "Disconnect control", disconnect_attributes, disconnect_methods},
    {71, "Limiter", limiter_attributes},
    {72, "M-Bus client", mbus_client_attributes, mbus_client_methods},
    {90, "G3-PLC MAC layer counters", g3_counters_attributes, reset},
    {91, "G3-PLC MAC setup", g3_mac_attributes, g3_mac_methods},
    {92, "G3-PLC 6LoWPAN adaptation layer setup", g3_adp_attributes},
    {100, "NTP setup", ntp_attributes, ntp_methods},
    {111, "Account", account_attributes, account_methods},
    {112, "Credit", credit_attributes, credit_methods},
    {113, "Charge", charge_attributes, charge_methods},
    {115, "Token gateway", token_gateway_attributes, enter},
    {116, "IEC 62055-41 attributes", sts_attributes},
    {122, "Function control", function_control_attributes, function_control_methods},
    {123, "Array manager", array_manager_attributes, array_manager_methods},
    {124, "Communication port protection", port_protection_attributes, reset},
    {140, "HS-PLC ISO/IEC 12139-1 MAC setup", hs_plc_mac_attributes},
    {141, "HS-PLC ISO/IEC 12139-1 CPAS setup", hs_plc_cpas_attributes},
    {142, "HS-PLC ISO/IEC 12139-1 IP SSAS setup", hs_plc_ip_attributes},
    {143, "HS-PLC ISO/IEC 12139-1 HDLC SSAS setup", hs_plc_hdlc_attributes},
    {151, "LTE monitoring", lte_attributes},
};
static_assert(std::ranges::is_sorted(classes, {}, &Class::id));

constexpr const Class* find_class(std::uint16_t id) {
    const auto* const found = std::ranges::lower_bound(classes, id, {}, &Class::id);
    return found != std::end(classes) && found->id == id ? found : nullptr;
}

constexpr std::string_view word(Words list, int index) {
    return index >= 0 && static_cast<std::size_t>(index) < list.size() ? list[static_cast<std::size_t>(index)]
                                                                       : std::string_view{};
}

struct NumberName {
    std::uint8_t number;
    std::string_view name;
};

template <std::size_t n>
constexpr std::string_view find(const NumberName (&table)[n], std::uint8_t number) {
    const auto* const found = std::ranges::lower_bound(table, number, {}, &NumberName::number);
    return found != std::end(table) && found->number == number ? found->name : std::string_view{};
}

// XDLMS-APDU ::= CHOICE and the ACSE APDUs.
constexpr NumberName apdus[] = {
    {0x01, "initiate-request"},
    {0x05, "read-request"},
    {0x06, "write-request"},
    {0x08, "initiate-response"},
    {0x0C, "read-response"},
    {0x0D, "write-response"},
    {0x0E, "confirmed-service-error"},
    {0x0F, "data-notification"},
    {0x16, "unconfirmed-write-request"},
    {0x18, "information-report-request"},
    {0x21, "glo-initiate-request"},
    {0x25, "glo-read-request"},
    {0x26, "glo-write-request"},
    {0x28, "glo-initiate-response"},
    {0x2C, "glo-read-response"},
    {0x2D, "glo-write-response"},
    {0x2E, "glo-confirmed-service-error"},
    {0x36, "glo-unconfirmed-write-request"},
    {0x38, "glo-information-report-request"},
    {0x41, "ded-initiate-request"},
    {0x45, "ded-read-request"},
    {0x46, "ded-write-request"},
    {0x48, "ded-initiate-response"},
    {0x4C, "ded-read-response"},
    {0x4D, "ded-write-response"},
    {0x4E, "ded-confirmed-service-error"},
    {0x56, "ded-unconfirmed-write-request"},
    {0x58, "ded-information-report-request"},
    {0x60, "AARQ"},
    {0x61, "AARE"},
    {0x62, "RLRQ"},
    {0x63, "RLRE"},
    {0xC0, "get-request"},
    {0xC1, "set-request"},
    {0xC2, "event-notification-request"},
    {0xC3, "action-request"},
    {0xC4, "get-response"},
    {0xC5, "set-response"},
    {0xC7, "action-response"},
    {0xC8, "glo-get-request"},
    {0xC9, "glo-set-request"},
    {0xCA, "glo-event-notification-request"},
    {0xCB, "glo-action-request"},
    {0xCC, "glo-get-response"},
    {0xCD, "glo-set-response"},
    {0xCF, "glo-action-response"},
    {0xD0, "ded-get-request"},
    {0xD1, "ded-set-request"},
    {0xD2, "ded-event-notification-request"},
    {0xD3, "ded-action-request"},
    {0xD4, "ded-get-response"},
    {0xD5, "ded-set-response"},
    {0xD7, "ded-action-response"},
    {0xD8, "exception-response"},
    {0xD9, "access-request"},
    {0xDA, "access-response"},
    {0xDB, "general-glo-ciphering"},
    {0xDC, "general-ded-ciphering"},
    {0xDD, "general-ciphering"},
    {0xDF, "general-signing"},
    {0xE0, "general-block-transfer"},
    {0xE6, "gateway-request"},
    {0xE7, "gateway-response"},
};
static_assert(std::ranges::is_sorted(apdus, {}, &NumberName::number));

constexpr NumberName data_types[] = {
    {0, "null-data"},
    {1, "array"},
    {2, "structure"},
    {3, "boolean"},
    {4, "bit-string"},
    {5, "double-long"},
    {6, "double-long-unsigned"},
    {9, "octet-string"},
    {10, "visible-string"},
    {12, "utf8-string"},
    {13, "bcd"},
    {15, "integer"},
    {16, "long"},
    {17, "unsigned"},
    {18, "long-unsigned"},
    {19, "compact-array"},
    {20, "long64"},
    {21, "long64-unsigned"},
    {22, "enum"},
    {23, "float32"},
    {24, "float64"},
    {25, "date-time"},
    {26, "date"},
    {27, "time"},
    {28, "delta-integer"},
    {29, "delta-long"},
    {30, "delta-double-long"},
    {31, "delta-unsigned"},
    {32, "delta-long-unsigned"},
    {33, "delta-double-long-unsigned"},
    {255, "dont-care"},
};
static_assert(std::ranges::is_sorted(data_types, {}, &NumberName::number));

constexpr NumberName results[] = {
    {0, "success"},
    {1, "hardware-fault"},
    {2, "temporary-failure"},
    {3, "read-write-denied"},
    {4, "object-undefined"},
    {9, "object-class-inconsistent"},
    {11, "object-unavailable"},
    {12, "type-unmatched"},
    {13, "scope-of-access-violated"},
    {14, "data-block-unavailable"},
    {15, "long-get-aborted"},
    {16, "no-long-get-in-progress"},
    {17, "long-set-aborted"},
    {18, "no-long-set-in-progress"},
    {19, "data-block-number-invalid"},
    {250, "other-reason"},
};
static_assert(std::ranges::is_sorted(results, {}, &NumberName::number));

constexpr auto conformance_bits =
    words("reserved-zero", "general-protection", "general-block-transfer", "read", "write", "unconfirmed-write",
          "delta-value-encoding", "reserved-seven", "attribute0-supported-with-set", "priority-mgmt-supported",
          "attribute0-supported-with-get", "block-transfer-with-get-or-read", "block-transfer-with-set-or-write",
          "block-transfer-with-action", "multiple-references", "information-report", "data-notification", "access",
          "parameterized-access", "get", "set", "selective-access", "event-notification", "action");
static_assert(conformance_bits.size() == 24);

// IEC 62056-6-2, Table 4.
constexpr NumberName units[] = {
    {1, "a"},     {2, "mo"},     {3, "wk"},        {4, "d"},       {5, "h"},      {6, "min"},   {7, "s"},
    {8, "°"},     {9, "°C"},     {10, "currency"}, {11, "m"},      {12, "m/s"},   {13, "m³"},   {14, "m³"},
    {15, "m³/h"}, {16, "m³/h"},  {17, "m³/d"},     {18, "m³/d"},   {19, "l"},     {20, "kg"},   {21, "N"},
    {22, "Nm"},   {23, "Pa"},    {24, "bar"},      {25, "J"},      {26, "J/h"},   {27, "W"},    {28, "VA"},
    {29, "var"},  {30, "Wh"},    {31, "VAh"},      {32, "varh"},   {33, "A"},     {34, "C"},    {35, "V"},
    {36, "V/m"},  {37, "F"},     {38, "Ω"},        {39, "Ωm²/m"},  {40, "Wb"},    {41, "T"},    {42, "A/m"},
    {43, "H"},    {44, "Hz"},    {45, "1/Wh"},     {46, "1/varh"}, {47, "1/VAh"}, {48, "V²h"},  {49, "A²h"},
    {50, "kg/s"}, {51, "S"},     {52, "K"},        {53, "1/V²h"},  {54, "1/A²h"}, {55, "1/m³"}, {56, "%"},
    {57, "Ah"},   {60, "Wh/m³"}, {61, "J/m³"},     {62, "mol %"},  {63, "g/m³"},  {64, "Pa s"}, {65, "J/kg"},
    {70, "dBm"},  {71, "dBµV"},  {72, "dB"},       {254, "other"},
};
static_assert(std::ranges::is_sorted(units, {}, &NumberName::number));

}  // namespace

std::string_view class_name(std::uint16_t class_id) {
    const Class* const found = find_class(class_id);
    return found ? found->name : std::string_view{};
}

std::string_view attribute_name(std::uint16_t class_id, std::int8_t attribute) {
    const Class* const found = find_class(class_id);
    if (!found) return {};
    if (attribute == 1) return "logical_name";
    return word(found->attributes, attribute - 2);
}

std::string_view method_name(std::uint16_t class_id, std::int8_t method) {
    const Class* const found = find_class(class_id);
    return found ? word(found->methods, method - 1) : std::string_view{};
}

std::string_view apdu_name(std::uint8_t tag) {
    return find(apdus, tag);
}
std::string_view data_type_name(std::uint8_t tag) {
    return find(data_types, tag);
}
std::string_view data_access_result_name(std::uint8_t result) {
    return find(results, result);
}

std::string_view action_result_name(std::uint8_t result) {
    if (result == 15) return "long-action-aborted";
    if (result == 16) return "no-long-action-in-progress";
    if (result > 16 && result < 20) return {};
    return find(results, result);
}

std::string_view conformance_bit_name(std::uint8_t bit) {
    return word(conformance_bits, bit);
}
std::string_view unit_name(std::uint8_t unit) {
    return find(units, unit);
}

}  // namespace blathy::dlms
