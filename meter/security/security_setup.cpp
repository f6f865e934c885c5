#include "meter/security/security_setup.hpp"

#include "dlms/security/key_wrap.hpp"
#include "meter/security/transaction_key.hpp"

namespace blathy::meter::security {
namespace {

using dlms::ActionResult;
using dlms::DataReader;

// Both sides can sign whatever the policy has signed.
bool can_sign(const Surroundings& of, Role role, const ContextKeys& keys, std::uint8_t policy) {
    const auto curve = dlms::security::curve_of(keys.suite);
    if (!curve) return (policy & (Rights::signed_request | Rights::signed_response)) == 0;
    const bool client = client_public_key(of, role, keys.client_title.value_or(dlms::security::SystemTitle{}), *curve,
                                          KeyPurpose::signature)
                            .size() > 0;
    const bool meter = of.pairs.public_key(*curve, KeyPurpose::signature).size() > 0;
    return (client || (policy & Rights::signed_request) == 0) && (meter || (policy & Rights::signed_response) == 0);
}

}  // namespace

KeyOctets& key_of(ContextKeys& keys, std::uint8_t id) {
    switch (id) {
        case unicast_key:
            return keys.unicast;
        case broadcast_key:
            return keys.broadcast;
        case authentication_key:
            return keys.authentication;
        default:
            return keys.master;
    }
}

bool read_security_setup(const KeyMemory& memory, Role role, const dlms::security::SystemTitle& server_title,
                         std::int8_t attribute, dlms::DataWriter& out) {
    switch (attribute) {
        case 2:
            out.enumerated(memory.policy(role));
            return true;
        case 3:
            out.enumerated(static_cast<std::uint8_t>(memory.suite(role)));
            return true;
        case 4: {
            const auto keys = memory.keys(role);
            out.octet_string(keys && keys->client_title ? Bytes(*keys->client_title) : Bytes{});
            return true;
        }
        case 5:
            out.octet_string(Bytes(server_title));
            return true;
        default:
            return false;
    }
}

ActionResult activate_security(const Surroundings& of, Role role, Bytes parameters) {
    DataReader in(parameters);
    const std::uint8_t policy = in.enumerated();
    if (!in.complete()) return ActionResult::type_unmatched;
    auto keys = of.keys.keys(role);
    if (!keys) return ActionResult::object_unavailable;
    const bool supported =
        (policy & ~unsigned{supported_policy(keys->suite)}) == 0 && can_sign(of, role, *keys, policy);
    const bool grows = (keys->policy & ~unsigned{policy}) == 0;
    const std::size_t size = dlms::security::key_size(keys->suite);
    if (!supported || !grows || keys->unicast.size() != size || keys->authentication.size() != size) {
        return ActionResult::other_reason;
    }
    if (policy == keys->policy) return ActionResult::success;
    keys->policy = policy;
    if (!of.keys.change(role, *keys)) return ActionResult::hardware_fault;
    of.events.report(SecurityEvent::policy_raised, role);
    return ActionResult::success;
}

ActionResult transfer_keys(KeyMemory& memory, SecurityEvents& events, Role role, Bytes parameters) {
    auto keys = memory.keys(role);
    if (!keys) return ActionResult::object_unavailable;
    // Every key is unwrapped with the master key that was there before, one that is transferred here or not.
    const KeyOctets wrapping = keys->master;
    const std::size_t size = dlms::security::key_size(keys->suite);
    unsigned seen = 0;
    DataReader in(parameters);
    const std::size_t count = in.array();
    if (count == 0 || count > key_ids) return in.ok() ? ActionResult::other_reason : ActionResult::type_unmatched;
    for (std::size_t i = 0; i < count; ++i) {
        in.structure(2);
        const std::uint8_t id = in.enumerated();
        const Bytes wrapped = in.octet_string();
        if (!in.ok()) return ActionResult::type_unmatched;
        if (id >= key_ids || ((seen >> id) & 1U) != 0) return ActionResult::other_reason;
        seen |= 1U << id;
        auto key = KeyOctets::of_size(size);
        if (wrapped.size() != size + dlms::security::wrap_overhead ||
            !dlms::security::unwrap_key(wrapping, wrapped, key.room())) {
            return ActionResult::other_reason;
        }
        key_of(*keys, id) = key;
    }
    if (!in.complete()) return ActionResult::type_unmatched;
    if (!memory.change(role, *keys)) return ActionResult::hardware_fault;
    events.report(SecurityEvent::keys_changed, role);
    return ActionResult::success;
}

bool is_secret(dlms::Mechanism mechanism, Bytes secret) {
    const std::size_t least = mechanism == dlms::Mechanism::low_level ? 1 : 8;
    return secret.size() >= least && secret.size() <= dlms::security::max_key_size;
}

bool change_secret(KeyMemory& memory, Role role, dlms::Mechanism mechanism, Bytes secret) {
    auto keys = memory.keys(role);
    if (!keys || !is_secret(mechanism, secret)) return false;
    (mechanism == dlms::Mechanism::low_level ? keys->password : keys->hls_secret) = KeyOctets(secret);
    return memory.change(role, *keys);
}

}  // namespace blathy::meter::security
