#include "station/security/entropy.hpp"

#include <cerrno>

#include <sys/random.h>

namespace blathy::station {

bool SystemEntropy::fill(MutableBytes octets) {
    while (!octets.empty()) {
        const auto got = ::getrandom(octets.data(), octets.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace blathy::station
