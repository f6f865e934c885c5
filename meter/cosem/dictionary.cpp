#include "meter/cosem/dictionary.hpp"

#include <algorithm>
#include <array>

#include "meter/billing/profile_sources.hpp"
#include "meter/billing/registers.hpp"
#include "meter/cosem/classes/calibration_names.hpp"
#include "meter/cosem/classes/change_names.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/condition_names.hpp"
#include "meter/cosem/classes/display_names.hpp"
#include "meter/cosem/classes/outage_names.hpp"
#include "meter/cosem/classes/supervision_names.hpp"
#include "meter/cosem/classes/transformer_names.hpp"
#include "meter/event/log_sources.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"
#include "meter/models/sm307.hpp"
#include "meter/module/module_bay.hpp"
#include "meter/profile/profile.hpp"
#include "meter/profile/test_profile.hpp"
#include "meter/push/settings.hpp"
#include "meter/quantity/quantity.hpp"
#include "meter/relay/causes.hpp"
#include "meter/relay/limiter.hpp"
#include "meter/relay/scripts.hpp"
#include "meter/relay/settings.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr Object identity(const InterfaceClass& of_class, const Obis& name) {
    return {&of_class, name, AccessKind::identity};
}
constexpr Object reading(const InterfaceClass& of_class, const Obis& name) {
    return {&of_class, name, AccessKind::reading};
}
constexpr Object parameter(const InterfaceClass& of_class, const Obis& name) {
    return {&of_class, name, AccessKind::parameter};
}

// Collects objects in a constant expression, once to count them and once to keep them.
template <std::size_t capacity>
struct Collection {
    std::array<Object, capacity> objects{};
    std::size_t count = 0;

    constexpr void add(const Object& object) {
        if constexpr (capacity > 0) objects[count] = object;
        ++count;
    }
};

template <class Objects>
constexpr void add_administration(Objects& to, const Model& model) {
    to.add({&clock_class, Obis(0, 0, 1, 0, 0), AccessKind::clock});
    to.add({&unix_time_class, Obis(0, 0, 1, 1, 0), AccessKind::clock});
    to.add({&association_class, Obis(0, 0, 40, 0, 0), AccessKind::association});
    to.add(identity(sap_assignment_class, Obis(0, 0, 41, 0, 0)));
    for (std::size_t e = 0; e < security::context_roles.size(); ++e) {
        const int number = static_cast<int>(e);
        to.add({&security_setup_class, Obis(0, 0, 43, 0, number), AccessKind::security_setup});
        to.add(identity(invocation_counter_class, Obis(0, 0, 43, 1, number)));
    }
    to.add(identity(logical_device_name_class, Obis(0, 0, 42, 0, 0)));
    to.add(identity(serial_number_class, Obis(0, 0, 96, 1, 0)));  // device ID 1: manufacturing number
    to.add(identity(model_name_class, Obis(0, 0, 96, 1, 1)));     // device ID 2: type
    to.add(identity(serial_number_class, Obis(1, 0, 0, 0, 0)));   // electricity ID 1
    to.add(identity(firmware_version_class, Obis(1, 0, 0, 2, 0)));
    to.add(reading(change_count_class, change_count_name));
    for (const ChangeName& change : change_names) to.add(reading(change_time_class, change.name));
    to.add(reading(temperature_class, Obis(0, 0, 96, 9, 0)));
    to.add(parameter(crystal_class, crystal_name));
    to.add({&local_time_class, Obis(1, 0, 0, 9, 1), AccessKind::clock});
    to.add({&local_date_class, Obis(1, 0, 0, 9, 2), AccessKind::clock});
    for (const PushSetup setup : push_setups) {
        if (setup == PushSetup::power_down && !model.ports.last_gasp) continue;
        to.add(parameter(push_setup_class, name_of(setup)));
    }
    to.add(parameter(local_port_setup_class, local_port_setup_name));
    for (const HdlcLine line : hdlc_lines) to.add(parameter(hdlc_setup_class, hdlc_setup_name(line)));
    for (const int e : {0, 1, 3, 4}) to.add(identity(nameplate_register_class, Obis(1, 0, 0, 3, e)));
    for (const int e : {0, 1, 2, 3}) to.add(identity(nameplate_register_class, Obis(1, 0, 0, 6, e)));
}

