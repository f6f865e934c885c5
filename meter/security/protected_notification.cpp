#include "meter/security/protected_notification.hpp"

#include "dlms/security/ciphering.hpp"

namespace blathy::meter::security {

using dlms::security::Protection;

Protection notification_protection(const KeyMemory& keys, Role role) {
    return response_protection(keys.policy(role));
}

bool protect_notification(KeyMemory& keys, const dlms::security::SystemTitle& server_title, Role role,
                          Protection protection, ByteWriter& out) {
    if (protection == Protection::none) return true;
    const auto of_role = keys.keys(role);
    if (!of_role) return false;
    dlms::security::GcmKey key;
    if (!key.set(of_role->unicast)) return false;
    const auto counter = keys.take_sent(role);
    if (!counter) return false;
    dlms::security::Envelope envelope;
    envelope.tag = dlms::ApduTag::general_glo_ciphering;
    envelope.system_title = server_title;
    return protect_written(out, 0, envelope, dlms::security::SecurityControl::make(of_role->suite, protection),
                           *counter, {key, of_role->authentication, server_title, of_role->suite})
        .has_value();
}

}  // namespace blathy::meter::security
