#include "station/security/session.hpp"

#include <algorithm>
#include <array>

#include "dlms/names.hpp"
#include "dlms/security/key_wrap.hpp"
#include "dlms/security/signing.hpp"
#include "station/notification.hpp"

namespace blathy::station {
namespace {

namespace security = dlms::security;
using dlms::ApduTag;
using dlms::Mechanism;
using security::CipherError;

constexpr std::uint8_t global_unicast_key = 0;
constexpr std::uint8_t global_broadcast_key = 1;

// "the meter's APDU …"
std::string_view explain(CipherError error) {
    switch (error) {
        case CipherError::malformed:
            return "is malformed";
        case CipherError::unknown_suite:
        case CipherError::wrong_suite:
            return "is protected by another security suite; try another --suite";
        case CipherError::compressed:
            return "is compressed, which this client does not support";
        case CipherError::unprotected:
        case CipherError::insufficient_protection:
            return "is protected less than the requests are, and is not trusted; if the meter's policy is a lower one, "
                   "ask with a lower one";
        case CipherError::no_key:
            return "needs a key that this client does not have";
        case CipherError::authentication_failed:
            return "has a wrong authentication tag: it was altered on its way, or the meter uses other keys or another "
                   "system title";
        case CipherError::wrong_service:
            return "holds something else than its tag states; it was altered on its way, or the keys are others";
        case CipherError::no_room:
            break;
    }
    return "is too long";
}

Error error_of(CipherError error) {
    return security_error("the meter's APDU " + std::string(explain(error)));
}

Error no_randomness() {
    return security_error("the system has no randomness");
}

Error replayed(std::uint32_t counter) {
    return security_error("the meter's APDU has an invocation counter (" + std::to_string(counter) +
                          ") that was used before: somebody repeats what the meter once said. If the meter was given "
                          "its keys anew or lost its counters, forget what is kept about it");
}

std::uint8_t number(ApduTag tag) {
    return static_cast<std::uint8_t>(tag);
}

// Of the octets that a tag of association control begins, only some are protected, by themselves.
bool is_association_control(std::uint8_t tag) {
    return tag >= number(ApduTag::aarq) && tag <= number(ApduTag::rlre);
}

bool is_identified(const security::Envelope& envelope) {
    return !envelope.key_info || std::holds_alternative<security::IdentifiedKey>(*envelope.key_info);
}

security::KeyInfo key_info(const Security& security, Bytes data) {
    switch (security.key_info) {
        case KeyInfoKind::identified:
            return security::IdentifiedKey{security.broadcasts() ? global_broadcast_key : global_unicast_key};
        case KeyInfoKind::wrapped:
            return security::WrappedKey{security::master_key_id, data};
        case KeyInfoKind::one_pass:
            return security::AgreedKey{security::one_pass_parameters, data};
        case KeyInfoKind::static_unified:
            break;
    }
    return security::AgreedKey{security::static_unified_parameters, {}};
}

bool uses_dedicated_key_tag(ApduTag tag) {
    return tag == ApduTag::general_ded_ciphering ||
           (security::plain_tag(tag) &&
            security::ciphered_tag(security::ServiceKey::dedicated, *security::plain_tag(tag)) == tag);
}

// What signatures and agreed keys need.
Result<void, Error> check_curve_keys(const Security& security) {
    const auto usage = [](const char* text) { return fail(Error{ErrorKind::usage, 0, text}); };
    const bool is_agreed = security.uses_transaction_keys() && security.key_info != KeyInfoKind::wrapped;
    const bool is_ecdsa = security.mechanism == Mechanism::high_level_ecdsa;
    if (security.uses_transaction_keys() && security.key_info == KeyInfoKind::wrapped &&
        security.master_key.size() != security::key_size(security.suite)) {
        return usage("wrapped keys need the master key (kek)");
    }
    if (!is_ecdsa && !security.signs && !is_agreed) return {};
    const auto curve = security::curve_of(security.suite);
    if (!curve) {
        return usage(is_ecdsa ? "mechanism 7 (ECDSA) needs security suite 1 or 2"
                              : "signatures and key agreement need security suite 1 or 2");
    }
    const std::size_t size = security::scalar_size(*curve);
    // Nobody signs an answer to a broadcast.
    const bool has_server_key = security.broadcasts() || security::is_public_key(*curve, security.server_signing_key);
    if ((is_ecdsa || security.signs || security.key_info == KeyInfoKind::one_pass) &&
        (security.signing_key.size() != size || !has_server_key)) {
        return usage(is_ecdsa ? "mechanism 7 (ECDSA) needs the client's signing key and the meter's public one"
                              : "signatures need the client's signing key and the meter's public one");
    }
    if (is_agreed &&
        (security.agreement_key.size() != size || !security::is_public_key(*curve, security.server_agreement_key))) {
        return usage("key agreement needs the client's agreement key and the meter's public one");
    }
    return {};
}

}  // namespace

Result<void, Error> check(const Security& security) {
    const auto usage = [](const char* text) { return fail(Error{ErrorKind::usage, 0, text}); };
    const std::size_t key_size = security::key_size(security.suite);
    if (security.uses_global_key()) {
        if (security.encryption_key.size() != key_size || security.authentication_key.size() != key_size) {
            return usage("the encryption key and the authentication key have 16 octets, of suite 2 32");
        }
        if (!security.counters) return usage("keys can't be used without their invocation counters");
    }
    switch (security.mechanism) {
        case Mechanism::high_level_md5:
        case Mechanism::high_level_sha1:
        case Mechanism::high_level_sha256:
        case Mechanism::low_level:
            if (security.secret.empty()) return usage("the authentication mechanism needs a password or secret");
            break;
        case Mechanism::high_level_manufacturer:
            return usage("mechanism 2 is the manufacturer's own, which this client does not know");
        case Mechanism::none:
        case Mechanism::high_level_gmac:
        case Mechanism::high_level_ecdsa:
            break;
    }
    if (security.dedicated_key &&
        (static_cast<unsigned>(security.protection) & static_cast<unsigned>(Protection::encrypted)) == 0) {
        return usage("a dedicated key reaches the meter only where APDUs are encrypted");
    }
    if (security.broadcasts() && (!security.protects() || security.mechanism != Mechanism::none ||
                                  security.dedicated_key || security.uses_transaction_keys())) {
        return usage("a broadcast is protected with the broadcast key alone, and no association goes before it");
    }
    if (auto sound = check_curve_keys(security); !sound) return sound;
    if (security.dedicated_key && security.form == CipherForm::header) {
        return usage("general-ciphering does not go with a dedicated key");
    }
    if (security.is_titled() && security.server_title == security.client_title) {
        return usage("the client and the meter can't have the same system title");
    }
    return {};
}

Result<std::unique_ptr<SecuritySession>, Error> SecuritySession::make(Security security, security::Random& random) {
    if (auto sound = station::check(security); !sound) return fail(sound.error());
    // Not make_unique: the constructor is private.
    std::unique_ptr<SecuritySession> session(new SecuritySession(std::move(security), random));  // NOLINT
    const Security& settings = session->security_;
    if (settings.is_high_level()) {
        session->client_challenge_ = decltype(client_challenge_)::of_size(security::challenge_size(settings.mechanism));
        if (!random.fill(session->client_challenge_.room())) return fail(no_randomness());
    }
    if (settings.dedicated_key) {
        session->dedicated_octets_ =
            security::OctetBuffer<security::max_key_size>::of_size(security::key_size(settings.suite));
        if (!random.fill(session->dedicated_octets_.room())) return fail(no_randomness());
        (void)session->dedicated_.set(session->dedicated_octets_);
    }
    return session;
}

Bytes SecuritySession::authentication_value() const {
    return security_.is_high_level() ? client_challenge_.octets() : Bytes(security_.secret);
}

security::CipherKeys SecuritySession::keys(KeyUsed used, const SystemTitle& sender, const security::GcmKey* key) const {
    const security::GcmKey& usual = used == KeyUsed::global ? global_ : dedicated_;
    return {key != nullptr ? *key : usual, security_.authentication_key, sender, security_.suite};
}

security::Curve SecuritySession::curve() const {
    return security::curve_of(security_.suite).value_or(security::Curve::p256);
}

Counters& SecuritySession::counters(KeyUsed used) {
    return used == KeyUsed::global ? *security_.counters : dedicated_counters_;
}

security::HlsExchange SecuritySession::exchange() const {
    return {security_.mechanism, client_challenge_, server_challenge_, security_.client_title, server_title_};
}

Result<void, Error> SecuritySession::take(const dlms::Aare& aare) {
    if (security_.is_titled()) {
        const auto said = security::as_system_title(aare.responding_ap_title);
        const auto title = said ? said : security_.server_title;
        if (!title || (!said && !aare.responding_ap_title.empty())) {
            return fail(protocol_error("the meter does not say its system title"));
        }
        if (security_.server_title && *title != *security_.server_title) {
            return fail(security_error("another meter answers than the keys are for: it says another system title"));
        }
        if (*title == security_.client_title) {
            return fail(security_error("the meter answers with the client's own system title"));
        }
        server_title_ = *title;
    }
    const bool other_mechanism = aare.mechanism && *aare.mechanism != static_cast<std::uint8_t>(security_.mechanism);
    if (!security_.is_high_level()) {
        if (!other_mechanism || security_.mechanism == Mechanism::none) return {};
        return fail(security_error("the meter answers with another authentication mechanism than it was asked for"));
    }
    if (other_mechanism || !aare.mechanism) {
        return fail(security_error("the meter answers with another authentication mechanism than it was asked for"));
    }
    if (aare.diagnostic != dlms::Diagnostic(dlms::UserDiagnostic::authentication_required)) {
        return fail(security_error("the meter accepts the association without proving itself"));
    }
    if (!security::are_challenges(security_.mechanism, client_challenge_, aare.authentication_value)) {
        return fail(
            security_error("the meter's challenge is too short, too long or the client's own: whoever answers "
                           "may not have the keys"));
    }
    server_challenge_ = decltype(server_challenge_)(aare.authentication_value);
    return {};
}

Result<Octets, Error> SecuritySession::protect_initiate(Bytes initiate) {
    if (!security_.protects()) return to_octets(initiate);
    security::Envelope around;
    around.tag = security::ciphered_tag(security::ServiceKey::global, initiate[0]).value_or(ApduTag::initiate_request);
    return protect(initiate, around, KeyUsed::global);
}

Result<Bytes, Error> SecuritySession::open_initiate(Bytes apdu) {
    if (!security_.protects()) return apdu;
    if (apdu.empty() || !security::is_ciphered(apdu[0])) {
        return fail(
            security_error("the meter accepts the association without protection, although it was asked for "
                           "with it"));
    }
    const auto message = security::read_ciphered(apdu);
    if (!message) return fail(error_of(message.error()));
    if (uses_dedicated_key_tag(message->envelope.tag)) return fail(error_of(CipherError::no_key));
    if (auto sound = check(message->envelope); !sound) return fail(sound.error());
    return open(apdu, *message, KeyUsed::global);
}

Result<Octets, Error> SecuritySession::proof() {
    std::optional<security::HlsValue> value;
    switch (security_.mechanism) {
        case Mechanism::high_level_gmac: {
            // The request around it takes the lower of two counters, for the meter sees that one first.
            if (security_.protects()) {
                const auto outer = security_.counters->take();
                if (!outer) return fail(outer.error());
                reserved_ = *outer;
            }
            const auto counter = security_.counters->take();
            if (!counter) return fail(counter.error());
            value = security::hls_gmac(exchange(), security::Role::client,
                                       keys(KeyUsed::global, security_.client_title), *counter);
            break;
        }
        case Mechanism::high_level_ecdsa:
            value = security::hls_ecdsa(exchange(), security::Role::client, curve(), security_.signing_key, random_);
            break;
        default:
            value = security::hls_digest(exchange(), security::Role::client, security_.secret);
            break;
    }
    if (!value) return fail(security_error("the client's proof can't be calculated; check the keys"));
    return to_octets(*value);
}

Result<void, Error> SecuritySession::check_proof(Bytes value) {
    bool right = false;
    std::optional<std::uint32_t> counter;
    switch (security_.mechanism) {
        case Mechanism::high_level_gmac:
            counter = security::check_hls_gmac(exchange(), security::Role::server, keys(KeyUsed::global, server_title_),
                                               value);
            right = counter.has_value();
            break;
        case Mechanism::high_level_ecdsa:
            right = security::is_hls_ecdsa(exchange(), security::Role::server, curve(), security_.server_signing_key,
                                           value);
            break;
        default:
            right = security::is_hls_digest(exchange(), security::Role::server, security_.secret, value);
            break;
    }
    if (!right) {
        return fail(
            security_error("the meter does not prove itself: its answer to the client's challenge is wrong. It "
                           "has other keys, or is not the meter"));
    }
    if (counter && (!security_.counters->is_new(*counter) || counter == held_)) return fail(replayed(*counter));
    if (const auto last = std::max(counter, held_)) security_.counters->accept(*last);
    held_.reset();
    is_proven_ = true;
    return {};
}

security::Envelope SecuritySession::envelope(std::uint8_t plain_tag) const {
    security::Envelope around;
    const bool dedicated = uses_dedicated_key();
    if (security_.form == CipherForm::header) {
        around.tag = ApduTag::general_ciphering;
        around.header.originator_title = security_.client_title;
        around.header.recipient_title = recipient_title();
        return around;
    }
    const auto own =
        security::ciphered_tag(dedicated ? security::ServiceKey::dedicated : security::ServiceKey::global, plain_tag);
    if (security_.form == CipherForm::service && own) {
        around.tag = *own;
        return around;
    }
    around.tag = dedicated ? ApduTag::general_ded_ciphering : ApduTag::general_glo_ciphering;
    around.system_title = security_.client_title;
    return around;
}

Result<Octets, Error> SecuritySession::protect(Bytes apdu) {
    if (apdu.empty() || is_association_control(apdu[0])) return to_octets(apdu);
    TransactionId transaction{};
    ByteWriter out(transaction);
    out.u64(++transaction_);
    auto ciphered = security_.protects() ? cipher(apdu, transaction) : Result<Octets, Error>(to_octets(apdu));
    return ciphered && security_.signs ? sign(*ciphered, transaction) : std::move(ciphered);
}

Result<Octets, Error> SecuritySession::cipher(Bytes apdu, const TransactionId& transaction) {
    security::Envelope around = envelope(apdu[0]);
    if (security_.form != CipherForm::header) {
        return protect(apdu, around, uses_dedicated_key() ? KeyUsed::dedicated : KeyUsed::global);
    }
    around.header.transaction_id = transaction;
    if (!security_.uses_transaction_keys()) {
        around.key_info = key_info(security_, {});
        return protect(apdu, around, KeyUsed::global);
    }
    const auto made = make_key(transaction);
    if (!made) return fail(made.error());
    around.key_info = key_info(security_, made->data);
    return protect(apdu, around, KeyUsed::global, &made->key);
}

Result<Octets, Error> SecuritySession::protect(Bytes apdu, const security::Envelope& envelope, KeyUsed used,
                                               const security::GcmKey* key) {
    const auto counter = reserved_ ? Result<std::uint32_t, Error>(*reserved_) : counters(used).take();
    reserved_.reset();
    if (!counter) return fail(counter.error());
    Octets octets(security::protected_size(envelope, control(), apdu.size()));
    ByteWriter out(octets);
    if (!security::protect(out, envelope, control(), *counter, keys(used, security_.client_title, key), apdu)) {
        return fail(security_error("the request can't be protected"));
    }
    return octets;
}

Result<Bytes, Error> SecuritySession::open(Bytes apdu) {
    if (apdu.empty() || is_association_control(apdu[0]) || apdu[0] == number(ApduTag::exception_response)) return apdu;
    const bool is_signed = apdu[0] == number(ApduTag::general_signing);
    if (is_signed) {
        auto content = check_signature(apdu);
        if (!content) return content;
        apdu = *content;
    }
    auto plain = security_.protects() ? open_ciphered(apdu) : Result<Bytes, Error>(apdu);
    if (plain && security_.signs && !is_signed && !is_notification(*plain)) {
        return fail(security_error("the meter answered without a signature, although it was asked for with one"));
    }
    return plain;
}

Result<Bytes, Error> SecuritySession::open_ciphered(Bytes apdu) {
    if (!security::is_ciphered(apdu[0])) {
        std::string name(dlms::apdu_name(apdu[0]));
        return fail(security_error("the meter sent " + (name.empty() ? "something" : name) +
                                   " without protection in a ciphered association, which is not trusted"));
    }
    const auto message = security::read_ciphered(apdu);
    if (!message) return fail(error_of(message.error()));
    if (auto sound = check(message->envelope); !sound) return fail(sound.error());
    const bool dedicated = uses_dedicated_key_tag(message->envelope.tag);
    if (dedicated && !dedicated_.has_key()) return fail(error_of(CipherError::no_key));
    const bool is_of_transaction = !is_identified(message->envelope);
    auto own = is_of_transaction ? key_of(message->envelope) : Result<security::GcmKey, Error>(security::GcmKey());
    if (!own) return fail(own.error());
    auto plain =
        open(apdu, *message, dedicated ? KeyUsed::dedicated : KeyUsed::global, is_of_transaction ? &*own : nullptr);
    if (plain && !is_of_transaction && security_.uses_transaction_keys() && !is_notification(*plain)) {
        return fail(security_error("the meter answered with the global key where another was asked for"));
    }
    if (plain && !dedicated && uses_dedicated_key() && !is_notification(*plain)) {
        return fail(security_error("the meter answered with the global key where the dedicated one was agreed on"));
    }
    return plain;
}

Result<Bytes, Error> SecuritySession::open(Bytes apdu, const security::Ciphered& message, KeyUsed used,
                                           const security::GcmKey* key) {
    if (message.control.key_set() != security::KeySet::unicast) {
        return fail(security_error("the meter answered with a broadcast key"));
    }
    const std::uint32_t counter = message.invocation_counter;
    room_.resize(apdu.size());
    const auto plain = security::unprotect(message, keys(used, server_title_, key), security_.protection, room_);
    if (!plain) return fail(error_of(plain.error()));
    // Only now: the counter of a forged APDU says nothing.
    if (!counters(used).is_new(counter) || (held_ && counter <= *held_)) return fail(replayed(counter));
    // What the meter proves itself with has a counter of its own, which may be the lower one.
    const bool is_initiate = message.envelope.tag == ApduTag::glo_initiate_response;
    if (security_.mechanism == Mechanism::high_level_gmac && has_to_prove() && !is_initiate) {
        held_ = counter;
    } else {
        counters(used).accept(counter);
    }
    return plain.value();
}

Result<void, Error> SecuritySession::check(const security::Envelope& envelope) const {
    const auto is = [](Bytes title, const SystemTitle& expected) { return title.empty() || equal(title, expected); };
    const bool right = is(envelope.system_title, server_title_) &&
                       is(envelope.header.originator_title, server_title_) &&
                       is(envelope.header.recipient_title, security_.client_title);
    if (!right) return fail(security_error("the meter's APDU is from or for somebody else, by its system titles"));
    if (!envelope.key_info) return {};
    const auto* identified = std::get_if<security::IdentifiedKey>(&*envelope.key_info);
    if (identified != nullptr && identified->key_id != global_unicast_key) return fail(error_of(CipherError::no_key));
    return {};
}

std::string SecuritySession::advice(Refused refused) const {
    // Bits of the policy: 2 authenticated, 3 encrypted, 4 signed request.
    constexpr unsigned protected_request = 0x0C;
    constexpr unsigned signed_request = 0x10;
    const unsigned policy = security_.policy.value_or(0);
    const bool is_weak = security_.protection != Protection::authenticated_and_encrypted;
    const bool can_sign =
        refused == Refused::service && !security_.signs && security::curve_of(security_.suite).has_value();
    const auto options = [](bool protection, bool signature) {
        return std::string(protection ? "--security both" : "") + (protection && signature ? " and " : "") +
               (signature ? "--sign" : "");
    };
    const std::string known =
        options(is_weak && (policy & protected_request) != 0, can_sign && (policy & signed_request) != 0);
    if (!known.empty()) return "by the key list its policy demands more protection: try " + known;
    const std::string possible = options(is_weak, can_sign);
    return possible.empty() ? possible : "its policy may demand more protection: try " + possible;
}

std::size_t SecuritySession::largest_request(std::size_t limit) const {
    constexpr TransactionId transaction{};
    if (security_.signs) {
        limit = security::largest_signed_content(request_header(transaction), curve(), limit);
    }
    if (!security_.protects()) return limit;
    // As the longest of them all, whichever service it is for.
    security::Envelope around = envelope(number(ApduTag::access_request));
    security::SignedPublicKey data;
    if (security_.form == CipherForm::header) {
        around.header.transaction_id = transaction;
        if (security_.key_info == KeyInfoKind::wrapped) {
            data = decltype(data)::of_size(security::key_size(security_.suite) + security::wrap_overhead);
        } else if (security_.key_info == KeyInfoKind::one_pass) {
            data = decltype(data)::of_size(4 * security::scalar_size(curve()));
        }
        around.key_info = key_info(security_, data);
    }
    return security::largest_plain_size(around, control(), limit);
}

}  // namespace blathy::station
