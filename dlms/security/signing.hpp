// general-signing: an APDU, plain or ciphered, and its ECDSA signature (Green Book 9.2.7.2.6). Signed is all that
// stands between the tag and the signature, as it is encoded: the header and the content, each with its length.
#pragma once

#include "base/bytes.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/envelope.hpp"

namespace blathy::dlms::security {

// False: no private key of the curve, no randomness, or no room; then `out` is as it was before.
[[nodiscard]] bool write_signed(ByteWriter& out, const GeneralHeader& header, Bytes content, Curve curve,
                                Bytes private_key, Random& random);

[[nodiscard]] bool is_signed_by(const Signed& message, Curve curve, Bytes public_key);

}  // namespace blathy::dlms::security
