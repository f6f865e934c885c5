#include "meter/security/transaction_key.hpp"

#include "dlms/security/key_wrap.hpp"

namespace blathy::meter::security {
namespace {

using dlms::security::AgreedKeyUse;
using dlms::security::Curve;
using dlms::security::PublicKey;
using dlms::security::Suite;

AgreedKeyUse cipher_use(Suite suite) {
    return suite == Suite::p384_aes256_gcm ? AgreedKeyUse::aes_gcm_256 : AgreedKeyUse::aes_gcm_128;
}

std::optional<KeyOctets> unwrapped(const Surroundings& of, Role role, const dlms::security::WrappedKey& info) {
    const auto keys = of.keys.keys(role);
    if (!keys || info.kek_id != dlms::security::master_key_id) return std::nullopt;
    KeyOctets key(KeyOctets::of_size(dlms::security::key_size(keys->suite)));
    if (!dlms::security::unwrap_key(keys->master, info.wrapped, key.room())) return std::nullopt;
    return key;
}

}  // namespace

std::optional<KeyInfoKind> kind_of(const std::optional<dlms::security::KeyInfo>& info) {
    if (!info || std::holds_alternative<dlms::security::IdentifiedKey>(*info)) return KeyInfoKind::identified;
    if (std::holds_alternative<dlms::security::WrappedKey>(*info)) return KeyInfoKind::wrapped;
    const auto& agreed = std::get<dlms::security::AgreedKey>(*info);
    if (agreed.parameters.size() != 1) return std::nullopt;
    if (agreed.parameters[0] == dlms::security::one_pass_parameters[0]) return KeyInfoKind::one_pass;
    const bool is_static = agreed.parameters[0] == dlms::security::static_unified_parameters[0] && agreed.data.empty();
    return is_static ? std::optional(KeyInfoKind::static_unified) : std::nullopt;
}

std::optional<KeyOctets> request_key(const Surroundings& of, const Transaction& transaction,
                                     const dlms::security::KeyInfo& info) {
    if (const auto* wrapped = std::get_if<dlms::security::WrappedKey>(&info)) {
        return unwrapped(of, transaction.role, *wrapped);
    }
    const auto kind = kind_of(info);
    const Suite suite = of.keys.suite(transaction.role);
    const auto curve = dlms::security::curve_of(suite);
    if (!kind || *kind == KeyInfoKind::identified || !curve) return std::nullopt;
    std::optional<PublicKey> party;
    if (*kind == KeyInfoKind::one_pass) {
        const auto& agreed = std::get<dlms::security::AgreedKey>(info);
        party = dlms::security::verify_public_key(*curve, transaction.client_signing_key, std::nullopt, agreed.data);
    } else {
        party = client_public_key(of, transaction.role, transaction.client_title, *curve, KeyPurpose::agreement);
    }
    if (!party) return std::nullopt;
    const auto own = of.pairs.pair(*curve, KeyPurpose::agreement);
    const auto z = own ? dlms::security::agree(*curve, own->private_key, *party, of.entropy) : std::nullopt;
    if (!z) return std::nullopt;
    const Bytes id = *kind == KeyInfoKind::static_unified ? transaction.id : Bytes{};
    return KeyOctets(
        dlms::security::derive_key(*curve, *z, cipher_use(suite), transaction.client_title, of.server_title, id));
}

std::optional<AnswerKey> answer_key(const Surroundings& of, const Transaction& transaction, KeyInfoKind kind) {
    AnswerKey answer;
    const Suite suite = of.keys.suite(transaction.role);
    if (kind == KeyInfoKind::wrapped) {
        const auto keys = of.keys.keys(transaction.role);
        const std::size_t size = dlms::security::key_size(suite);
        answer.key = KeyOctets(KeyOctets::of_size(size));
        answer.data = decltype(answer.data)::of_size(size + dlms::security::wrap_overhead);
        if (!keys || !of.entropy.fill(answer.key.room()) ||
            !dlms::security::wrap_key(keys->master, answer.key, answer.data.room())) {
            return std::nullopt;
        }
        return answer;
    }
    const auto curve = dlms::security::curve_of(suite);
    if (!curve) return std::nullopt;
    const PublicKey party =
        client_public_key(of, transaction.role, transaction.client_title, *curve, KeyPurpose::agreement);
    std::optional<dlms::security::KeyPair> own;
    if (kind == KeyInfoKind::one_pass) {
        own = dlms::security::generate_key_pair(*curve, of.entropy);
        const auto signing = of.pairs.pair(*curve, KeyPurpose::signature);
        if (!own || !signing) return std::nullopt;
        const auto data =
            dlms::security::sign_public_key(*curve, signing->private_key, std::nullopt, own->public_key, of.entropy);
        if (!data) return std::nullopt;
        answer.data = *data;
    } else {
        own = of.pairs.pair(*curve, KeyPurpose::agreement);
    }
    const auto z = own ? dlms::security::agree(*curve, own->private_key, party, of.entropy) : std::nullopt;
    if (!z) return std::nullopt;
    const Bytes id = kind == KeyInfoKind::static_unified ? transaction.id : Bytes{};
    answer.key = KeyOctets(
        dlms::security::derive_key(*curve, *z, cipher_use(suite), of.server_title, transaction.client_title, id));
    return answer;
}

PublicKey client_public_key(const Surroundings& of, Role role, const dlms::security::SystemTitle& title, Curve curve,
                            KeyPurpose purpose) {
    PublicKey key = certified_key(of.certificates, title, curve, purpose, of.now);
    if (key.size() > 0) return key;
    const ClientPublicKeys given = of.pairs.client_keys(role);
    key = purpose == KeyPurpose::signature ? given.signature : given.agreement;
    return key.size() == 2 * dlms::security::scalar_size(curve) ? key : PublicKey{};
}

}  // namespace blathy::meter::security
