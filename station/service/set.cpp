#include "station/service/set.hpp"

#include <variant>

#include "dlms/axdr.hpp"

namespace blathy::station {
namespace {

using dlms::Conformance;

}  // namespace

SetExchange::SetExchange(const Context& context, dlms::InvokeId invoke, std::vector<Assignment> assignments)
    : Exchange(context), invoke_(invoke), assignments_(std::move(assignments)) {}

Result<Step, Error> SetExchange::begin() {
    if (auto allowed = require(Conformance::set); !allowed) return fail(allowed.error());
    if (list()) {
        if (auto allowed = require(Conformance::multiple_references); !allowed) return fail(allowed.error());
    }
    Octets targets;
    Octets values;
    for (const Assignment& assignment : assignments_) {
        const AttributeTarget& target = assignment.target;
        if (auto allowed = require_for_set(target); !allowed) return fail(allowed.error());
        append(targets, encoded(encoded_size(target), [&](ByteWriter& out) { write(out, view(target)); }));
        append(values, assignment.value);
    }
    const std::size_t room = request_head + 2 * dlms::max_length_size + targets.size() + values.size();
    Octets whole = encoded(room, [&](ByteWriter& out) {
        if (list()) {
            const std::size_t count = assignments_.size();
            write(out, dlms::SetRequestWithList{invoke_, {count, targets}, {count, values}});
        } else {
            write(out, dlms::SetRequestNormal{invoke_, view(assignments_[0].target), values});
        }
    });
    if (!invoke_.confirmed()) return post(std::move(whole));
    if (whole.size() <= context().max_request_octets || context().uses_general_blocks() ||
        !context().has(Conformance::block_transfer_with_set)) {
        return send(std::move(whole));
    }
    if (list()) {
        Octets counted =
            encoded(dlms::max_length_size, [&](ByteWriter& out) { dlms::write_length(out, assignments_.size()); });
        append(counted, values);
        values = std::move(counted);
    }
    blocks_ = BlockSource(std::move(values));
    return first_block(std::move(targets));
}

Result<Step, Error> SetExchange::first_block(Octets targets) {
    const std::size_t before = request_head + (list() ? dlms::length_size(assignments_.size()) : 0) + targets.size();
    const std::size_t most = context().max_request_octets;
    const auto block = blocks_.next(most > before ? most - before : 0);
    if (!block) return fail(block.error());
    return send(encoded(most, [&](ByteWriter& out) {
        if (list()) {
            write(out, dlms::SetRequestWithListAndFirstDatablock{invoke_, {assignments_.size(), targets}, *block});
        } else {
            write(out, dlms::SetRequestWithFirstDatablock{invoke_, view(assignments_[0].target), *block});
        }
    }));
}

Result<Step, Error> SetExchange::next_block() {
    const std::size_t most = context().max_request_octets;
    const auto block = blocks_.next(most > request_head ? most - request_head : 0);
    if (!block) return fail(block.error());
    return send(encoded(most, [&](ByteWriter& out) { write(out, dlms::SetRequestWithDatablock{invoke_, *block}); }));
}

Result<Step, Error> SetExchange::respond(Bytes apdu) {
    if (apdu[0] != static_cast<std::uint8_t>(dlms::ApduTag::set_response)) return Step::wait();
    const auto response = dlms::read_set_response(apdu);
    if (!response) return fail(protocol_error("the meter sent a malformed set-response"));
    const auto invoke = std::visit([](const auto& any) { return any.invoke; }, *response);
    if (invoke.id() != invoke_.id()) return Step::wait();

    if (const auto* acknowledged = std::get_if<dlms::SetResponseDatablock>(&*response)) {
        if (!in_blocks() || blocks_.at_end() || acknowledged->block_number != blocks_.number()) {
            return fail(protocol_error("the meter acknowledged block " + std::to_string(acknowledged->block_number) +
                                       ", which is not the one it was sent"));
        }
        return next_block();
    }
    if (const auto* normal = std::get_if<dlms::SetResponseNormal>(&*response)) {
        const auto result = static_cast<std::uint8_t>(normal->result);
        return finish(Bytes(&result, 1));
    }
    if (const auto* last = std::get_if<dlms::SetResponseLastDatablock>(&*response)) {
        const auto result = static_cast<std::uint8_t>(last->result);
        return finish(Bytes(&result, 1));
    }
    if (const auto* last = std::get_if<dlms::SetResponseLastDatablockWithList>(&*response))
        return finish(last->results);
    return finish(std::get<dlms::SetResponseWithList>(*response).results);
}

Result<Step, Error> SetExchange::finish(Bytes results) {
    const bool one_failure = results.size() == 1 && results[0] != 0;
    // One failure in place of a list, or in the middle of the blocks, is the end of the whole.
    if (one_failure && (list() || (in_blocks() && !blocks_.at_end()))) {
        return fail(refusal(static_cast<dlms::DataAccessResult>(results[0])));
    }
    if (in_blocks() && !blocks_.at_end()) {
        return fail(protocol_error("the meter answered before it had the whole value"));
    }
    if (results.size() != assignments_.size()) {
        return fail(protocol_error("the meter sent " + std::to_string(results.size()) + " results for " +
                                   std::to_string(assignments_.size()) + " attributes"));
    }
    for (const std::uint8_t result : results) results_.push_back(static_cast<dlms::DataAccessResult>(result));
    return Step::done();
}

}  // namespace blathy::station
