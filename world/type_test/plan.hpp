// Plan: every point of a model's type test, in the order of the standards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meter/model.hpp"
#include "world/type_test/limits.hpp"

namespace blathy::world::type_test {

enum class Kind : std::uint8_t {
    error,          // clause 8.1
    influence,      // clause 8.2: change of error
    starting,       // clause 8.3: when the first pulse comes, against when it should
    no_load,        // clause 8.3: pulses
    constant,       // clause 8.4: pulses against the register
    repeatability,  // largest difference between runs
    dips,           // IEC 62052-11: energy that dips and interruptions leave, share of what is allowed
    dynamic_range,  // house: 2000 : 1 at power factor 1
    reading,        // house: what the display shows
};

enum class Reading : std::uint8_t { voltage, current, neutral_current, current_angle, frequency };

struct Point {
    Kind kind = Kind::error;
    Quantity quantity = Quantity::active;
    std::size_t network = 0;  // of the model's
    int element = -1;         // the one that is loaded; -1: all
    double current_a = 0;
    double factor = 1;  // power factor, or sine
    bool inductive = true;
    Influence influence = Influence::none;
    double level = 0;  // of the influence; of a reading of voltage the share of Un, of frequency Hz
    Reading reading = Reading::voltage;
    double limit = 0;
    // What the house asks for, as a share of the limit.
    double goal = 0.25;
    std::string_view edition{};

    bool operator==(const Point&) const = default;
};

std::vector<Point> plan(const meter::Model& model);

// "active, balanced", "influence of frequency, 49 Hz" ...
std::string title(const meter::Model& model, const Point& point);
std::string_view unit(const Point& point);  // of limit and error

}  // namespace blathy::world::type_test
