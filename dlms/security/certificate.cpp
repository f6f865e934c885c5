#include "dlms/security/certificate.hpp"

#include <chrono>
#include <cstring>

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>

#include "base/text.hpp"

namespace blathy::dlms::security {
namespace {

struct Parsed {
    mbedtls_x509_crt value;
    Parsed() { mbedtls_x509_crt_init(&value); }
    ~Parsed() { mbedtls_x509_crt_free(&value); }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;
};

struct KeyContext {
    mbedtls_pk_context value;
    KeyContext() { mbedtls_pk_init(&value); }
    ~KeyContext() { mbedtls_pk_free(&value); }
    KeyContext(const KeyContext&) = delete;
    KeyContext& operator=(const KeyContext&) = delete;
};

struct Request {
    mbedtls_x509write_csr value;
    Request() { mbedtls_x509write_csr_init(&value); }
    ~Request() { mbedtls_x509write_csr_free(&value); }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
};

Bytes view(const mbedtls_asn1_buf& buffer) {
    return {buffer.p, buffer.len};
}

std::optional<Curve> curve_of(mbedtls_ecp_group_id group) {
    if (group == MBEDTLS_ECP_DP_SECP256R1) return Curve::p256;
    if (group == MBEDTLS_ECP_DP_SECP384R1) return Curve::p384;
    return std::nullopt;
}

std::optional<std::uint8_t> hex_digit(std::uint8_t character) {
    if (character >= '0' && character <= '9') return static_cast<std::uint8_t>(character - '0');
    if (character >= 'A' && character <= 'F') return static_cast<std::uint8_t>(character - 'A' + 10);
    if (character >= 'a' && character <= 'f') return static_cast<std::uint8_t>(character - 'a' + 10);
    return std::nullopt;
}

std::optional<SystemTitle> title_from_hex(Bytes text) {
    SystemTitle title{};
    if (text.size() != 2 * title.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = hex_digit(text[i]);
        if (!digit) return std::nullopt;
        title[i / 2] = static_cast<std::uint8_t>((title[i / 2] << 4U) | *digit);
    }
    return title;
}

// The title in the subject's common name, if it has exactly one name of that kind.
std::optional<SystemTitle> title_in(const mbedtls_x509_name& subject) {
    std::optional<Bytes> common_name;
    for (const mbedtls_x509_name* name = &subject; name != nullptr; name = name->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) != 0) continue;
        if (common_name) return std::nullopt;
        common_name = view(name->val);
    }
    return common_name ? title_from_hex(*common_name) : std::nullopt;
}

std::int64_t seconds_of(const mbedtls_x509_time& time) {
    using namespace std::chrono;
    const sys_days day =
        year(time.year) / month(static_cast<unsigned>(time.mon)) / std::chrono::day(static_cast<unsigned>(time.day));
    const auto since = day.time_since_epoch() + hours(time.hour) + minutes(time.min) + seconds(time.sec);
    return duration_cast<seconds>(since).count();
}

// An unsigned INTEGER of at most `into`'s size, with leading zeros.
bool read_integer(unsigned char*& at, const unsigned char* end, MutableBytes into) {
    std::size_t size = 0;
    if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_INTEGER) != 0) return false;
    Bytes octets(at, size);
    at += size;
    while (!octets.empty() && octets.front() == 0) octets = octets.subspan(1);
    if (octets.size() > into.size()) return false;
    std::copy(octets.begin(), octets.end(), into.end() - static_cast<std::ptrdiff_t>(octets.size()));
    return true;
}

// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279, 2.2.3), as r | s.
std::optional<Signature> plain_signature(const mbedtls_asn1_buf& der, Curve curve) {
    unsigned char* at = der.p;
    const unsigned char* end = der.p + der.len;
    std::size_t size = 0;
    const std::size_t half = scalar_size(curve);
    auto signature = Signature::of_size(2 * half);
    if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0 ||
        at + size != end || !read_integer(at, end, signature.room().first(half)) ||
        !read_integer(at, end, signature.room().subspan(half)) || at != end) {
        return std::nullopt;
    }
    return signature;
}

std::optional<PublicKey> public_key_in(const mbedtls_ecp_keypair& key, Curve curve) {
    std::array<std::uint8_t, 1 + 96> uncompressed{};
    std::size_t size = 0;
    if (mbedtls_ecp_point_write_binary(&key.grp, &key.Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &size, uncompressed.data(),
                                       uncompressed.size()) != 0 ||
        size != 1 + 2 * scalar_size(curve)) {
        return std::nullopt;
    }
    return PublicKey(Bytes(uncompressed).first(size).subspan(1));
}

