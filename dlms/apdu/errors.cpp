#include "dlms/apdu/errors.hpp"

#include "dlms/tags.hpp"

namespace blathy::dlms {

void write(ByteWriter& out, const ExceptionResponse& response) {
    out.u8(static_cast<std::uint8_t>(ApduTag::exception_response));
    out.u8(static_cast<std::uint8_t>(response.state));
    out.u8(static_cast<std::uint8_t>(response.service));
    if (response.service == ServiceError::invocation_counter_error) out.u32(response.expected_invocation_counter);
}

std::optional<ExceptionResponse> read_exception_response(Bytes apdu) {
    ByteReader in(apdu);
    if (in.u8() != static_cast<std::uint8_t>(ApduTag::exception_response)) return std::nullopt;
    ExceptionResponse response;
    response.state = static_cast<StateError>(in.u8());
    response.service = static_cast<ServiceError>(in.u8());
    if (response.service == ServiceError::invocation_counter_error) response.expected_invocation_counter = in.u32();
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return response;
}

}  // namespace blathy::dlms
