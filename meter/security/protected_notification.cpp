#include "meter/security/protected_notification.hpp"

#include "dlms/security/ciphering.hpp"
#include "dlms/security/signing.hpp"

namespace blathy::meter::security {
namespace {

using dlms::security::Protection;

bool is_signed(const KeyMemory& keys, Role role) {
    return (keys.policy(role) & Rights::signed_response) != 0;
}

bool cipher(const Surroundings& of, Role role, const ContextKeys& keys, Protection protection, ByteWriter& out) {
    dlms::security::GcmKey key;
    if (!key.set(keys.unicast)) return false;
    const auto counter = of.keys.take_sent(role);
    if (!counter) return false;
    dlms::security::Envelope envelope;
    envelope.tag = dlms::ApduTag::general_glo_ciphering;
    envelope.system_title = of.server_title;
    return protect_written(out, 0, envelope, dlms::security::SecurityControl::make(keys.suite, protection), *counter,
                           {key, keys.authentication, of.server_title, keys.suite})
        .has_value();
}

bool sign(const Surroundings& of, const ContextKeys& keys, ByteWriter& out) {
    const auto curve = dlms::security::curve_of(keys.suite);
    const auto pair = curve ? of.pairs.pair(*curve, KeyPurpose::signature) : std::nullopt;
    if (!pair) return false;
    dlms::security::GeneralHeader header;
    header.originator_title = of.server_title;
    if (keys.client_title) header.recipient_title = *keys.client_title;
    return sign_written(out, 0, header, *curve, pair->private_key, of.entropy);
}

}  // namespace

std::size_t notification_overhead(const KeyMemory& keys, Role role) {
    constexpr std::size_t of_cipher = 40;
    constexpr std::size_t of_signature = 128;
    return (response_protection(keys.policy(role)) != Protection::none ? of_cipher : 0) +
           (is_signed(keys, role) ? of_signature : 0);
}

bool protect_notification(const Surroundings& of, Role role, ByteWriter& out) {
    const Protection protection = response_protection(of.keys.policy(role));
    const bool is_to_be_signed = is_signed(of.keys, role);
    if (protection == Protection::none && !is_to_be_signed) return true;
    const auto keys = of.keys.keys(role);
    return keys && (protection == Protection::none || cipher(of, role, *keys, protection, out)) &&
           (!is_to_be_signed || sign(of, *keys, out));
}

}  // namespace blathy::meter::security
