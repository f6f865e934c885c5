// What the meter's security needs from outside, and what it tells.
#pragma once

#include <cstdint>
#include <optional>

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
    wrong_password,      // a low level password or a proof of high level security was wrong
    keys_changed,        // one or several keys of a context
    deciphering_failed,  // another key, or an altered APDU
    replay,              // an invocation counter that was used before
    weak_protection,     // less than the context demands, or none
    counter_alarm,       // a key is due to be changed
    certificates_changed,
    counter_end,     // a key has no counter left, and is of no use any more
    storage_failed,  // what must be durable before it is used is not
};

// The code in the fraud and security log (IDIS event codes). None: it has no code.
constexpr std::optional<std::uint8_t> event_code(SecurityEvent event) {
    switch (event) {
        case SecurityEvent::wrong_password:
            return std::uint8_t{46};
        case SecurityEvent::keys_changed:
            return std::uint8_t{48};
        case SecurityEvent::deciphering_failed:
        case SecurityEvent::weak_protection:
            return std::uint8_t{49};
        case SecurityEvent::replay:
            return std::uint8_t{50};
        default:
            return std::nullopt;
    }
}

class SecurityEvents {
  public:
    virtual void report(SecurityEvent event, Role role) = 0;

  protected:
    ~SecurityEvents() = default;
};

}  // namespace blathy::meter::security