int take_random(void* random, unsigned char* out, std::size_t size) {
    return static_cast<Random*>(random)->fill({out, size}) ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

bool load(mbedtls_pk_context& context, Curve curve, const KeyPair& keys) {
    const std::size_t size = scalar_size(curve);
    if (keys.private_key.size() != size || keys.public_key.size() != 2 * size ||
        mbedtls_pk_setup(&context, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) != 0) {
        return false;
    }
    mbedtls_ecp_keypair& key = *mbedtls_pk_ec(context);
    const Bytes d = keys.private_key;
    const Bytes q = keys.public_key;
    std::array<std::uint8_t, 1 + 96> uncompressed{0x04};
    std::copy(q.begin(), q.end(), uncompressed.begin() + 1);
    return mbedtls_ecp_group_load(&key.grp,
                                  curve == Curve::p256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1) == 0 &&
           mbedtls_mpi_read_binary(&key.d, d.data(), d.size()) == 0 &&
           mbedtls_ecp_point_read_binary(&key.grp, &key.Q, uncompressed.data(), 1 + q.size()) == 0 &&
           mbedtls_ecp_check_privkey(&key.grp, &key.d) == 0 && mbedtls_ecp_check_pubkey(&key.grp, &key.Q) == 0;
}

}  // namespace

Result<Certificate, CertificateError> read_certificate(Bytes der) {
    Parsed parsed;
    if (mbedtls_x509_crt_parse_der_nocopy(&parsed.value, der.data(), der.size()) != 0 ||
        parsed.value.raw.len != der.size()) {
        return fail(CertificateError::malformed);
    }
    const mbedtls_x509_crt& x509 = parsed.value;
    Certificate certificate;
    if (x509.version != 3 || x509.sig_pk != MBEDTLS_PK_ECDSA || mbedtls_pk_get_type(&x509.pk) != MBEDTLS_PK_ECKEY) {
        return fail(CertificateError::out_of_place);
    }
    const mbedtls_ecp_keypair& key = *mbedtls_pk_ec(x509.pk);
    const auto curve = curve_of(key.grp.id);
    const auto public_key = curve ? public_key_in(key, *curve) : std::nullopt;
    if (!public_key || (x509.sig_md != MBEDTLS_MD_SHA256 && x509.sig_md != MBEDTLS_MD_SHA384)) {
        return fail(CertificateError::out_of_place);
    }
    certificate.signature_curve = x509.sig_md == MBEDTLS_MD_SHA256 ? Curve::p256 : Curve::p384;
    const auto signature = plain_signature(x509.sig, certificate.signature_curve);
    if (!signature) return fail(CertificateError::malformed);

    certificate.serial_number = view(x509.serial);
    certificate.issuer = view(x509.issuer_raw);
    certificate.subject = view(x509.subject_raw);
    certificate.system_title = title_in(x509.subject);
    certificate.not_before_s = seconds_of(x509.valid_from);
    certificate.not_after_s = seconds_of(x509.valid_to);
    certificate.curve = *curve;
    certificate.public_key = *public_key;
    if ((x509.ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0) {
        certificate.usage = {(x509.key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0,
                             (x509.key_usage & MBEDTLS_X509_KU_KEY_AGREEMENT) != 0,
                             (x509.key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0};
    }
    certificate.is_authority = x509.ca_istrue != 0;
    certificate.signed_octets = view(x509.tbs);
    certificate.signature = *signature;
    return certificate;
}

bool is_valid_at(const Certificate& certificate, std::int64_t utc_s) {
    return certificate.not_before_s <= utc_s && utc_s <= certificate.not_after_s;
}

bool is_issued_by(const Certificate& certificate, const Certificate& issuer) {
    return issuer.is_authority && issuer.usage.certificate_signing && equal(certificate.issuer, issuer.subject) &&
           certificate.signature_curve == issuer.curve &&
           verify(issuer.curve, issuer.public_key, {certificate.signed_octets}, certificate.signature);
}

std::optional<Bytes> write_certificate_request(MutableBytes room, Curve curve, const KeyPair& keys,
                                               const SystemTitle& title, KeyUsage usage, Random& random) {
    KeyContext key;
    Request request;
    if (!load(key.value, curve, keys)) return std::nullopt;
    Text<3 + 16 + 1> subject;
    subject << "CN=";
    subject.hex(title) << '\0';
    const auto bits = static_cast<unsigned char>((usage.digital_signature ? MBEDTLS_X509_KU_DIGITAL_SIGNATURE : 0) |
                                                 (usage.key_agreement ? MBEDTLS_X509_KU_KEY_AGREEMENT : 0) |
                                                 (usage.certificate_signing ? MBEDTLS_X509_KU_KEY_CERT_SIGN : 0));
    mbedtls_x509write_csr_set_key(&request.value, &key.value);
    mbedtls_x509write_csr_set_md_alg(&request.value, curve == Curve::p256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384);
    if (mbedtls_x509write_csr_set_subject_name(&request.value, subject.view().data()) != 0 ||
        mbedtls_x509write_csr_set_key_usage(&request.value, bits) != 0) {
        return std::nullopt;
    }
    // It is written from the end of the room.
    const int size = mbedtls_x509write_csr_der(&request.value, room.data(), room.size(), take_random, &random);
    if (size <= 0) return std::nullopt;
    return room.last(static_cast<std::size_t>(size));
}

}  // namespace blathy::dlms::security