template <class Objects>
constexpr void add_measured(Objects& to, int c, int d, int e = 0) {
    to.add(reading(measured_register_class, Obis(1, 0, c, d, e)));
}

template <class Objects>
constexpr void add_energy(Objects& to, const Model& model) {
    for (int phase = 0; phase <= model.phases; ++phase) {
        const int c = phase * obis_phase_step;
        for (int quantity = active_import; quantity <= apparent_export; ++quantity) {
            add_measured(to, c + quantity, obis_energy);
        }
        add_measured(to, c + active_absolute, obis_energy);
        add_measured(to, c + active_net, obis_energy);
    }
}

template <class Objects>
constexpr void add_instantaneous(Objects& to, const Model& model) {
    constexpr std::array of_each_element = {active_import,   active_export,   reactive_import,
                                            reactive_export, apparent_import, apparent_export,
                                            power_factor,    active_absolute, active_net};
    for (int phase = 0; phase <= model.phases; ++phase) {
        const int c = phase * obis_phase_step;
        for (const Quantity quantity : of_each_element) add_measured(to, c + quantity, obis_instantaneous);
        if (phase == 0) continue;
        add_measured(to, c + current, obis_instantaneous);
        add_measured(to, c + voltage, obis_instantaneous);
        for (const Quantity quantity : {current, voltage}) {
            for (int order = 1; order <= static_cast<int>(highest_order); ++order) {
                add_measured(to, c + quantity, obis_instantaneous, order);
            }
            add_measured(to, c + quantity, obis_instantaneous, obis_distortion);
        }
        const int reference = phase - 1;
        add_measured(to, phase_angle, obis_instantaneous, 10 * reference + reference + 4);
        if (reference > 0) add_measured(to, phase_angle, obis_instantaneous, reference);
    }
    add_measured(to, frequency, obis_instantaneous);
    add_measured(to, current_sum, obis_instantaneous);
    if (model.neutral_current) add_measured(to, current_neutral, obis_instantaneous);
}

// From energy to the bill: tariffs, demands, billing and profiles.
template <class Objects>
constexpr void add_tariffs(Objects& to, const Model& model) {
    for (const Quantity quantity : demand_quantities) {
        for (int tariff = 1; tariff <= model.tariffs.tariffs; ++tariff) {
            to.add(reading(account_register_class, Obis(1, 0, quantity, obis_energy, tariff)));
        }
        for (int tariff = 0; tariff <= model.tariffs.tariffs; ++tariff) {
            to.add(reading(account_register_class, Obis(1, 0, quantity, obis_billing_energy, tariff)));
        }
        to.add(reading(demand_class, Obis(1, 0, quantity, obis_demand, 0)));
        for (int tariff = 0; tariff <= model.tariffs.tariffs; ++tariff) {
            to.add(reading(maximum_demand_class, Obis(1, 0, quantity, obis_maximum_demand, tariff)));
            to.add(reading(account_register_class, Obis(1, 0, quantity, obis_cumulative_demand, tariff)));
        }
    }
    for (int quadrant = reactive_quadrant_1; quadrant <= reactive_quadrant_4; ++quadrant) {
        for (int tariff = 1; tariff <= model.tariffs.tariffs; ++tariff) {
            to.add(reading(account_register_class, Obis(1, 0, quadrant, obis_energy, tariff)));
        }
    }
    to.add(parameter(calendar_class, Obis(0, 0, 13, 0, 0)));
    to.add(parameter(special_days_class, Obis(0, 0, 11, 0, 0)));
    to.add(parameter(passive_special_days_class, Obis(0, 0, 11, 0, 1)));
    to.add(parameter(tariff_scripts_class, tariff_script_table));
    for (const int e : {0, 1}) to.add(reading(register_activation_class, Obis(0, 0, 14, 0, e)));
    to.add(reading(active_tariff_class, active_tariff_name));
    to.add(reading(calendar_fault_class, calendar_fault_name));
    to.add(reading(active_calendar_name_class, Obis(1, 0, 0, 2, 2)));
    to.add(reading(passive_calendar_name_class, Obis(1, 0, 0, 2, 7)));
}

