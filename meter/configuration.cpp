#include "meter/configuration.hpp"

#include <algorithm>

namespace blathy::meter {

Password::Password(Bytes octets) : size_(static_cast<std::uint8_t>(std::min(octets.size(), max_size))) {
    std::copy_n(octets.begin(), size_, octets_.begin());
}

bool Password::matches(Bytes offered) const {
    // Every octet of the offer is compared with one of the password, whatever the lengths are.
    unsigned difference = static_cast<unsigned>(offered.size() != size_ || size_ == 0);
    for (std::size_t i = 0; i < offered.size(); ++i) {
        difference |= static_cast<unsigned>(offered[i] ^ octets_[i % max_size]);
    }
    return difference == 0;
}

}  // namespace blathy::meter
