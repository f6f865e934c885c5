// Opening and closing an association, without input or output (IEC 62056-5-3, 6.2 to 6.4 and 7.2).
#pragma once

#include <optional>
#include <string>

#include "dlms/acse/acse.hpp"
#include "dlms/initiate.hpp"
#include "station/exchange.hpp"

namespace blathy::station {

// All that this client can do.
inline constexpr dlms::Conformance client_conformance(dlms::Conformance::priority_management,
                                                      dlms::Conformance::block_transfer_with_get,
                                                      dlms::Conformance::block_transfer_with_set,
                                                      dlms::Conformance::block_transfer_with_action,
                                                      dlms::Conformance::multiple_references, dlms::Conformance::get,
                                                      dlms::Conformance::set, dlms::Conformance::selective_access,
                                                      dlms::Conformance::action);

struct AssociationOptions {
    // Low-level security with this password; none: no authentication.
    std::optional<Octets> password;
    dlms::Conformance conformance = client_conformance;
    std::uint16_t max_receive_pdu_octets = 0xFFFF;  // 12 or more
    std::size_t max_value_octets = std::size_t{64} << 20;
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
