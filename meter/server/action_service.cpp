// ACTION (IEC 62056-5-3, 7.3.5.4).

#include <array>

#include "meter/server/access.hpp"
#include "meter/server/service_replies.hpp"

namespace blathy::meter {

using dlms::ActionResult;
using dlms::ApduTag;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::InvokeId;

namespace {

// Tag, choice and invoke id; with a block also last-block and block-number.
constexpr std::size_t header_size = 3;
constexpr std::size_t block_header = 8;

// What outcomes may take of the assembly: the rest is for blocks that may have to be sent again.
constexpr std::size_t max_outcomes = 3072;

// What a method returns, at most: four signed keys of P-384.
constexpr std::size_t max_returned_size = 832;

Services::Answer reply_result(const Services::Call& call, InvokeId invoke, ActionResult result) {
    return reply(call.room, dlms::ActionResponseNormal{invoke, {result, {}}});
}

}  // namespace

Services::Answer Services::action(const Call& call, Bytes apdu) {
    const auto request = dlms::read_action_request(apdu);
    if (!request) return refuse_malformed(call.room);
    if (const auto* block = std::get_if<dlms::ActionRequestWithPblock>(&*request)) {
        return action_block(call, block->invoke, block->block);
    }
    if (const auto* next = std::get_if<dlms::ActionRequestNextPblock>(&*request)) return next_action(call, *next);
    end();
    constexpr std::size_t method_size = 9;  // class, logical name, method
    const Bytes method = apdu.subspan(header_size, std::min(method_size, apdu.size() - header_size));
    if (const auto* normal = std::get_if<dlms::ActionRequestNormal>(&*request)) {
        return act(call, normal->invoke, {1, method}, {1, normal->target.parameters}, false);
    }
    if (const auto* first = std::get_if<dlms::ActionRequestWithFirstPblock>(&*request)) {
        return begin_action(call, Transfer::action, first->invoke, {1, method}, first->block);
    }
    if (!call.negotiated(Conformance::multiple_references)) return refuse_not_negotiated(call.room);
    if (const auto* first = std::get_if<dlms::ActionRequestWithListAndFirstPblock>(&*request)) {
        return begin_action(call, Transfer::action_list, first->invoke, first->methods, first->block);
    }
    const auto& list = std::get<dlms::ActionRequestWithList>(*request);
    return act(call, list.invoke, list.methods, list.parameters, true);
}

Services::Answer Services::begin_action(const Call& call, Transfer kind, InvokeId invoke, const dlms::List& methods,
                                        const dlms::DataBlock& block) {
    if (!call.negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(call.room);
    if (!assembly_.begin(methods.encoded)) {
        end();
        return reply_result(call, invoke, ActionResult::long_action_aborted);
    }
    target_count_ = methods.count;
    transfer_ = kind;
    return action_block(call, invoke, block);
}

Services::Answer Services::action_block(const Call& call, InvokeId invoke, const dlms::DataBlock& block) {
    if (!call.negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(call.room);
    const auto end_with = [&](ActionResult result) {
        end();
        return reply_result(call, invoke, result);
    };
    if (transfer_ != Transfer::action && transfer_ != Transfer::action_list) {
        return end_with(ActionResult::no_long_action_in_progress);
    }
    if (!assembly_.take_block_number(block.number) || !assembly_.add(block.raw)) {
        return end_with(ActionResult::long_action_aborted);
    }
    if (!block.last) return reply(call.room, dlms::ActionResponseNextPblock{invoke, block.number});

    const bool list = transfer_ == Transfer::action_list;
    transfer_ = Transfer::none;
    const dlms::List methods{target_count_, assembly_.targets()};
    if (!list) {
        if (!is_one_value(assembly_.value())) return end_with(ActionResult::type_unmatched);
        return act(call, invoke, methods, {1, assembly_.value()}, false);
    }
    const auto parameters = assembled_list(assembly_.value(), target_count_, dlms::read_data);
    if (!parameters) return end_with(ActionResult::type_unmatched);
    return act(call, invoke, methods, *parameters, true);
}

// Outcomes as SEQUENCE OF Action-Response-With-Optional-Data, or a single one.
Services::Answer Services::act(const Call& call, InvokeId invoke, const dlms::List& methods,
                               const dlms::List& parameters, bool list) {
    const MutableBytes behind_header = call.room.subspan(header_size);
    ByteWriter outcomes(behind_header.first(std::min(behind_header.size(), max_outcomes)));
    if (list) dlms::write_length(outcomes, methods.count);
    ByteReader method(methods.encoded);
    ByteReader parameter(parameters.encoded);
    for (std::size_t i = 0; i < methods.count; ++i) {
        const auto descriptor = dlms::read_method_descriptor(method);
        const Bytes value = parameter.at_end() ? Bytes{} : dlms::read_data(parameter);
        std::array<std::uint8_t, max_returned_size> returned_octets{};
        ByteWriter returned(returned_octets);
        dlms::DataWriter data(returned);
        dlms::ActionOutcome outcome;
        outcome.result = invoke_method(call.meter, call.association, descriptor, value, data);
        if (!returned.ok()) {
            outcome.returned = dlms::GetDataResult{DataAccessResult::other_reason, {}};
        } else if (returned.size() > 0) {
            outcome.returned = dlms::GetDataResult{DataAccessResult::success, returned.written()};
        }
        write(outcomes, outcome);
    }
    if (!invoke.confirmed()) return {};
    if (!outcomes.ok()) return reply_result(call, invoke, ActionResult::other_reason);
    return answer_action(call, invoke, outcomes.written(), list);
}

// The outcomes stand in the room, behind where the header comes.
Services::Answer Services::answer_action(const Call& call, InvokeId invoke, Bytes outcomes, bool list) {
    const bool general = call.negotiated(Conformance::general_block_transfer);
    const bool fits = header_size + outcomes.size() <= call.limit;
    if (!fits && !general && !call.negotiated(Conformance::block_transfer_with_action)) {
        return reply_result(call, invoke, ActionResult::data_block_unavailable);
    }
    // The request is done with. What does not leave at once is kept in its place.
    end();
    (void)assembly_.add(outcomes);
    if (!fits && !general) {
        answer_.start_prepared(assembly_.value());
        transfer_ = Transfer::action_answer;
        block_number_ = 0;
        return action_answer_block(call, invoke);
    }
    ByteWriter header(call.room);
    header.u8(static_cast<std::uint8_t>(ApduTag::action_response));
    header.u8(list ? 3 : 1);
    header.u8(invoke.octet);
    return answer_prepared(call, header_size, assembly_.value());
}

Services::Answer Services::action_answer_block(const Call& call, InvokeId invoke) {
    const std::size_t limit = raw_limit(call.limit, block_header);
    const std::size_t raw = answer_.fill(call.meter, call.association, call.room.subspan(header_room, limit));
    const std::size_t header = block_header + dlms::length_size(raw);
    const bool last = answer_.finished();
    if (last) transfer_ = Transfer::none;
    ByteWriter out(call.room.subspan(header_room - header, header));
    out.u8(static_cast<std::uint8_t>(ApduTag::action_response));
    out.u8(2);
    out.u8(invoke.octet);
    out.u8(last ? 1 : 0);
    out.u32(++block_number_);
    dlms::write_length(out, raw);
    return {Bytes(call.room).subspan(header_room - header, header + raw)};
}

Services::Answer Services::next_action(const Call& call, const dlms::ActionRequestNextPblock& request) {
    if (!call.negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(call.room);
    const bool in_progress = transfer_ == Transfer::action_answer;
    if (in_progress && request.block_number == block_number_) return action_answer_block(call, request.invoke);
    end();
    return reply_result(call, request.invoke,
                        in_progress ? ActionResult::long_action_aborted : ActionResult::no_long_action_in_progress);
}

}  // namespace blathy::meter
