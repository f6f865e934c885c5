#include "station/association.hpp"

#include <algorithm>

#include "dlms/apdu/block_transfer.hpp"

namespace blathy::station {
namespace {

Context before_association(const AssociationOptions& options) {
    Context context;
    context.max_response_octets = options.max_receive_pdu_octets;
    context.max_value_octets = options.max_value_octets;
    context.max_blocks = options.max_blocks;
    context.block_window = options.block_window;
    return context;
}

Octets initiate_request(dlms::Conformance conformance, std::uint16_t max_receive_pdu_octets, Bytes dedicated_key) {
    return encoded(64, [&](ByteWriter& out) {
        dlms::InitiateRequest request;
        request.dedicated_key = dedicated_key;
        request.conformance = conformance;
        request.client_max_receive_pdu_size = max_receive_pdu_octets;
        write(out, request);
    });
}

// Of a rejection, with what to try: first what this side knows of what it asked for.
std::string reason(const dlms::Aare& aare, const SecuritySession* session) {
    if (aare.diagnostic == dlms::Diagnostic(dlms::UserDiagnostic::application_context_not_supported)) {
        return std::string("application context name not supported; the meter wants this client ") +
               (session != nullptr && session->security().protects() ? "without ciphering"
                                                                     : "with ciphering (--keys and --security both)") +
               ", or with short names";
    }
    if (aare.diagnostic != dlms::Diagnostic(dlms::UserDiagnostic::authentication_failure)) {
        return explain(aare.diagnostic);
    }
    if (aare.result == dlms::AssociationResult::rejected_transient) {
        return "too many wrong passwords or proofs came before; wait and try again. Each further one makes the wait "
               "longer, up to an hour";
    }
    std::string text = explain(aare.diagnostic);
    if (session != nullptr && session->security().protects()) {
        if (const std::string advice = session->advice(SecuritySession::Refused::association); !advice.empty()) {
            text = "authentication failure; " + advice + ". Else check the keys, and the client address";
        }
    }
    return text;
}

}  // namespace

AssociationRequest::AssociationRequest(AssociationOptions options, SecuritySession* session)
    : Exchange(before_association(options)), options_(std::move(options)), session_(session), agreed_(context()) {}

dlms::ApplicationContext AssociationRequest::application_context() const {
    return session_ != nullptr && session_->security().protects() ? dlms::ApplicationContext::logical_names_ciphered
                                                                  : dlms::ApplicationContext::logical_names;
}

Result<Step, Error> AssociationRequest::begin() {
    if (options_.block_window > dlms::GeneralBlock::max_window) {
        return fail(Error{ErrorKind::usage, 0, "the window of general block transfer is 1 to 63"});
    }
    if (options_.max_receive_pdu_octets < dlms::min_client_pdu_size) {
        return fail(Error{ErrorKind::usage, 0, "a maximum PDU size below 12 octets leaves no room for any answer"});
    }
    Octets initiate = initiate_request(options_.proposed(), options_.max_receive_pdu_octets,
                                       session_ == nullptr ? Bytes{} : session_->dedicated_key());
    dlms::Aarq aarq;
    aarq.context = static_cast<std::uint8_t>(application_context());
    if (session_ != nullptr) {
        const Security& security = session_->security();
        if (security.is_titled()) {
            aarq.calling_ap_title = security.client_title;
            aarq.calling_ae_qualifier = security.certificate;
        }
        if (security.mechanism != dlms::Mechanism::none) {
            aarq.mechanism = static_cast<std::uint8_t>(security.mechanism);
            aarq.authentication_value = session_->authentication_value();
        }
        auto ciphered = session_->protect_initiate(initiate);
        if (!ciphered) return fail(ciphered.error());
        initiate = std::move(*ciphered);
    } else if (options_.password) {
        aarq.mechanism = static_cast<std::uint8_t>(dlms::Mechanism::low_level);
        aarq.authentication_value = *options_.password;
    }
    aarq.user_information = initiate;
    const std::size_t room =
        128 + initiate.size() + aarq.authentication_value.size() + aarq.calling_ae_qualifier.size();
    return send(encoded(room, [&](ByteWriter& out) { write(out, aarq); }));
}

Result<Step, Error> AssociationRequest::respond(Bytes apdu) {
    // An answer to something earlier: datagrams may come late.
    if (apdu[0] != static_cast<std::uint8_t>(dlms::ApduTag::aare)) return Step::wait();
    const auto aare = dlms::read_aare(apdu);
    if (!aare) return fail(protocol_error("the meter answered the association request with a malformed AARE"));
    if (aare->result != dlms::AssociationResult::accepted) {
        const auto initiate_error = dlms::read_initiate_error(aare->user_information);
        const std::string text = initiate_error ? explain(*initiate_error) : reason(*aare, session_);
        const bool for_now = aare->result == dlms::AssociationResult::rejected_transient;
        return fail(association_error(
            aare->diagnostic, "the meter refused the association" + std::string(for_now ? " for now: " : ": ") + text));
    }
    if (aare->context != static_cast<std::uint8_t>(application_context())) {
        return fail(protocol_error("the meter accepted another application context than it was asked for"));
    }
    const bool is_high_level = session_ != nullptr && session_->security().is_high_level();
    if (!is_high_level && aare->diagnostic == dlms::Diagnostic(dlms::UserDiagnostic::authentication_required)) {
        return fail(association_error(
            aare->diagnostic, "the meter wants high-level authentication, which this client was not told to use"));
    }
    if (session_ == nullptr) return take_initiate(aare->user_information);
    if (auto taken = session_->take(*aare); !taken) return fail(taken.error());
    const auto initiate = session_->open_initiate(aare->user_information);
    if (!initiate) return fail(initiate.error());
    return take_initiate(*initiate);
}

Result<Step, Error> AssociationRequest::take_initiate(Bytes user_information) {
    const auto initiate = dlms::read_initiate_response(user_information);
    if (!initiate) return fail(protocol_error("the meter accepted the association without an initiate-response"));
    if (initiate->version != dlms::dlms_version || initiate->vaa_name != dlms::vaa_name_logical_names) {
        return fail(protocol_error("the meter speaks DLMS version " + std::to_string(initiate->version) +
                                   " or short names; this client speaks version 6 with logical names"));
    }
    // A meter must not offer what was not proposed; nothing of it would be used.
    agreed_.conformance = initiate->conformance & options_.proposed();
    if (initiate->server_max_receive_pdu_size != 0) agreed_.max_request_octets = initiate->server_max_receive_pdu_size;
    const bool needs_general =
        session_ != nullptr && (session_->security().signs ||
                                (session_->security().protects() && session_->security().form != CipherForm::service));
    if (needs_general && !agreed_.has(dlms::Conformance::general_protection)) {
        return fail(
            Error{ErrorKind::not_negotiated, static_cast<std::uint32_t>(dlms::Conformance::general_protection),
                  "the meter does not agree to general protection; ask without a signature and with the ciphering of "
                  "the services"});
    }
    return Step::done();
}

Result<Step, Error> ReleaseRequest::begin() {
    Octets initiate;
    if (session_ != nullptr && session_->security().protects()) {
        const auto most = static_cast<std::uint16_t>(std::min<std::size_t>(context().max_response_octets, 0xFFFF));
        auto ciphered = session_->protect_initiate(initiate_request(context().conformance, most, {}));
        if (!ciphered) return fail(ciphered.error());
        initiate = std::move(*ciphered);
    }
    return send(encoded(16 + initiate.size(), [&](ByteWriter& out) {
        dlms::write_rlrq(out, {static_cast<std::uint8_t>(dlms::ReleaseRequestReason::normal), initiate});
    }));
}

Result<Step, Error> ReleaseRequest::respond(Bytes apdu) {
    // Late answers to an earlier request may still arrive; RLREs with extra or missing fields are common.
    return apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::rlre) ? Step::done() : Step::wait();
}

}  // namespace blathy::station
