// What a user sets of the supervision: what is watched, from where on, and for how long it must last.
//
// All of it is small and looked at with every Interval, so it is in RAM; the store has what was changed.
#pragma once

#include "meter/event/alarms.hpp"
#include "meter/event/condition.hpp"
#include "meter/model.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

struct SupervisionSettings {
    Conditions watched;
    AlarmBits alarm_filters{};

    // Voltages in tenths of a volt, of an element.
    std::uint16_t undervoltage = 0;
    std::uint16_t undervoltage_restore = 0;
    std::uint16_t undervoltage_time_s = 10;
    std::uint16_t overvoltage = 0;
    std::uint16_t overvoltage_restore = 0;
    std::uint16_t overvoltage_time_s = 10;
    std::uint16_t missing_voltage = 0;
    std::uint16_t missing_voltage_time_s = 3;

    std::uint32_t overcurrent_ma = 0;
    std::uint16_t overcurrent_time_s = 10;

    // Shares in thousandths.
    std::uint16_t unbalance = 100;  // of the mean of the voltages: how far one is off it
    std::uint16_t unbalance_time_s = 60;
    std::uint16_t neutral_displacement = 100;  // of the nominal voltage: where the star point is
    // Shorter than the relay bears an overvoltage: once it is open no load shows the neutral.
    std::uint16_t neutral_time_s = 3;
    std::uint16_t sequence_time_s = 10;
    std::uint16_t reversal_time_s = 60;
    std::uint16_t bypass = 100;  // of the greater current: how far phases and neutral differ
    std::uint16_t bypass_time_s = 10;

    std::uint16_t input_time_ms = 1000;  // covers, magnetic field
    std::uint16_t battery_low_mv = 3000;
    std::uint16_t long_failure_s = 180;  // a longer failure of the supply is a long one

    constexpr bool operator==(const SupervisionSettings&) const = default;
};

// Times are at most that long.
inline constexpr std::uint16_t longest_condition_time_s = 3600;

// Whether they are in order: a threshold below where it is restored, and so on.
[[nodiscard]] bool valid(const SupervisionSettings& settings);

// What the model can't have is not watched: neutral and unbalance of a single phase, bypass without a neutral current.
[[nodiscard]] constexpr Conditions conditions_of(const Model& model) {
    Conditions all = cover_conditions | Condition::magnetic_field | Condition::battery_low | Condition::communication;
    for (std::size_t phase = 0; phase < model.phases; ++phase) {
        all = all | voltage_conditions(phase) | further(Condition::reversal_1, phase) |
              further(Condition::overcurrent_1, phase);
    }
    if (model.phases > 1) all = all | Condition::sequence | Condition::neutral | Condition::unbalance;
    if (model.neutral_current) all.set(Condition::bypass);
    for (std::size_t module = 0; module < model.ports.communication_modules; ++module) {
        all.set(further(Condition::module_1, module));
    }
    return all;
}

[[nodiscard]] SupervisionSettings factory_supervision_settings(const Model& model);

[[nodiscard]] SupervisionSettings load_supervision_settings(const Model& model, const Store& store);
[[nodiscard]] bool keep(Store& store, const SupervisionSettings& settings);

}  // namespace blathy::meter
