#include "dlms/security/digest.hpp"

#include <array>

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

}  // namespace blathy::dlms::security
