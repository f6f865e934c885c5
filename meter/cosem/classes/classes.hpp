// The interface classes that the meter implements (IEC 62056-6-2, clause 5), each in its own source file.
#pragma once

#include "meter/cosem/object.hpp"

namespace blathy::meter {

// IC 1, Data: one class a value, since the value is all that differs.
extern const InterfaceClass logical_device_name_class;
extern const InterfaceClass serial_number_class;
extern const InterfaceClass model_name_class;
extern const InterfaceClass firmware_version_class;
extern const InterfaceClass local_time_class;
extern const InterfaceClass local_date_class;
extern const InterfaceClass unix_time_class;

// IC 3, Register.
extern const InterfaceClass measured_register_class;   // what meter/quantity measures, by its logical name
extern const InterfaceClass nameplate_register_class;  // nominal values and constants of the model

extern const InterfaceClass clock_class;               // IC 8, version 0
extern const InterfaceClass association_class;         // IC 15, version 3: Association LN
extern const InterfaceClass sap_assignment_class;      // IC 17, version 0
extern const InterfaceClass security_setup_class;      // IC 64, version 1: of a role, by E of the logical name
extern const InterfaceClass invocation_counter_class;  // IC 1: likewise
extern const InterfaceClass push_setup_class;          // IC 40, version 2
extern const InterfaceClass local_port_setup_class;    // IC 19, version 1
extern const InterfaceClass hdlc_setup_class;          // IC 23, version 1

// From energy to the bill.
extern const InterfaceClass profile_status_class;         // IC 1: AMR profile status, by E of the logical name
extern const InterfaceClass active_tariff_class;          // IC 1
extern const InterfaceClass reset_counter_class;          // IC 1
extern const InterfaceClass available_periods_class;      // IC 1
extern const InterfaceClass last_reset_class;             // IC 1
extern const InterfaceClass buffer_form_class;            // IC 1: of a profile, by the logical name
extern const InterfaceClass billing_period_class;         // IC 3
extern const InterfaceClass calendar_fault_class;         // IC 1: why a calendar was refused last
extern const InterfaceClass active_calendar_name_class;   // IC 1
extern const InterfaceClass passive_calendar_name_class;  // IC 1
extern const InterfaceClass account_register_class;       // IC 3: tariff, billing, recorded, by the logical name
extern const InterfaceClass demand_period_class;          // IC 3
extern const InterfaceClass recording_interval_1_class;   // IC 3
extern const InterfaceClass recording_interval_2_class;   // IC 3
extern const InterfaceClass time_shift_limit_class;       // IC 3
extern const InterfaceClass maximum_demand_class;         // IC 4, version 0
extern const InterfaceClass demand_class;                 // IC 5, version 0
extern const InterfaceClass passive_special_days_class;   // IC 11, version 0
extern const InterfaceClass register_activation_class;    // IC 6, version 0, of energy if E is 0, else of demand
extern const InterfaceClass tariff_scripts_class;         // IC 9, version 0
extern const InterfaceClass billing_scripts_class;        // IC 9
extern const InterfaceClass special_days_class;           // IC 11, version 0
extern const InterfaceClass calendar_class;               // IC 20, version 0
extern const InterfaceClass monthly_schedule_class;       // IC 22, version 0
extern const InterfaceClass daily_schedule_class;         // IC 22

// Communication modules.
extern const InterfaceClass auto_connect_class;    // IC 29, version 2
extern const InterfaceClass tcp_udp_setup_class;   // IC 41, version 0
extern const InterfaceClass ipv4_setup_class;      // IC 42, version 0
extern const InterfaceClass ppp_setup_class;       // IC 44, version 0
extern const InterfaceClass gprs_setup_class;      // IC 45, version 0
extern const InterfaceClass gsm_diagnostic_class;  // IC 47, version 1
extern const InterfaceClass plc_counters_class;    // IC 90, version 1
extern const InterfaceClass plc_mac_class;         // IC 91, version 1
extern const InterfaceClass plc_adaptation_class;  // IC 92, version 1
extern const InterfaceClass hs_plc_mac_class;      // IC 140, version 0
extern const InterfaceClass hs_plc_cpas_class;     // IC 141, version 0
extern const InterfaceClass hs_plc_ip_class;       // IC 142, version 0
extern const InterfaceClass hs_plc_hdlc_class;     // IC 143, version 0
extern const InterfaceClass module_status_class;   // IC 1: what is in a slot, by E of the logical name

// The relay.
extern const InterfaceClass tamper_latch_class;        // IC 1
extern const InterfaceClass relay_reasons_class;       // IC 1
extern const InterfaceClass relay_first_reason_class;  // IC 1
extern const InterfaceClass relay_enabled_class;       // IC 1
extern const InterfaceClass relay_count_class;         // IC 3: by E of the logical name
extern const InterfaceClass monitor_time_class;        // IC 3: by E of the logical name
extern const InterfaceClass relay_scripts_class;       // IC 9
extern const InterfaceClass register_monitor_class;    // IC 21, version 0: by its logical name
extern const InterfaceClass relay_schedule_class;      // IC 22: by B of the logical name
extern const InterfaceClass arbitrator_class;          // IC 68, version 0
extern const InterfaceClass disconnect_control_class;  // IC 70, version 0
extern const InterfaceClass limiter_class;             // IC 71, version 0: by E of the logical name
// Events, alarms, and what is supervised.
extern const InterfaceClass event_code_class;           // IC 1: of the last event of a log, by E of the logical name
extern const InterfaceClass event_counter_class;        // IC 1
extern const InterfaceClass alarm_register_class;       // IC 1: alarm register 1 or 2, as the two below
extern const InterfaceClass alarm_filter_class;         // IC 1
extern const InterfaceClass alarm_descriptor_class;     // IC 1
extern const InterfaceClass error_register_class;       // IC 1
extern const InterfaceClass last_event_class;           // IC 3: magnitude and duration of the last quality event
extern const InterfaceClass last_amount_class;          // IC 3: of the last recharge
extern const InterfaceClass alarm_monitor_class;        // IC 21, version 0, of alarm descriptor 1 or 2
extern const InterfaceClass push_scripts_class;         // IC 9
extern const InterfaceClass condition_data_class;       // IC 1: count or time, by the logical name
extern const InterfaceClass condition_register_class;   // IC 3: duration or magnitude, by the logical name
extern const InterfaceClass conditions_now_class;       // IC 1
extern const InterfaceClass conditions_watched_class;   // IC 1
extern const InterfaceClass unbalance_class;            // IC 3
extern const InterfaceClass supervision_setting_class;  // IC 3, by the logical name
extern const InterfaceClass failure_data_class;         // IC 1: counters and times of power failures
extern const InterfaceClass failure_duration_class;     // IC 3
extern const InterfaceClass battery_class;              // IC 3: battery and supercapacitor, by E
extern const InterfaceClass battery_date_class;         // IC 1

// The display.
extern const InterfaceClass display_list_class;     // IC 7, version 1: by the logical name
extern const InterfaceClass display_setting_class;  // IC 1: by E of the logical name
extern const InterfaceClass display_time_class;     // IC 3: likewise
extern const InterfaceClass display_fault_class;    // IC 1: why what was written last was refused

// The calibration of the analog front end.
extern const InterfaceClass calibration_class;         // IC 1: the constants
extern const InterfaceClass calibration_date_class;    // IC 1
extern const InterfaceClass calibration_number_class;  // IC 1: check and count, by E of the logical name
extern const InterfaceClass calibration_state_class;   // IC 1

// Transformers.
extern const InterfaceClass transformer_ratio_class;  // IC 1: by the logical name
extern const InterfaceClass overall_ratio_class;      // IC 1: likewise
extern const InterfaceClass primary_register_class;   // IC 3: of channel 1, by the logical name

// When the meter was changed.
extern const InterfaceClass change_count_class;  // IC 1
extern const InterfaceClass change_time_class;   // IC 1: by the logical name

// What the clock runs by.
extern const InterfaceClass temperature_class;  // IC 3
extern const InterfaceClass crystal_class;      // IC 3: its deviation, as the factory has measured it
inline constexpr dlms::Obis crystal_name{0, 0, 96, 55, 0};

// IC 7, Profile generic, version 1, of everything else is profile_class<source> in meter/profile/profile.hpp.

}  // namespace blathy::meter
