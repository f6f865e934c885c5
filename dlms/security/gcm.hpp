// AES-GCM (NIST SP 800-38D) with nonces of 12 octets, on AES blocks of Mbed TLS.
//
// The mode is ours because of three things that Mbed TLS 2.28's does not do: associated data and text in pieces of any
// size (an authenticated answer is all associated data, and a long one is never there as a whole), no heap (its context
// allocates), and a tag that is checked before the first octet is decrypted. The field multiplication has no tables and
// no branches on secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/security/aes.hpp"

namespace blathy::dlms::security {

using Nonce = std::array<std::uint8_t, 12>;

// A multiplication by the fixed element H of GF(2^128), in the bit order of GCM.
class GhashKey {
  public:
    GhashKey() = default;
    explicit GhashKey(const Block& h);

    struct Element {
        std::uint64_t high = 0;  // the first eight octets
        std::uint64_t low = 0;
    };
    [[nodiscard]] Element times(Element x) const;

  private:
    Element h_, h_reversed_;
    std::uint64_t h_sum_ = 0;
    std::uint64_t h_reversed_sum_ = 0;
};

// What a key costs once: round keys and H. Keep it as long as the key is used.
class GcmKey {
  public:
    GcmKey() = default;
    // A key of 16 or 32 octets; of any other size: none.
    explicit GcmKey(Bytes key) { (void)set(key); }
    GcmKey(const GcmKey&) = default;
    GcmKey& operator=(const GcmKey&) = default;
    ~GcmKey() { clear(); }

    bool set(Bytes key);
    void clear();
    [[nodiscard]] bool has_key() const { return aes_.has_key(); }

  private:
    friend class Gcm;
    Aes aes_;
    GhashKey ghash_;
};

// One message: `associate` any number of times; then `encrypt`, or `authenticate`, `tag` and `decrypt`, in pieces of
// any size; `tag` once all was associated and authenticated. `key` must outlive it.
class Gcm {
  public:
    Gcm(const GcmKey& key, const Nonce& nonce);

    void associate(Bytes octets);
    // In place.
    void encrypt(MutableBytes text);
    // Takes cipher text into the tag, and leaves it as it is.
    void authenticate(Bytes cipher_text);
    void decrypt(MutableBytes text) { apply_key_stream(text); }
    // No `associate`, `encrypt` or `authenticate` after it.
    [[nodiscard]] Block tag();

  private:
    void hash(Bytes octets);
    void end_hash_block();
    void apply_key_stream(MutableBytes text);

    const GcmKey* key_;
    Block counter_{};
    Block key_stream_{};
    Block partial_{};  // octets that do not fill a block yet
    GhashKey::Element sum_;
    std::size_t partial_size_ = 0;
    std::size_t key_stream_left_ = 0;
    std::uint64_t associated_octets_ = 0;
    std::uint64_t text_octets_ = 0;
};

}  // namespace blathy::dlms::security
