// ExceptionResponse and ConfirmedServiceError: the answers to what can't be answered (IEC 62056-5-3, 7.3).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

enum class StateError : std::uint8_t { service_not_allowed = 1, service_unknown = 2 };

enum class ServiceError : std::uint8_t {
    operation_not_possible = 1,
    service_not_supported = 2,
    other_reason = 3,
    pdu_too_long = 4,
    deciphering_error = 5,
    invocation_counter_error = 6,
};

struct ExceptionResponse {
    StateError state = StateError::service_not_allowed;
    ServiceError service = ServiceError::operation_not_possible;
    std::uint32_t expected_invocation_counter = 0;  // only with invocation_counter_error
    constexpr bool operator==(const ExceptionResponse&) const = default;
};

void write(ByteWriter& out, const ExceptionResponse& response);
std::optional<ExceptionResponse> read_exception_response(Bytes apdu);

}  // namespace blathy::dlms
