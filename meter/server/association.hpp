// Application associations: who a client is, what it may do, and how it came to be connected (IEC 62056-5-3, 7.2).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/initiate.hpp"
#include "meter/cosem/object.hpp"

namespace blathy::meter {

// Service access points: HDLC upper addresses and wrapper ports.
inline constexpr std::uint16_t management_logical_device = 1;
inline constexpr std::uint16_t public_client_sap = 16;
inline constexpr std::uint16_t management_client_sap = 1;

// The largest APDU that the meter takes.
inline constexpr std::uint16_t max_receive_pdu_size = 2048;

// What the meter supports; an association has what the client supports as well.
inline constexpr dlms::Conformance server_conformance{dlms::Conformance::general_block_transfer,
                                                      dlms::Conformance::attribute_0_with_set,
                                                      dlms::Conformance::priority_management,
                                                      dlms::Conformance::attribute_0_with_get,
                                                      dlms::Conformance::block_transfer_with_get,
                                                      dlms::Conformance::block_transfer_with_set,
                                                      dlms::Conformance::block_transfer_with_action,
                                                      dlms::Conformance::multiple_references,
                                                      dlms::Conformance::access,
                                                      dlms::Conformance::get,
                                                      dlms::Conformance::set,
                                                      dlms::Conformance::selective_access,
                                                      dlms::Conformance::action};

class Association {
  public:
    Association() = default;
    Association(std::uint16_t client_sap, std::uint16_t server_sap)
        : client_sap_(client_sap), server_sap_(server_sap) {}

    // Answers an AARQ with an AARE and is open if it accepted. A request within an open association begins anew.
    void open(const Meter& meter, Bytes aarq, ByteWriter& out);
    // Answers a release request, and is closed. One that can't be read is still one, for the client means to end.
    void release(ByteWriter& out);
    void close() { is_open_ = false; }

    [[nodiscard]] bool is_open() const { return is_open_; }
    [[nodiscard]] std::uint16_t client_sap() const { return client_sap_; }
    [[nodiscard]] std::uint16_t server_sap() const { return server_sap_; }
    [[nodiscard]] Role role() const { return role_; }
    [[nodiscard]] dlms::Conformance conformance() const { return conformance_; }
    // 0: no limit.
    [[nodiscard]] std::uint16_t client_max_receive_pdu_size() const { return client_max_receive_pdu_size_; }
    [[nodiscard]] dlms::ApplicationContext context() const { return dlms::ApplicationContext::logical_names; }
    [[nodiscard]] dlms::Mechanism mechanism() const { return mechanism_; }

  private:
    std::uint16_t client_sap_ = 0;
    std::uint16_t server_sap_ = 0;
    std::uint16_t client_max_receive_pdu_size_ = 0;
    Role role_ = Role::public_client;
    dlms::Mechanism mechanism_ = dlms::Mechanism::none;
    dlms::Conformance conformance_;
    bool is_open_ = false;
};

}  // namespace blathy::meter
