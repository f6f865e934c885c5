// A meter's keys as key lists have them: made, exported, and set.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "apps/blathy/keys/key_list.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

// Requests and answers authenticated and encrypted: the policy of keys that are not for trying things out.
inline constexpr std::uint8_t strict_policy = meter::Rights::authenticated_request | meter::Rights::encrypted_request |
                                              meter::Rights::authenticated_response | meter::Rights::encrypted_response;

// As people call the roles, in their order.
inline constexpr std::array<std::string_view, meter::security::roles> role_names = {
    "public", "data collection", "management", "firmware", "pre-established"};

// What clients sign and agree on keys with, by the number of their context. The meter itself has the public keys alone.
struct ClientPairs {
    dlms::security::KeyPair signature;
    dlms::security::KeyPair agreement;
};
using AllClientPairs = std::array<ClientPairs, meter::security::context_roles.size()>;

// Random keys for every role that has any, each its own; from suite 1 on with pairs of the meter and of each client,
// which are empty otherwise. The error is a sentence.
Result<AllClientPairs, std::string> make_meter_keys(meter::Meter& meter, dlms::security::Suite suite);

// Has keys that not everybody knows: their invocation counters must outlive the process, or else what was sent before
// could be sent again.
bool has_secret_keys(const KeyList& keys);

// Sets the keys that the list has for this meter, all of its roles; roles that it doesn't name lose theirs. The error
// is a sentence, and nothing has changed.
Result<void, std::string> set_meter_keys(meter::Meter& meter, const KeyList& keys);

// What a head end imports: with the clients' private keys only where they have just been made.
nlohmann::ordered_json key_list_of(const meter::Meter& meter, const AllClientPairs& made = {});

}  // namespace blathy::apps
