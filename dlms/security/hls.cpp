#include "dlms/security/hls.hpp"

#include "dlms/security/secret.hpp"

namespace blathy::dlms::security {
namespace {

bool is_sound(const HlsExchange& exchange) {
    return are_challenges(exchange.mechanism, exchange.client_challenge, exchange.server_challenge);
}

// The prover answers the other side's challenge.
Bytes challenge_to(const HlsExchange& exchange, Role prover) {
    return prover == Role::client ? exchange.server_challenge : exchange.client_challenge;
}
Bytes challenge_of(const HlsExchange& exchange, Role prover) {
    return prover == Role::client ? exchange.client_challenge : exchange.server_challenge;
}
const SystemTitle& title_of(const HlsExchange& exchange, Role prover) {
    return prover == Role::client ? exchange.client_title : exchange.server_title;
}
const SystemTitle& title_to(const HlsExchange& exchange, Role prover) {
    return prover == Role::client ? exchange.server_title : exchange.client_title;
}

constexpr std::size_t gmac_size = 1 + 4 + tag_size;

Block gmac(const HlsExchange& exchange, Role prover, const CipherKeys& keys, std::uint32_t invocation_counter) {
    const auto control = SecurityControl::make(keys.suite, Protection::authenticated);
    Nonce nonce{};
    ByteWriter out(nonce);
    out.bytes(keys.sender);
    out.u32(invocation_counter);
    Gcm gcm(keys.encryption, nonce);
    gcm.associate(Bytes(&control.octet, 1));
    gcm.associate(keys.authentication_key);
    gcm.associate(challenge_to(exchange, prover));
    return gcm.tag();
}

bool uses_gmac(const HlsExchange& exchange, const CipherKeys& keys) {
    return exchange.mechanism == Mechanism::high_level_gmac && is_sound(exchange) && keys.encryption.has_key();
}

bool uses_ecdsa(const HlsExchange& exchange) {
    return exchange.mechanism == Mechanism::high_level_ecdsa && is_sound(exchange);
}

}  // namespace

bool is_challenge(Mechanism mechanism, Bytes challenge) {
    const std::size_t least = mechanism == Mechanism::high_level_ecdsa ? 32 : 8;
    return challenge.size() >= least && challenge.size() <= max_challenge_size;
}

bool are_challenges(Mechanism mechanism, Bytes client_challenge, Bytes server_challenge) {
    return is_challenge(mechanism, client_challenge) && is_challenge(mechanism, server_challenge) &&
           !equal(client_challenge, server_challenge);
}

std::optional<HlsValue> hls_digest(const HlsExchange& exchange, Role prover, Bytes secret) {
    if (!is_sound(exchange)) return std::nullopt;
    const Bytes challenge = challenge_to(exchange, prover);
    switch (exchange.mechanism) {
        case Mechanism::high_level_md5:
            return HlsValue(digest(DigestAlgorithm::md5, {challenge, secret}));
        case Mechanism::high_level_sha1:
            return HlsValue(digest(DigestAlgorithm::sha1, {challenge, secret}));
        case Mechanism::high_level_sha256:
            return HlsValue(
                digest(DigestAlgorithm::sha256, {secret, title_of(exchange, prover), title_to(exchange, prover),
                                                 challenge, challenge_of(exchange, prover)}));
        default:
            return std::nullopt;
    }
}

bool is_hls_digest(const HlsExchange& exchange, Role prover, Bytes secret, Bytes value) {
    const auto expected = hls_digest(exchange, prover, secret);
    return expected && same_secret(*expected, value);
}

std::optional<HlsValue> hls_gmac(const HlsExchange& exchange, Role prover, const CipherKeys& keys,
                                 std::uint32_t invocation_counter) {
    if (!uses_gmac(exchange, keys)) return std::nullopt;
    auto value = HlsValue::of_size(gmac_size);
    ByteWriter out(value.room());
    out.u8(SecurityControl::make(keys.suite, Protection::authenticated).octet);
    out.u32(invocation_counter);
    out.bytes(Bytes(gmac(exchange, prover, keys, invocation_counter)).first(tag_size));
    return value;
}

std::optional<std::uint32_t> check_hls_gmac(const HlsExchange& exchange, Role prover, const CipherKeys& keys,
                                            Bytes value) {
    if (!uses_gmac(exchange, keys) || value.size() != gmac_size) return std::nullopt;
    ByteReader in(value);
    if (in.u8() != SecurityControl::make(keys.suite, Protection::authenticated).octet) return std::nullopt;
    const std::uint32_t invocation_counter = in.u32();
    const Block expected = gmac(exchange, prover, keys, invocation_counter);
    if (!same_secret(Bytes(expected).first(tag_size), in.rest())) return std::nullopt;
    return invocation_counter;
}

std::optional<HlsValue> hls_ecdsa(const HlsExchange& exchange, Role prover, Curve curve, Bytes private_key,
                                  Random& random) {
    if (!uses_ecdsa(exchange)) return std::nullopt;
    return sign(curve, private_key,
                {title_of(exchange, prover), title_to(exchange, prover), challenge_to(exchange, prover),
                 challenge_of(exchange, prover)},
                random);
}

bool is_hls_ecdsa(const HlsExchange& exchange, Role prover, Curve curve, Bytes public_key, Bytes value) {
    return uses_ecdsa(exchange) && verify(curve, public_key,
                                          {title_of(exchange, prover), title_to(exchange, prover),
                                           challenge_to(exchange, prover), challenge_of(exchange, prover)},
                                          value);
}

}  // namespace blathy::dlms::security
