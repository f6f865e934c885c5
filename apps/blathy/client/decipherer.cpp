#include "apps/blathy/client/decipherer.hpp"

#include <algorithm>

#include "dlms/initiate.hpp"
#include "dlms/names.hpp"
#include "dlms/security/key_agreement.hpp"
#include "dlms/security/key_wrap.hpp"
#include "dlms/security/signing.hpp"

namespace blathy::apps {
namespace {

namespace security = dlms::security;
using dlms::Undeciphered;

bool is_of_dedicated_key(const security::Ciphered& message) {
    const dlms::ApduTag tag = message.envelope.tag;
    const auto plain = security::plain_tag(tag);
    return tag == dlms::ApduTag::general_ded_ciphering ||
           (plain && security::ciphered_tag(security::ServiceKey::dedicated, *plain) == tag);
}

bool is(Bytes title, const station::SystemTitle& own) {
    return title.empty() || equal(title, own);
}

}  // namespace

Decipherer::Decipherer(const KeyList& keys) {
    for (const MeterKeys& meter : keys) {
        if (!meter.server_title) continue;
        for (const ClientKeys& client : meter.clients) {
            if (client.security.encryption_key.size() == 0) continue;
            Candidate candidate;
            candidate.parties =
                std::make_shared<const Parties>(Parties{client, meter.signing_key, meter.agreement_key});
            candidate.key = security::GcmKey(client.security.encryption_key);
            candidate.sender = client.security.client_title;
            candidate.recipient = *meter.server_title;
            candidates_.push_back(candidate);
            std::swap(candidate.sender, candidate.recipient);
            candidate.is_from_meter = true;
            candidates_.push_back(std::move(candidate));
        }
    }
}

Result<Decipherer::Found, Undeciphered> Decipherer::decipher(Bytes apdu) {
    const auto outside = security::read_signed(apdu);
    const auto message = security::read_ciphered(outside ? outside->content : apdu);
    if (!message) return fail(Undeciphered::none_fits);
    Undeciphered why = Undeciphered::no_key;
    for (auto candidate = candidates_.begin(); candidate != candidates_.end(); ++candidate) {
        const auto plain = try_candidate(*candidate, *message);
        if (!plain) {
            if (plain.error() == Undeciphered::none_fits) why = Undeciphered::none_fits;
            continue;
        }
        candidates_.splice(candidates_.begin(), candidates_, candidate);
        plain_.assign(plain->begin(), plain->end());
        shown_ = plain_;
        Found found;
        found.protection = message->control.protection();
        found.is_from_meter = candidate->is_from_meter;
        found.is_new = candidate->counter.is_new(message->invocation_counter);
        found.is_signed_wrongly = outside && !is_signed_rightly(*candidate, *outside);
        if (found.is_new && !found.is_signed_wrongly) {
            candidate->counter.set_reserved(message->invocation_counter + 1);
            (void)candidate->counter.take(message->invocation_counter);
        }
        learn(*candidate);
        found.plain = plain_;
        found.shown = shown_;
        return found;
    }
    return fail(why);
}

Result<Bytes, Undeciphered> Decipherer::check_signature(Bytes apdu) {
    const auto message = security::read_signed(apdu);
    if (!message) return fail(Undeciphered::none_fits);
    Undeciphered why = Undeciphered::no_key;
    for (const Candidate& candidate : candidates_) {
        const auto curve = security::curve_of(candidate.parties->client.security.suite);
        if (!curve || candidate.is_dedicated || !is(message->header.originator_title, candidate.sender) ||
            !is(message->header.recipient_title, candidate.recipient)) {
            continue;
        }
        const auto key = signing_key(candidate, *curve);
        if (key.size() == 0) continue;
        if (security::is_signed_by(*message, *curve, key)) return message->content;
        why = Undeciphered::none_fits;
    }
    return fail(why);
}

bool Decipherer::is_signed_rightly(const Candidate& candidate, const security::Signed& message) {
    if (!equal(message.header.originator_title, candidate.sender) ||
        !is(message.header.recipient_title, candidate.recipient)) {
        return false;
    }
    const auto curve = security::curve_of(candidate.parties->client.security.suite);
    const auto key = curve ? signing_key(candidate, *curve) : dlms::security::PublicKey{};
    return key.size() == 0 || security::is_signed_by(message, *curve, key);
}

Result<Bytes, Undeciphered> Decipherer::try_candidate(const Candidate& candidate, const security::Ciphered& message) {
    if (candidate.is_dedicated != is_of_dedicated_key(message)) return fail(Undeciphered::no_key);
    if (!is(message.envelope.system_title, candidate.sender) ||
        !is(message.envelope.header.originator_title, candidate.sender) ||
        !is(message.envelope.header.recipient_title, candidate.recipient)) {
        return fail(Undeciphered::no_key);
    }
    const auto key = key_of(candidate, message);
    if (!key) return fail(key.error());
    shown_.resize(message.text.size());
    const auto& own = candidate.parties->client.security;
    const security::CipherKeys keys{*key, own.authentication_key, candidate.sender, own.suite};
    const auto plain = security::unprotect(message, keys, message.control.protection(), shown_);
    // Without a tag any key makes something of it.
    if (!plain || (!message.control.authenticated() && dlms::apdu_name(plain->front()).empty())) {
        return fail(Undeciphered::none_fits);
    }
    return *plain;
}

Decipherer::TransactionKey Decipherer::key_of(const Candidate& candidate, const security::Ciphered& message) {
    const ClientKeys& client = candidate.parties->client;
    const auto& info = message.envelope.key_info;
    if (!info || std::holds_alternative<security::IdentifiedKey>(*info)) {
        if (message.control.key_set() == security::KeySet::unicast) return candidate.key;
        if (client.broadcast.size() == 0) return fail(Undeciphered::no_key);
        return security::GcmKey(client.broadcast);
    }
    if (const auto* agreed = std::get_if<security::AgreedKey>(&*info)) {
        return agreed_key(candidate, message.envelope.header, *agreed);
    }
    const auto& wrapped = std::get<security::WrappedKey>(*info);
    const auto& master = client.security.master_key;
    if (master.size() == 0 || wrapped.kek_id != security::master_key_id) return fail(Undeciphered::no_key);
    auto key = station::Security::Key::of_size(security::key_size(client.security.suite));
    if (wrapped.wrapped.size() != key.size() + security::wrap_overhead ||
        !security::unwrap_key(master, wrapped.wrapped, key.room())) {
        return fail(Undeciphered::none_fits);
    }
    return security::GcmKey(key);
}

Decipherer::TransactionKey Decipherer::agreed_key(const Candidate& candidate, const security::GeneralHeader& header,
                                                  const security::AgreedKey& stated) {
    const auto& own = candidate.parties->client.security;
    const Bytes of_meter = candidate.parties->meter_agreement_key;
    const auto curve = security::curve_of(own.suite);
    if (!curve || stated.parameters.size() != 1) return fail(Undeciphered::no_key);
    Bytes private_key = own.agreement_key;
    security::PublicKey public_key = own.server_agreement_key;
    const bool is_static = stated.parameters[0] == security::static_unified_parameters[0];
    if (is_static) {
        // Both sides find the same.
        if (public_key.size() == 0) public_key = public_half(*curve, of_meter);
    } else if (stated.parameters[0] == security::one_pass_parameters[0]) {
        if (!candidate.is_from_meter) private_key = of_meter;
        const std::size_t size = 2 * security::scalar_size(*curve);
        if (stated.data.size() != 2 * size) return fail(Undeciphered::none_fits);
        const auto signer = signing_key(candidate, *curve);
        const auto proven = security::verify_public_key(*curve, signer, std::nullopt, stated.data);
        if (signer.size() > 0 && !proven) return fail(Undeciphered::none_fits);
        public_key = security::PublicKey(stated.data.first(size));
    } else {
        return fail(Undeciphered::no_key);
    }
    if (private_key.empty() || public_key.size() == 0) return fail(Undeciphered::no_key);
    const auto z = security::agree(*curve, private_key, public_key, random_);
    if (!z) return fail(Undeciphered::none_fits);
    const auto use = own.suite == station::Suite::p384_aes256_gcm ? security::AgreedKeyUse::aes_gcm_256
                                                                  : security::AgreedKeyUse::aes_gcm_128;
    return security::GcmKey(security::derive_key(*curve, *z, use, candidate.sender, candidate.recipient,
                                                 is_static ? header.transaction_id : Bytes{}));
}

security::PublicKey Decipherer::signing_key(const Candidate& candidate, security::Curve curve) {
    const auto& own = candidate.parties->client.security;
    if (!candidate.is_from_meter) return public_half(curve, own.signing_key);
    return own.server_signing_key.size() > 0 ? own.server_signing_key
                                             : public_half(curve, candidate.parties->meter_signing_key);
}

security::PublicKey Decipherer::public_half(security::Curve curve, Bytes private_key) {
    const auto found = private_key.empty() ? std::nullopt : security::public_key_of(curve, private_key, random_);
    return found.value_or(security::PublicKey{});
}

void Decipherer::learn(const Candidate& candidate) {
    const auto initiate = dlms::read_initiate_request(plain_);
    if (!initiate || initiate->dedicated_key.empty()) return;
    const auto at = initiate->dedicated_key.data() - plain_.data();
    std::fill_n(shown_.begin() + at, initiate->dedicated_key.size(), std::uint8_t{0});
    Candidate dedicated = candidate;
    dedicated.key = security::GcmKey(initiate->dedicated_key);
    dedicated.is_dedicated = true;
    dedicated.counter = {};
    add(dedicated);
    std::swap(dedicated.sender, dedicated.recipient);
    dedicated.is_from_meter = !dedicated.is_from_meter;
    add(dedicated);
}

void Decipherer::add(const Candidate& candidate) {
    candidates_.push_front(candidate);
    if (++dedicated_ <= max_dedicated) return;
    // The one that has not fitted for longest.
    const auto oldest =
        std::find_if(candidates_.rbegin(), candidates_.rend(), [](const Candidate& each) { return each.is_dedicated; });
    candidates_.erase(std::next(oldest).base());
    --dedicated_;
}

}  // namespace blathy::apps
