// Alarms: 0-0:97.98.0 and .1 (registers), .10 and .11 (filters), .20 and .21 (descriptors).
//
// An event sets its bit in the register, and in the descriptor if the filter lets it pass: each time, whether the
// register still has it from before or not. As long as a descriptor has a bit, the alarm push setup is pushed: when the
// bit is set, and again every hour until a client has acknowledged it.
//
// Clients can only take bits away. What they write is what may stay: 0 clears all of them, and the complement of what
// was read clears just that and nothing that came meanwhile. Bits of a register whose cause lasts stay.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "meter/event/condition.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::size_t alarm_registers = 2;
using AlarmBits = std::array<std::uint32_t, alarm_registers>;

inline constexpr std::chrono::hours alarm_repetition{1};

// All that a model can tell but what is good news or somebody's own doing.
[[nodiscard]] AlarmBits factory_alarm_filters(Companion companion);

// Bits of causes that last: of what holds now, of a clock that nobody has set, of a converter that is at fault.
struct LastingBits {
    AlarmBits alarms{};
    std::uint32_t errors = 0;
};
[[nodiscard]] LastingBits lasting_bits(Companion companion, Conditions now, bool clock_valid,
                                       bool measures_wrong = false);

}  // namespace blathy::meter
