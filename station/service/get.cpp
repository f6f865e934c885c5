#include "station/service/get.hpp"

#include <algorithm>
#include <variant>

#include "dlms/axdr.hpp"
#include "dlms/tags.hpp"

namespace blathy::station {
namespace {

using dlms::Conformance;

constexpr std::size_t next_request_octets = 7;

bool is_get_response(Bytes apdu) {
    return apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::get_response);
}

Error malformed() {
    return protocol_error("the meter sent a malformed get-response");
}

Octets next_request(dlms::InvokeId invoke, std::uint32_t number) {
    return encoded(next_request_octets, [&](ByteWriter& out) { write(out, dlms::GetRequestNext{invoke, number}); });
}

}  // namespace

GetExchange::GetExchange(const Context& context, dlms::InvokeId invoke, AttributeTarget target, ValueSink sink)
    : Exchange(context), invoke_(invoke), target_(std::move(target)), sink_(std::move(sink)), blocks_(context) {}

Result<Step, Error> GetExchange::begin() {
    if (auto allowed = require(Conformance::get); !allowed) return fail(allowed.error());
    if (auto allowed = require_for_get(target_); !allowed) return fail(allowed.error());
    return send(encoded(3 + encoded_size(target_), [&](ByteWriter& out) {
        write(out, dlms::GetRequestNormal{invoke_, view(target_)});
    }));
}

// Of a get-response-normal with data, which is all that the beginning of a long answer can be.
Result<void, Error> GetExchange::peek(Bytes beginning) {
    constexpr std::uint8_t normal = 1;
    constexpr std::uint8_t data = 0;
    constexpr std::size_t header = 4;
    const bool is_ours = beginning.size() > header && is_get_response(beginning) && beginning[1] == normal &&
                         dlms::InvokeId{beginning[2]}.id() == invoke_.id() && beginning[3] == data;
    return is_ours ? give(beginning.subspan(header)) : Result<void, Error>{};
}

// What the sink does not have yet of a value.
Result<void, Error> GetExchange::give(Bytes value) {
    const Bytes rest = value.subspan(std::min(given_, value.size()));
    given_ = std::max(given_, value.size());
    return sink_(rest);
}

Result<Step, Error> GetExchange::respond(Bytes apdu) {
    if (!is_get_response(apdu)) return Step::wait();
    const auto response = dlms::read_get_response(apdu);
    if (!response) return fail(malformed());
    if (const auto* normal = std::get_if<dlms::GetResponseNormal>(&*response)) {
        if (normal->invoke.id() != invoke_.id()) return Step::wait();
        // Between blocks only an error may come this way.
        const dlms::GetDataResult& result = normal->result;
        if (result.result != dlms::DataAccessResult::success) return fail(refusal(result.result));
        if (blocks_.number() > 0) return fail(protocol_error("the meter began anew in the middle of a long value"));
        if (auto taken = give(result.data); !taken) return fail(taken.error());
        return Step::done();
    }
    if (const auto* block = std::get_if<dlms::GetResponseWithDatablock>(&*response)) {
        if (block->invoke.id() != invoke_.id()) return Step::wait();
        return take_block(*block);
    }
    if (std::get<dlms::GetResponseWithList>(*response).invoke.id() != invoke_.id()) return Step::wait();
    return fail(protocol_error("the meter answered a single GET with a list"));
}

Result<Step, Error> GetExchange::take_block(const dlms::GetResponseWithDatablock& response) {
    if (response.result != dlms::DataAccessResult::success) return fail(refusal(response.result));
    if (auto allowed = require(Conformance::block_transfer_with_get); !allowed) return fail(allowed.error());
    if (auto taken = blocks_.take(response.block); !taken) return fail(taken.error());
    if (auto taken = sink_(response.block.raw); !taken) return fail(taken.error());
    if (response.block.last) return Step::done();
    return send(next_request(invoke_, blocks_.number()));
}

GetListExchange::GetListExchange(const Context& context, dlms::InvokeId invoke, std::vector<AttributeTarget> targets)
    : Exchange(context), invoke_(invoke), targets_(std::move(targets)), blocks_(context) {}

Result<Step, Error> GetListExchange::begin() {
    if (auto allowed = require(Conformance::get); !allowed) return fail(allowed.error());
    if (auto allowed = require(Conformance::multiple_references); !allowed) return fail(allowed.error());
    std::size_t octets = 0;
    for (const AttributeTarget& target : targets_) {
        if (auto allowed = require_for_get(target); !allowed) return fail(allowed.error());
        octets += encoded_size(target);
    }
    const Octets list = encoded(octets, [&](ByteWriter& out) {
        for (const AttributeTarget& target : targets_) write(out, view(target));
    });
    return send(encoded(request_overhead + octets, [&](ByteWriter& out) {
        write(out, dlms::GetRequestWithList{invoke_, {targets_.size(), list}});
    }));
}

Result<Step, Error> GetListExchange::respond(Bytes apdu) {
    if (!is_get_response(apdu)) return Step::wait();
    const auto response = dlms::read_get_response(apdu);
    if (!response) return fail(malformed());
    if (const auto* normal = std::get_if<dlms::GetResponseNormal>(&*response)) {
        if (normal->invoke.id() != invoke_.id()) return Step::wait();
        if (normal->result.result != dlms::DataAccessResult::success) return fail(refusal(normal->result.result));
        return fail(protocol_error("the meter answered a GET with a list with a single value"));
    }
    if (const auto* list = std::get_if<dlms::GetResponseWithList>(&*response)) {
        if (list->invoke.id() != invoke_.id()) return Step::wait();
        if (blocks_.number() > 0) return fail(protocol_error("the meter began anew in the middle of a long value"));
        ByteReader in(list->results.encoded);
        return take_results(list->results.count, in);
    }
    const auto& block = std::get<dlms::GetResponseWithDatablock>(*response);
    if (block.invoke.id() != invoke_.id()) return Step::wait();
    if (block.result != dlms::DataAccessResult::success) return fail(refusal(block.result));
    if (auto allowed = require(Conformance::block_transfer_with_get); !allowed) return fail(allowed.error());
    if (auto taken = blocks_.take(block.block); !taken) return fail(taken.error());
    append(raw_, block.block.raw);
    if (!block.block.last) return send(next_request(invoke_, blocks_.number()));
    ByteReader in(raw_);
    const std::size_t count = dlms::read_length(in);
    return take_results(count, in);
}

Result<Step, Error> GetListExchange::take_results(std::size_t count, ByteReader& in) {
    if (count != targets_.size()) {
        return fail(protocol_error("the meter sent " + std::to_string(count) + " results for " +
                                   std::to_string(targets_.size()) + " attributes"));
    }
    std::vector<GetResult> results;
    results.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const dlms::GetDataResult result = dlms::read_get_data_result(in);
        results.push_back({result.result, to_octets(result.data)});
    }
    if (!in.ok() || !in.at_end()) return fail(malformed());
    results_ = std::move(results);
    return Step::done();
}

}  // namespace blathy::station