template <class Objects>
constexpr void add_recorded(Objects& to, const Model& model) {
    for (const Quantity quantity : demand_quantities) {
        for (const int d : {obis_recorded_energy, obis_recorded_energy_2}) {
            to.add(reading(account_register_class, Obis(1, 0, quantity, d, 0)));
        }
    }
    for (const std::uint8_t c : recorded_codes) {
        if (quantity_code(c).phase > model.phases || (c == current_neutral && !model.neutral_current)) continue;
        for (const int d : {obis_average, obis_minimum, obis_maximum}) {
            to.add(reading(account_register_class, Obis(1, 0, c, d, 0)));
        }
    }
}

// A billing can be taken at any time; load profiles are captured periodically, and by nothing else.
template <const ProfileSource& source, ProfileMethods methods = ProfileMethods::reset, class Objects>
constexpr void add_profile(Objects& to, ProfileId id) {
    to.add(reading(profile_class<source, methods>, name_of(id)));
    to.add(parameter(buffer_form_class, buffer_form_name(id)));
}

template <class Objects>
constexpr void add_billing(Objects& to, const Model& model) {
    add_profile<monthly_billing, ProfileMethods::reset_and_capture>(to, ProfileId::monthly);
    add_profile<daily_billing, ProfileMethods::reset_and_capture>(to, ProfileId::daily);
    add_profile<load_profile_1>(to, ProfileId::load_1);
    add_profile<load_profile_2>(to, ProfileId::load_2);
    if (model.functions.extended_profiles) {
        add_profile<average_profile>(to, ProfileId::average);
        add_profile<minimum_profile>(to, ProfileId::minimum);
        add_profile<maximum_profile>(to, ProfileId::maximum);
    }
    if (model.functions.prepayment) {
        for (const Obis& name : {available_credit_name, credited_amount_name, consumed_amount_name}) {
            to.add(reading(account_register_class, name));
        }
    }
    for (int e = status_recording_1; e <= status_monthly; ++e) to.add(reading(profile_status_class, status_name(e)));
    to.add(parameter(billing_scripts_class, Obis(0, 0, 10, 0, 1)));
    to.add(parameter(monthly_schedule_class, Obis(0, 0, 15, 0, 0)));
    to.add(parameter(daily_schedule_class, Obis(0, 0, 15, 1, 0)));
    to.add(reading(reset_counter_class, reset_counter_name));
    to.add(reading(available_periods_class, Obis(1, 0, 0, 1, 1)));
    to.add(reading(last_reset_class, last_reset_name));
    to.add(reading(billing_period_class, Obis(1, 0, 0, 8, 6)));
    to.add(reading(demand_period_class, Obis(1, 0, 0, 8, 0)));
    to.add(reading(recording_interval_1_class, Obis(1, 0, 0, 8, 4)));
    to.add(reading(recording_interval_2_class, Obis(1, 0, 0, 8, 5)));
    to.add(parameter(time_shift_limit_class, Obis(1, 0, 0, 9, 11)));
}

