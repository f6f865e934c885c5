// Opening and closing an association, without input or output (IEC 62056-5-3, 6.2 to 6.4 and 7.2).
#pragma once

#include <optional>
#include <string>

#include "dlms/acse/acse.hpp"
#include "dlms/initiate.hpp"
#include "station/exchange.hpp"
#include "station/security/session.hpp"

namespace blathy::station {

// All that this client can do; general block transfer is added when it is wanted.
inline constexpr dlms::Conformance client_conformance(
    dlms::Conformance::attribute_0_with_set, dlms::Conformance::priority_management,
    dlms::Conformance::attribute_0_with_get, dlms::Conformance::block_transfer_with_get,
    dlms::Conformance::block_transfer_with_set, dlms::Conformance::block_transfer_with_action,
    dlms::Conformance::multiple_references, dlms::Conformance::data_notification, dlms::Conformance::access,
    dlms::Conformance::get, dlms::Conformance::set, dlms::Conformance::selective_access,
    dlms::Conformance::event_notification, dlms::Conformance::action);

struct AssociationOptions {
    // Low-level security with this password; none: no authentication.
    std::optional<Octets> password;
    // All other security, and instead of the password.
    std::optional<Security> security;
    dlms::Conformance conformance = client_conformance;
    std::uint16_t max_receive_pdu_octets = 0xFFFF;  // 12 or more
    std::size_t max_value_octets = std::size_t{64} << 20;
    std::uint32_t max_blocks = 200'000;
    // Blocks that the meter may send before it waits for an acknowledgement, 1 to 63; 0: no general block transfer.
    std::uint8_t block_window = 0;

    [[nodiscard]] dlms::Conformance proposed() const {
        constexpr dlms::Conformance blocks(dlms::Conformance::general_block_transfer);
        constexpr dlms::Conformance protection(dlms::Conformance::general_protection);
        return dlms::Conformance::from_bits(
            conformance.bits() | (block_window > 0 ? blocks.bits() : 0) |
            (security && (security->protects() || security->signs) ? protection.bits() : 0));
    }
};

// AARQ and AARE, passes 1 and 2 of high-level security. When it is done, `agreed()` is what the other exchanges need.
class AssociationRequest : public Exchange {
  public:
    // With `options.security` the session of it, which must outlive this.
    explicit AssociationRequest(AssociationOptions options, SecuritySession* session = nullptr);

    Result<Step, Error> begin() override;
    // What is protected has a counter, and a meter takes it but once.
    [[nodiscard]] bool repeatable() const override { return session_ == nullptr || !session_->security().protects(); }
    // Sizes are those of the APDUs as the link carries them.
    [[nodiscard]] const Context& agreed() const { return agreed_; }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    [[nodiscard]] dlms::ApplicationContext application_context() const;
    Result<Step, Error> take_initiate(Bytes user_information);

    AssociationOptions options_;
    SecuritySession* session_;
    Context agreed_;
};

// RLRQ and RLRE. Any answer will do: the client leaves whether or not the meter likes it.
class ReleaseRequest : public Exchange {
  public:
    // In a ciphered association a meter does as it is told only when an InitiateRequest proves who says so.
    explicit ReleaseRequest(const Context& context, SecuritySession* session = nullptr)
        : Exchange(context), session_(session) {}

    Result<Step, Error> begin() override;
    [[nodiscard]] bool repeatable() const override { return session_ == nullptr || !session_->security().protects(); }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    SecuritySession* session_;
};

}  // namespace blathy::station
