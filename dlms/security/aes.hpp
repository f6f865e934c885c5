// One block of AES (FIPS 197) with a key schedule that is made once. Mbed TLS does it, with the processor's AES
// instructions where there are any; its type stays out of this header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::dlms::security {

using Block = std::array<std::uint8_t, 16>;

class Aes {
  public:
    enum class Direction : std::uint8_t { encrypt, decrypt };

    Aes();
    ~Aes();
    Aes(const Aes& other);
    Aes& operator=(const Aes& other);

    // A key of 16 or 32 octets; with any other size there is no key, as at the beginning.
    bool set_key(Bytes key, Direction direction = Direction::encrypt);
    void clear();
    [[nodiscard]] bool has_key() const { return has_key_; }

    // `out` may be `in`. Without a key, zeros.
    void apply(const Block& in, Block& out) const;

  private:
    alignas(16) std::array<std::byte, 288> context_;
    Direction direction_ = Direction::encrypt;
    bool has_key_ = false;
};

}  // namespace blathy::dlms::security
