// A meter's keys as key lists have them: made, exported, and set.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "apps/blathy/keys/key_list.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

// Requests and answers authenticated and encrypted: the policy of keys that are not for trying things out.
inline constexpr std::uint8_t strict_policy = meter::Rights::authenticated_request | meter::Rights::encrypted_request |
                                              meter::Rights::authenticated_response | meter::Rights::encrypted_response;

// Random keys for every role that has any, each its own. The error is a sentence.
Result<void, std::string> make_meter_keys(meter::Meter& meter);

// Sets the keys that the list has for this meter, all of its roles; roles that it doesn't name lose theirs. The error
// is a sentence, and nothing has changed.
Result<void, std::string> set_meter_keys(meter::Meter& meter, const KeyList& keys);

// What a head end imports.
nlohmann::ordered_json key_list_of(const meter::Meter& meter);

}  // namespace blathy::apps
