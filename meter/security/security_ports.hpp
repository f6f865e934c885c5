// What the meter's security needs from outside, and what it tells.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/security/random.hpp"
#include "meter/security/access_rights.hpp"

namespace blathy::meter::security {

// True randomness for challenges.
using Entropy = dlms::security::Random;

// What a meter is given of it when it is made. Both outlive it.
struct SecurityPorts {
    Entropy* entropy = nullptr;  // null: there is none, and no challenge
    Bytes device_key;            // 16 or 32 octets that never leave this meter; empty: none, and no keys
};

enum class SecurityEvent : std::uint8_t {
    wrong_password,        // a low level password or a proof of high level security was wrong
    keys_changed,          // one or several keys of a context
    policy_raised,         // a context demands more protection
    certificates_changed,  // one was imported or removed, or a pair of keys was made
    deciphering_failed,    // another key, or an altered APDU
    replay,                // an invocation counter that was used before
    weak_protection,       // less than the context demands, or none
    counter_alarm,         // a key is due to be changed
    counter_end,           // a key has no counter left, and is of no use any more
    storage_failed,        // what must be durable before it is used is not
};

class SecurityEvents {
  public:
    virtual void report(SecurityEvent event, Role role) = 0;

  protected:
    ~SecurityEvents() = default;
};

}  // namespace blathy::meter::security
