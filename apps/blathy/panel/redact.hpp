// Makes a frame fit to be shown: passwords in it are blanked out.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::apps {

// A copy of the APDU in which the octets of every secret, an AARQ's password or a value written to an association's
// secret, are asterisks. What can't be told apart, a later block of a long write, is blanked as well.
std::vector<std::uint8_t> redacted(Bytes apdu);

}  // namespace blathy::apps
