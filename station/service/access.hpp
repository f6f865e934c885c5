// ACCESS: several GETs, SETs and ACTIONs in one request, carried out in their order (IEC 62056-5-3, 6.9).
#pragma once

#include <variant>
#include <vector>

#include "dlms/apdu/access.hpp"
#include "station/exchange.hpp"
#include "station/service/set.hpp"
#include "station/service/target.hpp"

namespace blathy::station {

// A GET, a SET or an ACTION.
using AccessItem = std::variant<AttributeTarget, Assignment, MethodTarget>;

struct AccessReply {
    dlms::AccessKind kind = dlms::AccessKind::get;
    // A DataAccessResult, of an action an ActionResult; 0 is success in both.
    std::uint8_t result = 0;
    Octets data;  // one encoded value; null-data of what returns nothing

    [[nodiscard]] bool succeeded() const { return result == 0; }
};
// Why there is no value.
Error refusal(const AccessReply& reply);

class AccessExchange : public Exchange {
  public:
    // `invoke` may ask the meter to stop at the first failure; then there may be fewer replies than items.
    AccessExchange(const Context& context, dlms::LongInvokeId invoke, std::vector<AccessItem> items);

    Result<Step, Error> begin() override;
    // Nothing is done twice if all it does is to read.
    [[nodiscard]] bool repeatable() const override;
    [[nodiscard]] std::vector<AccessReply>& replies() { return replies_; }

    // The octets of a request for nothing at all; what each item adds to it.
    static constexpr std::size_t request_overhead = 1 + 4 + 1 + 5 + 5;
    static std::size_t encoded_size(const AccessItem& item);

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    dlms::LongInvokeId invoke_;
    std::vector<AccessItem> items_;
    std::vector<AccessReply> replies_;
};

}  // namespace blathy::station
