// X.509 certificates of security suites 1 and 2, as the Green Book profiles them (9.2.6.4): version 3, an elliptic
// curve key and an ECDSA signature of the suite, a key usage; the common name of a client's or server's subject is its
// system title in hexadecimal. And the PKCS #10 request for one (RFC 2986).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/suite.hpp"

namespace blathy::dlms::security {

enum class CertificateError : std::uint8_t {
    malformed,     // no certificate, or more than one
    out_of_place,  // another version, curve, digest or signature algorithm than the suites have
};

struct KeyUsage {
    bool digital_signature = false;
    bool key_agreement = false;
    bool certificate_signing = false;
    constexpr bool operator==(const KeyUsage&) const = default;
};

// Views into the certificate that it was read from.
struct Certificate {
    Bytes serial_number;                      // most significant octet first
    Bytes issuer;                             // a distinguished name in DER
    Bytes subject;                            // a distinguished name in DER
    std::optional<SystemTitle> system_title;  // when the subject's common name is one
    std::int64_t not_before_s = 0;            // UTC, seconds since 1970-01-01
    std::int64_t not_after_s = 0;             // UTC, seconds since 1970-01-01; still valid then
    Curve curve = Curve::p256;                // of the subject's key
    PublicKey public_key;
    KeyUsage usage;
    bool is_authority = false;  // basic constraints: may issue certificates
    Bytes signed_octets;
    Curve signature_curve = Curve::p256;
    Signature signature;
};

Result<Certificate, CertificateError> read_certificate(Bytes der);

[[nodiscard]] bool is_valid_at(const Certificate& certificate, std::int64_t utc_s);

// `issuer` is the authority that `certificate` names, and signed it. Whether `issuer` itself is trusted is for the
// caller to know: a trust anchor, or one that an anchor issued.
[[nodiscard]] bool is_issued_by(const Certificate& certificate, const Certificate& issuer);

// Writes a request for a certificate of `keys` for `title`, signed with them, into `room`; 512 octets are enough. None:
// no keys of the curve, no randomness, or no room.
[[nodiscard]] std::optional<Bytes> write_certificate_request(MutableBytes room, Curve curve, const KeyPair& keys,
                                                             const SystemTitle& title, KeyUsage usage, Random& random);

}  // namespace blathy::dlms::security
