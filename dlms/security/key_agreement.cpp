#include "dlms/security/key_agreement.hpp"

#include "dlms/axdr.hpp"

namespace blathy::dlms::security {
namespace {

// The octets of an optional that are signed.
Bytes octets_of(const std::optional<std::uint8_t>& key_id) {
    return key_id ? Bytes(&*key_id, 1) : Bytes{};
}

}  // namespace

AgreedKeyOctets derive_key(Curve curve, Bytes z, AgreedKeyUse use, Bytes party_u, Bytes party_v, Bytes transaction_id) {
    static constexpr std::array<std::uint8_t, 4> counter = {0, 0, 0, 1};
    const std::array<std::uint8_t, 7> algorithm = {0x60, 0x85, 0x74, 0x05, 0x08, 0x03, static_cast<std::uint8_t>(use)};
    std::array<std::uint8_t, 5> length_room{};
    ByteWriter length(length_room);
    if (!transaction_id.empty()) write_length(length, transaction_id.size());
    const Secret<48> hash(
        digest(digest_of(curve), {counter, z, algorithm, party_u, length.written(), transaction_id, party_v}));
    const bool is_long = use == AgreedKeyUse::aes_gcm_256 || use == AgreedKeyUse::aes_wrap_256;
    return AgreedKeyOctets(hash.octets().first(is_long ? 32 : 16));
}

std::optional<SignedPublicKey> sign_public_key(Curve curve, Bytes signing_key, std::optional<std::uint8_t> key_id,
                                               Bytes public_key, Random& random) {
    const std::size_t size = 2 * scalar_size(curve);
    if (public_key.size() != size) return std::nullopt;
    const auto signature = sign(curve, signing_key, {octets_of(key_id), public_key}, random);
    if (!signature) return std::nullopt;
    auto both = SignedPublicKey::of_size(2 * size);
    std::copy(public_key.begin(), public_key.end(), both.room().begin());
    const Bytes r_s = *signature;
    std::copy(r_s.begin(), r_s.end(), both.room().subspan(size).begin());
    return both;
}

std::optional<PublicKey> verify_public_key(Curve curve, Bytes verification_key, std::optional<std::uint8_t> key_id,
                                           Bytes signed_public_key) {
    const std::size_t size = 2 * scalar_size(curve);
    if (signed_public_key.size() != 2 * size) return std::nullopt;
    const Bytes public_key = signed_public_key.first(size);
    if (!verify(curve, verification_key, {octets_of(key_id), public_key}, signed_public_key.subspan(size)) ||
        !is_public_key(curve, public_key)) {
        return std::nullopt;
    }
    return PublicKey(public_key);
}

}  // namespace blathy::dlms::security
