#include "dlms/initiate.hpp"

#include "dlms/axdr.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms {
namespace {

// [APPLICATION 31] IMPLICIT BIT STRING (SIZE(24)): 5F 1F 04 00 and three octets, BER within the A-XDR. Some clients
// write the tag as 5F alone, the one-octet form that early editions allowed.
void write_conformance(ByteWriter& out, Conformance conformance) {
    out.u16(0x5F1F);
    out.u8(4);
    out.u32(conformance.bits());
}

Conformance read_conformance(ByteReader& in) {
    if (in.u8() != 0x5F) in.invalidate();
    if (in.peek_u8() == 0x1F) in.skip(1);
    if (in.u8() != 4) in.invalidate();
    const std::uint32_t bits = in.u32();
    if (bits > 0xFF'FFFF) in.invalidate();  // no unused bits in a string of 24
    return Conformance::from_bits(bits);
}

void write_optional(ByteWriter& out, const std::optional<std::int8_t>& value) {
    out.u8(value ? 1 : 0);
    if (value) out.i8(*value);
}

bool read_flag(ByteReader& in) {
    const std::uint8_t flag = in.u8();
    if (flag > 1) in.invalidate();
    return flag == 1;
}

std::optional<std::int8_t> read_optional(ByteReader& in) {
    if (!read_flag(in)) return std::nullopt;
    return in.i8();
}

}  // namespace

void write(ByteWriter& out, const InitiateRequest& request) {
    out.u8(static_cast<std::uint8_t>(ApduTag::initiate_request));
    out.u8(request.dedicated_key.empty() ? 0 : 1);
    if (!request.dedicated_key.empty()) write_octets(out, request.dedicated_key);
    out.u8(request.response_allowed ? 0 : 1);  // 0: the default, TRUE, is not sent
    if (!request.response_allowed) out.u8(0);
    write_optional(out, request.quality_of_service);
    out.u8(request.version);
    write_conformance(out, request.conformance);
    out.u16(request.client_max_receive_pdu_size);
}

void write(ByteWriter& out, const InitiateResponse& response) {
    out.u8(static_cast<std::uint8_t>(ApduTag::initiate_response));
    write_optional(out, response.quality_of_service);
    out.u8(response.version);
    write_conformance(out, response.conformance);
    out.u16(response.server_max_receive_pdu_size);
    out.u16(response.vaa_name);
}

void write_confirmed_service_error(ByteWriter& out, InitiateError error) {
    out.u8(static_cast<std::uint8_t>(ApduTag::confirmed_service_error));
    out.u8(1);  // initiateError
    out.u8(6);  // ServiceError: initiate
    out.u8(static_cast<std::uint8_t>(error));
}

std::optional<InitiateRequest> read_initiate_request(Bytes apdu) {
    ByteReader in(apdu);
    InitiateRequest request;
    if (in.u8() != static_cast<std::uint8_t>(ApduTag::initiate_request)) return std::nullopt;
    if (read_flag(in)) request.dedicated_key = read_octets(in);
    if (read_flag(in)) request.response_allowed = in.u8() != 0;
    request.quality_of_service = read_optional(in);
    request.version = in.u8();
    request.conformance = read_conformance(in);
    request.client_max_receive_pdu_size = in.u16();
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return request;
}

std::optional<InitiateResponse> read_initiate_response(Bytes apdu) {
    ByteReader in(apdu);
    InitiateResponse response;
    if (in.u8() != static_cast<std::uint8_t>(ApduTag::initiate_response)) return std::nullopt;
    response.quality_of_service = read_optional(in);
    response.version = in.u8();
    response.conformance = read_conformance(in);
    response.server_max_receive_pdu_size = in.u16();
    response.vaa_name = in.u16();
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return response;
}

std::optional<InitiateError> read_initiate_error(Bytes apdu) {
    ByteReader in(apdu);
    if (in.u8() != static_cast<std::uint8_t>(ApduTag::confirmed_service_error) || in.u8() != 1 || in.u8() != 6) {
        return std::nullopt;
    }
    const std::uint8_t error = in.u8();
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return static_cast<InitiateError>(error);
}

}  // namespace blathy::dlms
