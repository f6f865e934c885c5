// Conditions: what can last, and which events say that it began and that it ended.
//
// A bit of a word of conditions is the condition's number; the numbers are kept in flash and known to clients, so new
// ones go to the end.
#pragma once

#include <cstdint>
#include <optional>

#include "meter/event/event.hpp"

namespace blathy::meter {

enum class Condition : std::uint8_t {
    terminal_cover,
    meter_cover,
    module_cover_1,
    module_cover_2,
    magnetic_field,
    bypass,
    undervoltage_1,
    undervoltage_2,
    undervoltage_3,
    overvoltage_1,
    overvoltage_2,
    overvoltage_3,
    voltage_missing_1,
    voltage_missing_2,
    voltage_missing_3,
    reversal_1,
    reversal_2,
    reversal_3,
    overcurrent_1,
    overcurrent_2,
    overcurrent_3,
    sequence,
    neutral,
    unbalance,
    battery_low,
    module_1,  // is in its slot
    module_2,
    communication,  // an attempt on it: comes and goes at once
    count
};
inline constexpr std::size_t conditions = static_cast<std::size_t>(Condition::count);

class Conditions {
  public:
    constexpr Conditions() = default;
    constexpr explicit Conditions(std::uint32_t bits) : bits_(bits) {}
    constexpr Conditions(Condition condition) : bits_(1U << static_cast<unsigned>(condition)) {}

    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool none() const { return bits_ == 0; }
    [[nodiscard]] constexpr bool any_of(Conditions others) const { return (bits_ & others.bits_) != 0; }
    [[nodiscard]] constexpr bool has(Condition condition) const { return any_of(condition); }
    constexpr void set(Condition condition, bool on = true) {
        bits_ = on ? bits_ | Conditions(condition).bits_ : bits_ & ~Conditions(condition).bits_;
    }
    constexpr Conditions operator|(Conditions others) const { return Conditions(bits_ | others.bits_); }
    constexpr Conditions operator&(Conditions others) const { return Conditions(bits_ & others.bits_); }
    constexpr bool operator==(const Conditions&) const = default;

  private:
    std::uint32_t bits_ = 0;
};
constexpr Conditions operator|(Condition a, Condition b) {
    return Conditions(a) | Conditions(b);
}

// The n-th after `first`: that of phase n + 1, or of module n + 1.
constexpr Condition further(Condition first, std::size_t n) {
    return static_cast<Condition>(static_cast<std::size_t>(first) + n);
}

inline constexpr Conditions cover_conditions =
    Condition::terminal_cover | Condition::meter_cover | Condition::module_cover_1 | Condition::module_cover_2;
// What the annunciator and the alarm LED are for while it lasts.
inline constexpr Conditions tamper_conditions = cover_conditions | Condition::magnetic_field | Condition::bypass;

// Not supervised: the part that knows tells of them itself.
inline constexpr Conditions told_conditions = Condition::module_1 | Condition::module_2 | Condition::communication;

// Under, over and missing: of a phase one at most holds.
constexpr Conditions voltage_conditions(std::size_t phase) {
    return further(Condition::undervoltage_1, phase) | further(Condition::overvoltage_1, phase) |
           further(Condition::voltage_missing_1, phase);
}

// The events of a condition that begins or ends, with their detail; time and figures are the caller's.
[[nodiscard]] Event event_of(Condition condition, bool begins);

// What an event says of conditions: those that it ends come first, then one that begins.
struct ConditionChange {
    Conditions ended;
    std::optional<Condition> began;
};
[[nodiscard]] ConditionChange change_of(EventKind kind, std::int64_t detail);

}  // namespace blathy::meter
