// Protecting APDUs with AES-GCM, and the opposite (IEC 62056-5-3, 5.7.2; Green Book 9.2.7.2.4).
//
//   nonce             the sender's system title | invocation counter
//   authenticated     tag over SC | AK | header | text, which stays as it is
//   encrypted         text encrypted, no tag
//   both              text encrypted; tag over SC | AK | header as associated data, and the encrypted text
//
// SC is the security control octet, AK the authentication key, and `header` that of general-ciphering, each field with
// its length as it is encoded; it is empty for the others.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dlms/block_transfer/sender.hpp"
#include "dlms/security/envelope.hpp"
#include "dlms/security/gcm.hpp"
#include "dlms/security/suite.hpp"

namespace blathy::dlms::security {

// The keys that protect one direction.
struct CipherKeys {
    const GcmKey& encryption;  // global unicast, global broadcast or dedicated
    Bytes authentication_key;
    SystemTitle sender;
    Suite suite = Suite::aes128_gcm;
};

// The most octets that may stand before a protected text: a general-ciphering header with a signed P-384 key takes 250.
inline constexpr std::size_t max_head_size = 384;

// Writes `plain` protected. On an error `out` is as it was before. Who calls it takes a counter that was never used
// with this key, even when the call fails.
[[nodiscard]] Result<void, CipherError> protect(ByteWriter& out, const Envelope& envelope, SecurityControl control,
                                                std::uint32_t invocation_counter, const CipherKeys& keys, Bytes plain);

// The same for what was written to `out` from `start` on: it is protected where it is.
[[nodiscard]] Result<void, CipherError> protect_written(ByteWriter& out, std::size_t start, const Envelope& envelope,
                                                        SecurityControl control, std::uint32_t invocation_counter,
                                                        const CipherKeys& keys);

// The APDU inside `message`, once it is found to be protected by at least `required` and its tag to be right: nothing
// is decrypted before. Encrypted text is decrypted into `room`, which either does not overlap it or is the same octets;
// an authenticated APDU that is not encrypted is returned where it is. Encryption alone proves nothing of who sent it,
// and clearing one bit makes it of both: `required` is the policy in force. The counter is the caller's to check,
// before and after (invocation_counter.hpp).
[[nodiscard]] Result<Bytes, CipherError> unprotect(const Ciphered& message, const CipherKeys& keys, Protection required,
                                                   MutableBytes room);

// An APDU of known size that is protected piece by piece while it is sent, such as a long answer under general block
// transfer. The keys must outlive it.
class ProtectedStream {
  public:
    // False: no key, another suite, or an envelope of more octets than `max_head_size`.
    [[nodiscard]] bool start(const Envelope& envelope, SecurityControl control, std::uint32_t invocation_counter,
                             const CipherKeys& keys, std::size_t plain_size);

    // The next octets of the protected APDU; `plain` gives the next ones of the APDU inside. It fails (with no octets)
    // when that ends early or is longer than was said.
    Pulled pull(MutableBytes room, PullApdu plain);

  private:
    enum class Part : std::uint8_t { none, head, text, tag };

    std::optional<Gcm> gcm_;
    SecurityControl control_;
    Part part_ = Part::none;
    // The head, then the tag.
    std::array<std::uint8_t, max_head_size> kept_{};
    std::size_t kept_size_ = 0;
    std::size_t kept_sent_ = 0;
    std::size_t text_left_ = 0;
};

}  // namespace blathy::dlms::security
