// Bench: a meter fresh from production, and what a reference meter beside it says of a point of the plan.
//
// The reference is the closed form of the signals at the terminals (Site::truth) over the time that passes by an ideal
// clock, in double precision; it knows nothing of the metrology. Points depend on the specimen and on nothing that ran
// before, so they can run in any order and on any thread.
#pragma once

#include <cstdint>

#include "meter/metrology/calibration.hpp"
#include "meter/model.hpp"
#include "world/analog_front_end.hpp"
#include "world/type_test/plan.hpp"

namespace blathy::world::type_test {

struct Specimen {
    std::uint64_t seed = 0;
    AnalogFrontEnd front_end;
    meter::Calibration calibration;
};

Specimen make_specimen(const meter::Model& model, std::uint64_t seed);

// The error of a point, in the point's unit.
double run(const meter::Model& model, const Specimen& specimen, const Point& point);

}  // namespace blathy::world::type_test
