#include "meter/event/event_codes.hpp"

namespace blathy::meter {
namespace {

using Kind = EventKind;
using Log = EventLogId;

constexpr std::int8_t no_alarm = -1;

// Of one event; where `step` is not 0, those of phase or module n come n - 1 steps further.
struct Code {
    Log log = Log::standard;
    std::uint8_t code = 0;  // 0: in no log
    std::uint8_t step = 0;
};
struct Row {
    Kind kind;
    Code idis;
    Code fid2;
    std::int8_t alarm_1 = no_alarm;  // bit of alarm register 1
    std::int8_t alarm_2 = no_alarm;
    std::uint8_t alarm_step = 0;
    std::uint32_t errors = 0;
};

constexpr Code standard(std::uint8_t code) {
    return {Log::standard, code, 0};
}
constexpr Code fraud(std::uint8_t code, std::uint8_t step = 0) {
    return {Log::fraud, code, step};
}
constexpr Code relay(std::uint8_t code, std::uint8_t step = 0) {
    return {Log::disconnector, code, step};
}
constexpr Code quality(std::uint8_t code, std::uint8_t step = 0) {
    return {Log::quality, code, step};
}
constexpr Code communication(std::uint8_t code, std::uint8_t step = 0) {
    return {Log::communication, code, step};
}
constexpr Code recharge(std::uint8_t code) {
    return {Log::recharge, code, 0};
}
constexpr Code firmware(std::uint8_t code) {
    return {Log::firmware, code, 0};
}
constexpr Code nowhere{};

constexpr std::int8_t clock_invalid_alarm = 0;
constexpr std::int8_t battery_alarm = 1;
constexpr std::int8_t configuration_alarm = 4;
constexpr std::int8_t memory_alarm = 10;
constexpr std::int8_t measurement_alarm = 11;
constexpr std::int8_t fraud_alarm = 13;

// Kinds without a row are told to the owner of the meter only: what comes by the clock every day, and what a bill has.
// Codes from 210 to 253 are of this family but for 235, which others use for it too.
constexpr std::array code_rows = {
    Row{Kind::power_down, standard(1), standard(1), no_alarm, 0},
    Row{Kind::power_up, standard(2), standard(2), no_alarm, 1},
    Row{Kind::clock_left, standard(4), standard(4)},
    Row{Kind::clock_set, standard(5), standard(5)},
    Row{Kind::clock_invalid, standard(6), standard(6), clock_invalid_alarm, no_alarm, 0, error_clock_invalid},
    Row{Kind::daylight_changed, standard(3), standard(3)},
    Row{Kind::calendar_activated, standard(9), standard(11)},
    Row{Kind::calendar_refused, standard(231), standard(231)},
    Row{Kind::billing_reset, standard(230), standard(230)},
    Row{Kind::demand_reset, standard(235), standard(235)},
    Row{Kind::profile_cleared, standard(254), standard(254)},
    Row{Kind::row_lost, standard(14), standard(16), memory_alarm, no_alarm, 0, error_memory},
    Row{Kind::storage_damaged, standard(14), standard(16)},
    Row{Kind::record_lost, standard(14), standard(16), memory_alarm, no_alarm, 0, error_memory},
    Row{Kind::measurement_fault, standard(16), standard(18), measurement_alarm, no_alarm, 0, error_measurement},
    Row{Kind::alarm_cleared, standard(11), standard(13)},
    Row{Kind::error_cleared, standard(10), standard(12)},
    Row{Kind::battery_low, standard(8), standard(10), battery_alarm, no_alarm, 0, error_battery},
    Row{Kind::battery_replaced, standard(232), standard(9)},
    Row{Kind::firmware_activated, firmware(18), firmware(21)},
    Row{Kind::terminal_cover_opened, fraud(40), fraud(40), fraud_alarm},
    Row{Kind::terminal_cover_closed, fraud(41), fraud(41)},
    Row{Kind::magnetic_field_began, fraud(42), fraud(42), fraud_alarm},
    Row{Kind::magnetic_field_ended, fraud(43), fraud(43)},
    Row{Kind::meter_cover_opened, fraud(44), fraud(44), fraud_alarm},
    Row{Kind::meter_cover_closed, fraud(45), fraud(45)},
    Row{Kind::wrong_password, fraud(46), fraud(46), fraud_alarm},
    Row{Kind::configuration_changed, fraud(47), fraud(47), configuration_alarm},
    Row{Kind::keys_changed, fraud(48), fraud(48), no_alarm, 13},
    Row{Kind::deciphering_failed, fraud(49), fraud(49), fraud_alarm},
    Row{Kind::weak_protection, fraud(49), fraud(49), fraud_alarm},
    Row{Kind::replay, fraud(50), fraud(50), fraud_alarm},
    Row{Kind::bypass_began, fraud(236), fraud(52), fraud_alarm},
    Row{Kind::bypass_ended, fraud(237), fraud(53)},
    Row{Kind::counter_alarm, fraud(233), fraud(51)},
    Row{Kind::counter_end, fraud(234), fraud(234)},
    Row{Kind::tamper_latch_cleared, fraud(238), fraud(238)},
    Row{Kind::certificates_changed, fraud(239), fraud(239)},
    Row{Kind::module_cover_opened, fraud(240, 2), fraud(240, 2), fraud_alarm},
    Row{Kind::module_cover_closed, fraud(241, 2), fraud(241, 2)},
    Row{Kind::ready_for_connection, relay(59), relay(59)},
    Row{Kind::manual_disconnection, relay(60), relay(60)},
    Row{Kind::manual_connection, relay(61), relay(61)},
    Row{Kind::remote_disconnection, relay(62), relay(62)},
    Row{Kind::remote_connection, relay(63), relay(63)},
    Row{Kind::local_disconnection, relay(64), relay(64)},
    Row{Kind::local_connection, relay(69), relay(65)},
    Row{Kind::limiter_exceeded, relay(65), relay(66)},
    Row{Kind::limiter_normal, relay(66), relay(67)},
    Row{Kind::limiter_changed, relay(67), relay(68)},
    Row{Kind::disconnector_failed, relay(68), relay(69), no_alarm, 31},
    Row{Kind::fuse_exceeded, relay(70, 2), relay(70, 2)},
    Row{Kind::fuse_normal, relay(71, 2), relay(71, 2)},
    Row{Kind::undervoltage_began, quality(76, 1), quality(76, 1)},
    Row{Kind::overvoltage_began, quality(79, 1), quality(79, 1)},
    Row{Kind::voltage_missing, quality(82, 1), quality(82, 1), no_alarm, 2, 1},
    Row{Kind::voltage_normal, quality(85, 1), quality(85, 1), no_alarm, 5, 1},
    Row{Kind::sequence_reversed, quality(88), quality(88), no_alarm, 11},
    Row{Kind::sequence_normal, quality(221), quality(98)},
    Row{Kind::neutral_missing, quality(89), quality(89), no_alarm, 8},
    Row{Kind::neutral_normal, quality(220), quality(220)},
    Row{Kind::unbalance_began, quality(90), quality(217), no_alarm, 9},
    Row{Kind::unbalance_ended, quality(218), quality(218)},
    Row{Kind::reversal_began, quality(91), quality(93), no_alarm, 10},
    Row{Kind::reversal_ended, quality(219), quality(219)},
    Row{Kind::overcurrent_began, quality(222, 1), quality(222, 1)},
    Row{Kind::overcurrent_ended, quality(225, 1), quality(225, 1)},
    Row{Kind::voltage_dip, quality(92, 1), quality(210, 1), no_alarm, 14, 1},
    Row{Kind::voltage_swell, quality(213, 1), quality(213, 1), no_alarm, 14, 1},
    Row{Kind::voltage_interruption, quality(216), quality(216)},
    Row{Kind::short_power_failure, nowhere, quality(90, 1)},
    Row{Kind::long_power_failure, nowhere, quality(95, 1)},
    Row{Kind::network_attached, communication(146), communication(146)},
    Row{Kind::network_lost, communication(147), communication(147)},
    Row{Kind::module_dead, communication(141), communication(141)},
    Row{Kind::module_removed, communication(244, 2), fraud(54)},
    Row{Kind::module_inserted, communication(245, 2), fraud(55)},
    Row{Kind::push_failed, communication(250), communication(250)},
    Row{Kind::credit_added, recharge(251), recharge(251)},
    Row{Kind::credit_refused, recharge(252), recharge(252)},
    Row{Kind::credit_exhausted, recharge(253), recharge(253)},
};

// Phases and modules that have codes of their own.
constexpr std::int64_t max_detail_with_code = 3;

constexpr std::uint8_t log_cleared_code = 255;  // of every log

// What a failure of all phases at once is among those of each.
constexpr std::uint8_t short_failure_of_all = 228;
constexpr std::uint8_t long_failure_of_all = 229;

using Table = std::array<Row, event_kinds>;
constexpr Table table = [] {
    Table by_kind{};
    for (std::size_t i = 0; i < event_kinds; ++i) by_kind[i].kind = static_cast<Kind>(i);
    for (const Row& row : code_rows) by_kind[static_cast<std::size_t>(row.kind)] = row;
    return by_kind;
}();

constexpr std::uint32_t bit(std::int8_t number, std::uint8_t step, std::int64_t further) {
    if (number == no_alarm) return 0;
    return 1U << static_cast<unsigned>(number + step * further);
}

}  // namespace

EventEntry entry_of(Companion companion, EventKind kind, std::int64_t detail) {
    if (kind == Kind::long_failure_any) return {.log = Log::power_failure};
    if (kind == Kind::log_cleared) return {.log = static_cast<Log>(detail), .code = log_cleared_code};
    const Row& row = table[static_cast<std::size_t>(kind)];
    const Code& code = companion == Companion::idis ? row.idis : row.fid2;
    const std::int64_t further = detail >= 1 && detail <= max_detail_with_code ? detail - 1 : 0;
    EventEntry entry;
    if (code.code != 0) {
        entry.log = code.log;
        entry.code = static_cast<std::uint8_t>(code.code + code.step * further);
        if (kind == Kind::short_power_failure && detail == 0) entry.code = short_failure_of_all;
        if (kind == Kind::long_power_failure && detail == 0) entry.code = long_failure_of_all;
    }
    entry.alarms = {bit(row.alarm_1, 0, 0), bit(row.alarm_2, row.alarm_step, further)};
    entry.errors = row.errors;
    return entry;
}

std::optional<EventKind> kind_of(Companion companion, EventLogId log, std::uint8_t code) {
    if (log == Log::power_failure) return Kind::long_failure_any;
    if (code == log_cleared_code) return Kind::log_cleared;
    for (std::size_t i = 0; i < event_kinds; ++i) {
        for (std::int64_t detail = 0; detail <= max_detail_with_code; ++detail) {
            const EventEntry entry = entry_of(companion, static_cast<Kind>(i), detail);
            if (entry.log == log && entry.code == code) return static_cast<Kind>(i);
        }
    }
    return std::nullopt;
}

}  // namespace blathy::meter
