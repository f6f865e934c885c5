// The part of a secured association that is about the client's signatures and the meter's.
#include "meter/security/secured_association.hpp"
#include "meter/security/transaction_key.hpp"

namespace blathy::meter::security {
namespace {

using dlms::ApduTag;
using dlms::ExceptionResponse;
using dlms::ServiceError;
using dlms::StateError;
using dlms::UserDiagnostic;
using dlms::security::GeneralHeader;

}  // namespace

Bytes SecuredAssociation::client_signing_key(const Surroundings& of) {
    const auto curve = dlms::security::curve_of(of.keys.suite(role_));
    if (!curve || role_ == Role::public_client) return {};
    if (client_signing_key_.size() == 0) {
        client_signing_key_ = client_public_key(of, role_, client_title_, *curve, KeyPurpose::signature);
    }
    return client_signing_key_;
}

// One that a client sends in the calling-AE-qualifier goes before what the meter knows of it.
std::optional<UserDiagnostic> SecuredAssociation::take_certificate(const Surroundings& of, Bytes certificate) {
    const auto curve = dlms::security::curve_of(of.keys.suite(role_));
    if (certificate.empty() || !curve || (!ciphered_ && mechanism_ != dlms::Mechanism::high_level_ecdsa)) {
        return std::nullopt;
    }
    const auto read = dlms::security::read_certificate(certificate);
    if (!read || read->system_title != client_title_ || read->curve != *curve ||
        !is_for(*read, KeyPurpose::signature) || !is_trusted(of.certificates, *read, of.now)) {
        return UserDiagnostic::calling_ae_qualifier_not_recognized;
    }
    client_signing_key_ = read->public_key;
    return std::nullopt;
}

Result<Bytes, SecuredAssociation::Refusal> SecuredAssociation::check_signature(const Surroundings& of, Bytes apdu) {
    const auto refuse = [](ServiceError service) {
        return fail(Refusal{ExceptionResponse{StateError::service_not_allowed, service, 0}});
    };
    const auto curve = dlms::security::curve_of(of.keys.suite(role_));
    const Bytes key = client_signing_key(of);
    if (!curve || key.empty()) return refuse(ServiceError::service_not_supported);
    const auto message = dlms::security::read_signed(apdu);
    if (!message || message->header.transaction_id.size() > max_transaction_id_size) {
        return refuse(ServiceError::other_reason);
    }
    const Bytes recipient = message->header.recipient_title;
    const bool from_client_to_here = equal(message->header.originator_title, client_title_) &&
                                     (recipient.empty() || equal(recipient, of.server_title));
    if (!from_client_to_here || !is_signed_by(*message, *curve, key)) {
        of.events.report(SecurityEvent::deciphering_failed, role_);
        return refuse(ServiceError::deciphering_error);
    }
    signed_transaction_id_ = decltype(signed_transaction_id_)(message->header.transaction_id);
    return message->content;
}

// An answer is signed with the key that is in force when its request comes, whatever the request does.
void SecuredAssociation::prepare_signature(const Surroundings& of, bool is_signed) {
    const auto curve = dlms::security::curve_of(of.keys.suite(role_));
    if (!curve) return;
    if (is_signed) request_bits_ = static_cast<std::uint8_t>(request_bits_ | Rights::signed_request);
    if (!answered_) return;
    if (!is_signed) signed_transaction_id_ = {};
    const bool by_policy = answer_form_ != Form::plain && (of.keys.policy(role_) & Rights::signed_response) != 0;
    sign_answer_ = is_signed || by_policy;
    if (!sign_answer_ && !table_signs) return;
    curve_ = *curve;
    entropy_ = &of.entropy;
    if (const auto pair = of.pairs.pair(*curve, KeyPurpose::signature)) signing_key_ = pair->private_key;
}

GeneralHeader SecuredAssociation::signature_header() const {
    return {signed_transaction_id_, server_title_, client_title_, {}, {}};
}

}  // namespace blathy::meter::security
