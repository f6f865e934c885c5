// What a client does at the meter in the same process: a real association over a link without a wire.
#pragma once

#include <string>

#include "meter/meter.hpp"

namespace blathy::apps {

enum class ClientAct : std::uint8_t;

// As the management client of a meter with demo keys. Empty, or a sentence why it could not be done; a wrong password
// is meant to be refused.
std::string act_as_client(meter::Meter& meter, ClientAct act);

}  // namespace blathy::apps
