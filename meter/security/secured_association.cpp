#include "meter/security/secured_association.hpp"

#include <algorithm>
#include <variant>

#include "dlms/apdu/action.hpp"
#include "meter/security/transaction_key.hpp"

namespace blathy::meter::security {
namespace {

using dlms::Aare;
using dlms::Aarq;
using dlms::ActionResult;
using dlms::ApduTag;
using dlms::AssociationResult;
using dlms::Diagnostic;
using dlms::ExceptionResponse;
using dlms::InitiateError;
using dlms::Mechanism;
using dlms::ProviderDiagnostic;
using dlms::ServiceError;
using dlms::StateError;
using dlms::UserDiagnostic;
using dlms::security::Ciphered;
using dlms::security::CipherError;
using dlms::security::Envelope;
using dlms::security::HlsExchange;
using dlms::security::HlsValue;
using dlms::security::KeySet;
using dlms::security::Protection;
using dlms::security::ServiceKey;
using dlms::security::SystemTitle;

constexpr dlms::Obis current_association{0, 0, 40, 0, 0};
constexpr std::uint16_t association_class_id = 15;
constexpr std::int8_t reply_to_hls_method = 1;

// An initiate with a dedicated key of 32 octets takes 48; the head of general-ciphering, counter and tag up to 66 more.
constexpr std::size_t max_initiate_size = 128;
// General-ciphering with the longest transaction id puts 61 octets around an answer, which needs room for something
// too.
constexpr std::uint16_t min_ciphered_client_pdu_size = 96;
// What has to be left for an answer inside all that protects it.
constexpr std::size_t min_plain_answer = 32;
// How the AARQ's reader names a mechanism that is not of DLMS: there is no name to give back.
constexpr std::uint8_t not_a_mechanism = 0xFF;

bool is_challenged(Mechanism mechanism) {
    return mechanism >= Mechanism::high_level_md5;
}
// Its proof is made of a secret that may be short enough to be guessed.
bool is_of_secret(Mechanism mechanism) {
    return mechanism == Mechanism::high_level_md5 || mechanism == Mechanism::high_level_sha1 ||
           mechanism == Mechanism::high_level_sha256;
}
bool is_bound_to_titles(Mechanism mechanism) {
    return mechanism >= Mechanism::high_level_gmac;
}

SecuredAssociation::Refusal refusal(ServiceError service, std::uint32_t expected = 0) {
    return {ExceptionResponse{StateError::service_not_allowed, service, expected}};
}

ServiceError service_error(CipherError error) {
    switch (error) {
        case CipherError::malformed:
        case CipherError::no_room:
            return ServiceError::other_reason;
        case CipherError::compressed:
            return ServiceError::service_not_supported;
        case CipherError::insufficient_protection:
            return ServiceError::operation_not_possible;
        default:
            return ServiceError::deciphering_error;
    }
}

// Of a key that is not made for this transaction.
constexpr std::optional<KeySet> key_set_of(const Ciphered& message) {
    const KeySet set = message.control.key_set();
    if (!message.envelope.key_info) return set;
    const auto* identified = std::get_if<dlms::security::IdentifiedKey>(&*message.envelope.key_info);
    if (identified == nullptr || identified->key_id > 1) return std::nullopt;
    const KeySet named = identified->key_id == 1 ? KeySet::broadcast : KeySet::unicast;
    return named == set ? std::optional(set) : std::nullopt;
}

bool is_initiate_request(Bytes plain) {
    return dlms::read_initiate_request(plain).has_value();
}

bool is_dedicated(ApduTag tag) {
    if (tag == ApduTag::general_ded_ciphering) return true;
    const auto plain = dlms::security::plain_tag(tag);
    return plain && dlms::security::ciphered_tag(ServiceKey::dedicated, *plain) == tag;
}

}  // namespace

PasswordCheck check_password(const Surroundings& of, const Caller& caller, Role role, Bytes password) {
    if (!of.guesses.may_try(caller.origin, role, caller.uptime_s)) return PasswordCheck::too_soon;
    const auto keys = of.keys.keys(role);
    if (keys && keys->password.size() > 0 && dlms::security::same_secret(keys->password, password)) {
        of.guesses.succeeded(caller.origin, role);
        return PasswordCheck::right;
    }
    of.events.report(SecurityEvent::wrong_password, role);
    if (!of.guesses.failed(caller.origin, role, caller.uptime_s)) of.events.report(SecurityEvent::storage_failed, role);
    return PasswordCheck::wrong;
}

void SecuredAssociation::close() {
    state_ = State::closed;
    dedicated_key_ = {};
    client_signing_key_ = {};
    dlms::security::wipe(client_challenge_.room());
    dlms::security::wipe(server_challenge_.room());
}

void SecuredAssociation::forget() {
    key_.clear();
    authentication_key_ = {};
    ready_ = Key::none;
}

bool SecuredAssociation::demands_protection(const Surroundings& of) const {
    return (of.keys.policy(role_) & (Rights::request | Rights::response)) != 0;
}

void SecuredAssociation::open(const Surroundings& of, const Offer& offer, const Caller& caller, Bytes apdu,
                              ByteWriter& out) {
    close();
    forget();
    answer_in_plain();
    Aare aare;
    aare.diagnostic = ProviderDiagnostic::no_reason;
    const auto aarq = dlms::read_aarq(apdu);
    if (!aarq) return write(out, aare);

    ciphered_ = initiate_protected_ = false;
    mechanism_ = Mechanism::none;
    server_title_ = of.server_title;
    server_max_receive_pdu_size_ = offer.max_receive_pdu_size;

    std::array<std::uint8_t, max_initiate_size> room{};
    std::optional<dlms::InitiateRequest> request;
    const auto rejection = admit(of, offer, caller, *aarq, request, room);
    const bool response_allowed = !request || request->response_allowed;
    const bool quality_of_service = request && request->quality_of_service.has_value();
    dlms::security::wipe(room);

    ByteWriter initiate(room);
    if (aarq->authentication_unit && aarq->mechanism != not_a_mechanism) aare.mechanism = aarq->mechanism;
    if (ciphered_) aare.context = static_cast<std::uint8_t>(context());
    if (rejection) {
        if (rejection->error) write_confirmed_service_error(initiate, *rejection->error);
        aare.result =
            rejection->transient ? AssociationResult::rejected_transient : AssociationResult::rejected_permanent;
        aare.diagnostic = rejection->diagnostic;
        aare.user_information = initiate.written();
        if (response_allowed) write(out, aare);
        return;
    }
    // Who can't be told the challenge can't prove itself.
    if (!response_allowed && is_challenged(mechanism_)) return;
    state_ = is_challenged(mechanism_) ? State::waits_for_proof : State::open;
    if (!response_allowed) return;

    write_initiate_response(initiate, quality_of_service);
    if (!protect(initiate, 0)) return close();
    aare.result = AssociationResult::accepted;
    aare.diagnostic = state_ == State::waits_for_proof ? UserDiagnostic::authentication_required : UserDiagnostic::none;
    if (ciphered_ || is_bound_to_titles(mechanism_)) aare.responding_ap_title = server_title_;
    if (state_ == State::waits_for_proof) aare.authentication_value = server_challenge_;
    aare.user_information = initiate.written();
    write(out, aare);
}

void SecuredAssociation::write_initiate_response(ByteWriter& out, bool quality_of_service) {
    dlms::InitiateResponse response;
    response.conformance = conformance_;
    response.server_max_receive_pdu_size = server_max_receive_pdu_size_;
    if (quality_of_service) response.quality_of_service = std::int8_t{0};
    write(out, response);
}

std::optional<SecuredAssociation::Rejection> SecuredAssociation::admit(const Surroundings& of, const Offer& offer,
                                                                       const Caller& caller, const Aarq& aarq,
                                                                       std::optional<dlms::InitiateRequest>& request,
                                                                       MutableBytes room) {
    const bool ciphered_initiate =
        !aarq.user_information.empty() && dlms::security::is_ciphered(aarq.user_information[0]);
    // Whether it wants an answer at all is said in plain, or only known further down.
    if (!ciphered_initiate) request = dlms::read_initiate_request(aarq.user_information);
    if (!aarq.version_1) return Rejection{ProviderDiagnostic::no_common_acse_version, {}};
    const bool plain_names = aarq.context == static_cast<std::uint8_t>(dlms::ApplicationContext::logical_names);
    const bool ciphered_names =
        aarq.context == static_cast<std::uint8_t>(dlms::ApplicationContext::logical_names_ciphered);
    if (!plain_names && !ciphered_names) return Rejection{UserDiagnostic::application_context_not_supported, {}};
    const auto role = role_of(caller.client_sap);
    if (!role || *role == Role::pre_established || caller.server_sap != offer.server_sap) {
        return Rejection{UserDiagnostic::no_reason, {}};
    }
    role_ = *role;
    if (ciphered_names && !use(of, Key::unicast)) {
        return Rejection{UserDiagnostic::application_context_not_supported, {}};
    }
    if (const auto diagnostic = choose_mechanism(of, aarq)) return Rejection{*diagnostic, {}};
    if (!ciphered_names && demands_protection(of)) {
        of.events.report(SecurityEvent::weak_protection, role_);
        return Rejection{UserDiagnostic::application_context_not_supported, {}};
    }
    ciphered_ = ciphered_names;
    if (const auto diagnostic = choose_titles(of, aarq)) return Rejection{*diagnostic, {}};
    if (auto rejection = read_initiate(of, aarq.user_information, request, room)) return rejection;
    if (const auto diagnostic = take_certificate(of, aarq.calling_ae_qualifier)) return Rejection{*diagnostic, {}};
    if (mechanism_ == Mechanism::low_level) {
        const auto check = check_password(of, caller, role_, aarq.authentication_value);
        if (check != PasswordCheck::right) {
            return Rejection{UserDiagnostic::authentication_failure, {}, check == PasswordCheck::too_soon};
        }
    }
    if (auto rejection = negotiate(offer, request)) return rejection;
    // Where nothing is ciphered it means nothing.
    if (ciphered_ && !request->dedicated_key.empty() && !take_dedicated_key(of, request->dedicated_key)) {
        return Rejection{UserDiagnostic::no_reason, InitiateError::other};
    }
    if (is_challenged(mechanism_)) return challenge(of, caller, aarq.authentication_value);
    return std::nullopt;
}

std::optional<UserDiagnostic> SecuredAssociation::choose_mechanism(const Surroundings& of, const Aarq& aarq) {
    if (aarq.authentication_unit && !aarq.mechanism) return UserDiagnostic::mechanism_required;
    // Without the authentication unit the fields of it mean nothing.
    const std::uint8_t number = aarq.authentication_unit ? *aarq.mechanism : std::uint8_t{0};
    if (number > static_cast<std::uint8_t>(Mechanism::high_level_ecdsa)) {
        return UserDiagnostic::mechanism_not_recognized;
    }
    mechanism_ = static_cast<Mechanism>(number);
    if (role_ == Role::public_client) {
        return mechanism_ == Mechanism::none ? std::nullopt : std::optional(UserDiagnostic::mechanism_not_recognized);
    }
    if (mechanism_ == Mechanism::none) return UserDiagnostic::authentication_required;
    const auto keys = of.keys.keys(role_);
    if (!keys) return UserDiagnostic::no_reason;
    const bool known = mechanism_ != Mechanism::high_level_manufacturer;
    if (!known || !keys->mechanisms.has(mechanism_)) return UserDiagnostic::mechanism_not_recognized;
    if (mechanism_ == Mechanism::high_level_gmac && !use(of, Key::unicast)) {
        return UserDiagnostic::mechanism_not_recognized;
    }
    if (mechanism_ == Mechanism::high_level_ecdsa) {
        const auto curve = dlms::security::curve_of(keys->suite);
        if (!curve || of.pairs.public_key(*curve, KeyPurpose::signature).size() == 0) {
            return UserDiagnostic::mechanism_not_recognized;
        }
    }
    return std::nullopt;
}

std::optional<UserDiagnostic> SecuredAssociation::choose_titles(const Surroundings& of, const Aarq& aarq) {
    client_title_ = {};
    if (!ciphered_ && !is_bound_to_titles(mechanism_)) return std::nullopt;
    const auto title = dlms::security::as_system_title(aarq.calling_ap_title);
    // Under the server's own title a client could send the server what it has sent itself.
    if (!title || *title == server_title_) return UserDiagnostic::calling_ap_title_not_recognized;
    const auto keys = of.keys.keys(role_);
    if (keys && keys->client_title && *keys->client_title != *title) {
        return UserDiagnostic::calling_ap_title_not_recognized;
    }
    client_title_ = *title;
    return std::nullopt;
}

std::optional<SecuredAssociation::Rejection> SecuredAssociation::read_initiate(
    const Surroundings& of, Bytes user_information, std::optional<dlms::InitiateRequest>& request, MutableBytes room) {
    if (!user_information.empty() && dlms::security::is_ciphered(user_information[0])) {
        if (!ciphered_) return Rejection{UserDiagnostic::application_context_not_supported, {}};
        if (user_information.size() > room.size()) return Rejection{UserDiagnostic::no_reason, InitiateError::other};
        const auto plain = unprotect_ciphered(of, user_information, room, is_initiate_request);
        if (!plain) return Rejection{UserDiagnostic::authentication_failure, {}};
        request = dlms::read_initiate_request(*plain);
        initiate_protected_ = true;
        return std::nullopt;
    }
    // In plain, within a ciphered context: only while no policy is in force, and without a key in it.
    if (!ciphered_) return std::nullopt;
    if (demands_protection(of) || (request && !request->dedicated_key.empty())) {
        of.events.report(SecurityEvent::weak_protection, role_);
        return Rejection{UserDiagnostic::authentication_failure, {}};
    }
    return std::nullopt;
}

std::optional<SecuredAssociation::Rejection> SecuredAssociation::challenge(const Surroundings& of, const Caller& caller,
                                                                           Bytes client_challenge) {
    if (!dlms::security::is_challenge(mechanism_, client_challenge)) {
        return Rejection{UserDiagnostic::authentication_failure, {}};
    }
    if (is_of_secret(mechanism_) && !of.guesses.may_try(caller.origin, role_, caller.uptime_s)) {
        return Rejection{UserDiagnostic::authentication_failure, {}, true};
    }
    client_challenge_ = decltype(client_challenge_)(client_challenge);
    server_challenge_ = decltype(server_challenge_)::of_size(dlms::security::challenge_size(mechanism_));
    if (!of.entropy.fill(server_challenge_.room()) ||
        !dlms::security::are_challenges(mechanism_, client_challenge_, server_challenge_)) {
        return Rejection{UserDiagnostic::no_reason, {}, true};
    }
    return std::nullopt;
}

std::optional<SecuredAssociation::Rejection> SecuredAssociation::negotiate(
    const Offer& offer, const std::optional<dlms::InitiateRequest>& request) {
    const auto reject = [](InitiateError error) { return Rejection{UserDiagnostic::no_reason, error}; };
    if (!request) return reject(InitiateError::other);
    if (request->version < dlms::dlms_version) return reject(InitiateError::dlms_version_too_low);
    conformance_ = request->conformance & offer.conformance;
    if (conformance_.empty()) return reject(InitiateError::incompatible_conformance);
    const std::uint16_t size = request->client_max_receive_pdu_size;
    const std::size_t least = ciphered_ ? min_ciphered_client_pdu_size : dlms::min_client_pdu_size;
    if (size != 0 && size < least) return reject(InitiateError::pdu_size_too_short);
    client_max_receive_pdu_size_ = size;
    return std::nullopt;
}

bool SecuredAssociation::take_dedicated_key(const Surroundings& of, Bytes key) {
    const bool secret = (request_bits_ & Rights::encrypted_request) != 0;
    if (!secret || key.size() != dlms::security::key_size(suite_) || !of.keys.take_dedicated(role_, key)) return false;
    dedicated_key_ = KeyOctets(key);
    dedicated_next_ = 0;
    return true;
}

bool SecuredAssociation::open_pre_established(const Surroundings& of, const Offer& offer, const Caller& caller) {
    close();
    forget();
    answer_in_plain();
    if (role_of(caller.client_sap) != Role::pre_established || caller.server_sap != offer.server_sap) return false;
    role_ = Role::pre_established;
    const auto keys = of.keys.keys(role_);
    if (!keys || !keys->client_title) return false;
    client_title_ = *keys->client_title;
    server_title_ = of.server_title;
    server_max_receive_pdu_size_ = client_max_receive_pdu_size_ = offer.max_receive_pdu_size;
    conformance_ = offer.conformance;
    mechanism_ = Mechanism::none;
    ciphered_ = initiate_protected_ = true;
    state_ = State::open;
    return true;
}

void SecuredAssociation::release(const Surroundings& of, Bytes apdu, ByteWriter& out) {
    using dlms::ReleaseResponseReason;
    answer_in_plain();
    std::array<std::uint8_t, max_initiate_size> room{};
    ByteWriter initiate(room);
    auto reason = ReleaseResponseReason::normal;
    if (is_open() && ciphered_ && (initiate_protected_ || demands_protection(of))) {
        const auto request = dlms::read_rlrq(apdu);
        std::optional<dlms::InitiateRequest> inside;
        if (request && !request->user_information.empty() && request->user_information.size() <= room.size() &&
            dlms::security::is_ciphered(request->user_information[0])) {
            if (const auto plain = unprotect_ciphered(of, request->user_information, room, is_initiate_request)) {
                inside = dlms::read_initiate_request(*plain);
            }
        } else {
            of.events.report(SecurityEvent::weak_protection, role_);
        }
        if (inside) {
            dlms::security::wipe(room);
            write_initiate_response(initiate, false);
            if (!protect(initiate, 0)) initiate.rewind(0);
        } else {
            reason = ReleaseResponseReason::not_finished;
        }
    }
    if (reason == ReleaseResponseReason::normal) {
        close();
        forget();
    }
    dlms::write_rlre(out, {static_cast<std::uint8_t>(reason), initiate.written()});
}

bool SecuredAssociation::serves(Bytes plain) const {
    if (state_ != State::waits_for_proof) return state_ == State::open;
    if (plain.empty() || plain[0] != static_cast<std::uint8_t>(ApduTag::action_request)) return false;
    const auto request = dlms::read_action_request(plain);
    const auto* normal = request ? std::get_if<dlms::ActionRequestNormal>(&*request) : nullptr;
    return normal != nullptr &&
           normal->target.method ==
               dlms::MethodDescriptor{association_class_id, current_association, reply_to_hls_method};
}

bool SecuredAssociation::prove(const Surroundings& of, const HlsExchange& exchange, const ContextKeys& keys,
                               Bytes value, std::optional<HlsValue>& own) {
    using dlms::security::Role;
    if (mechanism_ == Mechanism::high_level_gmac) return prove_by_gmac(of, exchange, keys, value, own);
    if (mechanism_ == Mechanism::high_level_ecdsa) return prove_by_signature(of, exchange, value, own);
    const Bytes secret = keys.hls_secret;
    if (secret.empty() || !dlms::security::is_hls_digest(exchange, Role::client, secret, value)) return false;
    own = dlms::security::hls_digest(exchange, Role::server, secret);
    return own.has_value();
}

bool SecuredAssociation::prove_by_gmac(const Surroundings& of, const HlsExchange& exchange, const ContextKeys& keys,
                                       Bytes value, std::optional<HlsValue>& own) {
    using dlms::security::CipherKeys;
    using dlms::security::Role;
    // Not the one that is ready: the answer may be protected with another.
    const dlms::security::GcmKey key(keys.unicast);
    const auto counter =
        check_hls_gmac(exchange, Role::client, CipherKeys{key, keys.authentication, client_title_, keys.suite}, value);
    // The proof is made before the request around it is protected, so its counter may be the lower of the two.
    if (!counter || *counter < counter_before_request_ || counter == request_counter_ || *counter == last_counter) {
        return false;
    }
    if (is_new(of, Key::unicast, *counter) && !take_counter(of, Key::unicast, *counter)) return false;
    const auto sent = of.keys.take_sent(role_);
    if (sent) {
        own = hls_gmac(exchange, Role::server, CipherKeys{key, keys.authentication, server_title_, keys.suite}, *sent);
    }
    return own.has_value();
}

bool SecuredAssociation::prove_by_signature(const Surroundings& of, const HlsExchange& exchange, Bytes value,
                                            std::optional<HlsValue>& own) {
    using dlms::security::Role;
    const auto curve = dlms::security::curve_of(of.keys.suite(role_));
    const auto pair = curve ? of.pairs.pair(*curve, KeyPurpose::signature) : std::nullopt;
    if (!pair || !is_hls_ecdsa(exchange, Role::client, *curve, client_signing_key(of), value)) return false;
    own = hls_ecdsa(exchange, Role::server, *curve, pair->private_key, of.entropy);
    return own.has_value();
}

ActionResult SecuredAssociation::reply_to_hls(const Surroundings& of, const Caller& caller, Bytes parameters,
                                              dlms::DataWriter& returned) {
    if (state_ != State::waits_for_proof) return ActionResult::other_reason;
    dlms::DataReader in(parameters);
    const Bytes value = in.octet_string();
    const bool guessable = is_of_secret(mechanism_);
    const bool may_try = !guessable || of.guesses.may_try(caller.origin, role_, caller.uptime_s);
    std::optional<HlsValue> own;
    if (in.complete() && may_try) {
        const HlsExchange exchange{mechanism_, client_challenge_, server_challenge_, client_title_, server_title_};
        const auto keys = of.keys.keys(role_);
        if (keys && prove(of, exchange, *keys, value, own)) {
            if (guessable) of.guesses.succeeded(caller.origin, role_);
            state_ = State::open;
            returned.octet_string(own->octets());
            return ActionResult::success;
        }
    }
    of.events.report(SecurityEvent::wrong_password, role_);
    if (guessable && may_try && !of.guesses.failed(caller.origin, role_, caller.uptime_s)) {
        of.events.report(SecurityEvent::storage_failed, role_);
    }
    close();
    return ActionResult::other_reason;
}

bool SecuredAssociation::use(const Surroundings& of, Key key) {
    const std::uint16_t generation = of.keys.generation(role_);
    if (ready_ == key && generation_ == generation) return true;
    forget();
    const auto keys = of.keys.keys(role_);
    if (!keys) return false;
    const Bytes octets = key == Key::unicast     ? keys->unicast.octets()
                         : key == Key::broadcast ? keys->broadcast.octets()
                                                 : dedicated_key_.octets();
    if (!use_octets(of, octets, keys->authentication)) return false;
    ready_ = key;
    generation_ = generation;
    return true;
}

bool SecuredAssociation::use_octets(const Surroundings& of, Bytes key, Bytes authentication_key) {
    suite_ = of.keys.suite(role_);
    const std::size_t size = dlms::security::key_size(suite_);
    if (key.size() != size || authentication_key.size() != size || !key_.set(key)) return false;
    authentication_key_ = KeyOctets(authentication_key);
    return true;
}

// It is ready for this request alone.
bool SecuredAssociation::use_key_of(const Surroundings& of, const Ciphered& message) {
    forget();
    const auto keys = of.keys.keys(role_);
    const Transaction transaction{role_, client_title_, client_signing_key(of), message.envelope.header.transaction_id};
    const auto key = request_key(of, transaction, *message.envelope.key_info);
    return keys && key && use_octets(of, *key, keys->authentication);
}

void SecuredAssociation::answer_in_plain() {
    answer_form_ = Form::plain;
    answered_ = true;
    answer_counter_taken_ = false;
    request_bits_ = 0;
    request_counter_.reset();
    sign_answer_ = false;
    signing_key_ = {};
}

Result<Bytes, SecuredAssociation::Refusal> SecuredAssociation::unprotect(const Surroundings& of, Bytes apdu,
                                                                         MutableBytes room) {
    answer_in_plain();
    if (!is_open() || apdu.empty()) return fail(refusal(ServiceError::operation_not_possible));
    const bool is_signed = apdu[0] == static_cast<std::uint8_t>(ApduTag::general_signing);
    if (!is_signed && (of.keys.policy(role_) & Rights::signed_request) != 0) {
        of.events.report(SecurityEvent::weak_protection, role_);
        return fail(refusal(ServiceError::operation_not_possible));
    }
    Bytes content = apdu;
    if (is_signed) {
        const auto inside = check_signature(of, apdu);
        if (!inside) return fail(inside.error());
        content = *inside;
    }
    // In place it stays where it is.
    const bool in_place = room.data() == apdu.data();
    const auto content_at = static_cast<std::size_t>(content.data() - apdu.data());
    const auto plain = unprotect_content(of, content, in_place ? room.subspan(content_at, content.size()) : room);
    if (!plain) return plain;
    prepare_signature(of, is_signed);
    const std::size_t most = client_max_receive_pdu_size_;
    if (answered_ && most != 0 && (sign_answer_ || answer_form_ != Form::plain) &&
        answer_limit(most) < min_plain_answer) {
        return fail(refusal(ServiceError::pdu_too_long));
    }
    return plain;
}

Result<Bytes, SecuredAssociation::Refusal> SecuredAssociation::unprotect_content(const Surroundings& of, Bytes apdu,
                                                                                 MutableBytes room) {
    const bool is_ciphered_apdu = dlms::security::is_ciphered(apdu[0]);
    if (ciphered_ && is_ciphered_apdu) return unprotect_ciphered(of, apdu, room);
    if (is_ciphered_apdu) return fail(refusal(ServiceError::service_not_supported));
    if (ciphered_ || demands_protection(of)) {
        of.events.report(SecurityEvent::weak_protection, role_);
        return fail(refusal(ServiceError::operation_not_possible));
    }
    counter_before_request_ = expected(of, Key::unicast);
    return apdu;
}

std::optional<SecuredAssociation::Key> SecuredAssociation::key_for(const Surroundings& of,
                                                                   const Ciphered& message) const {
    const Envelope& envelope = message.envelope;
    const auto is_client = [&](Bytes title) { return title.empty() || equal(title, client_title_); };
    if (!is_client(envelope.system_title) || !is_client(envelope.header.originator_title)) return std::nullopt;
    const Bytes recipient = envelope.header.recipient_title;
    if (!recipient.empty() && !equal(recipient, of.server_title)) return std::nullopt;
    if (envelope.header.transaction_id.size() > max_transaction_id_size) return std::nullopt;
    const auto kind = kind_of(envelope.key_info);
    if (!kind) return std::nullopt;
    if (*kind != KeyInfoKind::identified) {
        // Not before there is an association: nobody gets the meter to calculate for him.
        const bool fits = is_open() && message.control.key_set() == KeySet::unicast;
        return fits ? std::optional(Key::transaction) : std::nullopt;
    }
    const auto set = key_set_of(message);
    if (!set) return std::nullopt;
    if (is_dedicated(envelope.tag)) {
        return *set == KeySet::unicast && dedicated_key_.size() > 0 ? std::optional(Key::dedicated) : std::nullopt;
    }
    if (*set == KeySet::unicast) return Key::unicast;
    return role_ == Role::pre_established ? std::optional(Key::broadcast) : std::nullopt;
}

bool SecuredAssociation::is_new(const Surroundings& of, Key key, std::uint32_t counter) const {
    if (key == Key::dedicated) return counter >= dedicated_next_ && counter != last_counter;
    return of.keys.is_new(role_, counted(key), counter);
}

std::uint32_t SecuredAssociation::expected(const Surroundings& of, Key key) const {
    if (key == Key::dedicated) return dedicated_next_;
    return of.keys.expected(role_, counted(key));
}

bool SecuredAssociation::take_counter(const Surroundings& of, Key key, std::uint32_t counter) {
    if (key == Key::dedicated) {
        dedicated_next_ = counter + 1;
        return true;
    }
    return of.keys.take_received(role_, counted(key), counter) == KeyMemory::Taken::taken;
}

Result<Bytes, SecuredAssociation::Refusal> SecuredAssociation::unprotect_ciphered(const Surroundings& of, Bytes apdu,
                                                                                  MutableBytes room,
                                                                                  bool (*is_meant)(Bytes)) {
    const auto message = dlms::security::read_ciphered(apdu);
    if (!message) return fail(refusal(service_error(message.error())));
    // What could be a broadcast gets no answer, whatever it is worth.
    const bool broadcast = message->control.key_set() == KeySet::broadcast;
    const auto refuse = [&](ServiceError service, std::uint32_t expected_counter = 0) {
        Refusal refused = refusal(service, expected_counter);
        refused.silent = broadcast && role_ == Role::pre_established;
        return fail(refused);
    };
    const auto key = key_for(of, *message);
    const auto cant_decipher = [&] {
        of.events.report(SecurityEvent::deciphering_failed, role_);
        return refuse(ServiceError::deciphering_error);
    };
    if (!key || (*key != Key::transaction && !use(of, *key))) return cant_decipher();
    if (!is_new(of, *key, message->invocation_counter)) {
        of.events.report(SecurityEvent::replay, role_);
        return refuse(ServiceError::invocation_counter_error, expected(of, *key));
    }
    if (*key == Key::transaction && !use_key_of(of, *message)) return cant_decipher();
    Protection required = security::request_protection(of.keys.policy(role_));
    if (required == Protection::none) required = Protection::authenticated;
    // In place the text stays where it is: the header before it is still to be answered.
    const bool in_place = room.data() == apdu.data();
    const auto text_at = static_cast<std::size_t>(message->text.data() - apdu.data());
    const auto plain =
        dlms::security::unprotect(*message, keys_of(client_title_), required, in_place ? room.subspan(text_at) : room);
    if (!plain) {
        of.events.report(plain.error() == CipherError::insufficient_protection ? SecurityEvent::weak_protection
                                                                               : SecurityEvent::deciphering_failed,
                         role_);
        return refuse(service_error(plain.error()));
    }
    // What is encrypted alone is whatever somebody's octets happen to become: only if that makes sense it was sent by
    // who has the key.
    if (is_meant != nullptr && !is_meant(*plain)) return cant_decipher();
    counter_before_request_ = expected(of, Key::unicast);
    if (*key == Key::unicast || *key == Key::transaction) request_counter_ = message->invocation_counter;
    // Nothing is acted upon before its counter is durable, and nothing that could not be answered.
    if (!take_counter(of, *key, message->invocation_counter) || !prepare_answer(of, *message, *key)) {
        return refuse(ServiceError::other_reason);
    }
    return *plain;
}

bool SecuredAssociation::prepare_answer(const Surroundings& of, const Ciphered& message, Key key) {
    const Protection asked = message.control.protection();
    request_bits_ = security::request_bits(asked);
    answered_ = key != Key::broadcast;
    if (!answered_) return true;
    const Protection by_policy = response_protection(of.keys.policy(role_));
    answer_protection_ = static_cast<Protection>(static_cast<unsigned>(asked) | static_cast<unsigned>(by_policy));
    answer_key_ = key == Key::dedicated ? ServiceKey::dedicated : ServiceKey::global;
    switch (message.envelope.tag) {
        case ApduTag::general_glo_ciphering:
        case ApduTag::general_ded_ciphering:
            answer_form_ = Form::general_with_title;
            break;
        case ApduTag::general_ciphering:
            answer_form_ = Form::general;
            transaction_id_ = decltype(transaction_id_)(message.envelope.header.transaction_id);
            answer_key_info_ = kind_of(message.envelope.key_info).value_or(KeyInfoKind::identified);
            break;
        default:
            answer_form_ = Form::service;
            break;
    }
    if (key == Key::transaction) {
        const Transaction transaction{role_, client_title_, client_signing_key(of), transaction_id_};
        const auto answer = answer_key(of, transaction, answer_key_info_);
        if (!answer || !key_.set(answer->key)) return false;
        answer_key_data_ = answer->data;
    }
    const auto counter = of.keys.take_sent(role_);
    answer_counter_taken_ = counter.has_value();
    answer_counter_ = counter.value_or(0);
    return answer_counter_taken_;
}

void SecuredAssociation::demand_in_answer(Rights rights) {
    if (answer_form_ == Form::plain) return;
    if (table_signs && (rights.bits & Rights::signed_response) != 0) sign_answer_ = true;
    const auto more = response_protection(rights.bits);
    answer_protection_ =
        static_cast<Protection>(static_cast<unsigned>(answer_protection_) | static_cast<unsigned>(more));
}

std::optional<Envelope> SecuredAssociation::answer_envelope(std::uint8_t plain_tag) const {
    Envelope envelope;
    switch (answer_form_) {
        case Form::plain:
            return std::nullopt;
        case Form::service: {
            const auto tag = dlms::security::ciphered_tag(answer_key_, plain_tag);
            if (!tag) return std::nullopt;
            envelope.tag = *tag;
            return envelope;
        }
        case Form::general_with_title:
            envelope.tag =
                answer_key_ == ServiceKey::dedicated ? ApduTag::general_ded_ciphering : ApduTag::general_glo_ciphering;
            envelope.system_title = server_title_;
            return envelope;
        case Form::general:
            envelope.tag = ApduTag::general_ciphering;
            envelope.header.transaction_id = transaction_id_;
            envelope.header.originator_title = server_title_;
            envelope.header.recipient_title = client_title_;
            switch (answer_key_info_) {
                case KeyInfoKind::identified:
                    envelope.key_info = dlms::security::IdentifiedKey{0};
                    break;
                case KeyInfoKind::wrapped:
                    envelope.key_info = dlms::security::WrappedKey{0, answer_key_data_};
                    break;
                case KeyInfoKind::one_pass:
                    envelope.key_info =
                        dlms::security::AgreedKey{dlms::security::one_pass_parameters, answer_key_data_};
                    break;
                case KeyInfoKind::static_unified:
                    envelope.key_info = dlms::security::AgreedKey{dlms::security::static_unified_parameters, {}};
                    break;
            }
            return envelope;
    }
    return std::nullopt;
}

std::size_t SecuredAssociation::answer_limit(std::size_t limit) const {
    // What is served may ask for a signature or a tag yet.
    const bool may_be_signed = sign_answer_ || (table_signs && signing_key_.size() > 0);
    if (may_be_signed) limit = largest_signed_content(signature_header(), curve_, limit);
    if (answer_form_ == Form::plain) return limit;
    const auto envelope = answer_envelope(static_cast<std::uint8_t>(ApduTag::get_response));
    const auto control = dlms::security::SecurityControl::make(suite_, Protection::authenticated_and_encrypted);
    return envelope ? largest_plain_size(*envelope, control, limit) : 0;
}

bool SecuredAssociation::is_protected(std::uint8_t plain_tag) const {
    return (answer_form_ != Form::plain || sign_answer_) &&
           plain_tag != static_cast<std::uint8_t>(ApduTag::exception_response);
}

bool SecuredAssociation::protect(ByteWriter& out, std::size_t start) {
    const MutableBytes plain = out.since(start);
    if (plain.empty()) return out.ok();
    const bool as_it_is = !is_protected(plain[0]);
    bool done = as_it_is || answer_form_ == Form::plain;
    if (!done && answer_counter_taken_) {
        const auto envelope = answer_envelope(plain[0]);
        done = envelope &&
               protect_written(out, start, *envelope, answer_control(), answer_counter_, keys_of(server_title_));
        answer_counter_taken_ = false;
    }
    if (done && !as_it_is && sign_answer_) {
        done = entropy_ != nullptr && sign_written(out, start, signature_header(), curve_, signing_key_, *entropy_);
    }
    signing_key_ = {};
    if (state_ == State::closed) forget();
    return done && out.ok();
}

bool SecuredAssociation::start_stream(OutgoingStream& stream, std::uint8_t plain_tag, std::size_t plain_size) {
    std::size_t size = plain_size;
    if (answer_form_ != Form::plain) {
        const auto envelope = answer_envelope(plain_tag);
        if (!envelope || !answer_counter_taken_) return false;
        answer_counter_taken_ = false;
        stream.cipher.emplace();
        if (!stream.cipher->start(*envelope, answer_control(), answer_counter_, keys_of(server_title_), plain_size)) {
            return false;
        }
        size = protected_size(*envelope, answer_control(), plain_size);
    }
    if (sign_answer_) {
        if (entropy_ == nullptr || signing_key_.size() == 0) return false;
        stream.signature.emplace(signature_header(), size, curve_, signing_key_, *entropy_);
    }
    signing_key_ = {};
    return true;
}

}  // namespace blathy::meter::security
