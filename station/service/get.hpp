// GET: one attribute or a list of them, whole or in blocks (IEC 62056-5-3, 6.6 and 7.3.5.2).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "dlms/apdu/get.hpp"
#include "station/exchange.hpp"
#include "station/service/target.hpp"

namespace blathy::station {

// Takes the pieces of one encoded value, in order, as they come. An error from it ends the exchange.
using ValueSink = std::function<Result<void, Error>(Bytes piece)>;

class GetExchange : public Exchange {
  public:
    GetExchange(const Context& context, dlms::InvokeId invoke, AttributeTarget target, ValueSink sink);

    Result<Step, Error> begin() override;
    Result<void, Error> peek(Bytes beginning) override;
    [[nodiscard]] bool repeatable() const override { return blocks_.number() == 0 && !has_begun(); }

  protected:
    Result<Step, Error> respond(Bytes apdu) override;
    [[nodiscard]] bool has_begun() const override { return given_ > 0; }

  private:
    Result<void, Error> give(Bytes value);
    Result<Step, Error> take_block(const dlms::GetResponseWithDatablock& response);

    dlms::InvokeId invoke_;
    AttributeTarget target_;
    ValueSink sink_;
    BlockSink blocks_;
    std::size_t given_ = 0;  // octets of a value in general blocks that the sink has
};

struct GetResult {
    dlms::DataAccessResult result = dlms::DataAccessResult::success;
    Octets data;  // one encoded value
};

class GetListExchange : public Exchange {
  public:
    GetListExchange(const Context& context, dlms::InvokeId invoke, std::vector<AttributeTarget> targets);

    Result<Step, Error> begin() override;
    [[nodiscard]] bool repeatable() const override { return blocks_.number() == 0; }
    // As many as targets, in their order.
    [[nodiscard]] std::vector<GetResult>& results() { return results_; }

    // The octets of a request for no attribute at all; each attribute adds its encoded_size().
    static constexpr std::size_t request_overhead = 3 + 5;

  protected:
    Result<Step, Error> respond(Bytes apdu) override;

  private:
    Result<Step, Error> take_results(std::size_t count, ByteReader& in);

    dlms::InvokeId invoke_;
    std::vector<AttributeTarget> targets_;
    std::vector<GetResult> results_;
    BlockSink blocks_;
    Octets raw_;
};

}  // namespace blathy::station
