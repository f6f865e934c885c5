#include "meter/server/association.hpp"

#include <array>
#include <optional>

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::Aare;
using dlms::Aarq;
using dlms::AssociationResult;
using dlms::Diagnostic;
using dlms::InitiateError;
using dlms::Mechanism;
using dlms::ProviderDiagnostic;
using dlms::UserDiagnostic;

// How the AARQ's reader names a mechanism that is not of DLMS: there is no name to give back.
constexpr std::uint8_t not_a_mechanism = 0xFF;

std::optional<Role> role_of(std::uint16_t client_sap) {
    switch (client_sap) {
        case public_client_sap:
            return Role::public_client;
        case management_client_sap:
            return Role::management;
        default:
            return std::nullopt;
    }
}

// Whether the client is who it says it is; success or the reason to refuse it.
UserDiagnostic authenticate(const Meter& meter, Role role, const Aarq& aarq) {
    if (aarq.authentication_unit && !aarq.mechanism) return UserDiagnostic::mechanism_required;
    // Without the authentication unit the fields of it mean nothing.
    const std::uint8_t mechanism =
        aarq.authentication_unit ? *aarq.mechanism : static_cast<std::uint8_t>(Mechanism::none);
    if (role == Role::public_client) {
        return mechanism == static_cast<std::uint8_t>(Mechanism::none) ? UserDiagnostic::none
                                                                       : UserDiagnostic::mechanism_not_recognized;
    }
    switch (static_cast<Mechanism>(mechanism)) {
        case Mechanism::none:
            return UserDiagnostic::authentication_required;
        case Mechanism::low_level:
            return meter.configuration().management_password.matches(aarq.authentication_value)
                       ? UserDiagnostic::none
                       : UserDiagnostic::authentication_failure;
        default:
            return UserDiagnostic::mechanism_not_recognized;
    }
}

std::optional<InitiateError> negotiate(const std::optional<dlms::InitiateRequest>& request) {
    if (!request) return InitiateError::other;
    if (request->version < dlms::dlms_version) return InitiateError::dlms_version_too_low;
    if ((request->conformance & server_conformance).empty()) return InitiateError::incompatible_conformance;
    const std::uint16_t size = request->client_max_receive_pdu_size;
    if (size != 0 && size < dlms::min_client_pdu_size) return InitiateError::pdu_size_too_short;
    return std::nullopt;
}

}  // namespace

void Association::open(const Meter& meter, Bytes apdu, ByteWriter& out) {
    close();
    std::array<std::uint8_t, 32> room{};
    ByteWriter initiate(room);
    Aare aare;
    aare.diagnostic = UserDiagnostic::no_reason;

    bool response_allowed = true;
    const auto refuse = [&](Diagnostic diagnostic) {
        if (!response_allowed) return;
        aare.diagnostic = diagnostic;
        aare.user_information = initiate.written();
        write(out, aare);
    };

    const auto aarq = dlms::read_aarq(apdu);
    if (!aarq) return refuse(ProviderDiagnostic::no_reason);
    const auto request = dlms::read_initiate_request(aarq->user_information);
    if (request) response_allowed = request->response_allowed;
    if (!aarq->version_1) return refuse(ProviderDiagnostic::no_common_acse_version);
    if (aarq->context != static_cast<std::uint8_t>(context())) {
        return refuse(UserDiagnostic::application_context_not_supported);
    }
    const auto role = role_of(client_sap_);
    if (!role || server_sap_ != management_logical_device) return refuse(UserDiagnostic::no_reason);
    if (aarq->authentication_unit && aarq->mechanism != not_a_mechanism) aare.mechanism = aarq->mechanism;
    if (const auto diagnostic = authenticate(meter, *role, *aarq); diagnostic != UserDiagnostic::none) {
        return refuse(diagnostic);
    }
    if (const auto error = negotiate(request)) {
        write_confirmed_service_error(initiate, *error);
        return refuse(UserDiagnostic::no_reason);
    }

    role_ = *role;
    mechanism_ = aarq->authentication_unit ? static_cast<Mechanism>(*aarq->mechanism) : Mechanism::none;
    conformance_ = request->conformance & server_conformance;
    client_max_receive_pdu_size_ = request->client_max_receive_pdu_size;
    is_open_ = true;
    if (!response_allowed) return;

    dlms::InitiateResponse response;
    response.conformance = conformance_;
    response.server_max_receive_pdu_size = max_receive_pdu_size;
    if (request->quality_of_service) response.quality_of_service = std::int8_t{0};
    write(initiate, response);
    aare.result = AssociationResult::accepted;
    aare.diagnostic = UserDiagnostic::none;
    aare.user_information = initiate.written();
    write(out, aare);
}

void Association::release(ByteWriter& out) {
    close();
    dlms::write_rlre(out, {static_cast<std::uint8_t>(dlms::ReleaseResponseReason::normal), {}});
}

}  // namespace blathy::meter
