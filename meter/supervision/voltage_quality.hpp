// Quality of the supply: what an Interval shows of its voltages and currents.
//
// The neutral is missing when the star point of the phase voltages is not where the neutral should hold it, while next
// to no current returns through the neutral. Without load nothing moves the star point: what was
// shown before holds on. Of voltages of which one is missing unbalance is not said.
#pragma once

#include <array>

#include "meter/event/condition.hpp"
#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/supervision/settings.hpp"

namespace blathy::meter {

// The conditions that the Interval shows, where `now` holds already: that makes the hysteresis.
[[nodiscard]] Conditions conditions_of(const Model& model, const Interval& interval,
                                       const SupervisionSettings& settings, Conditions now);

// How far the voltage that is farthest from the mean is off it, in thousandths of the mean.
[[nodiscard]] std::uint32_t voltage_unbalance(const Model& model, const Interval& interval);

// What an event of this condition has as its magnitude.
[[nodiscard]] std::uint32_t magnitude_of(const Interval& interval, Condition condition);

}  // namespace blathy::meter
