// The part of a session that signs, and that makes keys for one transaction.
#include <algorithm>

#include "dlms/security/key_wrap.hpp"
#include "dlms/security/signing.hpp"
#include "station/security/session.hpp"

namespace blathy::station {
namespace {

namespace security = dlms::security;

Error no_key() {
    return security_error("the meter's APDU needs a key that this client does not have");
}

security::AgreedKeyUse cipher_use(Suite suite) {
    return suite == Suite::p384_aes256_gcm ? security::AgreedKeyUse::aes_gcm_256 : security::AgreedKeyUse::aes_gcm_128;
}

}  // namespace

security::GeneralHeader SecuritySession::request_header(const TransactionId& transaction) const {
    return {transaction, security_.client_title, recipient_title(), {}, {}};
}

Result<Octets, Error> SecuritySession::sign(Bytes apdu, const TransactionId& transaction) {
    const security::GeneralHeader header = request_header(transaction);
    Octets octets(security::signed_size(header, curve(), apdu.size()));
    ByteWriter out(octets);
    if (!security::write_signed(out, header, apdu, curve(), security_.signing_key, random_)) {
        return fail(security_error("the request can't be signed; check the signing key"));
    }
    return octets;
}

Result<Bytes, Error> SecuritySession::check_signature(Bytes apdu) const {
    const auto message = security::read_signed(apdu);
    if (!message) return fail(security_error("the meter's signed APDU is malformed"));
    const Bytes recipient = message->header.recipient_title;
    if (!equal(message->header.originator_title, server_title_) ||
        (!recipient.empty() && !equal(recipient, security_.client_title))) {
        return fail(security_error("the meter's signed APDU is from or for somebody else, by its system titles"));
    }
    if (security_.server_signing_key.size() == 0) {
        return fail(
            security_error("the meter signs its answers, and its public key (server_signing_key) is not known"));
    }
    if (!security::is_signed_by(*message, curve(), security_.server_signing_key)) {
        return fail(
            security_error("the meter's APDU has a wrong signature: it was altered on its way, or the meter has "
                           "another signing key"));
    }
    return message->content;
}

Result<SecuritySession::TransactionKey, Error> SecuritySession::make_key(const TransactionId& transaction) {
    TransactionKey made;
    const auto failed = [] { return fail(security_error("no key can be made for the request; check the keys")); };
    if (security_.key_info == KeyInfoKind::wrapped) {
        Security::Key key(Security::Key::of_size(security::key_size(security_.suite)));
        made.data = decltype(made.data)::of_size(key.size() + security::wrap_overhead);
        if (!random_.fill(key.room()) || !security::wrap_key(security_.master_key, key, made.data.room())) {
            return failed();
        }
        made.key = security::GcmKey(key);
        return made;
    }
    security::PrivateKey own = security_.agreement_key;
    if (security_.key_info == KeyInfoKind::one_pass) {
        const auto pair = security::generate_key_pair(curve(), random_);
        const auto data =
            pair ? security::sign_public_key(curve(), security_.signing_key, std::nullopt, pair->public_key, random_)
                 : std::nullopt;
        if (!data) return failed();
        own = pair->private_key;
        made.data = *data;
    }
    const auto z = security::agree(curve(), own, security_.server_agreement_key, random_);
    if (!z) return failed();
    const Bytes id = security_.key_info == KeyInfoKind::static_unified ? Bytes(transaction) : Bytes{};
    made.key = security::GcmKey(
        security::derive_key(curve(), *z, cipher_use(security_.suite), security_.client_title, server_title_, id));
    return made;
}

Result<security::GcmKey, Error> SecuritySession::key_of(const security::Envelope& envelope) {
    if (!security_.uses_transaction_keys()) return fail(no_key());
    if (const auto* wrapped = std::get_if<security::WrappedKey>(&*envelope.key_info)) {
        Security::Key key(Security::Key::of_size(security::key_size(security_.suite)));
        if (security_.key_info != KeyInfoKind::wrapped || wrapped->kek_id != security::master_key_id ||
            !security::unwrap_key(security_.master_key, wrapped->wrapped, key.room())) {
            return fail(no_key());
        }
        return security::GcmKey(key);
    }
    const auto* agreed = std::get_if<security::AgreedKey>(&*envelope.key_info);
    if (agreed == nullptr || agreed->parameters.size() != 1) return fail(no_key());
    const bool is_one_pass = agreed->parameters[0] == 1 && security_.key_info == KeyInfoKind::one_pass;
    const bool is_static =
        agreed->parameters[0] == 2 && agreed->data.empty() && security_.key_info == KeyInfoKind::static_unified;
    std::optional<security::PublicKey> party;
    if (is_one_pass) {
        party = security::verify_public_key(curve(), security_.server_signing_key, std::nullopt, agreed->data);
    } else if (is_static) {
        party = security_.server_agreement_key;
    }
    const auto z = party ? security::agree(curve(), security_.agreement_key, *party, random_) : std::nullopt;
    if (!z) return fail(no_key());
    const Bytes id = is_static ? envelope.header.transaction_id : Bytes{};
    return security::GcmKey(
        security::derive_key(curve(), *z, cipher_use(security_.suite), server_title_, security_.client_title, id));
}

}  // namespace blathy::station
