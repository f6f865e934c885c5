#include "apps/blathy/listen/push_opener.hpp"

#include "dlms/security/envelope.hpp"

namespace blathy::apps {

Result<station::Octets, station::Error> PushOpener::open(Bytes apdu) {
    const auto no = [](const char* why) { return fail(station::security_error(why)); };
    const auto outside = dlms::security::read_signed(apdu);
    const Bytes content = outside ? outside->content : apdu;
    const auto message = dlms::security::read_ciphered(content);
    if (!message) {
        const bool is_plain = !outside && !apdu.empty() && !dlms::security::is_ciphered(apdu[0]);
        if (is_plain && least_ == station::Protection::none) return station::to_octets(apdu);
        return no("a push came without protection, which is not believed where there are keys");
    }
    // Before a counter moves, for without a tag anybody could move it.
    const auto missing = static_cast<unsigned>(least_) & ~static_cast<unsigned>(message->control.protection());
    if (missing != 0) return no("a push came that is protected less than --security wants");
    const auto found = decipherer_.decipher(apdu);
    if (!found) return no("a push came that none of the keys fits: another meter's, or altered on its way");
    // The tag inside proves as much, where the signing key is not known.
    if (found->is_signed_wrongly) return no("a push came with a wrong signature");
    if (!found->is_from_meter) return no("a push came that a client has protected, and no meter");
    if (!found->is_new) return no("a push came once more, or with a counter that went back");
    return station::to_octets(found->plain);
}

}  // namespace blathy::apps
