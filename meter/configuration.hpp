// Configuration: what a user sets and the meter keeps. Keys and passwords are in meter/security.
#pragma once

#include "meter/clock/clock.hpp"

namespace blathy::meter {

struct Configuration {
    ClockSettings clock;

    bool operator==(const Configuration&) const = default;
};

}  // namespace blathy::meter