// What opens and closes the relay, as far as the model has it.
template <class Objects>
constexpr void add_relay(Objects& to, const Model& model) {
    const RelayCauses causes = causes_of(model);
    to.add(parameter(disconnect_control_class, disconnector_name(model)));
    to.add(parameter(arbitrator_class, Obis(0, 0, 96, 3, 20)));
    to.add(parameter(relay_scripts_class, relay_scripts_name));
    for (int b = 0; b < static_cast<int>(relay_schedules); ++b) {
        to.add(parameter(relay_schedule_class, Obis(0, b, 15, 0, 1)));
    }
    to.add(reading(relay_reasons_class, Obis(0, 0, 96, 60, 0)));
    to.add(reading(relay_first_reason_class, Obis(0, 0, 96, 60, 1)));
    to.add(parameter(relay_enabled_class, Obis(0, 0, 96, 60, 2)));
    for (const int e : {3, 4}) to.add(reading(relay_count_class, Obis(0, 0, 96, 60, e)));
    if (model.relay.off_load_operations != 0) to.add(reading(relay_count_class, Obis(0, 0, 96, 60, 5)));
    if (causes.has(RelayCause::tamper)) to.add(parameter(tamper_latch_class, Obis(1, 0, 94, 98, 69)));
    if (causes.has(RelayCause::limiter)) {
        for (int e = 0; e < static_cast<int>(limiters); ++e) to.add(parameter(limiter_class, Obis(0, 0, 17, 0, e)));
    }
    for (int phase = 1; phase <= model.phases; ++phase) {
        if (causes.has(RelayCause::overvoltage)) to.add(parameter(register_monitor_class, Obis(0, 0, 16, 0, phase)));
        if (causes.has(RelayCause::overcurrent)) {
            to.add(parameter(register_monitor_class, Obis(1, 0, current + phase * obis_phase_step, obis_demand, 0)));
        }
    }
    for (const int e : {10, 11}) {
        if (causes.has(RelayCause::overvoltage)) to.add(parameter(monitor_time_class, Obis(0, 0, 96, 60, e)));
        if (causes.has(RelayCause::overcurrent)) to.add(parameter(monitor_time_class, Obis(0, 0, 96, 60, e + 2)));
    }
}

// Of the network that a plug-in module joins.
template <class Objects>
constexpr void add_modules(Objects& to, const Model& model) {
    if (model.ports.communication_modules == 0) return;
    to.add(parameter(auto_connect_class, Obis(0, 0, 2, 1, 0)));
    to.add(parameter(tcp_udp_setup_class, Obis(0, 0, 25, 0, 0)));
    to.add(parameter(ipv4_setup_class, Obis(0, 0, 25, 1, 0)));
    to.add(parameter(ppp_setup_class, Obis(0, 0, 25, 3, 0)));
    to.add(parameter(gprs_setup_class, Obis(0, 0, 25, 4, 0)));
    to.add(reading(gsm_diagnostic_class, Obis(0, 0, 25, 6, 0)));
    to.add(parameter(plc_counters_class, Obis(0, 0, 29, 0, 0)));
    to.add(parameter(plc_mac_class, Obis(0, 0, 29, 1, 0)));
    to.add(parameter(plc_adaptation_class, Obis(0, 0, 29, 2, 0)));
    to.add(parameter(hs_plc_mac_class, Obis(0, 0, 33, 0, 0)));
    to.add(parameter(hs_plc_cpas_class, Obis(0, 0, 33, 1, 0)));
    to.add(parameter(hs_plc_ip_class, Obis(0, 0, 33, 2, 0)));
    to.add(parameter(hs_plc_hdlc_class, Obis(0, 0, 33, 3, 0)));
    for (std::size_t slot = 0; slot < module_slots; ++slot) {
        if (has_slot(model, slot)) to.add(reading(module_status_class, module_status_name(slot)));
    }
}

