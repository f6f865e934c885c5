#include "station/error.hpp"

#include "dlms/names.hpp"

namespace blathy::station {
namespace {

using dlms::DataAccessResult;

// What to make of a result, in a client's terms. Action-Result shares the numbers where both have the meaning.
std::string_view advice(DataAccessResult result) {
    switch (result) {
        case DataAccessResult::hardware_fault:
            return "the meter reports a fault of its own";
        case DataAccessResult::temporary_failure:
            return "the meter can't do it just now; try again later";
        case DataAccessResult::read_write_denied:
            return "this client may not do that; try another client address or a stronger authentication";
        case DataAccessResult::object_undefined:
            return "the meter has no such object; see its object list";
        case DataAccessResult::object_class_inconsistent:
            return "the object is of another class; see the object list";
        case DataAccessResult::object_unavailable:
            return "the object exists but can't be used now";
        case DataAccessResult::type_unmatched:
            return "the value has another data type than the attribute takes";
        case DataAccessResult::scope_of_access_violated:
            return "this client has no right to it, or the selection or value is out of range";
        case DataAccessResult::data_block_unavailable:
            return "the meter lost the block; try again";
        case DataAccessResult::long_get_aborted:
        case DataAccessResult::long_set_aborted:
        case DataAccessResult::no_long_get_in_progress:
        case DataAccessResult::no_long_set_in_progress:
        case DataAccessResult::data_block_number_invalid:
            return "the meter broke off the block transfer; try again";
        case DataAccessResult::success:
        case DataAccessResult::other_reason:
            break;
    }
    return "the meter gives no reason";
}

std::string sentence(std::string_view name, std::uint8_t code, std::string_view meaning) {
    std::string text(name.empty() ? "result" : name);
    text += " (" + std::to_string(code) + "): ";
    text += meaning;
    return text;
}

}  // namespace

Error protocol_error(std::string text) {
    return {ErrorKind::protocol, 0, std::move(text)};
}

Error timeout_error(std::string text) {
    return {ErrorKind::timeout, 0, std::move(text)};
}

Error connection_error(std::string text) {
    return {ErrorKind::connection, 0, std::move(text)};
}

Error security_error(std::string text) {
    return {ErrorKind::security, 0, std::move(text)};
}

Error association_error(const dlms::Diagnostic& diagnostic, std::string text) {
    return {ErrorKind::association, diagnostic.code, std::move(text)};
}

Error refusal(DataAccessResult result) {
    const auto code = static_cast<std::uint8_t>(result);
    return {ErrorKind::refused, code, sentence(dlms::data_access_result_name(code), code, advice(result))};
}

Error refusal(dlms::ActionResult result) {
    const auto code = static_cast<std::uint8_t>(result);
    const std::string_view meaning =
        result == dlms::ActionResult::long_action_aborted || result == dlms::ActionResult::no_long_action_in_progress
            ? "the meter broke off the block transfer; try again"
            : advice(static_cast<DataAccessResult>(code));
    return {ErrorKind::refused, code, sentence(dlms::action_result_name(code), code, meaning)};
}

Error exception_error(const dlms::ExceptionResponse& response) {
    std::string text = "the meter answered with an exception: ";
    text += response.state == dlms::StateError::service_not_allowed ? "service not allowed" : "service unknown";
    switch (response.service) {
        case dlms::ServiceError::operation_not_possible:
            text += ", operation not possible; the association may have ended";
            break;
        case dlms::ServiceError::service_not_supported:
            text += ", service not supported";
            break;
        case dlms::ServiceError::other_reason:
            text += ", other reason";
            break;
        case dlms::ServiceError::pdu_too_long:
            text += ", PDU too long: the request for the meter, or its answer for what this client takes at once";
            break;
        case dlms::ServiceError::deciphering_error:
            text += ", deciphering error; check the keys";
            break;
        case dlms::ServiceError::invocation_counter_error:
            text += ", invocation counter too low; it expects " + std::to_string(response.expected_invocation_counter);
            break;
    }
    const auto code = static_cast<std::uint32_t>(response.state) << 8 | static_cast<std::uint32_t>(response.service);
    return {ErrorKind::exception, code, text};
}

std::string explain(const dlms::Diagnostic& diagnostic) {
    if (diagnostic.from_provider) {
        return diagnostic.code == static_cast<std::uint8_t>(dlms::ProviderDiagnostic::no_common_acse_version)
                   ? "no common ACSE version"
                   : "no reason given";
    }
    switch (static_cast<dlms::UserDiagnostic>(diagnostic.code)) {
        case dlms::UserDiagnostic::application_context_not_supported:
            return "application context name not supported";
        case dlms::UserDiagnostic::calling_ap_title_not_recognized:
            return "calling AP title (the client's system title) not recognized";
        case dlms::UserDiagnostic::calling_ap_invocation_id_not_recognized:
            return "calling AP invocation id not recognized";
        case dlms::UserDiagnostic::calling_ae_qualifier_not_recognized:
            return "calling AE qualifier not recognized";
        case dlms::UserDiagnostic::calling_ae_invocation_id_not_recognized:
            return "calling AE invocation id (the client's user) not recognized";
        case dlms::UserDiagnostic::called_ap_title_not_recognized:
        case dlms::UserDiagnostic::called_ap_invocation_id_not_recognized:
        case dlms::UserDiagnostic::called_ae_qualifier_not_recognized:
        case dlms::UserDiagnostic::called_ae_invocation_id_not_recognized:
            return "called AP or AE not recognized";
        case dlms::UserDiagnostic::mechanism_not_recognized:
            return "authentication mechanism not recognized; this client address may use another one";
        case dlms::UserDiagnostic::mechanism_required:
            return "authentication mechanism name required; this client address needs a password or key";
        case dlms::UserDiagnostic::authentication_failure:
            return "authentication failure; check the password or the keys, and the client address";
        case dlms::UserDiagnostic::authentication_required:
            return "authentication required; this client address needs a password or key";
        case dlms::UserDiagnostic::none:
        case dlms::UserDiagnostic::no_reason:
            break;
    }
    return "no reason given; check the client and server addresses";
}

std::string explain(dlms::InitiateError error) {
    switch (error) {
        case dlms::InitiateError::dlms_version_too_low:
            return "DLMS version too low";
        case dlms::InitiateError::incompatible_conformance:
            return "incompatible conformance: no service that both sides know";
        case dlms::InitiateError::pdu_size_too_short:
            return "the client's maximum PDU size is too short for the meter; raise it";
        case dlms::InitiateError::refused_by_vde_handler:
            return "refused by the VDE handler";
        case dlms::InitiateError::other:
            break;
    }
    return "initiate error without a reason";
}

}  // namespace blathy::station
