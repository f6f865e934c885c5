// The logical names of what is counted of conditions.
#pragma once

#include <array>
#include <optional>

#include "dlms/obis.hpp"
#include "meter/event/condition.hpp"

namespace blathy::meter {

struct ConditionFigure {
    enum class Kind : std::uint8_t {
        count,
        time,           // when the present or the last one began
        duration,       // of that, s
        total,          // s
        last_duration,  // of the last one that has ended, hundredths of a second
        magnitude,      // tenths of a volt
    };
    Condition condition;
    Kind kind;
};

inline constexpr std::uint8_t figures_of_a_tamper = 4;  // count, time, duration, total: E and the three behind it

struct TamperName {
    Condition condition;
    std::uint8_t d;  // of 0-0:96.d.e.255
    std::uint8_t e;
};
// 20 is the standard's range (OBIS, IEC 62056-6-1); what it does not name is in the manufacturer's.
inline constexpr std::uint8_t manufacturer_tampers = 52;
inline constexpr std::array tamper_names = {
    TamperName{Condition::meter_cover, 20, 0},
    TamperName{Condition::terminal_cover, 20, 5},
    TamperName{Condition::magnetic_field, 20, 15},
    TamperName{Condition::communication, 20, 30},
    TamperName{Condition::module_cover_1, manufacturer_tampers, 0},
    TamperName{Condition::module_cover_2, manufacturer_tampers, 5},
    TamperName{Condition::bypass, manufacturer_tampers, 10},
    TamperName{Condition::reversal_1, manufacturer_tampers, 15},
    TamperName{Condition::reversal_2, manufacturer_tampers, 20},
    TamperName{Condition::reversal_3, manufacturer_tampers, 25},
    TamperName{Condition::overcurrent_1, manufacturer_tampers, 30},
    TamperName{Condition::overcurrent_2, manufacturer_tampers, 35},
    TamperName{Condition::overcurrent_3, manufacturer_tampers, 40},
    TamperName{Condition::sequence, manufacturer_tampers, 45},
    TamperName{Condition::neutral, manufacturer_tampers, 50},
    TamperName{Condition::unbalance, manufacturer_tampers, 55},
};

// Group D of voltages: under the threshold, over it, missing; each with a counter and the two behind it.
inline constexpr std::uint8_t undervoltage_counter_d = 32;
inline constexpr std::uint8_t overvoltage_counter_d = 36;
inline constexpr std::uint8_t missing_counter_d = 40;
inline constexpr std::uint8_t figures_of_a_voltage = 3;
inline constexpr std::uint8_t voltage_1_c = 32;
inline constexpr std::uint8_t voltage_c_step = 20;

constexpr std::optional<ConditionFigure> condition_figure_of(const dlms::Obis& name) {
    using Kind = ConditionFigure::Kind;
    if (name.a() == 0) {
        for (const TamperName& tamper : tamper_names) {
            const int further_e = name.e() - tamper.e;
            if (name.d() != tamper.d || further_e < 0 || further_e >= figures_of_a_tamper) continue;
            return ConditionFigure{tamper.condition, static_cast<Kind>(further_e)};
        }
        return std::nullopt;
    }
    const int from_l1 = name.c() - voltage_1_c;
    if (from_l1 < 0 || from_l1 % voltage_c_step != 0 || from_l1 / voltage_c_step > 2) return std::nullopt;
    const auto phase = static_cast<std::size_t>(from_l1 / voltage_c_step);
    constexpr std::array kinds = {Kind::count, Kind::last_duration, Kind::magnitude};
    constexpr std::array groups = {
        std::pair{undervoltage_counter_d, Condition::undervoltage_1},
        std::pair{overvoltage_counter_d, Condition::overvoltage_1},
        std::pair{missing_counter_d, Condition::voltage_missing_1},
    };
    for (const auto& [d, condition] : groups) {
        const int further_d = name.d() - d;
        if (further_d < 0 || further_d >= figures_of_a_voltage) continue;
        return ConditionFigure{further(condition, phase), kinds[static_cast<std::size_t>(further_d)]};
    }
    return std::nullopt;
}

}  // namespace blathy::meter