// Logs, alarms, and what the last events were.
template <class Objects>
constexpr void add_events(Objects& to, const Model& model) {
    const auto add_log = [&](const InterfaceClass& of_log, EventLogId id) {
        to.add({&of_log, name_of(id), AccessKind::event_log});
    };
    add_log(profile_class<standard_log, ProfileMethods::reset>, EventLogId::standard);
    add_log(profile_class<fraud_log, ProfileMethods::reset>, EventLogId::fraud);
    add_log(profile_class<disconnector_log, ProfileMethods::reset>, EventLogId::disconnector);
    add_log(profile_class<firmware_log, ProfileMethods::reset>, EventLogId::firmware);
    add_log(profile_class<quality_log, ProfileMethods::reset>, EventLogId::quality);
    add_log(profile_class<communication_log, ProfileMethods::reset>, EventLogId::communication);
    add_log(profile_class<power_failure_log, ProfileMethods::reset>, EventLogId::power_failure);
    if (has_log(model, EventLogId::recharge)) {
        add_log(profile_class<recharge_log, ProfileMethods::reset>, EventLogId::recharge);
        to.add(reading(last_amount_class, last_amount_name));
    }
    for (std::size_t i = 0; i < event_logs; ++i) {
        const auto id = static_cast<EventLogId>(i);
        if (!has_log(model, id)) continue;
        // The rows of power failures have no code.
        if (id != EventLogId::power_failure) to.add(reading(event_code_class, event_code_name(id)));
        to.add(reading(event_counter_class, event_counter_name(id)));
    }
    to.add(reading(last_event_class, last_magnitude_name));
    to.add(reading(last_event_class, last_duration_name));
    to.add(parameter(error_register_class, Obis(0, 0, 97, 97, 0)));
    for (int i = 0; i < static_cast<int>(alarm_registers); ++i) {
        to.add(parameter(alarm_register_class, Obis(0, 0, 97, 98, i)));
        to.add(parameter(alarm_filter_class, Obis(0, 0, 97, 98, 10 + i)));
        to.add(parameter(alarm_descriptor_class, Obis(0, 0, 97, 98, 20 + i)));
        to.add(reading(alarm_monitor_class, Obis(0, 0, 16, 1, i)));
    }
    to.add(parameter(push_scripts_class, Obis(0, 0, 10, 0, 108)));
}

template <class Objects>
constexpr void add_condition(Objects& to, const Obis& name) {
    const auto kind = condition_figure_of(name)->kind;
    const bool is_data = name.a() == 0 && (kind == ConditionFigure::Kind::count || kind == ConditionFigure::Kind::time);
    to.add(reading(is_data ? condition_data_class : condition_register_class, name));
}

// Power quality, tamper, outages, battery.
template <class Objects>
constexpr void add_supervision(Objects& to, const Model& model) {
    const Conditions possible = conditions_of(model);
    for (const TamperName& tamper : tamper_names) {
        if (!possible.has(tamper.condition)) continue;
        // Somebody's attempt on the communication has no duration.
        const int figures = tamper.condition == Condition::communication ? 2 : figures_of_a_tamper;
        for (int i = 0; i < figures; ++i) add_condition(to, Obis(0, 0, 96, tamper.d, tamper.e + i));
    }
    for (int phase = 0; phase < model.phases; ++phase) {
        for (const int d : {undervoltage_counter_d, overvoltage_counter_d, missing_counter_d}) {
            for (int i = 0; i < figures_of_a_voltage; ++i) {
                add_condition(to, Obis(1, 0, voltage_1_c + voltage_c_step * phase, d + i, 0));
            }
        }
    }
    for (const SettingName& setting : setting_names) {
        to.add(parameter(supervision_setting_class, setting.name));
    }
    to.add(parameter(conditions_watched_class, Obis(0, 0, 96, 51, 0)));
    to.add(reading(conditions_now_class, Obis(0, 0, 96, 51, 1)));
    if (model.phases > 1) to.add(reading(unbalance_class, Obis(0, 0, 96, 50, 2)));
    for (int e = 0; e <= failures_of_any_e; ++e) {
        const Obis name(0, 0, 96, 7, e);
        const auto figure = failure_figure_of(name);
        const bool of_a_phase = figure && figure->kind != Failures::all && figure->kind != Failures::any;
        if (!figure || (of_a_phase && figure->kind > model.phases)) continue;
        const bool is_duration = figure->value == FailureFigure::Value::last_long;
        to.add(reading(is_duration ? failure_duration_class : failure_data_class, name));
    }
    for (const int e : {battery_use_time_e, battery_voltage_e, battery_remaining_e}) {
        to.add(reading(battery_class, Obis(0, 0, 96, 6, e)));
    }
    to.add(reading(battery_date_class, Obis(0, 0, 96, 6, battery_date_e)));
    if (model.ports.last_gasp) to.add(reading(battery_class, Obis(0, 0, 96, 6, supercapacitor_voltage_e)));
}

