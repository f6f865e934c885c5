// The central system of a scenario: takes what the meter pushes to it, and reads it as any other would.
//
// It is there at once and always, so that what a scenario leads to depends on nothing but its file. What the meter's
// way out does, whether there is energy and a network, is the meter's and its modules' affair.
#pragma once

#include <string>
#include <vector>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/traffic.hpp"
#include "meter/event/alarms.hpp"
#include "meter/push/settings.hpp"

namespace blathy::apps {

struct ReceivedPush {
    meter::PushSetup setup{};
    std::string destination;
    meter::AlarmBits alarms{};  // descriptors, if they are in it
};

// False: the flash failed.
bool push_to(meter::Meter& meter, meter::PushSetup setup, const std::string& destination);

// What the meter has to push now. The observer may be null.
std::vector<ReceivedPush> receive_pushes(DeskMeter& desk, TrafficObserver* observer);

}  // namespace blathy::apps
