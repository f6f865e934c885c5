#include "meter/event/condition.hpp"

#include <array>

namespace blathy::meter {
namespace {

struct Pair {
    EventKind began;
    EventKind ended;
    std::uint8_t detail = 0;
};

// In the order of the conditions.
constexpr std::array<Pair, conditions> condition_pairs = {{
    {EventKind::terminal_cover_opened, EventKind::terminal_cover_closed},
    {EventKind::meter_cover_opened, EventKind::meter_cover_closed},
    {EventKind::module_cover_opened, EventKind::module_cover_closed, 1},
    {EventKind::module_cover_opened, EventKind::module_cover_closed, 2},
    {EventKind::magnetic_field_began, EventKind::magnetic_field_ended},
    {EventKind::bypass_began, EventKind::bypass_ended},
    {EventKind::undervoltage_began, EventKind::voltage_normal, 1},
    {EventKind::undervoltage_began, EventKind::voltage_normal, 2},
    {EventKind::undervoltage_began, EventKind::voltage_normal, 3},
    {EventKind::overvoltage_began, EventKind::voltage_normal, 1},
    {EventKind::overvoltage_began, EventKind::voltage_normal, 2},
    {EventKind::overvoltage_began, EventKind::voltage_normal, 3},
    {EventKind::voltage_missing, EventKind::voltage_normal, 1},
    {EventKind::voltage_missing, EventKind::voltage_normal, 2},
    {EventKind::voltage_missing, EventKind::voltage_normal, 3},
    {EventKind::reversal_began, EventKind::reversal_ended, 1},
    {EventKind::reversal_began, EventKind::reversal_ended, 2},
    {EventKind::reversal_began, EventKind::reversal_ended, 3},
    {EventKind::overcurrent_began, EventKind::overcurrent_ended, 1},
    {EventKind::overcurrent_began, EventKind::overcurrent_ended, 2},
    {EventKind::overcurrent_began, EventKind::overcurrent_ended, 3},
    {EventKind::sequence_reversed, EventKind::sequence_normal},
    {EventKind::neutral_missing, EventKind::neutral_normal},
    {EventKind::unbalance_began, EventKind::unbalance_ended},
    {EventKind::battery_low, EventKind::battery_replaced},
    {EventKind::module_inserted, EventKind::module_removed, 1},
    {EventKind::module_inserted, EventKind::module_removed, 2},
    {EventKind::wrong_password, EventKind::wrong_password},
}};

bool is_attempt_on_communication(EventKind kind) {
    return kind == EventKind::wrong_password || kind == EventKind::deciphering_failed || kind == EventKind::replay ||
           kind == EventKind::weak_protection;
}

}  // namespace

Event event_of(Condition condition, bool begins) {
    const Pair& pair = condition_pairs[static_cast<std::size_t>(condition)];
    return {begins ? pair.began : pair.ended, {}, pair.detail};
}

ConditionChange change_of(EventKind kind, std::int64_t detail) {
    ConditionChange change;
    if (is_attempt_on_communication(kind)) {
        change.began = Condition::communication;
        return change;
    }
    for (std::size_t i = 0; i < conditions; ++i) {
        const Pair& pair = condition_pairs[i];
        if (pair.detail != 0 && pair.detail != detail) continue;
        const auto condition = static_cast<Condition>(i);
        if (pair.ended == kind) change.ended = change.ended | condition;
        if (pair.began != kind) continue;
        change.began = condition;
        // One voltage has one condition.
        for (std::size_t phase = 0; phase < 3; ++phase) {
            const Conditions of_phase = voltage_conditions(phase);
            if (of_phase.has(condition)) {
                change.ended = Conditions(of_phase.bits() & ~Conditions(condition).bits());
            }
        }
    }
    return change;
}

}  // namespace blathy::meter
