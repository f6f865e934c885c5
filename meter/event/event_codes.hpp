// What an event is in the terms of a companion specification: the log that it goes to, its code there, and the bits
// that it sets in the alarm registers and in the error register.
//
// IDIS and the specification that FID2 meters follow give the same numbers to different events, so there is a table for
// each, and the model says which (Model::companion). Numbers that neither has are taken from what both leave free.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/obis.hpp"
#include "meter/event/event.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

// In the order of group E of their names, but for the last two.
enum class EventLogId : std::uint8_t {
    standard,
    fraud,
    disconnector,
    firmware,
    quality,
    communication,
    power_failure,  // long failures of any phase; its rows have no code
    recharge,       // payment, where the model has it
    count
};
inline constexpr std::size_t event_logs = static_cast<std::size_t>(EventLogId::count);

constexpr dlms::Obis name_of(EventLogId id) {
    if (id == EventLogId::power_failure) return {1, 0, 99, 97, 0};
    if (id == EventLogId::recharge) return {0, 0, 99, 15, 0};
    return {0, 0, 99, 98, static_cast<std::uint8_t>(id)};
}

constexpr bool has_log(const Model& model, EventLogId id) {
    return id != EventLogId::recharge || model.functions.prepayment;
}

struct EventEntry {
    std::optional<EventLogId> log;  // none: it is in none
    std::uint8_t code = 0;
    std::array<std::uint32_t, 2> alarms{};  // of alarm registers 1 and 2
    std::uint32_t errors = 0;               // of the error register
};

[[nodiscard]] EventEntry entry_of(Companion companion, EventKind kind, std::int64_t detail);

// The kind that has this code in this log; the first one, where several share it.
[[nodiscard]] std::optional<EventKind> kind_of(Companion companion, EventLogId log, std::uint8_t code);

// Bits of the error register 0-0:97.97.0.255.
enum ErrorBit : std::uint32_t {
    error_clock_invalid = 1U << 0,
    error_battery = 1U << 1,
    error_memory = 1U << 10,
    error_measurement = 1U << 11,
};

}  // namespace blathy::meter
