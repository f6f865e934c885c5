// Events: what happens to a meter, told by the part that notices it to whoever keeps a log, counts, or acts on it.
//
// A kind says what happened; which code, log and alarm bit it has is a table per variant, for companion specifications
// differ there (meter/event/event_codes.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dlms/date_time.hpp"

namespace blathy::meter {

// `phase` of a detail is 1 to 3.
enum class EventKind : std::uint8_t {
    power_down,          // all phases are gone
    power_up,            // detail: seconds without power, as far as the clock knows
    clock_left,          // at this time the clock was set to another, which clock_set tells
    clock_set,           // by more than the limit. detail: milliseconds, signed
    clock_adjusted,      // within the limit. detail: as above
    clock_invalid,       // nobody knows the time
    daylight_changed,    // detail: 1 daylight saving begins, 0 ends
    tariff_switched,     // detail: the tariff
    calendar_activated,  // the passive calendar came into force
    calendar_refused,    // detail: CalendarFault
    billing_reset,       // detail: number of the reset
    demand_reset,
    profile_cleared,    // detail: ProfileId
    row_lost,           // the flash refused a row. detail: ProfileId
    storage_damaged,    // a check failed. detail: records and rows
    record_lost,        // nothing readable is left of what was kept. detail: RecordId
    measurement_fault,  // the converter does not see what is there (Inputs::converter_fault)
    configuration_changed,
    log_cleared,  // detail: EventLogId
    alarm_cleared,
    error_cleared,
    battery_low,
    battery_replaced,
    firmware_activated,  // another version runs than before
    // Fraud and security.
    terminal_cover_opened,
    terminal_cover_closed,
    meter_cover_opened,
    meter_cover_closed,
    module_cover_opened,  // detail: 1 or 2
    module_cover_closed,  // detail: 1 or 2
    magnetic_field_began,
    magnetic_field_ended,
    bypass_began,  // phase and neutral current differ
    bypass_ended,
    wrong_password,      // detail: role
    keys_changed,        // detail: role
    deciphering_failed,  // detail: role
    replay,              // detail: role
    weak_protection,     // detail: role
    counter_alarm,       // a key is due to be changed. detail: role
    counter_end,         // a key has no counter left. detail: role
    certificates_changed,
    tamper_latch_cleared,
    // Disconnector.
    remote_disconnection,
    remote_connection,
    manual_disconnection,
    manual_connection,
    local_disconnection,  // detail: RelayCause
    local_connection,     // detail: RelayCause
    ready_for_connection,
    limiter_exceeded,     // detail: limiter, 0 or 1
    limiter_normal,       // detail: as above
    limiter_changed,      // its threshold. detail: as above
    disconnector_failed,  // detail: 1 it is closed and should not be, 0 it is open
    fuse_exceeded,        // detail: phase
    fuse_normal,          // detail: phase
    // Power quality.
    undervoltage_began,  // detail: phase
    overvoltage_began,   // detail: phase
    voltage_missing,     // detail: phase
    voltage_normal,      // detail: phase
    sequence_reversed,
    sequence_normal,
    neutral_missing,
    neutral_normal,
    unbalance_began,
    unbalance_ended,
    reversal_began,        // detail: phase, energy flows backwards where it should not
    reversal_ended,        // detail: phase
    overcurrent_began,     // detail: phase
    overcurrent_ended,     // detail: phase
    voltage_dip,           // has ended (IEC 61000-4-30). detail: a phase of it, each has its own
    voltage_swell,         // as above
    voltage_interruption,  // of all phases at once. detail: 0
    short_power_failure,   // has ended. detail: phase, 0 all
    long_power_failure,    // detail: phase, 0 all
    short_failure_any,     // of one phase or more, from the first that fails to the last that is back
    long_failure_any,
    // Communication.
    module_removed,  // detail: slot 1 or 2, or 3 for the input slot; so of the four below
    module_inserted,
    module_dead,
    network_attached,
    network_lost,
    push_failed,  // detail: PushSetup
    // Payment. Magnitude: hundredths of the currency.
    credit_added,      // detail: receipt
    credit_refused,    // detail: receipt. It is more than an account takes at once, or the flash failed
    credit_exhausted,  // nothing is left
    count,
};
inline constexpr std::size_t event_kinds = static_cast<std::size_t>(EventKind::count);

// As reports name them, in the order of the kinds.
inline constexpr std::array<std::string_view, event_kinds> event_names = {
    "power_down",
    "power_up",
    "clock_left",
    "clock_set",
    "clock_adjusted",
    "clock_invalid",
    "daylight_changed",
    "tariff_switched",
    "calendar_activated",
    "calendar_refused",
    "billing_reset",
    "demand_reset",
    "profile_cleared",
    "row_lost",
    "storage_damaged",
    "record_lost",
    "measurement_fault",
    "configuration_changed",
    "log_cleared",
    "alarm_cleared",
    "error_cleared",
    "battery_low",
    "battery_replaced",
    "firmware_activated",
    "terminal_cover_opened",
    "terminal_cover_closed",
    "meter_cover_opened",
    "meter_cover_closed",
    "module_cover_opened",
    "module_cover_closed",
    "magnetic_field_began",
    "magnetic_field_ended",
    "bypass_began",
    "bypass_ended",
    "wrong_password",
    "keys_changed",
    "deciphering_failed",
    "replay",
    "weak_protection",
    "counter_alarm",
    "counter_end",
    "certificates_changed",
    "tamper_latch_cleared",
    "remote_disconnection",
    "remote_connection",
    "manual_disconnection",
    "manual_connection",
    "local_disconnection",
    "local_connection",
    "ready_for_connection",
    "limiter_exceeded",
    "limiter_normal",
    "limiter_changed",
    "disconnector_failed",
    "fuse_exceeded",
    "fuse_normal",
    "undervoltage_began",
    "overvoltage_began",
    "voltage_missing",
    "voltage_normal",
    "sequence_reversed",
    "sequence_normal",
    "neutral_missing",
    "neutral_normal",
    "unbalance_began",
    "unbalance_ended",
    "reversal_began",
    "reversal_ended",
    "overcurrent_began",
    "overcurrent_ended",
    "voltage_dip",
    "voltage_swell",
    "voltage_interruption",
    "short_power_failure",
    "long_power_failure",
    "short_failure_any",
    "long_failure_any",
    "module_removed",
    "module_inserted",
    "module_dead",
    "network_attached",
    "network_lost",
    "push_failed",
    "credit_added",
    "credit_refused",
    "credit_exhausted",
};

struct Event {
    EventKind kind;
    dlms::UtcTime time;
    std::int64_t detail = 0;
    // What was measured: a voltage in tenths of a volt, a current in tenths of an ampere; of the relay's events the
    // threshold of limiter 1 that is active, as the limiter has it; of payment's an amount.
    std::uint32_t magnitude = 0;
    // In hundredths of a second. Of what ends: how long it was. Of what begins: for how long it had been so by then.
    std::uint32_t duration_cs = 0;

    constexpr bool operator==(const Event&) const = default;
};

// Of the owner of the meter; none at first.
struct EventHook {
    void (*tell)(void* context, const Event& event) = nullptr;
    void* context = nullptr;

    void operator()(const Event& event) const {
        if (tell != nullptr) tell(context, event);
    }
};

}  // namespace blathy::meter
