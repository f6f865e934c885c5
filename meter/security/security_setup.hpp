// IC 64, Security setup, version 1 (IEC 62056-6-2, 5.3.7; Blue Book 4.4.7): one for each role's security context.
//
// Here are attributes 2 to 5 and the methods of symmetric keys, security_activate (1) and key_transfer (2); what needs
// elliptic curves is in certificate_setup.hpp. And the secrets of IC 15.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/data.hpp"
#include "dlms/security/curve.hpp"
#include "meter/security/secured_association.hpp"

namespace blathy::meter::security {

// The bits of a policy that a suite has protection for: signatures from suite 1 on.
constexpr std::uint8_t supported_policy(dlms::security::Suite suite) {
    constexpr unsigned symmetric = Rights::authenticated_request | Rights::encrypted_request |
                                   Rights::authenticated_response | Rights::encrypted_response;
    constexpr unsigned signatures = Rights::signed_request | Rights::signed_response;
    return static_cast<std::uint8_t>(symmetric | (dlms::security::curve_of(suite) ? signatures : 0U));
}

// The symmetric keys that can be changed, as IC 64 numbers them.
enum KeyId : std::uint8_t { unicast_key, broadcast_key, authentication_key, master_key, key_ids };
KeyOctets& key_of(ContextKeys& keys, std::uint8_t id);

// Attributes 2 to 5. False: another.
[[nodiscard]] bool read_security_setup(const KeyMemory& memory, Role role,
                                       const dlms::security::SystemTitle& server_title, std::int8_t attribute,
                                       dlms::DataWriter& out);

// Method 1. A policy only grows, and never without the keys that it needs: for signed requests that of the client with
// the title of the context.
dlms::ActionResult activate_security(const Surroundings& of, Role role, Bytes parameters);

// Method 2: array of structure {enum key_id, octet-string wrapped with the master key}. The keys take effect together,
// or none does.
dlms::ActionResult transfer_keys(KeyMemory& memory, SecurityEvents& events, Role role, Bytes parameters);

// IC 15, attribute 7 for low level security and method 2 for high level: another password or secret, of 1 or 8 to 32
// octets.
[[nodiscard]] bool is_secret(dlms::Mechanism mechanism, Bytes secret);
[[nodiscard]] bool change_secret(KeyMemory& memory, Role role, dlms::Mechanism mechanism, Bytes secret);

}  // namespace blathy::meter::security
