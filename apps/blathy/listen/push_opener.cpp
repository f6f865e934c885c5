#include "apps/blathy/listen/push_opener.hpp"

namespace blathy::apps {

Result<station::Octets, station::Error> PushOpener::open(Bytes apdu) {
    const auto no = [](const char* why) { return fail(station::security_error(why)); };
    const bool is_signed = !apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::general_signing);
    const bool is_protected = is_signed || (!apdu.empty() && dlms::security::is_ciphered(apdu[0]));
    if (!is_protected) {
        if (least_ == station::Protection::none) return station::to_octets(apdu);
        return no("a push came without protection, which is not believed where there are keys");
    }
    const auto found = decipherer_.decipher(apdu);
    if (is_signed) {
        // The tag inside proves as much, where the signing key is not known.
        const auto checked = decipherer_.check_signature(apdu);
        if (!checked && checked.error() == dlms::Undeciphered::none_fits) {
            return no("a push came with a wrong signature");
        }
    }
    if (!found) return no("a push came that none of the keys fits: another meter's, or altered on its way");
    const auto missing = static_cast<unsigned>(least_) & ~static_cast<unsigned>(found->protection);
    if (missing != 0) return no("a push came that is protected less than --security wants");
    if (!found->is_from_meter) return no("a push came that a client has protected, and no meter");
    if (!found->is_new) return no("a push came once more, or with a counter that went back");
    return station::to_octets(found->plain);
}

}  // namespace blathy::apps
