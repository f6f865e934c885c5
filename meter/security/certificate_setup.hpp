// Keys and certificates of IC 64, Security setup, version 1 (Blue Book 4.4.7): methods 3 to 8 and attribute 6.
//
// The meter's pairs and certificates are the same in all setups; the curve is that of the setup's suite. What a method
// is given comes from `caller`, whose signatures prove it.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/data.hpp"
#include "meter/security/secured_association.hpp"

namespace blathy::meter::security {

// Who calls: the title that it agrees on keys with, and its signing key.
struct KeyParty {
    dlms::security::SystemTitle title;
    Bytes signing_key;
};

// Method 3: array of structure {enum key_id, octet-string ephemeral public key and its signature}, one for each key
// that is agreed on with C(2e, 0s); the same is returned with the meter's. The keys take effect together, or none does.
dlms::ActionResult agree_on_keys(const Surroundings& of, Role role, const KeyParty& caller, Bytes parameters,
                                 dlms::DataWriter& returned);

// Method 4: enum, 0 signature or 1 agreement. The pair before it stays in force until a certificate comes for this one.
dlms::ActionResult generate_pair(const Surroundings& of, Role role, Bytes parameters);

// Method 5: the same enum; returns a PKCS #10 request for the newest pair.
dlms::ActionResult request_certificate(const Surroundings& of, Role role, Bytes parameters, dlms::DataWriter& returned);

// Method 6: octet-string, a certificate. It must be valid now, of the suite, issued by an authority that is here, and
// of an authority below another, of a client or of one of the meter's own pairs. It takes the place of an older one for
// the same.
dlms::ActionResult import_certificate(const Surroundings& of, Role role, Bytes parameters);

// Methods 7 and 8: structure {enum, structure}, that identifies it by entity (enum entity, enum type, octet-string
// system title) or by serial number (octet-string serial number, octet-string issuer). A root can't be removed.
dlms::ActionResult export_certificate(const Surroundings& of, Bytes parameters, dlms::DataWriter& returned);
dlms::ActionResult remove_certificate(const Surroundings& of, Role role, Bytes parameters);

// Attribute 6, without its head: what it says of the certificate in a place. Octets that one takes at most.
inline constexpr std::size_t max_certificate_information = 480;
[[nodiscard]] std::size_t count_certificates(const CertificateMemory& memory);
void write_certificate_information(const CertificateMemory& memory, const dlms::security::SystemTitle& server_title,
                                   std::size_t place, dlms::DataWriter& out);

// A pair that waits though its certificate is here, because power failed in between, comes into force.
void finish_import(KeyPairMemory& pairs, const CertificateMemory& certificates,
                   const dlms::security::SystemTitle& server_title);

}  // namespace blathy::meter::security
