// Tamper: what the inputs say, and whether all current that comes in through the phases goes back through the neutral.
#pragma once

#include "meter/event/condition.hpp"
#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/supervision/inputs.hpp"
#include "meter/supervision/settings.hpp"

namespace blathy::meter {

// The conditions that the inputs show.
[[nodiscard]] Conditions conditions_of(const Inputs& inputs, const SupervisionSettings& settings, Conditions now);

// Some of the current is led around the meter: the sum of the phase currents, as vectors, is not the neutral current.
// Below a twentieth of the basic current nothing is compared; harmonics add in the neutral what the vectors of the
// fundamental do not show, so they are allowed for. A current whose phase has no voltage has no direction: whatever the
// neutral current could be with it is no bypass.
[[nodiscard]] bool shows_bypass(const Model& model, const Interval& interval, std::uint16_t thousandths);

}  // namespace blathy::meter
