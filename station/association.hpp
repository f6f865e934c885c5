// Opening and closing an association, without input or output (IEC 62056-5-3, 6.2 to 6.4 and 7.2).
#pragma once

#include <optional>
#include <string>

#include "dlms/acse/acse.hpp"
#include "dlms/initiate.hpp"
#include "station/exchange.hpp"

namespace blathy::station {

// All that this client can do; general block transfer is added when it is wanted.
inline constexpr dlms::Conformance client_conformance(
    dlms::Conformance::priority_management, dlms::Conformance::block_transfer_with_get,
    dlms::Conformance::block_transfer_with_set, dlms::Conformance::block_transfer_with_action,
    dlms::Conformance::multiple_references, dlms::Conformance::data_notification, dlms::Conformance::access,
    dlms::Conformance::get, dlms::Conformance::set, dlms::Conformance::selective_access,
    dlms::Conformance::event_notification, dlms::Conformance::action);

struct AssociationOptions {
    // Low-level security with this password; none: no authentication.
    std::optional<Octets> password;
    dlms::Conformance conformance = client_conformance;
    std::uint16_t max_receive_pdu_octets = 0xFFFF;  // 12 or more
    std::size_t max_value_octets = std::size_t{64} << 20;
    std::uint32_t max_blocks = 200'000;
    // Blocks that the meter may send before it waits for an acknowledgement, 1 to 63; 0: no general block transfer.
    std::uint8_t block_window = 0;

    [[nodiscard]] dlms::Conformance proposed() const {
        constexpr dlms::Conformance blocks(dlms::Conformance::general_block_transfer);
        return dlms::Conformance::from_bits(conformance.bits() | (block_window > 0 ? blocks.bits() : 0));
    }
};

// AARQ and AARE. When it is done, `agreed()` is what the other exchanges need.
class AssociationRequest : public Exchange {
  public:
    explicit AssociationRequest(AssociationOptions options);

    Result<Step, Error> begin() override;
    [[nodiscard]] bool repeatable() const override { return true; }
    [[nodiscard]] const Context& agreed() const { return agreed_; }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    AssociationOptions options_;
    Context agreed_;
};

// RLRQ and RLRE. Any answer will do: the client leaves whether or not the meter likes it.
class ReleaseRequest : public Exchange {
  public:
    using Exchange::Exchange;

    Result<Step, Error> begin() override;
    [[nodiscard]] bool repeatable() const override { return true; }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;
};

}  // namespace blathy::station
