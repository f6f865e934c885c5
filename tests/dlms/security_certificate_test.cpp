#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/certificate.hpp"

#include "security_testing.hpp"
#include "tests/support/certificate_authority.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

constexpr std::int64_t year_2024_s = 1'704'067'200;
constexpr std::int64_t year_2034_s = 2'019'686'400;

using Holder = test::KeyHolder;
using test::Issue;
const Issue root_issue = test::root_issue();

TEST(SecurityCertificate, OfAMeterSigningKey) {
    const Holder root, meter;
    const Octets root_der = root.issue(root, root_issue);
    const Octets meter_der = root.issue(meter, {});
    const auto authority = read_certificate(root_der);
    const auto certificate = read_certificate(meter_der);
    ASSERT_TRUE(authority && certificate);
    EXPECT_EQ(to_hex(certificate->serial_number), "1234");
    EXPECT_EQ(certificate->system_title, server_title);
    EXPECT_EQ(certificate->curve, Curve::p256);
    EXPECT_EQ(certificate->public_key.size(), 64U);
    EXPECT_TRUE(is_public_key(Curve::p256, certificate->public_key));
    EXPECT_EQ(certificate->usage, (KeyUsage{.digital_signature = true}));
    EXPECT_FALSE(certificate->is_authority);
    EXPECT_TRUE(authority->is_authority);
    EXPECT_EQ(authority->usage, (KeyUsage{.certificate_signing = true}));
    EXPECT_EQ(authority->system_title, std::nullopt);
    EXPECT_EQ(to_hex(certificate->issuer), to_hex(authority->subject));

    EXPECT_EQ(certificate->not_before_s, year_2024_s);
    EXPECT_EQ(certificate->not_after_s, year_2034_s);
    EXPECT_TRUE(is_valid_at(*certificate, year_2024_s));
    EXPECT_TRUE(is_valid_at(*certificate, year_2034_s));
    EXPECT_FALSE(is_valid_at(*certificate, year_2024_s - 1));
    EXPECT_FALSE(is_valid_at(*certificate, year_2034_s + 1));

    EXPECT_TRUE(is_issued_by(*certificate, *authority));
    EXPECT_TRUE(is_issued_by(*authority, *authority));
    EXPECT_FALSE(is_issued_by(*authority, *certificate));
}

TEST(SecurityCertificate, OfAKeyAgreementKeyOfSuite2) {
    const Holder root(MBEDTLS_ECP_DP_SECP384R1), meter(MBEDTLS_ECP_DP_SECP384R1);
    Issue as_root = root_issue;
    as_root.digest = MBEDTLS_MD_SHA384;
    const Octets root_der = root.issue(root, as_root);
    const Octets meter_der = root.issue(meter, {.usage = MBEDTLS_X509_KU_KEY_AGREEMENT, .digest = MBEDTLS_MD_SHA384});
    const auto authority = read_certificate(root_der);
    const auto certificate = read_certificate(meter_der);
    ASSERT_TRUE(authority && certificate);
    EXPECT_EQ(certificate->curve, Curve::p384);
    EXPECT_EQ(certificate->public_key.size(), 96U);
    EXPECT_EQ(certificate->usage, (KeyUsage{.key_agreement = true}));
    EXPECT_TRUE(is_issued_by(*certificate, *authority));
}

// A chain is only as good as every one of its conditions.
TEST(SecurityCertificate, OnlyAnAuthorityIssues) {
    const Holder root, other, meter;
    const Octets meter_der = root.issue(meter, {});
    const auto certificate = read_certificate(meter_der).value();
    const auto issued_by = [&](const Holder& holder, const Issue& what) {
        const Octets der = holder.issue(holder, what);
        return is_issued_by(certificate, read_certificate(der).value());
    };
    EXPECT_TRUE(issued_by(root, root_issue));
    EXPECT_FALSE(issued_by(other, root_issue)) << "the name, but not the key";
    Issue other_name = root_issue;
    other_name.subject = "CN=Root,O=Another";
    EXPECT_FALSE(issued_by(root, other_name)) << "the key, but not the name";
    Issue no_authority = root_issue;
    no_authority.is_authority = false;
    EXPECT_FALSE(issued_by(root, no_authority));
    Issue no_usage = root_issue;
    no_usage.usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    EXPECT_FALSE(issued_by(root, no_usage));
    const Holder long_key(MBEDTLS_ECP_DP_SECP384R1);
    Issue other_suite = root_issue;
    other_suite.digest = MBEDTLS_MD_SHA384;
    EXPECT_FALSE(issued_by(long_key, other_suite));
}

