#include "meter/server/session.hpp"

#include <algorithm>
#include <array>

#include "dlms/apdu/errors.hpp"
#include "dlms/axdr.hpp"
#include "dlms/data.hpp"
#include "meter/meter.hpp"
#include "meter/server/access.hpp"

namespace blathy::meter {
namespace {

using dlms::ApduTag;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::InvokeId;
using dlms::ServiceError;
using dlms::StateError;

// Room before the octets of an answer for the header that is known only afterwards.
constexpr std::size_t header_room = 16;
// What the length field of the wrapper can state.
constexpr std::size_t max_answer_size = 0xFFFF;
// Tag, choice, invoke id, last-block, block-number and, for a GET, the choice of the result.
constexpr std::size_t get_block_header = 9;
constexpr std::size_t action_block_header = 8;

template <class Apdu>
Bytes reply(MutableBytes room, const Apdu& apdu) {
    ByteWriter out(room);
    write(out, apdu);
    return out.ok() ? out.written() : Bytes{};
}

Bytes refuse(MutableBytes room, StateError state, ServiceError service) {
    return reply(room, dlms::ExceptionResponse{state, service});
}

// Malformed: it names a service that is there, but nothing that could be done.
Bytes refuse_malformed(MutableBytes room) {
    return refuse(room, StateError::service_not_allowed, ServiceError::other_reason);
}

Bytes refuse_not_negotiated(MutableBytes room) {
    return refuse(room, StateError::service_not_allowed, ServiceError::service_not_supported);
}

// The results of a SET do not come in blocks. Nothing is written if the client can't be told what was.
Bytes refuse_long_answer(MutableBytes room) {
    return refuse(room, StateError::service_not_allowed, ServiceError::pdu_too_long);
}

// Of a counted list of octets behind a header.
std::size_t counted_size(std::size_t header, std::size_t count) {
    return header + dlms::length_size(count) + count;
}

// The most octets that fit into `limit` behind a header and their own length.
std::size_t raw_limit(std::size_t limit, std::size_t header) {
    std::size_t raw = limit - header - 1;
    while (header + dlms::length_size(raw) + raw > limit) --raw;
    return raw;
}

// A list within octets that were assembled from blocks; none if they are not just that.
template <class ReadElement>
std::optional<dlms::List> assembled_list(Bytes octets, std::size_t expected, ReadElement&& read_element) {
    ByteReader in(octets);
    const dlms::List list = dlms::read_list(in, read_element);
    if (!in.ok() || !in.at_end() || list.count != expected) return std::nullopt;
    return list;
}

bool is_one_value(Bytes octets) {
    return dlms::data_size(octets) == octets.size();
}

}  // namespace

std::size_t Session::answer_limit(MutableBytes room) const {
    const std::size_t client = association_.client_max_receive_pdu_size();
    const std::size_t here = std::min<std::size_t>(room.size() - header_room, max_answer_size);
    return client == 0 ? here : std::min(client, here);
}

Bytes Session::receive(Meter& meter, Bytes apdu, MutableBytes room) {
    if (apdu.empty() || room.size() < min_answer_room) return {};
    switch (static_cast<ApduTag>(apdu[0])) {
        case ApduTag::aarq: {
            transfer_ = Transfer::none;
            ByteWriter out(room);
            association_.open(meter, apdu, out);
            return out.ok() ? out.written() : Bytes{};
        }
        case ApduTag::rlrq: {
            transfer_ = Transfer::none;
            ByteWriter out(room);
            association_.release(out);
            return out.written();
        }
        default:
            break;
    }
    if (!association_.is_open()) {
        return refuse(room, StateError::service_not_allowed, ServiceError::operation_not_possible);
    }
    return serve(meter, apdu, room);
}

Bytes Session::serve(Meter& meter, Bytes apdu, MutableBytes room) {
    switch (static_cast<ApduTag>(apdu[0])) {
        case ApduTag::get_request:
            return negotiated(Conformance::get) ? get(meter, apdu, room) : refuse_not_negotiated(room);
        case ApduTag::set_request:
            return negotiated(Conformance::set) ? set(meter, apdu, room) : refuse_not_negotiated(room);
        case ApduTag::action_request:
            return negotiated(Conformance::action) ? action(meter, apdu, room) : refuse_not_negotiated(room);
        default:
            return refuse(room, StateError::service_unknown, ServiceError::service_not_supported);
    }
}

// GET

Bytes Session::get(const Meter& meter, Bytes apdu, MutableBytes room) {
    const auto request = dlms::read_get_request(apdu);
    if (!request) return refuse_malformed(room);
    if (const auto* next = std::get_if<dlms::GetRequestNext>(&*request)) return next_get(meter, *next, room);
    transfer_ = Transfer::none;
    if (const auto* normal = std::get_if<dlms::GetRequestNormal>(&*request)) {
        if (normal->target.access && !negotiated(Conformance::selective_access)) {
            return reply(room,
                         dlms::GetResponseNormal{normal->invoke, {DataAccessResult::scope_of_access_violated, {}}});
        }
        constexpr std::size_t request_header = 3;
        answer_.start_single(apdu.subspan(request_header));
        return start_get(meter, normal->invoke, false, room);
    }
    const auto& list = std::get<dlms::GetRequestWithList>(*request);
    if (!negotiated(Conformance::multiple_references)) return refuse_not_negotiated(room);
    answer_.start_list(list.targets);
    return start_get(meter, list.invoke, true, room);
}

Bytes Session::start_get(const Meter& meter, InvokeId invoke, bool list, MutableBytes room) {
    const std::size_t header = list ? 3 : 4;
    const std::size_t size = answer_.fill(meter, association_, room.subspan(header_room, answer_limit(room) - header));
    if (answer_.error() != DataAccessResult::success) {
        return reply(room, dlms::GetResponseNormal{invoke, {answer_.error(), {}}});
    }
    if (answer_.finished()) {
        ByteWriter out(room.subspan(header_room - header, header));
        out.u8(static_cast<std::uint8_t>(ApduTag::get_response));
        out.u8(list ? 3 : 1);
        out.u8(invoke.octet);
        if (!list) out.u8(0);  // Get-Data-Result: data
        return Bytes(room).subspan(header_room - header, header + size);
    }
    if (!negotiated(Conformance::block_transfer_with_get)) {
        return reply(room, dlms::GetResponseNormal{invoke, {DataAccessResult::data_block_unavailable, {}}});
    }
    // The request's octets are the link's; the transfer outlives them.
    if (!assembly_.begin(answer_.targets())) {
        return reply(room, dlms::GetResponseNormal{invoke, {DataAccessResult::other_reason, {}}});
    }
    answer_.targets_moved_to(assembly_.targets());
    transfer_ = Transfer::get_answer;
    block_number_ = 0;
    return get_block(invoke, room, header_room, size);
}

// `size` octets of the answer stand in `room` from `start` on. Those that have no room beside the header go back.
Bytes Session::get_block(InvokeId invoke, MutableBytes room, std::size_t start, std::size_t size) {
    const std::size_t raw = std::min(size, raw_limit(answer_limit(room), get_block_header));
    if (raw < size) answer_.push_back(Bytes(room).subspan(start + raw, size - raw));
    const bool last = answer_.finished();
    if (last) transfer_ = Transfer::none;
    const std::size_t header = get_block_header + dlms::length_size(raw);
    ByteWriter out(room.subspan(start - header, header));
    out.u8(static_cast<std::uint8_t>(ApduTag::get_response));
    out.u8(2);
    out.u8(invoke.octet);
    out.u8(last ? 1 : 0);
    out.u32(++block_number_);
    out.u8(0);  // raw-data
    dlms::write_length(out, raw);
    return Bytes(room).subspan(start - header, header + raw);
}

Bytes Session::next_get(const Meter& meter, const dlms::GetRequestNext& request, MutableBytes room) {
    const auto end_with = [&](DataAccessResult result) {
        transfer_ = Transfer::none;
        return reply(room, dlms::GetResponseWithDatablock{request.invoke, {true, request.block_number, {}}, result});
    };
    if (!negotiated(Conformance::block_transfer_with_get)) return refuse_not_negotiated(room);
    if (transfer_ != Transfer::get_answer) return end_with(DataAccessResult::no_long_get_in_progress);
    if (request.block_number != block_number_) return end_with(DataAccessResult::data_block_number_invalid);
    const std::size_t limit = raw_limit(answer_limit(room), get_block_header);
    const std::size_t size = answer_.fill(meter, association_, room.subspan(header_room, limit));
    if (answer_.error() != DataAccessResult::success) return end_with(DataAccessResult::long_get_aborted);
    return get_block(request.invoke, room, header_room, size);
}

// SET

Bytes Session::set(Meter& meter, Bytes apdu, MutableBytes room) {
    const auto request = dlms::read_set_request(apdu);
    if (!request) return refuse_malformed(room);
    if (const auto* block = std::get_if<dlms::SetRequestWithDatablock>(&*request)) {
        return set_block(meter, block->invoke, block->block, room);
    }
    transfer_ = Transfer::none;
    if (const auto* normal = std::get_if<dlms::SetRequestNormal>(&*request)) {
        const auto result = write_attribute(meter, association_, normal->target, normal->value);
        if (!normal->invoke.confirmed()) return {};
        return reply(room, dlms::SetResponseNormal{normal->invoke, result});
    }
    if (const auto* first = std::get_if<dlms::SetRequestWithFirstDatablock>(&*request)) {
        // The encoded target stands between the header and the block.
        ByteReader in(apdu.subspan(3));
        (void)dlms::read_attribute_selection(in);
        return begin_set(Transfer::set, first->invoke, {1, in.consumed()}, first->block, meter, room);
    }
    if (!negotiated(Conformance::multiple_references)) return refuse_not_negotiated(room);
    if (const auto* first = std::get_if<dlms::SetRequestWithListAndFirstDatablock>(&*request)) {
        return begin_set(Transfer::set_list, first->invoke, first->targets, first->block, meter, room);
    }
    const auto& list = std::get<dlms::SetRequestWithList>(*request);
    constexpr std::size_t header = 3;
    if (list.invoke.confirmed() && counted_size(header, list.targets.count) > answer_limit(room)) {
        return refuse_long_answer(room);
    }
    std::array<std::uint8_t, max_receive_pdu_size> octets{};
    ByteWriter results(octets);
    set_list(meter, list.targets, list.values, results);
    if (!list.invoke.confirmed()) return {};
    return reply(room, dlms::SetResponseWithList{list.invoke, results.written()});
}

Bytes Session::begin_set(Transfer kind, InvokeId invoke, const dlms::List& targets, const dlms::DataBlock& block,
                         Meter& meter, MutableBytes room) {
    if (!negotiated(Conformance::block_transfer_with_set)) return refuse_not_negotiated(room);
    constexpr std::size_t header_and_block_number = 7;
    if (kind == Transfer::set_list && counted_size(header_and_block_number, targets.count) > answer_limit(room)) {
        return refuse_long_answer(room);
    }
    if (!assembly_.begin(targets.encoded)) {
        return reply(room, dlms::SetResponseLastDatablock{invoke, DataAccessResult::long_set_aborted, block.number});
    }
    target_count_ = targets.count;
    transfer_ = kind;
    return set_block(meter, invoke, block, room);
}

Bytes Session::set_block(Meter& meter, InvokeId invoke, const dlms::DataBlock& block, MutableBytes room) {
    const auto end_with = [&](DataAccessResult result) {
        transfer_ = Transfer::none;
        return reply(room, dlms::SetResponseLastDatablock{invoke, result, block.number});
    };
    if (!negotiated(Conformance::block_transfer_with_set)) return refuse_not_negotiated(room);
    if (transfer_ != Transfer::set && transfer_ != Transfer::set_list) {
        return end_with(DataAccessResult::no_long_set_in_progress);
    }
    if (!assembly_.take_block_number(block.number)) return end_with(DataAccessResult::data_block_number_invalid);
    if (!assembly_.add(block.raw)) return end_with(DataAccessResult::long_set_aborted);
    if (!block.last) return reply(room, dlms::SetResponseDatablock{invoke, block.number});
    return end_set(meter, invoke, block.number, room);
}

Bytes Session::end_set(Meter& meter, InvokeId invoke, std::uint32_t block_number, MutableBytes room) {
    const bool list = transfer_ == Transfer::set_list;
    transfer_ = Transfer::none;
    if (!list) {
        ByteReader in(assembly_.targets());
        const auto target = dlms::read_attribute_selection(in);
        const auto result = is_one_value(assembly_.value())
                                ? write_attribute(meter, association_, target, assembly_.value())
                                : DataAccessResult::type_unmatched;
        return reply(room, dlms::SetResponseLastDatablock{invoke, result, block_number});
    }
    const auto values = assembled_list(assembly_.value(), target_count_, dlms::read_data);
    if (!values) {
        return reply(room, dlms::SetResponseLastDatablock{invoke, DataAccessResult::type_unmatched, block_number});
    }
    std::array<std::uint8_t, max_assembled_size> octets{};
    ByteWriter results(octets);
    set_list(meter, {target_count_, assembly_.targets()}, *values, results);
    return reply(room, dlms::SetResponseLastDatablockWithList{invoke, results.written(), block_number});
}

void Session::set_list(Meter& meter, const dlms::List& targets, const dlms::List& values, ByteWriter& results) {
    ByteReader target(targets.encoded);
    ByteReader value(values.encoded);
    for (std::size_t i = 0; i < targets.count; ++i) {
        const auto selection = dlms::read_attribute_selection(target);
        results.u8(static_cast<std::uint8_t>(write_attribute(meter, association_, selection, dlms::read_data(value))));
    }
}

// ACTION

Bytes Session::action(Meter& meter, Bytes apdu, MutableBytes room) {
    const auto request = dlms::read_action_request(apdu);
    if (!request) return refuse_malformed(room);
    if (const auto* block = std::get_if<dlms::ActionRequestWithPblock>(&*request)) {
        return action_block(meter, block->invoke, block->block, room);
    }
    if (const auto* next = std::get_if<dlms::ActionRequestNextPblock>(&*request)) return next_action(*next, room);
    transfer_ = Transfer::none;
    constexpr std::size_t method_size = 9;  // class, logical name, method
    const Bytes method = apdu.subspan(3, std::min(method_size, apdu.size() - 3));
    if (const auto* normal = std::get_if<dlms::ActionRequestNormal>(&*request)) {
        return act(meter, normal->invoke, {1, method}, {1, normal->target.parameters}, false, room);
    }
    if (const auto* first = std::get_if<dlms::ActionRequestWithFirstPblock>(&*request)) {
        return begin_action(Transfer::action, first->invoke, {1, method}, first->block, meter, room);
    }
    if (!negotiated(Conformance::multiple_references)) return refuse_not_negotiated(room);
    if (const auto* first = std::get_if<dlms::ActionRequestWithListAndFirstPblock>(&*request)) {
        return begin_action(Transfer::action_list, first->invoke, first->methods, first->block, meter, room);
    }
    const auto& list = std::get<dlms::ActionRequestWithList>(*request);
    return act(meter, list.invoke, list.methods, list.parameters, true, room);
}

Bytes Session::begin_action(Transfer kind, InvokeId invoke, const dlms::List& methods, const dlms::DataBlock& block,
                            Meter& meter, MutableBytes room) {
    if (!negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(room);
    if (!assembly_.begin(methods.encoded)) {
        return reply(room, dlms::ActionResponseNormal{invoke, {dlms::ActionResult::long_action_aborted, {}}});
    }
    target_count_ = methods.count;
    transfer_ = kind;
    return action_block(meter, invoke, block, room);
}

Bytes Session::action_block(Meter& meter, InvokeId invoke, const dlms::DataBlock& block, MutableBytes room) {
    const auto end_with = [&](dlms::ActionResult result) {
        transfer_ = Transfer::none;
        return reply(room, dlms::ActionResponseNormal{invoke, {result, {}}});
    };
    if (!negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(room);
    if (transfer_ != Transfer::action && transfer_ != Transfer::action_list) {
        return end_with(dlms::ActionResult::no_long_action_in_progress);
    }
    if (!assembly_.take_block_number(block.number) || !assembly_.add(block.raw)) {
        return end_with(dlms::ActionResult::long_action_aborted);
    }
    if (!block.last) return reply(room, dlms::ActionResponseNextPblock{invoke, block.number});

    const bool list = transfer_ == Transfer::action_list;
    transfer_ = Transfer::none;
    const dlms::List methods{target_count_, assembly_.targets()};
    if (!list) {
        if (!is_one_value(assembly_.value())) return end_with(dlms::ActionResult::type_unmatched);
        return act(meter, invoke, methods, {1, assembly_.value()}, false, room);
    }
    const auto parameters = assembled_list(assembly_.value(), target_count_, dlms::read_data);
    if (!parameters) return end_with(dlms::ActionResult::type_unmatched);
    return act(meter, invoke, methods, *parameters, true, room);
}

// Outcomes as SEQUENCE OF Action-Response-With-Optional-Data, or a single one.
Bytes Session::act(Meter& meter, InvokeId invoke, const dlms::List& methods, const dlms::List& parameters, bool list,
                   MutableBytes room) {
    std::array<std::uint8_t, max_assembled_size> octets{};
    ByteWriter outcomes(octets);
    if (list) dlms::write_length(outcomes, methods.count);
    ByteReader method(methods.encoded);
    ByteReader parameter(parameters.encoded);
    for (std::size_t i = 0; i < methods.count; ++i) {
        const auto descriptor = dlms::read_method_descriptor(method);
        const Bytes value = parameter.at_end() ? Bytes{} : dlms::read_data(parameter);
        std::array<std::uint8_t, attribute_piece_size> returned_octets{};
        ByteWriter returned(returned_octets);
        dlms::DataWriter data(returned);
        dlms::ActionOutcome outcome;
        outcome.result = invoke_method(meter, association_, descriptor, value, data);
        if (!returned.ok()) {
            outcome.returned = dlms::GetDataResult{DataAccessResult::other_reason, {}};
        } else if (returned.size() > 0) {
            outcome.returned = dlms::GetDataResult{DataAccessResult::success, returned.written()};
        }
        write(outcomes, outcome);
    }
    if (!invoke.confirmed()) return {};
    if (!outcomes.ok()) {
        return reply(room, dlms::ActionResponseNormal{invoke, {dlms::ActionResult::other_reason, {}}});
    }
    return answer_action(invoke, outcomes.written(), list, room);
}

Bytes Session::answer_action(InvokeId invoke, Bytes outcomes, bool list, MutableBytes room) {
    constexpr std::size_t header = 3;
    if (header + outcomes.size() <= answer_limit(room)) {
        ByteWriter out(room);
        out.u8(static_cast<std::uint8_t>(ApduTag::action_response));
        out.u8(list ? 3 : 1);
        out.u8(invoke.octet);
        out.bytes(outcomes);
        return out.written();
    }
    if (!negotiated(Conformance::block_transfer_with_action) || !assembly_.begin({}) || !assembly_.add(outcomes)) {
        return reply(room, dlms::ActionResponseNormal{invoke, {dlms::ActionResult::data_block_unavailable, {}}});
    }
    transfer_ = Transfer::action_answer;
    block_number_ = 0;
    answered_ = 0;
    return action_answer_block(invoke, room);
}

Bytes Session::action_answer_block(InvokeId invoke, MutableBytes room) {
    const Bytes left = assembly_.value().subspan(answered_);
    const std::size_t raw = std::min(left.size(), raw_limit(answer_limit(room), action_block_header));
    answered_ += raw;
    const bool last = raw == left.size();
    if (last) transfer_ = Transfer::none;
    return reply(room, dlms::ActionResponseWithPblock{invoke, {last, ++block_number_, left.first(raw)}});
}

Bytes Session::next_action(const dlms::ActionRequestNextPblock& request, MutableBytes room) {
    if (!negotiated(Conformance::block_transfer_with_action)) return refuse_not_negotiated(room);
    const bool in_progress = transfer_ == Transfer::action_answer;
    if (in_progress && request.block_number == block_number_) return action_answer_block(request.invoke, room);
    transfer_ = Transfer::none;
    const auto result =
        in_progress ? dlms::ActionResult::long_action_aborted : dlms::ActionResult::no_long_action_in_progress;
    return reply(room, dlms::ActionResponseNormal{request.invoke, {result, {}}});
}

}  // namespace blathy::meter
