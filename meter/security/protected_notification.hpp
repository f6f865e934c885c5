// What the meter says on its own account, protected with the keys of the role that it says it to.
#pragma once

#include "base/bytes.hpp"
#include "meter/security/secured_association.hpp"

namespace blathy::meter::security {

// Octets that protection puts around an APDU to this role at most; 0: its policy demands none of answers.
[[nodiscard]] std::size_t notification_overhead(const KeyMemory& keys, Role role);

// Protects the APDU that is all that `out` holds as the role's policy demands of answers: as general-glo-ciphering,
// with a counter that is durable before, and signed around that. False: there is no key, no counter or no room; then it
// must not leave.
[[nodiscard]] bool protect_notification(const Surroundings& of, Role role, ByteWriter& out);

}  // namespace blathy::meter::security
