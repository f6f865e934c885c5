// The last station of a meter's production line: a reference source, the meter, and arithmetic.
#pragma once

#include "meter/metrology/calibration.hpp"
#include "meter/model.hpp"
#include "world/analog_front_end.hpp"

namespace blathy::world {

// Finds a front end's calibration only from what the uncalibrated meter reads at reference points, in the usual order:
// noise without current; gain at Ib and power factor 1; phase at Ib and power factor 0.5 inductive; power offsets at
// 0.05 Ib (IEC 62053-21 begins its limits there), all at nominal voltage and frequency. Takes about a minute of meter
// time.
meter::Calibration calibrate_at_factory(const meter::Model& model, const AnalogFrontEnd& front_end);

}  // namespace blathy::world
