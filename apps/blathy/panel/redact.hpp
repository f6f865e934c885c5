// Makes a frame fit to be shown: passwords in it are blanked out.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::apps {

// A copy of the APDU in which the octets of every secret, an AARQ's password or a value written to an association's
// secret, are asterisks. What can't be told apart, a later block of a long write, is blanked as well.
std::vector<std::uint8_t> redacted(Bytes apdu);

// The same for what passes over a link: a WPDU, an HDLC frame (whose check sequences are made anew) or a message of
// IEC 62056-21. A segment of a longer request is blanked whole.
std::vector<std::uint8_t> redacted_frame(Bytes frame);

// The APDU that a WPDU or an HDLC frame carries whole; empty if there is none.
Bytes apdu_in(Bytes frame);

}  // namespace blathy::apps
