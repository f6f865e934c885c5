// Why something did not work: in a word for programs, in a number of the protocol, and in a sentence for people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/apdu/errors.hpp"
#include "dlms/initiate.hpp"
#include "dlms/tags.hpp"

namespace blathy::station {

enum class ErrorKind : std::uint8_t {
    usage,           // the caller asked for something that can't be
    connection,      // no connection, or it broke
    timeout,         // the meter was silent for too long
    protocol,        // the meter sent what the standard does not allow
    association,     // the meter refused the association; code: the diagnostic
    refused,         // the meter refused a service; code: DataAccessResult or ActionResult
    exception,       // exception-response; code: state error * 256 + service error
    not_negotiated,  // the association does not include the service
    limit,           // an answer beyond the limits of this client
    security,        // a key or counter that can't be used, or an answer that is not proven to be the meter's
};

struct Error {
    ErrorKind kind = ErrorKind::usage;
    std::uint32_t code = 0;
    std::string text;  // what happened and what to try; may quote the meter, so escape it for a terminal
};

Error protocol_error(std::string text);
Error timeout_error(std::string text);
Error connection_error(std::string text);
Error security_error(std::string text);
Error association_error(const dlms::Diagnostic& diagnostic, std::string text);
// "object-undefined: …" and what it usually means.
Error refusal(dlms::DataAccessResult result);
Error refusal(dlms::ActionResult result);
Error exception_error(const dlms::ExceptionResponse& response);

// The sentence for the diagnostic of a rejecting AARE, with what to try.
std::string explain(const dlms::Diagnostic& diagnostic);
std::string explain(dlms::InitiateError error);

}  // namespace blathy::station