template <class Objects>
constexpr void add_display(Objects& to) {
    for (const Obis& name : display_list_names) to.add(parameter(display_list_class, name));
    for (const DisplayTimeName& time : display_time_names) to.add(parameter(display_time_class, time.name));
    for (const Obis& name : display_setting_names) to.add(parameter(display_setting_class, name));
    to.add(reading(display_fault_class, display_fault_name));
}

template <class Objects>
constexpr void add_calibration(Objects& to) {
    to.add(parameter(calibration_class, calibration_name));
    to.add(reading(calibration_date_class, calibration_date_name));
    for (const Obis& name : {calibration_check_name, calibration_count_name}) {
        to.add(reading(calibration_number_class, name));
    }
    to.add(parameter(calibration_state_class, calibration_state_name));
}

// What registers and instantaneous values are on the primary side of the transformers.
template <class Objects>
constexpr void add_transformers(Objects& to, const Model& model) {
    if (!model.functions.transformer_ratios) return;
    for (const Obis& name : {current_ratio_numerator, current_ratio_denominator}) {
        to.add(parameter(transformer_ratio_class, name));
    }
    if (model.connection == Connection::instrument_transformer) {
        for (const Obis& name : {voltage_ratio_numerator, voltage_ratio_denominator}) {
            to.add(parameter(transformer_ratio_class, name));
        }
    }
    for (const Obis& name : {overall_ratio_numerator, overall_ratio_denominator}) {
        to.add(reading(overall_ratio_class, name));
    }
    const auto add = [&](int c, int d) { to.add(reading(primary_register_class, Obis(1, primary_channel, c, d, 0))); };
    for (int phase = 0; phase <= model.phases; ++phase) {
        const int c = phase * obis_phase_step;
        for (int quantity = active_import; quantity <= reactive_export; ++quantity) {
            add(c + quantity, obis_energy);
            add(c + quantity, obis_instantaneous);
        }
        for (const Quantity quantity : {apparent_import, apparent_export}) add(c + quantity, obis_instantaneous);
        if (phase == 0) continue;
        for (const Quantity quantity : {current, voltage}) add(c + quantity, obis_instantaneous);
    }
}

template <class Objects>
constexpr void add_objects(Objects& to, const Model& model) {
    add_administration(to, model);
    add_energy(to, model);
    add_instantaneous(to, model);
    add_tariffs(to, model);
    add_recorded(to, model);
    add_billing(to, model);
    add_relay(to, model);
    add_modules(to, model);
    add_events(to, model);
    add_supervision(to, model);
    add_transformers(to, model);
    add_display(to);
    add_calibration(to);
    to.add({&profile_class<test_profile, ProfileMethods::none>, Obis(1, 0, 99, 128, 0), AccessKind::fixed});
}

template <const Model& model>
constexpr auto objects_of = [] {
    constexpr std::size_t count = [] {
        Collection<0> counter;
        add_objects(counter, model);
        return counter.count;
    }();
    Collection<count> collection;
    add_objects(collection, model);
    std::ranges::sort(collection.objects, {}, &Object::name);
    return collection.objects;
}();

constexpr bool names_differ(std::span<const Object> sorted) {
    return std::ranges::adjacent_find(sorted, {}, &Object::name) == sorted.end();
}

template <const Model& model>
constexpr Dictionary dictionary = [] {
    static_assert(names_differ(objects_of<model>));
    return Dictionary{objects_of<model>};
}();

struct Entry {
    const Model& model;
    const Dictionary& dictionary;
};

constexpr std::array entries = {
    Entry{sed102, dictionary<sed102>}, Entry{sed302, dictionary<sed302>},   Entry{sm306, dictionary<sm306>},
    Entry{sm307, dictionary<sm307>},   Entry{sm120b2, dictionary<sm120b2>},
};

constexpr Dictionary no_objects{{}};

}  // namespace

const Dictionary& dictionary_of(const Model& model) {
    for (const Entry& entry : entries) {
        if (&entry.model == &model) return entry.dictionary;
    }
    return no_objects;
}

}  // namespace blathy::meter
