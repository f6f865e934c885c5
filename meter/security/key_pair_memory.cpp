#include "meter/security/key_pair_memory.hpp"

#include "dlms/security/key_wrap.hpp"

namespace blathy::meter::security {
namespace {

using dlms::security::Curve;
using dlms::security::KeyPair;
using dlms::security::PrivateKey;
using dlms::security::PublicKey;
using dlms::security::scalar_size;
using dlms::security::wrap_overhead;

constexpr std::uint8_t key_pairs_form = 1;
constexpr std::size_t max_scalar = 48;
constexpr std::size_t pair_record_size = 1 + 2 * (1 + max_scalar + wrap_overhead + 2 * max_scalar);
constexpr std::size_t client_record_size = 1 + (roles - 1) * 2 * (1 + 2 * max_scalar);
static_assert(client_record_size <= max_record_size);

RecordId record_of(Curve curve, KeyPurpose purpose) {
    if (purpose == KeyPurpose::signature) {
        return curve == Curve::p256 ? RecordId::signing_pair_p256 : RecordId::signing_pair_p384;
    }
    return curve == Curve::p256 ? RecordId::agreement_pair_p256 : RecordId::agreement_pair_p384;
}

void write_key(ByteWriter& out, const PublicKey& key) {
    out.u8(static_cast<std::uint8_t>(key.size()));
    out.bytes(key);
}

}  // namespace

KeyPairMemory::Pairs KeyPairMemory::read(Curve curve, KeyPurpose purpose) const {
    Pairs pairs;
    std::array<std::uint8_t, pair_record_size> room{};
    const auto content = store_.read(record_of(curve, purpose), room);
    if (!content) return pairs;
    ByteReader in(*content);
    if (in.u8() != key_pairs_form) return pairs;
    for (Pair* pair : {&pairs.in_force, &pairs.waiting}) {
        const std::size_t size = in.u8();
        if (size == 0) continue;
        if (size != scalar_size(curve)) return pairs;
        pair->wrapped = decltype(pair->wrapped)(in.bytes(size + wrap_overhead));
        pair->public_key = PublicKey(in.bytes(2 * size));
    }
    return in.ok() ? pairs : Pairs{};
}

bool KeyPairMemory::write(Curve curve, KeyPurpose purpose, const Pairs& pairs) {
    std::array<std::uint8_t, pair_record_size> room{};
    ByteWriter out(room);
    out.u8(key_pairs_form);
    for (const Pair* pair : {&pairs.in_force, &pairs.waiting}) {
        out.u8(static_cast<std::uint8_t>(pair->public_key.size() / 2));
        out.bytes(pair->wrapped);
        out.bytes(pair->public_key);
    }
    return out.ok() && store_.write(record_of(curve, purpose), out.written());
}

std::optional<KeyPairMemory::Pair> KeyPairMemory::wrapped(Curve curve, const KeyPair& pair) const {
    const std::size_t size = scalar_size(curve);
    Pair result;
    result.wrapped = decltype(result.wrapped)::of_size(size + wrap_overhead);
    if (pair.private_key.size() != size || pair.public_key.size() != 2 * size ||
        !dlms::security::wrap_key(device_key_, pair.private_key, result.wrapped.room())) {
        return std::nullopt;
    }
    result.public_key = pair.public_key;
    return result;
}

std::optional<KeyPair> KeyPairMemory::unwrapped(const Pair& pair) const {
    KeyPair result;
    const std::size_t size = pair.public_key.size() / 2;
    result.private_key = PrivateKey(PrivateKey::of_size(size));
    if (size == 0 || !dlms::security::unwrap_key(device_key_, pair.wrapped, result.private_key.room())) {
        return std::nullopt;
    }
    result.public_key = pair.public_key;
    return result;
}

std::optional<KeyPair> KeyPairMemory::pair(Curve curve, KeyPurpose purpose) const {
    return unwrapped(read(curve, purpose).in_force);
}

std::optional<KeyPair> KeyPairMemory::newest_pair(Curve curve, KeyPurpose purpose) const {
    const Pairs pairs = read(curve, purpose);
    return unwrapped(pairs.waiting.public_key.size() > 0 ? pairs.waiting : pairs.in_force);
}

PublicKey KeyPairMemory::public_key(Curve curve, KeyPurpose purpose) const {
    return read(curve, purpose).in_force.public_key;
}

PublicKey KeyPairMemory::waiting_public_key(Curve curve, KeyPurpose purpose) const {
    return read(curve, purpose).waiting.public_key;
}

bool KeyPairMemory::set(Curve curve, KeyPurpose purpose, const KeyPair& pair) {
    const auto own = wrapped(curve, pair);
    return own && write(curve, purpose, {*own, {}});
}

bool KeyPairMemory::set_waiting(Curve curve, KeyPurpose purpose, const KeyPair& pair) {
    const auto own = wrapped(curve, pair);
    return own && write(curve, purpose, {read(curve, purpose).in_force, *own});
}

bool KeyPairMemory::activate(Curve curve, KeyPurpose purpose) {
    const Pairs pairs = read(curve, purpose);
    return pairs.waiting.public_key.size() > 0 && write(curve, purpose, {pairs.waiting, {}});
}

std::array<ClientPublicKeys, roles> KeyPairMemory::all_client_keys() const {
    std::array<ClientPublicKeys, roles> all{};
    std::array<std::uint8_t, client_record_size> room{};
    const auto content = store_.read(RecordId::client_public_keys, room);
    if (!content) return all;
    ByteReader in(*content);
    if (in.u8() != key_pairs_form) return all;
    for (std::size_t role = 1; role < roles; ++role) {
        all[role].signature = PublicKey(in.bytes(in.u8()));
        all[role].agreement = PublicKey(in.bytes(in.u8()));
    }
    return in.ok() ? all : std::array<ClientPublicKeys, roles>{};
}

ClientPublicKeys KeyPairMemory::client_keys(Role role) const {
    return role < Role::count ? all_client_keys()[static_cast<std::size_t>(role)] : ClientPublicKeys{};
}

bool KeyPairMemory::set_client_keys(Role role, const ClientPublicKeys& keys) {
    if (role == Role::public_client || role >= Role::count) return false;
    auto all = all_client_keys();
    all[static_cast<std::size_t>(role)] = keys;
    std::array<std::uint8_t, client_record_size> room{};
    ByteWriter out(room);
    out.u8(key_pairs_form);
    for (std::size_t i = 1; i < roles; ++i) {
        write_key(out, all[i].signature);
        write_key(out, all[i].agreement);
    }
    return out.ok() && store_.write(RecordId::client_public_keys, out.written());
}

}  // namespace blathy::meter::security
