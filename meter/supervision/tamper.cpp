#include "meter/supervision/tamper.hpp"

#include <algorithm>

#include "meter/supervision/vector_sum.hpp"

namespace blathy::meter {
namespace {

// Between what sums the phase currents can lie, as vectors: a current whose phase has no voltage may have any
// direction, and without such a one there is only one sum.
struct Sums {
    std::uint64_t least_ua = 0;
    std::uint64_t greatest_ua = 0;
};

Sums sums_of_currents(const Model& model, const Interval& interval) {
    if (model.phases == 1) return {interval.phase[0].current_ua, interval.phase[0].current_ua};
    const std::uint32_t presence_mv = model.nominal_voltage_mv / 100 * presence_percent;
    VectorSum directed;
    std::uint64_t total_ua = 0;
    std::uint64_t longest_ua = 0;
    for (std::size_t i = 0; i < model.phases; ++i) {
        const PhaseInterval& phase = interval.phase[i];
        if (phase.voltage_mv >= presence_mv) {
            directed.add(phase.current_ua, phase.voltage_angle_mdeg + phase.current_angle_mdeg);
        } else {
            total_ua += phase.current_ua;
            longest_ua = std::max<std::uint64_t>(longest_ua, phase.current_ua);
        }
    }
    const std::uint64_t directed_ua = directed.magnitude();
    total_ua += directed_ua;
    longest_ua = std::max(longest_ua, directed_ua);
    // All in a row, or all others against the longest one.
    return {longest_ua > total_ua / 2 ? 2 * longest_ua - total_ua : 0, total_ua};
}

}  // namespace

Conditions conditions_of(const Inputs& inputs, const SupervisionSettings& settings, Conditions now) {
    Conditions found;
    found.set(Condition::terminal_cover, inputs.terminal_cover_open);
    found.set(Condition::meter_cover, inputs.meter_cover_open);
    found.set(Condition::magnetic_field, inputs.magnetic_field);
    for (std::size_t i = 0; i < module_covers; ++i) {
        found.set(further(Condition::module_cover_1, i), inputs.module_cover_open[i]);
    }
    // One that recovers a little, since it became warm, is still the old one.
    constexpr std::uint16_t fresh_mv = 300;
    const unsigned enough_mv = settings.battery_low_mv + (now.has(Condition::battery_low) ? fresh_mv : 0U);
    found.set(Condition::battery_low, !inputs.battery_present || inputs.battery_mv < enough_mv);
    return found;
}

bool shows_bypass(const Model& model, const Interval& interval, std::uint16_t thousandths) {
    constexpr std::uint64_t whole = 1000;
    constexpr std::uint64_t whole_distortion = 10'000;
    std::uint64_t allowed_ua = 0;
    for (std::size_t i = 0; i < model.phases; ++i) {
        const PhaseInterval& phase = interval.phase[i];
        allowed_ua += std::uint64_t{phase.current_ua} * phase.current_distortion / whole_distortion;
    }
    const Sums phases = sums_of_currents(model, interval);
    const std::uint64_t neutral_ua = interval.neutral_current_ua;
    // The sum that is nearest to the neutral current.
    const std::uint64_t phases_ua = std::clamp(neutral_ua, phases.least_ua, phases.greatest_ua);
    const std::uint64_t greater_ua = std::max(phases_ua, neutral_ua);
    const std::uint64_t smaller_ua = std::min(phases_ua, neutral_ua);
    const std::uint64_t least_ua = std::uint64_t{model.basic_current_ma} * 1000 / 20;
    if (model.phases > 1) allowed_ua = std::max(allowed_ua, least_ua);
    return greater_ua >= least_ua && greater_ua - smaller_ua > greater_ua * thousandths / whole + allowed_ua;
}

}  // namespace blathy::meter
