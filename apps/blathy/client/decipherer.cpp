#include "apps/blathy/client/decipherer.hpp"

#include <algorithm>

#include "dlms/initiate.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

namespace security = dlms::security;

bool is_of_dedicated_key(const security::Ciphered& message) {
    const dlms::ApduTag tag = message.envelope.tag;
    const auto plain = security::plain_tag(tag);
    return tag == dlms::ApduTag::general_ded_ciphering ||
           (plain && security::ciphered_tag(security::ServiceKey::dedicated, *plain) == tag);
}

}  // namespace

Decipherer::Decipherer(const KeyList& keys) {
    for (const MeterKeys& meter : keys) {
        if (!meter.server_title) continue;
        for (const ClientKeys& client : meter.clients) {
            const station::Security& own = client.security;
            if (own.encryption_key.size() == 0) continue;
            Candidate candidate;
            candidate.key = security::GcmKey(own.encryption_key);
            candidate.authentication_key = own.authentication_key;
            candidate.suite = own.suite;
            candidate.sender = own.client_title;
            candidate.recipient = *meter.server_title;
            candidates_.push_back(candidate);
            std::swap(candidate.sender, candidate.recipient);
            candidate.is_from_meter = true;
            candidates_.push_back(std::move(candidate));
        }
    }
}

std::optional<Decipherer::Found> Decipherer::decipher(Bytes apdu) {
    // A signature around it is not needed: the tag inside proves as much.
    const auto outside = security::read_signed(apdu);
    const auto message = security::read_ciphered(outside ? outside->content : apdu);
    if (!message) return std::nullopt;
    for (auto candidate = candidates_.begin(); candidate != candidates_.end(); ++candidate) {
        const auto plain = try_candidate(*candidate, *message);
        if (!plain) continue;
        candidates_.splice(candidates_.begin(), candidates_, candidate);
        plain_.assign(plain->begin(), plain->end());
        shown_ = plain_;
        Found found;
        found.protection = message->control.protection();
        found.is_from_meter = candidate->is_from_meter;
        found.is_new = candidate->counter.is_new(message->invocation_counter);
        if (found.is_new) {
            candidate->counter.set_reserved(message->invocation_counter + 1);
            (void)candidate->counter.take(message->invocation_counter);
        }
        learn(*candidate);
        found.plain = plain_;
        found.shown = shown_;
        return found;
    }
    return std::nullopt;
}

std::optional<Bytes> Decipherer::try_candidate(const Candidate& candidate, const security::Ciphered& message) {
    if (candidate.is_dedicated != is_of_dedicated_key(message)) return std::nullopt;
    const auto is = [](Bytes title, const station::SystemTitle& own) { return title.empty() || equal(title, own); };
    if (!is(message.envelope.system_title, candidate.sender) ||
        !is(message.envelope.header.originator_title, candidate.sender) ||
        !is(message.envelope.header.recipient_title, candidate.recipient)) {
        return std::nullopt;
    }
    shown_.resize(message.text.size());
    const security::CipherKeys keys{candidate.key, candidate.authentication_key, candidate.sender, candidate.suite};
    const auto plain = security::unprotect(message, keys, message.control.protection(), shown_);
    if (!plain) return std::nullopt;
    // Without a tag any key makes something of it.
    if (!message.control.authenticated() && dlms::apdu_name(plain->front()).empty()) return std::nullopt;
    return *plain;
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
