// What the meter says on its own account, protected with the keys of the role that it says it to.
#pragma once

#include "base/bytes.hpp"
#include "dlms/security/suite.hpp"
#include "meter/security/key_memory.hpp"

namespace blathy::meter::security {

// Octets that protection puts around an APDU at most.
inline constexpr std::size_t notification_overhead = 40;

// What the role's policy demands of answers.
[[nodiscard]] dlms::security::Protection notification_protection(const KeyMemory& keys, Role role);

// Protects the APDU that is all that `out` holds as general-glo-ciphering, with a counter that is durable before.
// False: there is no key, no counter or no room; then it must not leave.
[[nodiscard]] bool protect_notification(KeyMemory& keys, const dlms::security::SystemTitle& server_title, Role role,
                                        dlms::security::Protection protection, ByteWriter& out);

}  // namespace blathy::meter::security
