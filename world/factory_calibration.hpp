// The last station of a meter's production line: a reference source, the meter, and arithmetic.
#pragma once

#include "meter/meter.hpp"
#include "meter/metrology/calibration.hpp"
#include "meter/model.hpp"
#include "world/analog_front_end.hpp"

namespace blathy::world {

// Finds a front end's calibration only from what the uncalibrated meter reads at reference points, in the usual order:
// noise without current; gain at Ib and power factor 1; phase at Ib and power factor 0.5 inductive, at 45 and at 55 Hz
// to tell delay from the transformer's corner; power offsets at 0.05 Ib (IEC 62053-21 begins its limits there). All at
// nominal voltage and the rest at nominal frequency. Takes about a minute and a half of meter time.
meter::Calibration calibrate_at_factory(const meter::Model& model, const AnalogFrontEnd& front_end);

// The same, and the meter keeps it, as it does with what comes by its communication. False: it refused it; it is not in
// factory state, or its memory failed.
bool calibrate_at_factory(meter::Meter& meter, const AnalogFrontEnd& front_end);

}  // namespace blathy::world
