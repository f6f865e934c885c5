// ACTION: one method or a list of them, whole or in blocks both ways (IEC 62056-5-3, 6.8 and 7.3.5.4).
#pragma once

#include <optional>
#include <vector>

#include "dlms/apdu/action.hpp"
#include "station/exchange.hpp"
#include "station/service/target.hpp"

namespace blathy::station {

struct ActionReply {
    dlms::ActionResult result = dlms::ActionResult::success;
    // Return parameters: one encoded value, or why there is none.
    std::optional<Result<Octets, dlms::DataAccessResult>> returned;
};

class ActionExchange : public Exchange {
  public:
    // One invocation is an ACTION.request-NORMAL, more are a WITH-LIST.
    ActionExchange(const Context& context, dlms::InvokeId invoke, std::vector<MethodTarget> invocations);

    Result<Step, Error> begin() override;
    // As many as invocations, in their order.
    [[nodiscard]] const std::vector<ActionReply>& replies() const { return replies_; }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    [[nodiscard]] bool list() const { return invocations_.size() != 1; }
    [[nodiscard]] bool in_blocks() const { return sent_.number() > 0; }
    Result<Step, Error> first_block(Octets methods);
    Result<Step, Error> next_block();
    Result<Step, Error> take_block(const dlms::DataBlock& block);
    Result<Step, Error> take_outcomes(std::size_t count, ByteReader& in);

    dlms::InvokeId invoke_;
    std::vector<MethodTarget> invocations_;
    std::vector<ActionReply> replies_;
    BlockSource sent_{Octets{}};
    BlockSink received_;
    Octets raw_;
};

}  // namespace blathy::station