TEST(SecurityCertificate, SystemTitlesAreHexadecimal) {
    const Holder root, meter;
    const auto title_of = [&](const char* subject) {
        Issue what;
        what.subject = subject;
        const Octets der = root.issue(meter, what);
        return read_certificate(der).value().system_title;
    };
    EXPECT_EQ(title_of("CN=4d4d4d0000bc614e"), server_title);
    EXPECT_EQ(title_of("CN=4D4D4D0000BC614"), std::nullopt);
    EXPECT_EQ(title_of("CN=4D4D4D0000BC614E0"), std::nullopt);
    EXPECT_EQ(title_of("CN=4D4D4D0000BC614G"), std::nullopt);
    EXPECT_EQ(title_of("O=4D4D4D0000BC614E"), std::nullopt);

    // Whose is a certificate with two common names? The organisation becomes the second one.
    Octets der = root.issue(meter, {.subject = "CN=4D4D4D0000BC614E,O=4D4D4D0000000001"});
    EXPECT_EQ(read_certificate(der).value().system_title, server_title);
    const Octets organisation = from_hex("060355040A");
    const auto last = std::find_end(der.begin(), der.end(), organisation.begin(), organisation.end());
    ASSERT_NE(last, der.end());
    *(last + 4) = 0x03;
    EXPECT_EQ(read_certificate(der).value().system_title, std::nullopt);
}

TEST(SecurityCertificate, OthersThanTheProfilesAreOutOfPlace) {
    const Holder root, meter, other_curve(MBEDTLS_ECP_DP_SECP521R1);
    const auto error_of = [&](const Octets& der) { return read_certificate(der).error(); };
    EXPECT_EQ(error_of(root.issue(other_curve, {})), CertificateError::out_of_place);
    EXPECT_EQ(error_of(root.issue(meter, {.digest = MBEDTLS_MD_SHA512})), CertificateError::out_of_place);
    EXPECT_EQ(error_of(root.issue(meter, {.version = MBEDTLS_X509_CRT_VERSION_1})), CertificateError::out_of_place);
    EXPECT_EQ(error_of({}), CertificateError::malformed);
}

// Whatever octet is altered: no certificate any more, or not from the authority. And none that is cut or followed by
// another octet.
TEST(SecurityCertificate, AlterationsAreFoundOut) {
    const Holder root, meter;
    const Octets root_der = root.issue(root, root_issue);
    const Octets der = root.issue(meter, {});
    const auto authority = read_certificate(root_der).value();
    for (std::size_t i = 0; i < der.size(); ++i) {
        Octets altered = der;
        altered[i] ^= 0x01;
        const auto certificate = read_certificate(altered);
        if (!certificate) continue;
        EXPECT_FALSE(is_issued_by(*certificate, authority)) << i;
    }
    dlms::codec_test::expect_exact([](Bytes octets) { return read_certificate(octets).has_value(); }, der);
}

RC_GTEST_PROP(SecurityCertificate, TakesArbitraryOctets, (const Octets& octets)) {
    (void)read_certificate(octets);
}

TEST(SecurityCertificateRequest, IsWhatAnAuthorityReads) {
    CountingRandom random;
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        const auto keys = generate_key_pair(curve, random).value();
        Octets room(512);
        const KeyUsage usage{.digital_signature = true};
        const auto request = write_certificate_request(room, curve, keys, server_title, usage, random);
        ASSERT_TRUE(request);
        mbedtls_x509_csr csr;
        mbedtls_x509_csr_init(&csr);
        ASSERT_EQ(mbedtls_x509_csr_parse_der(&csr, request->data(), request->size()), 0);
        EXPECT_EQ(csr.subject.next, nullptr);
        EXPECT_EQ(MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &csr.subject.oid), 0);
        EXPECT_EQ(std::string(csr.subject.val.p, csr.subject.val.p + csr.subject.val.len), "4D4D4D0000BC614E");
        EXPECT_EQ(csr.sig_md, curve == Curve::p256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384);
        const Digest hash = digest(digest_of(curve), {Bytes(csr.cri.p, csr.cri.len)});
        EXPECT_EQ(mbedtls_pk_verify(&csr.pk, csr.sig_md, hash.octets().data(), hash.size(), csr.sig.p, csr.sig.len), 0)
            << "possession of the private key";
        mbedtls_x509_csr_free(&csr);
        for (const std::size_t size : {std::size_t{0}, std::size_t{50}, request->size() - 1}) {
            Octets small(size);
            EXPECT_FALSE(write_certificate_request(small, curve, keys, server_title, usage, random)) << size;
        }
        KeyPair mixed = keys;
        mixed.public_key = PublicKey(Octets(2 * scalar_size(curve), 1));
        EXPECT_FALSE(write_certificate_request(room, curve, mixed, server_title, {}, random));
        EXPECT_FALSE(write_certificate_request(room, curve, {}, server_title, {}, random));
    }
}

}  // namespace
}  // namespace blathy::dlms::security
