// general-signing: an APDU, plain or ciphered, and its ECDSA signature (Green Book 9.2.7.2.6). Signed is all that
// stands between the tag and the signature, as it is encoded: the header and the content, each with its length.
//
// A signature says who and what, but not when: what is signed has no counter. That is up to what it is around.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/block_transfer/sender.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/envelope.hpp"

namespace blathy::dlms::security {

// False: no private key of the curve, no randomness, or no room; then `out` is as it was before.
[[nodiscard]] bool write_signed(ByteWriter& out, const GeneralHeader& header, Bytes content, Curve curve,
                                Bytes private_key, Random& random);

// The same for what was written to `out` from `start` on: it is signed where it is. False: `out` must not be used.
[[nodiscard]] bool sign_written(ByteWriter& out, std::size_t start, const GeneralHeader& header, Curve curve,
                                Bytes private_key, Random& random);

[[nodiscard]] bool is_signed_by(const Signed& message, Curve curve, Bytes public_key);

// Octets of the signed APDU around `content_size` octets; and how many octets may be signed in one of at most `limit`
// (0 when there is no room for any).
[[nodiscard]] std::size_t signed_size(const GeneralHeader& header, Curve curve, std::size_t content_size);
[[nodiscard]] std::size_t largest_signed_content(const GeneralHeader& header, Curve curve, std::size_t limit);

// An APDU of known size that is signed while it is sent piece by piece, such as a long answer under general block
// transfer.
class SignedStream {
  public:
    // `random` must outlive it. The transaction id has 16 octets at most.
    SignedStream(const GeneralHeader& header, std::size_t content_size, Curve curve, Bytes private_key, Random& random);

    // The next octets of the signed APDU; `content` gives the next ones of what is inside. It fails (with no octets)
    // when that ends early, is longer than was said, or can't be signed.
    Pulled pull(MutableBytes room, PullApdu content);

  private:
    enum class Part : std::uint8_t { none, head, content, signature };

    Curve curve_;
    PrivateKey private_key_;
    Random* random_;
    RunningDigest digest_;
    Part part_ = Part::head;
    std::array<std::uint8_t, 112> kept_{};  // the head, then the signature
    std::size_t kept_size_ = 0;
    std::size_t kept_sent_ = 0;
    std::size_t content_left_ = 0;
};

}  // namespace blathy::dlms::security
