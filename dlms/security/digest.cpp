#include "dlms/security/digest.hpp"

#include <array>
#include <new>

#include <mbedtls/md5.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

namespace blathy::dlms::security {
namespace {

// What Mbed TLS has for each digest, under one name.
struct Md5 {
    mbedtls_md5_context context;
    static constexpr std::size_t size = 16;
    Md5() { mbedtls_md5_init(&context), (void)mbedtls_md5_starts_ret(&context); }
    ~Md5() { mbedtls_md5_free(&context); }
    void update(Bytes octets) { (void)mbedtls_md5_update_ret(&context, octets.data(), octets.size()); }
    void finish(std::uint8_t* out) { (void)mbedtls_md5_finish_ret(&context, out); }
};

struct Sha1 {
    mbedtls_sha1_context context;
    static constexpr std::size_t size = 20;
    Sha1() { mbedtls_sha1_init(&context), (void)mbedtls_sha1_starts_ret(&context); }
    ~Sha1() { mbedtls_sha1_free(&context); }
    void update(Bytes octets) { (void)mbedtls_sha1_update_ret(&context, octets.data(), octets.size()); }
    void finish(std::uint8_t* out) { (void)mbedtls_sha1_finish_ret(&context, out); }
};

struct Sha256 {
    mbedtls_sha256_context context;
    static constexpr std::size_t size = 32;
    Sha256() { mbedtls_sha256_init(&context), (void)mbedtls_sha256_starts_ret(&context, 0); }
    ~Sha256() { mbedtls_sha256_free(&context); }
    void update(Bytes octets) { (void)mbedtls_sha256_update_ret(&context, octets.data(), octets.size()); }
    void finish(std::uint8_t* out) { (void)mbedtls_sha256_finish_ret(&context, out); }
};

struct Sha384 {
    mbedtls_sha512_context context;
    static constexpr std::size_t size = 48;
    Sha384() { mbedtls_sha512_init(&context), (void)mbedtls_sha512_starts_ret(&context, 1); }
    ~Sha384() { mbedtls_sha512_free(&context); }
    void update(Bytes octets) { (void)mbedtls_sha512_update_ret(&context, octets.data(), octets.size()); }
    // Mbed TLS writes 64 octets, also for SHA-384.
    void finish(std::uint8_t* out) {
        std::array<std::uint8_t, 64> all{};
        (void)mbedtls_sha512_finish_ret(&context, all.data());
        std::copy_n(all.begin(), size, out);
    }
};

template <class Algorithm, class Storage>
Algorithm& running(Storage& storage) {
    static_assert(sizeof(Algorithm) <= sizeof(Storage) && alignof(Algorithm) <= 16);
    return *std::launder(reinterpret_cast<Algorithm*>(storage.data()));
}

template <class Algorithm>
Digest run(Pieces pieces) {
    Algorithm algorithm;
    for (const Bytes piece : pieces) algorithm.update(piece);
    auto result = Digest::of_size(Algorithm::size);
    algorithm.finish(result.room().data());
    return result;
}

}  // namespace

Digest digest(DigestAlgorithm algorithm, Pieces pieces) {
    switch (algorithm) {
        case DigestAlgorithm::md5:
            return run<Md5>(pieces);
        case DigestAlgorithm::sha1:
            return run<Sha1>(pieces);
        case DigestAlgorithm::sha256:
            return run<Sha256>(pieces);
        case DigestAlgorithm::sha384:
            return run<Sha384>(pieces);
    }
    return {};
}

RunningDigest::RunningDigest(bool is_long) : is_long_(is_long) {  // NOLINT(cppcoreguidelines-pro-type-member-init)
    if (is_long_) {
        ::new (context_.data()) Sha384;
    } else {
        ::new (context_.data()) Sha256;
    }
}

RunningDigest::~RunningDigest() {
    end();
}

RunningDigest::RunningDigest(const RunningDigest& other) : RunningDigest(other.is_long_) {
    copy_state(other);
}

RunningDigest& RunningDigest::operator=(const RunningDigest& other) {
    if (this == &other) return *this;
    end();
    ::new (this) RunningDigest(other);
    return *this;
}

void RunningDigest::end() {
    if (is_long_) {
        running<Sha384>(context_).~Sha384();
    } else {
        running<Sha256>(context_).~Sha256();
    }
}

void RunningDigest::copy_state(const RunningDigest& other) {
    if (is_long_) {
        mbedtls_sha512_clone(&running<Sha384>(context_).context, &running<const Sha384>(other.context_).context);
    } else {
        mbedtls_sha256_clone(&running<Sha256>(context_).context, &running<const Sha256>(other.context_).context);
    }
}

void RunningDigest::add(Bytes octets) {
    is_long_ ? running<Sha384>(context_).update(octets) : running<Sha256>(context_).update(octets);
}

Digest RunningDigest::finish() {
    auto result = Digest::of_size(is_long_ ? Sha384::size : Sha256::size);
    std::uint8_t* out = result.room().data();
    is_long_ ? running<Sha384>(context_).finish(out) : running<Sha256>(context_).finish(out);
    return result;
}

}  // namespace blathy::dlms::security
