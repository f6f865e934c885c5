#include "station/service/action.hpp"

#include <variant>

#include "dlms/axdr.hpp"
#include "dlms/data.hpp"

namespace blathy::station {
namespace {

using dlms::Conformance;

constexpr std::size_t method_octets = 2 + 6 + 1;
ActionReply reply_of(const dlms::ActionOutcome& outcome) {
    ActionReply reply{outcome.result, std::nullopt};
    if (outcome.returned) {
        if (outcome.returned->result == dlms::DataAccessResult::success) {
            reply.returned = to_octets(outcome.returned->data);
        } else {
            reply.returned = fail(outcome.returned->result);
        }
    }
    return reply;
}

}  // namespace

ActionExchange::ActionExchange(const Context& context, dlms::InvokeId invoke, std::vector<MethodTarget> invocations)
    : Exchange(context), invoke_(invoke), invocations_(std::move(invocations)), received_(context) {}

Result<Step, Error> ActionExchange::begin() {
    if (auto allowed = require(Conformance::action); !allowed) return fail(allowed.error());
    if (list()) {
        if (auto allowed = require(Conformance::multiple_references); !allowed) return fail(allowed.error());
    }
    Octets methods;
    Octets parameters;
    for (const MethodTarget& target : invocations_) {
        append(methods, encoded(method_octets, [&](ByteWriter& out) { write(out, target.method); }));
        append(parameters, target.parameters);
        // A list has parameters for each method; null-data stands for none.
        if (list() && target.parameters.empty())
            parameters.push_back(static_cast<std::uint8_t>(dlms::DataTag::null_data));
    }
    const std::size_t room = request_head + 2 * dlms::max_length_size + methods.size() + parameters.size() + 1;
    Octets whole = encoded(room, [&](ByteWriter& out) {
        if (list()) {
            const std::size_t count = invocations_.size();
            write(out, dlms::ActionRequestWithList{invoke_, {count, methods}, {count, parameters}});
        } else {
            write(out, dlms::ActionRequestNormal{invoke_, {invocations_[0].method, parameters}});
        }
    });
    if (!invoke_.confirmed()) return post(std::move(whole));
    if (whole.size() <= context().max_request_octets || context().uses_general_blocks() ||
        !context().has(Conformance::block_transfer_with_action)) {
        return send(std::move(whole));
    }
    if (list()) {
        Octets counted =
            encoded(dlms::max_length_size, [&](ByteWriter& out) { dlms::write_length(out, invocations_.size()); });
        append(counted, parameters);
        parameters = std::move(counted);
    }
    sent_ = BlockSource(std::move(parameters));
    return first_block(std::move(methods));
}

Result<Step, Error> ActionExchange::first_block(Octets methods) {
    const std::size_t before = request_head + (list() ? dlms::length_size(invocations_.size()) : 0) + methods.size();
    const std::size_t most = context().max_request_octets;
    const auto block = sent_.next(most > before ? most - before : 0);
    if (!block) return fail(block.error());
    return send(encoded(most, [&](ByteWriter& out) {
        if (list()) {
            write(out, dlms::ActionRequestWithListAndFirstPblock{invoke_, {invocations_.size(), methods}, *block});
        } else {
            write(out, dlms::ActionRequestWithFirstPblock{invoke_, invocations_[0].method, *block});
        }
    }));
}

Result<Step, Error> ActionExchange::next_block() {
    const std::size_t most = context().max_request_octets;
    const auto block = sent_.next(most > request_head ? most - request_head : 0);
    if (!block) return fail(block.error());
    return send(encoded(most, [&](ByteWriter& out) { write(out, dlms::ActionRequestWithPblock{invoke_, *block}); }));
}

Result<Step, Error> ActionExchange::respond(Bytes apdu) {
    if (apdu[0] != static_cast<std::uint8_t>(dlms::ApduTag::action_response)) return Step::wait();
    const auto response = dlms::read_action_response(apdu);
    if (!response) return fail(protocol_error("the meter sent a malformed action-response"));
    const auto invoke = std::visit([](const auto& any) { return any.invoke; }, *response);
    if (invoke.id() != invoke_.id()) return Step::wait();

    if (const auto* acknowledged = std::get_if<dlms::ActionResponseNextPblock>(&*response)) {
        if (!in_blocks() || sent_.at_end() || acknowledged->block_number != sent_.number()) {
            return fail(protocol_error("the meter acknowledged block " + std::to_string(acknowledged->block_number) +
                                       ", which is not the one it was sent"));
        }
        return next_block();
    }
    if (const auto* normal = std::get_if<dlms::ActionResponseNormal>(&*response)) {
        const bool early = in_blocks() && !sent_.at_end();
        // One failure in place of a list, or in the middle of the blocks, is the end of the whole.
        if (normal->outcome.result != dlms::ActionResult::success && (list() || early)) {
            return fail(refusal(normal->outcome.result));
        }
        if (list() || early || received_.number() > 0) {
            return fail(protocol_error("the meter answered an ACTION out of turn"));
        }
        replies_.push_back(reply_of(normal->outcome));
        return Step::done();
    }
    if (in_blocks() && !sent_.at_end()) {
        return fail(protocol_error("the meter answered before it had all the parameters"));
    }
    if (const auto* outcomes = std::get_if<dlms::ActionResponseWithList>(&*response)) {
        if (received_.number() > 0) return fail(protocol_error("the meter answered an ACTION out of turn"));
        ByteReader in(outcomes->outcomes.encoded);
        return take_outcomes(outcomes->outcomes.count, in);
    }
    return take_block(std::get<dlms::ActionResponseWithPblock>(*response).block);
}

Result<Step, Error> ActionExchange::take_block(const dlms::DataBlock& block) {
    if (auto allowed = require(Conformance::block_transfer_with_action); !allowed) return fail(allowed.error());
    if (auto taken = received_.take(block); !taken) return fail(taken.error());
    append(raw_, block.raw);
    if (!block.last) {
        return send(encoded(request_head + 4, [&](ByteWriter& out) {
            write(out, dlms::ActionRequestNextPblock{invoke_, received_.number()});
        }));
    }
    ByteReader in(raw_);
    if (list()) {
        const std::size_t count = dlms::read_length(in);
        return take_outcomes(count, in);
    }
    // The blocks hold the Action-Response-With-Optional-Data; some meters send the bare return parameters.
    const dlms::ActionOutcome outcome = dlms::read_action_outcome(in);
    if (in.ok() && in.at_end()) {
        replies_.push_back(reply_of(outcome));
        return Step::done();
    }
    if (dlms::data_size(raw_) == raw_.size()) {
        replies_.push_back({dlms::ActionResult::success, raw_});
        return Step::done();
    }
    return fail(protocol_error("the meter sent malformed return parameters"));
}

Result<Step, Error> ActionExchange::take_outcomes(std::size_t count, ByteReader& in) {
    if (count != invocations_.size()) {
        return fail(protocol_error("the meter sent " + std::to_string(count) + " results for " +
                                   std::to_string(invocations_.size()) + " methods"));
    }
    std::vector<ActionReply> replies;
    for (std::size_t i = 0; i < count; ++i) replies.push_back(reply_of(dlms::read_action_outcome(in)));
    if (!in.ok() || !in.at_end()) return fail(protocol_error("the meter sent a malformed action-response"));
    replies_ = std::move(replies);
    return Step::done();
}

}  // namespace blathy::station
