#include "meter/supervision/voltage_quality.hpp"

#include <algorithm>

#include "meter/supervision/vector_sum.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint64_t per_mille = 1000;

constexpr std::uint32_t mv_of(std::uint16_t tenths_of_a_volt) {
    return tenths_of_a_volt * 100U;
}

// Less than a fiftieth of the power of basic current is no flow that anybody has turned round.
bool flows_backwards(const Model& model, const PhaseInterval& phase) {
    constexpr std::int64_t share = 50;
    const std::int64_t basic_power_mw = std::int64_t{model.nominal_voltage_mv} * model.basic_current_ma / 1000;
    return phase.active_power_mw < -basic_power_mw / share;
}

void add_voltage(Conditions& found, std::uint32_t voltage_mv, std::size_t phase, const SupervisionSettings& settings,
                 Conditions now) {
    const auto holds = [&](Condition condition) { return now.has(further(condition, phase)); };
    const bool missing = voltage_mv < mv_of(settings.missing_voltage);
    const std::uint32_t under_mv =
        mv_of(holds(Condition::undervoltage_1) ? settings.undervoltage_restore : settings.undervoltage);
    const std::uint32_t over_mv =
        mv_of(holds(Condition::overvoltage_1) ? settings.overvoltage_restore : settings.overvoltage);
    found.set(further(Condition::voltage_missing_1, phase), missing);
    // Until it is found to be missing it is an undervoltage that goes on.
    const bool under = voltage_mv < under_mv && !(missing && holds(Condition::voltage_missing_1));
    found.set(further(Condition::undervoltage_1, phase), under && (!missing || holds(Condition::undervoltage_1)));
    found.set(further(Condition::overvoltage_1, phase), voltage_mv > over_mv);
}

// How much the shortest and the longest side of the triangle differ that the voltages of the phases make.
std::uint64_t bend_of_triangle(const Model& model, const Interval& interval) {
    constexpr std::uint32_t half_turn_mdeg = 180'000;
    std::uint64_t shortest = ~std::uint64_t{0};
    std::uint64_t longest = 0;
    for (std::size_t i = 0; i < model.phases; ++i) {
        const PhaseInterval& from = interval.phase[i];
        const PhaseInterval& to = interval.phase[(i + 1) % model.phases];
        VectorSum side;
        side.add(from.voltage_mv, from.voltage_angle_mdeg);
        side.add(to.voltage_mv, to.voltage_angle_mdeg + half_turn_mdeg);
        shortest = std::min(shortest, side.magnitude());
        longest = std::max(longest, side.magnitude());
    }
    return longest - shortest;
}

// Less is no load that shows anything.
constexpr std::uint32_t least_load_ua(const Model& model) {
    return model.basic_current_ma * 1000 / 20;
}

// Without a neutral the star point moves, and the triangle of the network stays as it is: a voltage that sags or fails
// alone bends it.
bool neutral_is_missing(const Model& model, const Interval& interval, const SupervisionSettings& settings) {
    VectorSum sum;
    for (std::size_t i = 0; i < model.phases; ++i) {
        sum.add(interval.phase[i].voltage_mv, interval.phase[i].voltage_angle_mdeg);
    }
    const std::uint64_t displacement_mv = sum.magnitude() / model.phases;
    const std::uint64_t least_mv = std::uint64_t{model.nominal_voltage_mv} * settings.neutral_displacement / per_mille;
    const bool carries_current = interval.neutral_current_ua >= least_load_ua(model);
    return displacement_mv > least_mv && !carries_current && bend_of_triangle(model, interval) < least_mv;
}

// Whether the neutral is there or not, no voltage shows it without.
bool load_flows(const Model& model, const Interval& interval) {
    return interval.neutral_current_ua >= least_load_ua(model) ||
           std::ranges::any_of(interval.phase,
                               [&](const PhaseInterval& phase) { return phase.current_ua >= least_load_ua(model); });
}

}  // namespace

std::uint32_t voltage_unbalance(const Model& model, const Interval& interval) {
    const auto phases = std::span(interval.phase).first(model.phases);
    std::uint64_t sum_mv = 0;
    for (const PhaseInterval& phase : phases) sum_mv += phase.voltage_mv;
    const std::uint64_t mean_mv = sum_mv / model.phases;
    if (mean_mv == 0) return 0;
    std::uint64_t farthest_mv = 0;
    for (const PhaseInterval& phase : phases) {
        const std::uint64_t voltage_mv = phase.voltage_mv;
        farthest_mv = std::max(farthest_mv, voltage_mv > mean_mv ? voltage_mv - mean_mv : mean_mv - voltage_mv);
    }
    return static_cast<std::uint32_t>(farthest_mv * per_mille / mean_mv);
}

Conditions conditions_of(const Model& model, const Interval& interval, const SupervisionSettings& settings,
                         Conditions now) {
    Conditions found;
    bool complete = true;
    for (std::size_t i = 0; i < model.phases; ++i) {
        const PhaseInterval& phase = interval.phase[i];
        add_voltage(found, phase.voltage_mv, i, settings, now);
        complete = complete && phase.voltage_mv >= mv_of(settings.missing_voltage);
        found.set(further(Condition::reversal_1, i), flows_backwards(model, phase));
        // A twentieth below the threshold it is over.
        const Condition overcurrent = further(Condition::overcurrent_1, i);
        const std::uint64_t threshold_ua = std::uint64_t{settings.overcurrent_ma} * 1000;
        const std::uint64_t limit_ua = now.has(overcurrent) ? threshold_ua * 19 / 20 : threshold_ua;
        found.set(overcurrent, phase.current_ua > limit_ua);
    }
    if (model.phases > 1) {
        const bool is_still_missing = now.has(Condition::neutral) && !load_flows(model, interval);
        found.set(Condition::neutral, is_still_missing || neutral_is_missing(model, interval, settings));
    }
    if (model.phases > 1 && complete) {
        found.set(Condition::sequence, interval.phase_sequence_reversed);
        found.set(Condition::unbalance, voltage_unbalance(model, interval) > settings.unbalance);
    }
    return found;
}

std::uint32_t magnitude_of(const Interval& interval, Condition condition) {
    for (std::size_t i = 0; i < max_phases; ++i) {
        if (voltage_conditions(i).has(condition)) return (interval.phase[i].voltage_mv + 50) / 100;
        if (condition == further(Condition::overcurrent_1, i)) return (interval.phase[i].current_ua + 50'000) / 100'000;
    }
    return 0;
}

}  // namespace blathy::meter
