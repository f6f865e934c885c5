// IC 64, Security setup, version 1 (IEC 62056-6-2, 5.3.7; Blue Book 4.4.7): one for each role's security context.
//
// Of its methods there are those of symmetric keys, security_activate (1) and key_transfer (2); key agreement, key
// pairs and certificates (3 to 8) are not there, so that attribute 6 is an empty array. And the secrets of IC 15.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/data.hpp"
#include "meter/security/key_memory.hpp"

namespace blathy::meter::security {

// The bits of a policy that there is protection for: all but signatures.
inline constexpr std::uint8_t supported_policy = Rights::authenticated_request | Rights::encrypted_request |
                                                 Rights::authenticated_response | Rights::encrypted_response;

// Attributes 2 to 6. False: another.
[[nodiscard]] bool read_security_setup(const KeyMemory& memory, Role role,
                                       const dlms::security::SystemTitle& server_title, std::int8_t attribute,
                                       dlms::DataWriter& out);

// Method 1. A policy only grows, and never without the keys that it needs.
dlms::ActionResult activate_security(KeyMemory& memory, Role role, Bytes parameters);

// Method 2: array of structure {enum key_id, octet-string wrapped with the master key}. The keys take effect together,
// or none does.
dlms::ActionResult transfer_keys(KeyMemory& memory, SecurityEvents& events, Role role, Bytes parameters);

// IC 15, attribute 7 for low level security and method 2 for high level: another password or secret, of 1 or 8 to 32
// octets.
[[nodiscard]] bool is_secret(dlms::Mechanism mechanism, Bytes secret);
[[nodiscard]] bool change_secret(KeyMemory& memory, Role role, dlms::Mechanism mechanism, Bytes secret);

}  // namespace blathy::meter::security
