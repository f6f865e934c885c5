// xDLMS context negotiation: InitiateRequest, InitiateResponse and the errors in their place (IEC 62056-5-3, 7.3).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

// The 24-bit conformance block; the numbers are those of the standard, bit 0 being the first one sent.
class Conformance {
  public:
    enum Bit : std::uint8_t {
        general_protection = 1,
        general_block_transfer = 2,
        delta_value_encoding = 6,
        attribute_0_with_set = 8,
        priority_management = 9,
        attribute_0_with_get = 10,
        block_transfer_with_get = 11,
        block_transfer_with_set = 12,
        block_transfer_with_action = 13,
        multiple_references = 14,
        data_notification = 16,
        access = 17,
        get = 19,
        set = 20,
        selective_access = 21,
        event_notification = 22,
        action = 23,
    };

    constexpr Conformance() = default;
    template <class... Bits>
    constexpr explicit Conformance(Bit first, Bits... others) : bits_(mask(first)) {
        ((bits_ |= mask(others)), ...);
    }
    static constexpr Conformance from_bits(std::uint32_t bits) {
        Conformance conformance;
        conformance.bits_ = bits & 0xFF'FFFF;
        return conformance;
    }

    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool has(Bit bit) const { return (bits_ & mask(bit)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    // What both sides support.
    constexpr Conformance operator&(Conformance other) const { return from_bits(bits_ & other.bits_); }
    constexpr bool operator==(const Conformance&) const = default;

  private:
    static constexpr std::uint32_t mask(Bit bit) { return 1U << (23 - bit); }
    std::uint32_t bits_ = 0;
};

inline constexpr std::uint8_t dlms_version = 6;
inline constexpr std::uint16_t vaa_name_logical_names = 0x0007;
// A client that announces less can't be answered at all (0 means no limit).
inline constexpr std::uint16_t min_client_pdu_size = 12;

struct InitiateRequest {
    Bytes dedicated_key;  // empty: absent
    bool response_allowed = true;
    std::optional<std::int8_t> quality_of_service;
    std::uint8_t version = dlms_version;
    Conformance conformance;
    std::uint16_t client_max_receive_pdu_size = 0;
};

struct InitiateResponse {
    std::optional<std::int8_t> quality_of_service;
    std::uint8_t version = dlms_version;
    Conformance conformance;
    std::uint16_t server_max_receive_pdu_size = 0;
    std::uint16_t vaa_name = vaa_name_logical_names;
};

// ServiceError ::= CHOICE of the ConfirmedServiceError, `initiate [6]`.
enum class InitiateError : std::uint8_t {
    other = 0,
    dlms_version_too_low = 1,
    incompatible_conformance = 2,
    pdu_size_too_short = 3,
    refused_by_vde_handler = 4,
};

void write(ByteWriter& out, const InitiateRequest& request);
void write(ByteWriter& out, const InitiateResponse& response);
void write_confirmed_service_error(ByteWriter& out, InitiateError error);

std::optional<InitiateRequest> read_initiate_request(Bytes apdu);
std::optional<InitiateResponse> read_initiate_response(Bytes apdu);
// The initiate error of a ConfirmedServiceError `0E 01 06 xx`.
std::optional<InitiateError> read_initiate_error(Bytes apdu);

}  // namespace blathy::dlms
