// The logical names of failures of the supply and of the battery.
#pragma once

#include <optional>

#include "dlms/obis.hpp"
#include "meter/event/event_state.hpp"

namespace blathy::meter {

struct FailureFigure {
    enum class Value : std::uint8_t { count, long_count, time, last_long };
    std::size_t kind;  // of EventState::failures
    Value value;
};

// 0-0:96.7.e: five of each value, in the order of the kinds; but the number of failures of any phase is 21.
inline constexpr std::uint8_t failures_of_any_e = 21;

constexpr std::optional<FailureFigure> failure_figure_of(const dlms::Obis& name) {
    const std::size_t e = name.e();
    if (e == failures_of_any_e) return FailureFigure{Failures::any, FailureFigure::Value::count};
    if (e >= 4 * Failures::kinds || e == Failures::any) return std::nullopt;
    return FailureFigure{e % Failures::kinds, static_cast<FailureFigure::Value>(e / Failures::kinds)};
}

// 0-0:96.6.e
inline constexpr std::uint8_t battery_use_time_e = 0;
inline constexpr std::uint8_t battery_voltage_e = 3;
inline constexpr std::uint8_t battery_date_e = 5;
inline constexpr std::uint8_t battery_remaining_e = 6;
inline constexpr std::uint8_t supercapacitor_voltage_e = 11;
// Ten years, as the product sheets have it.
inline constexpr std::uint32_t battery_life_s = 10 * 365 * 86'400 + 2 * 86'400;

}  // namespace blathy::meter
