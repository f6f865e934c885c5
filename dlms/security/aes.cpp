#include "dlms/security/aes.hpp"

#include <algorithm>
#include <new>

#include <mbedtls/aes.h>

namespace blathy::dlms::security {
namespace {

template <class Storage>
mbedtls_aes_context* context_in(Storage& storage) {
    static_assert(sizeof(mbedtls_aes_context) <= sizeof(Storage));
    static_assert(alignof(mbedtls_aes_context) <= 16);
    return std::launder(reinterpret_cast<mbedtls_aes_context*>(storage.data()));
}

}  // namespace

Aes::Aes() {  // NOLINT(cppcoreguidelines-pro-type-member-init): Mbed TLS does it
    mbedtls_aes_init(::new (context_.data()) mbedtls_aes_context);
}

Aes::~Aes() {
    mbedtls_aes_free(context_in(context_));
}

Aes::Aes(const Aes& other) : Aes() {
    *this = other;
}

Aes& Aes::operator=(const Aes& other) {
    if (this == &other) return *this;
    clear();
    if (!other.has_key_) return *this;
    // The context refers to the round keys within itself.
    const auto* from = reinterpret_cast<const mbedtls_aes_context*>(other.context_.data());
    auto* to = context_in(context_);
    *to = *from;
    to->rk = to->buf + (from->rk - from->buf);
    direction_ = other.direction_;
    has_key_ = true;
    return *this;
}

bool Aes::set_key(Bytes key, Direction direction) {
    clear();
    if (key.size() != 16 && key.size() != 32) return false;
    const auto bits = static_cast<unsigned>(key.size() * 8);
    direction_ = direction;
    has_key_ = (direction == Direction::encrypt ? mbedtls_aes_setkey_enc(context_in(context_), key.data(), bits)
                                                : mbedtls_aes_setkey_dec(context_in(context_), key.data(), bits)) == 0;
    return has_key_;
}

void Aes::clear() {
    mbedtls_aes_free(context_in(context_));
    mbedtls_aes_init(context_in(context_));
    has_key_ = false;
}

void Aes::apply(const Block& in, Block& out) const {
    if (!has_key_) {
        out.fill(0);
        return;
    }
    // Mbed TLS 2.28 takes the context it only reads as not const.
    auto& context = const_cast<std::array<std::byte, 288>&>(context_);
    (void)mbedtls_aes_crypt_ecb(context_in(context),
                                direction_ == Direction::encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, in.data(),
                                out.data());
}

}  // namespace blathy::dlms::security
