#include "dlms/security/curve.hpp"

#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>

namespace blathy::dlms::security {
namespace {

struct Number {
    mbedtls_mpi value;
    Number() { mbedtls_mpi_init(&value); }
    ~Number() { mbedtls_mpi_free(&value); }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;

    [[nodiscard]] bool read(Bytes octets) { return mbedtls_mpi_read_binary(&value, octets.data(), octets.size()) == 0; }
    [[nodiscard]] bool write(MutableBytes octets) const {
        return mbedtls_mpi_write_binary(&value, octets.data(), octets.size()) == 0;
    }
};

struct Point {
    mbedtls_ecp_point value;
    Point() { mbedtls_ecp_point_init(&value); }
    ~Point() { mbedtls_ecp_point_free(&value); }
    Point(const Point&) = delete;
    Point& operator=(const Point&) = delete;
};

struct Group {
    mbedtls_ecp_group value;
    bool ok;
    explicit Group(Curve curve) {
        mbedtls_ecp_group_init(&value);
        ok = mbedtls_ecp_group_load(&value,
                                    curve == Curve::p256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1) == 0;
    }
    ~Group() { mbedtls_ecp_group_free(&value); }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
};

int random_for_curve(void* random, unsigned char* out, std::size_t size) {
    return static_cast<Random*>(random)->fill({out, size}) ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

bool read_public_key(const Group& group, Curve curve, Bytes key, Point& point) {
    if (!group.ok || key.size() != 2 * scalar_size(curve)) return false;
    std::array<std::uint8_t, 1 + 96> uncompressed{0x04};
    std::copy(key.begin(), key.end(), uncompressed.begin() + 1);
    return mbedtls_ecp_point_read_binary(&group.value, &point.value, uncompressed.data(), 1 + key.size()) == 0 &&
           mbedtls_ecp_check_pubkey(&group.value, &point.value) == 0;
}

std::optional<PublicKey> write_public_key(const Group& group, Curve curve, const Point& point) {
    std::array<std::uint8_t, 1 + 96> uncompressed{};
    std::size_t size = 0;
    if (mbedtls_ecp_point_write_binary(&group.value, &point.value, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                       uncompressed.data(), uncompressed.size()) != 0 ||
        size != 1 + 2 * scalar_size(curve)) {
        return std::nullopt;
    }
    return PublicKey(Bytes(uncompressed).first(size).subspan(1));
}

bool read_private_key(const Group& group, Curve curve, Bytes key, Number& scalar) {
    return group.ok && key.size() == scalar_size(curve) && scalar.read(key) &&
           mbedtls_ecp_check_privkey(&group.value, &scalar.value) == 0;
}

std::optional<PublicKey> multiply_base(Group& group, Curve curve, const Number& scalar, Random& random) {
    Point point;
    if (mbedtls_ecp_mul(&group.value, &point.value, &scalar.value, &group.value.G, random_for_curve, &random) != 0) {
        return std::nullopt;
    }
    return write_public_key(group, curve, point);
}

constexpr mbedtls_md_type_t md_of(Curve curve) {
    return curve == Curve::p256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384;
}

}  // namespace

bool is_public_key(Curve curve, Bytes key) {
    const Group group(curve);
    Point point;
    return read_public_key(group, curve, key, point);
}

std::optional<KeyPair> generate_key_pair(Curve curve, Random& random) {
    Group group(curve);
    Number scalar;
    KeyPair pair;
    pair.private_key = PrivateKey(PrivateKey::of_size(scalar_size(curve)));
    if (!group.ok || mbedtls_ecp_gen_privkey(&group.value, &scalar.value, random_for_curve, &random) != 0 ||
        !scalar.write(pair.private_key.room())) {
        return std::nullopt;
    }
    const auto public_key = multiply_base(group, curve, scalar, random);
    if (!public_key) return std::nullopt;
    pair.public_key = *public_key;
    return pair;
}

std::optional<PublicKey> public_key_of(Curve curve, Bytes private_key, Random& random) {
    Group group(curve);
    Number scalar;
    if (!read_private_key(group, curve, private_key, scalar)) return std::nullopt;
    return multiply_base(group, curve, scalar, random);
}

std::optional<Signature> sign(Curve curve, Bytes private_key, Pieces message, Random& random) {
    return sign_digest(curve, private_key, digest(digest_of(curve), message), random);
}

std::optional<Signature> sign_digest(Curve curve, Bytes private_key, const Digest& hash, Random& random) {
    Group group(curve);
    Number scalar;
    Number r;
    Number s;
    if (!read_private_key(group, curve, private_key, scalar) ||
        mbedtls_ecdsa_sign_det_ext(&group.value, &r.value, &s.value, &scalar.value, hash.octets().data(), hash.size(),
                                   md_of(curve), random_for_curve, &random) != 0) {
        return std::nullopt;
    }
    const std::size_t half = scalar_size(curve);
    auto signature = Signature::of_size(2 * half);
    if (!r.write(signature.room().first(half)) || !s.write(signature.room().subspan(half))) return std::nullopt;
    return signature;
}

bool verify(Curve curve, Bytes public_key, Pieces message, Bytes signature) {
    const std::size_t half = scalar_size(curve);
    Group group(curve);
    Point point;
    Number r;
    Number s;
    if (signature.size() != 2 * half || !read_public_key(group, curve, public_key, point) ||
        !r.read(signature.first(half)) || !s.read(signature.subspan(half))) {
        return false;
    }
    const Digest hash = digest(digest_of(curve), message);
    return mbedtls_ecdsa_verify(&group.value, hash.octets().data(), hash.size(), &point.value, &r.value, &s.value) == 0;
}

std::optional<SharedSecret> agree(Curve curve, Bytes private_key, Bytes public_key, Random& random) {
    Group group(curve);
    Number scalar;
    Point point;
    Number z;
    SharedSecret secret(SharedSecret::of_size(scalar_size(curve)));
    if (!read_private_key(group, curve, private_key, scalar) || !read_public_key(group, curve, public_key, point) ||
        mbedtls_ecdh_compute_shared(&group.value, &z.value, &point.value, &scalar.value, random_for_curve, &random) !=
            0 ||
        !z.write(secret.room())) {
        return std::nullopt;
    }
    return secret;
}

}  // namespace blathy::dlms::security
