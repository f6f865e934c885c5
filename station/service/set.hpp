// SET: one attribute or a list of them, whole or in blocks (IEC 62056-5-3, 6.7 and 7.3.5.3).
#pragma once

#include <vector>

#include "dlms/apdu/set.hpp"
#include "station/exchange.hpp"
#include "station/service/target.hpp"

namespace blathy::station {

struct Assignment {
    AttributeTarget target;
    Octets value;  // one encoded value
};

class SetExchange : public Exchange {
  public:
    // One assignment is a SET.request-NORMAL, more are a WITH-LIST; either goes in blocks if the meter takes no request
    // that long.
    SetExchange(const Context& context, dlms::InvokeId invoke, std::vector<Assignment> assignments);

    Result<Step, Error> begin() override;
    // As many as assignments, in their order.
    [[nodiscard]] const std::vector<dlms::DataAccessResult>& results() const { return results_; }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    [[nodiscard]] bool list() const { return assignments_.size() != 1; }
    [[nodiscard]] bool in_blocks() const { return blocks_.number() > 0; }
    Result<Step, Error> first_block(Octets targets);
    Result<Step, Error> next_block();
    Result<Step, Error> finish(Bytes results);

    dlms::InvokeId invoke_;
    std::vector<Assignment> assignments_;
    std::vector<dlms::DataAccessResult> results_;
    BlockSource blocks_{Octets{}};
};

}  // namespace blathy::station
