#include "dlms/security/secret.hpp"

#include <mbedtls/platform_util.h>

namespace blathy::dlms::security {

bool same_secret(Bytes a, Bytes b) {
    if (a.size() != b.size()) return false;
    // Volatile keeps the compiler from leaving the loop at the first difference.
    volatile std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

void wipe(MutableBytes octets) {
    mbedtls_platform_zeroize(octets.data(), octets.size());
}

}  // namespace blathy::dlms::security
