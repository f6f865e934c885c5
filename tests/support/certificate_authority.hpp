// Holders of elliptic curve keys that issue certificates, with Mbed TLS alone: other code than that which reads them.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>

#include "base/bytes.hpp"
#include "dlms/security/curve.hpp"

namespace blathy::test {

struct Issue {
    std::string subject = "CN=4D4D4D0000BC614E,O=Blathy";
    std::string issuer = "CN=Root,O=Blathy";
    unsigned usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    bool is_authority = false;
    mbedtls_md_type_t digest = MBEDTLS_MD_SHA256;
    int version = MBEDTLS_X509_CRT_VERSION_3;
    int serial = 0x1234;
    const char* from = "20240101000000";
    const char* to = "20340101000000";
};

inline Issue root_issue() {
    return {.subject = "CN=Root,O=Blathy", .usage = MBEDTLS_X509_KU_KEY_CERT_SIGN, .is_authority = true};
}

class KeyHolder {
  public:
    explicit KeyHolder(mbedtls_ecp_group_id group = MBEDTLS_ECP_DP_SECP256R1) {
        mbedtls_pk_init(&key_);
        EXPECT_EQ(mbedtls_pk_setup(&key_, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), 0);
        EXPECT_EQ(mbedtls_ecp_gen_key(group, mbedtls_pk_ec(key_), take_random, nullptr), 0);
    }
    ~KeyHolder() { mbedtls_pk_free(&key_); }
    KeyHolder(const KeyHolder&) = delete;
    KeyHolder& operator=(const KeyHolder&) = delete;

    [[nodiscard]] std::vector<std::uint8_t> issue(const KeyHolder& subject, const Issue& what) const {
        return issue(subject.key_, what);
    }
    // For the key of a request, which has to prove that its sender has the private one.
    [[nodiscard]] std::vector<std::uint8_t> issue_for_request(Bytes request, const Issue& what) const {
        mbedtls_x509_csr csr;
        mbedtls_x509_csr_init(&csr);
        EXPECT_EQ(mbedtls_x509_csr_parse_der(&csr, request.data(), request.size()), 0);
        std::vector<std::uint8_t> certificate = issue(csr.pk, what);
        mbedtls_x509_csr_free(&csr);
        return certificate;
    }
    // As DLMS has them.
    [[nodiscard]] dlms::security::KeyPair pair() const {
        using namespace dlms::security;
        const mbedtls_ecp_keypair& own = *mbedtls_pk_ec(key_);
        const Curve curve = own.grp.id == MBEDTLS_ECP_DP_SECP256R1 ? Curve::p256 : Curve::p384;
        KeyPair pair;
        pair.private_key = PrivateKey(PrivateKey::of_size(scalar_size(curve)));
        EXPECT_EQ(mbedtls_mpi_write_binary(&own.d, pair.private_key.room().data(), pair.private_key.size()), 0);
        std::array<std::uint8_t, 97> point{};
        std::size_t size = 0;
        EXPECT_EQ(mbedtls_ecp_point_write_binary(&own.grp, &own.Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &size, point.data(),
                                                 point.size()),
                  0);
        pair.public_key = PublicKey(Bytes(point).first(size).subspan(1));
        return pair;
    }

  private:
    static int take_random(void*, unsigned char* out, std::size_t size) {
        static std::uint64_t state = 1;
        for (std::size_t i = 0; i < size; ++i) {
            out[i] = static_cast<unsigned char>((state = state * 6364136223846793005U + 1442695040888963407U) >> 56);
        }
        return 0;
    }
    [[nodiscard]] std::vector<std::uint8_t> issue(const mbedtls_pk_context& subject_key, const Issue& what) const {
        mbedtls_x509write_cert writer;
        mbedtls_x509write_crt_init(&writer);
        mbedtls_mpi serial;
        mbedtls_mpi_init(&serial);
        EXPECT_EQ(mbedtls_mpi_lset(&serial, what.serial), 0);
        mbedtls_x509write_crt_set_version(&writer, what.version);
        mbedtls_x509write_crt_set_md_alg(&writer, what.digest);
        mbedtls_x509write_crt_set_subject_key(&writer, const_cast<mbedtls_pk_context*>(&subject_key));
        mbedtls_x509write_crt_set_issuer_key(&writer, const_cast<mbedtls_pk_context*>(&key_));
        EXPECT_EQ(mbedtls_x509write_crt_set_subject_name(&writer, what.subject.c_str()), 0);
        EXPECT_EQ(mbedtls_x509write_crt_set_issuer_name(&writer, what.issuer.c_str()), 0);
        EXPECT_EQ(mbedtls_x509write_crt_set_serial(&writer, &serial), 0);
        EXPECT_EQ(mbedtls_x509write_crt_set_validity(&writer, what.from, what.to), 0);
        EXPECT_EQ(mbedtls_x509write_crt_set_basic_constraints(&writer, what.is_authority ? 1 : 0, -1), 0);
        EXPECT_EQ(mbedtls_x509write_crt_set_key_usage(&writer, static_cast<unsigned char>(what.usage)), 0);
        std::vector<std::uint8_t> room(1024);
        const int size = mbedtls_x509write_crt_der(&writer, room.data(), room.size(), take_random, nullptr);
        EXPECT_GT(size, 0);
        mbedtls_mpi_free(&serial);
        mbedtls_x509write_crt_free(&writer);
        return {room.end() - size, room.end()};
    }

    mbedtls_pk_context key_;
};

}  // namespace blathy::test
