// Association control: AARQ, AARE, RLRQ and RLRE (IEC 62056-5-3, 7.2; ACSE of ISO/IEC 8650, BER coded).
//
// The structures hold views into the APDU that they were read from.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

// Application context names 2.16.756.5.8.1.x.
enum class ApplicationContext : std::uint8_t {
    logical_names = 1,
    short_names = 2,
    logical_names_ciphered = 3,
    short_names_ciphered = 4,
};

// Authentication mechanism names 2.16.756.5.8.2.x.
enum class Mechanism : std::uint8_t {
    none = 0,
    low_level = 1,
    high_level_manufacturer = 2,
    high_level_md5 = 3,
    high_level_sha1 = 4,
    high_level_gmac = 5,
    high_level_sha256 = 6,
    high_level_ecdsa = 7,
};

enum class AssociationResult : std::uint8_t {
    accepted = 0,
    rejected_permanent = 1,
    rejected_transient = 2,
};

// Result-source-diagnostic of the ACSE service user.
enum class UserDiagnostic : std::uint8_t {
    none = 0,
    no_reason = 1,
    application_context_not_supported = 2,
    calling_ap_title_not_recognized = 3,
    calling_ap_invocation_id_not_recognized = 4,
    calling_ae_qualifier_not_recognized = 5,
    calling_ae_invocation_id_not_recognized = 6,
    called_ap_title_not_recognized = 7,
    called_ap_invocation_id_not_recognized = 8,
    called_ae_qualifier_not_recognized = 9,
    called_ae_invocation_id_not_recognized = 10,
    mechanism_not_recognized = 11,
    mechanism_required = 12,
    authentication_failure = 13,
    authentication_required = 14,
};

// Result-source-diagnostic of the ACSE service provider.
enum class ProviderDiagnostic : std::uint8_t { none = 0, no_reason = 1, no_common_acse_version = 2 };

struct Diagnostic {
    bool from_provider = false;
    std::uint8_t code = 0;

    constexpr Diagnostic() = default;
    constexpr Diagnostic(UserDiagnostic diagnostic) : code(static_cast<std::uint8_t>(diagnostic)) {}
    constexpr Diagnostic(ProviderDiagnostic diagnostic)
        : from_provider(true), code(static_cast<std::uint8_t>(diagnostic)) {}
    constexpr bool operator==(const Diagnostic&) const = default;
};

struct Aarq {
    bool version_1 = true;     // the client can speak protocol version 1
    std::uint8_t context = 0;  // ApplicationContext, or 0 for a name that is not of DLMS
    bool called_title_present = false;
    bool called_qualifier_present = false;
    Bytes calling_ap_title;                                // client system title
    Bytes calling_ae_qualifier;                            // client signing certificate
    std::optional<std::uint8_t> calling_ae_invocation_id;  // user id
    bool authentication_unit = false;                      // the ACSE requirements name authentication
    std::optional<std::uint8_t> mechanism;                 // Mechanism; 0xFF for a name that is not of DLMS
    Bytes authentication_value;
    Bytes user_information;  // the (ciphered) InitiateRequest
};

struct Aare {
    std::uint8_t context = 1;
    AssociationResult result = AssociationResult::rejected_permanent;
    Diagnostic diagnostic;
    Bytes responding_ap_title;
    Bytes responding_ae_qualifier;
    std::optional<std::uint8_t> mechanism;  // present: authentication is part of it, and the requirements say so
    Bytes authentication_value;
    Bytes user_information;  // the (ciphered) InitiateResponse or ConfirmedServiceError
};

enum class ReleaseRequestReason : std::uint8_t { normal = 0, urgent = 1, user_defined = 30 };
enum class ReleaseResponseReason : std::uint8_t { normal = 0, not_finished = 1, user_defined = 30 };

struct Release {
    std::optional<std::uint8_t> reason;  // a ReleaseRequestReason or ReleaseResponseReason; none: not stated
    Bytes user_information;              // the (ciphered) Initiate APDU
};

void write(ByteWriter& out, const Aarq& aarq);
void write(ByteWriter& out, const Aare& aare);
void write_rlrq(ByteWriter& out, const Release& release);
void write_rlre(ByteWriter& out, const Release& release);

// None: not well-formed BER, a field twice or of the wrong shape, or octets behind the end.
std::optional<Aarq> read_aarq(Bytes apdu);
std::optional<Aare> read_aare(Bytes apdu);
std::optional<Release> read_rlrq(Bytes apdu);
std::optional<Release> read_rlre(Bytes apdu);

}  // namespace blathy::dlms
