#include "station/key_agreement.hpp"

#include <algorithm>

#include "dlms/security/key_agreement.hpp"
#include "station/security/entropy.hpp"

namespace blathy::station {
namespace {

namespace security = dlms::security;

constexpr std::uint16_t security_setup_class = 64;
constexpr std::int8_t security_suite_attribute = 3;
constexpr std::int8_t key_agreement_method = 3;
constexpr std::size_t most_keys = 4;

Error agreement_usage(std::string text) {
    return {ErrorKind::usage, 0, std::move(text)};
}

security::AgreedKeyUse use_of(GlobalKey key, Suite suite) {
    const bool is_long = suite == Suite::p384_aes256_gcm;
    if (key == GlobalKey::master) {
        return is_long ? security::AgreedKeyUse::aes_wrap_256 : security::AgreedKeyUse::aes_wrap_128;
    }
    return is_long ? security::AgreedKeyUse::aes_gcm_256 : security::AgreedKeyUse::aes_gcm_128;
}

// What the standard has no result for.
Error with_advice(Error error) {
    if (error.kind != ErrorKind::refused) return error;
    switch (static_cast<dlms::ActionResult>(error.code)) {
        case dlms::ActionResult::read_write_denied:
            error.text += ". Only the management client may agree on keys: try --client management";
            break;
        case dlms::ActionResult::other_reason:
            error.text +=
                ". The meter could not verify the client's ephemeral key, or has no signing key of its own for this "
                "suite; key_transfer needs neither";
            break;
        default:
            break;
    }
    return error;
}

// A request that was refused has changed nothing.
bool is_refusal(const Error& error) {
    switch (error.kind) {
        case ErrorKind::refused:
        case ErrorKind::not_negotiated:
        case ErrorKind::limit:
        case ErrorKind::usage:
            return true;
        default:
            return false;
    }
}

}  // namespace

Result<KeyAgreement, Error> KeyAgreement::make(const AgreementParties& parties, std::span<const GlobalKey> keys,
                                               security::Random& random) {
    const auto curve = security::curve_of(parties.suite);
    if (!curve) {
        return fail(agreement_usage(
            "these keys are of security suite 0, which has no key agreement; key_transfer gives a meter new ones"));
    }
    if (parties.signing_key.size() != security::scalar_size(*curve) ||
        !security::is_public_key(*curve, parties.server_signing_key)) {
        return fail(
            agreement_usage("key agreement needs the client's signing key and the meter's public one, both of the "
                            "curve of the suite of the keys"));
    }
    if (keys.empty() || keys.size() > most_keys) return fail(agreement_usage("one to four keys are agreed on at once"));
    KeyAgreement agreement(parties, random);
    for (const GlobalKey key : keys) {
        if (std::ranges::count(keys, key) > 1) return fail(agreement_usage("a key is agreed on once at a time"));
        const auto pair = security::generate_key_pair(*curve, random);
        const auto data = pair ? security::sign_public_key(*curve, parties.signing_key, static_cast<std::uint8_t>(key),
                                                           pair->public_key, random)
                               : std::nullopt;
        if (!data) return fail(security_error("no ephemeral key can be made and signed; check the signing key"));
        agreement.offered_.push_back({key, *pair, to_octets(*data)});
    }
    return agreement;
}

Value KeyAgreement::parameters() const {
    Value::Items items;
    for (const Offered& offered : offered_) {
        items.push_back(
            structure_value({unsigned_value(dlms::DataTag::enumerated, static_cast<std::uint8_t>(offered.key)),
                             octet_string_value(offered.signed_public_key)}));
    }
    return array_value(std::move(items));
}

Result<Security::Key, Error> KeyAgreement::key_of(const Offered& offered, Bytes answer) const {
    const security::Curve curve = *security::curve_of(parties_.suite);
    const auto party =
        security::verify_public_key(curve, parties_.server_signing_key, static_cast<std::uint8_t>(offered.key), answer);
    if (!party) {
        return fail(
            security_error("the meter's ephemeral key has a wrong signature: it was altered on its way, or the meter "
                           "has another signing key (server_signing_key)"));
    }
    const auto z = security::agree(curve, offered.pair.private_key, *party, *random_);
    if (!z) return fail(security_error("no key can be agreed on with the meter's ephemeral key"));
    return Security::Key(security::derive_key(curve, *z, use_of(offered.key, parties_.suite), parties_.client_title,
                                              parties_.server_title));
}

Result<std::vector<Security::Key>, Error> KeyAgreement::finish(const Value& returned) const {
    const auto wrong = [] { return fail(security_error("the meter did not answer with one ephemeral key for each")); };
    const Value::Items* answers = returned.items();
    if (answers == nullptr || answers->size() != offered_.size()) return wrong();
    std::vector<Security::Key> keys;
    for (const Offered& offered : offered_) {
        const auto number = static_cast<std::int64_t>(offered.key);
        const auto answer = std::ranges::find_if(*answers, [&](const Value& each) {
            return each.items() != nullptr && each.items()->size() == 2 && each.items()->front().integer() == number;
        });
        if (answer == answers->end()) return wrong();
        const Octets* octets = answer->items()->back().octets();
        if (octets == nullptr) return wrong();
        auto key = key_of(offered, *octets);
        if (!key) return fail(key.error());
        keys.push_back(*key);
    }
    return keys;
}

Result<std::vector<Security::Key>, AgreementFailure> agree_on_keys(Client& client, std::uint8_t context,
                                                                   std::span<const GlobalKey> keys) {
    const auto unchanged = [](Error error) { return fail(AgreementFailure{std::move(error), false}); };
    const Security* security = client.security();
    if (security == nullptr || !security->signs || !client.server_title()) {
        return unchanged(agreement_usage("only a client that signs its requests agrees on keys"));
    }
    const dlms::Obis setup(0, 0, 43, 0, context);
    const auto suite = client.get({security_setup_class, setup, security_suite_attribute});
    if (!suite) return unchanged(suite.error());
    const auto number = suite->integer();
    if (!number || *number < 0 || *number > static_cast<int>(Suite::p384_aes256_gcm)) {
        return unchanged(protocol_error("the meter does not say of which security suite the keys are"));
    }
    SystemEntropy random;
    const AgreementParties parties{static_cast<Suite>(*number), security->client_title, *client.server_title(),
                                   security->signing_key, security->server_signing_key};
    const auto agreement = KeyAgreement::make(parties, keys, random);
    if (!agreement) return unchanged(agreement.error());
    const auto returned = client.call({security_setup_class, setup, key_agreement_method}, agreement->parameters());
    if (!returned) return fail(AgreementFailure{with_advice(returned.error()), !is_refusal(returned.error())});
    auto agreed = agreement->finish(returned->value_or(null_value()));
    if (!agreed) return fail(AgreementFailure{agreed.error(), true});
    return std::move(*agreed);
}

}  // namespace blathy::station
