// What a client is told of a command to the relay.
#pragma once

#include "dlms/tags.hpp"
#include "meter/relay/disconnector.hpp"

namespace blathy::meter {

constexpr dlms::ActionResult result_of(Transition transition) {
    switch (transition) {
        case Transition::done:
            return dlms::ActionResult::success;
        case Transition::refused_by_mode:
            return dlms::ActionResult::object_unavailable;
        case Transition::refused_by_state:
            return dlms::ActionResult::temporary_failure;
        case Transition::not_durable:
            return dlms::ActionResult::hardware_fault;
    }
    return dlms::ActionResult::other_reason;
}

}  // namespace blathy::meter
