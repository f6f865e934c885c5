// Application associations: who a client is, what it may do, and how it came to be connected (IEC 62056-5-3, 7.2).
//
// What protects it is SecuredAssociation's; this adds whom the link says it is with, and the meter around it.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/initiate.hpp"
#include "meter/cosem/object.hpp"
#include "meter/security/secured_association.hpp"

namespace blathy::meter {

using security::AccessPort;

// Service access points: HDLC upper addresses and wrapper ports.
inline constexpr std::uint16_t management_logical_device = 1;
constexpr std::uint16_t client_sap_of(Role role) {
    return security::client_saps[static_cast<std::size_t>(role)];
}

// The largest APDU that the meter takes.
inline constexpr std::uint16_t max_receive_pdu_size = 2048;

// What the meter supports; an association has what the client supports as well.
inline constexpr dlms::Conformance server_conformance{dlms::Conformance::general_protection,
                                                      dlms::Conformance::general_block_transfer,
                                                      dlms::Conformance::attribute_0_with_set,
                                                      dlms::Conformance::priority_management,
                                                      dlms::Conformance::attribute_0_with_get,
                                                      dlms::Conformance::block_transfer_with_get,
                                                      dlms::Conformance::block_transfer_with_set,
                                                      dlms::Conformance::block_transfer_with_action,
                                                      dlms::Conformance::multiple_references,
                                                      dlms::Conformance::data_notification,
                                                      dlms::Conformance::access,
                                                      dlms::Conformance::get,
                                                      dlms::Conformance::set,
                                                      dlms::Conformance::selective_access,
                                                      dlms::Conformance::event_notification,
                                                      dlms::Conformance::action};

class Association {
  public:
    Association() = default;
    Association(std::uint16_t client_sap, std::uint16_t server_sap, security::Origin origin = {})
        : client_sap_(client_sap), server_sap_(server_sap), origin_(origin) {}
    // Not open: for what the meter says on its own account to a client of this role.
    static Association towards(Role role);

    // Answers an AARQ with an AARE; it then is open, waits for the client's proof, or is closed. A request within an
    // open association begins anew.
    void open(Meter& meter, Bytes aarq, ByteWriter& out);
    // Opens the one that needs no AARQ, if this client has it.
    bool open_pre_established(Meter& meter);
    // Answers a release request. One that is protected by less than the association demands releases nothing.
    void release(Meter& meter, Bytes rlrq, ByteWriter& out);

    // The protection of what it carries.
    [[nodiscard]] security::SecuredAssociation& secured() { return secured_; }
    // The method reply_to_HLS_authentication, pass 3 and 4.
    dlms::ActionResult reply_to_hls(Meter& meter, Bytes parameters, dlms::DataWriter& returned);

    // Open or waiting for the client's proof.
    [[nodiscard]] bool is_open() const { return secured_.is_open(); }
    // Open to a client that has proven who it is.
    [[nodiscard]] bool is_proven() const { return secured_.is_proven(); }
    [[nodiscard]] std::uint16_t client_sap() const { return client_sap_; }
    [[nodiscard]] std::uint16_t server_sap() const { return server_sap_; }
    [[nodiscard]] Role role() const { return secured_.role(); }
    [[nodiscard]] dlms::Conformance conformance() const { return secured_.conformance(); }
    // 0: no limit.
    [[nodiscard]] std::uint16_t client_max_receive_pdu_size() const { return secured_.client_max_receive_pdu_size(); }
    [[nodiscard]] dlms::ApplicationContext context() const { return secured_.context(); }
    [[nodiscard]] dlms::Mechanism mechanism() const { return secured_.mechanism(); }

  private:
    [[nodiscard]] security::Caller caller(const Meter& meter) const;

    std::uint16_t client_sap_ = 0;
    std::uint16_t server_sap_ = 0;
    security::Origin origin_;
    security::SecuredAssociation secured_;
};

}  // namespace blathy::meter
