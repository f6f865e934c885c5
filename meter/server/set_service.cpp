// SET (IEC 62056-5-3, 7.3.5.3).

#include "meter/server/access.hpp"
#include "meter/server/service_replies.hpp"

namespace blathy::meter {

using dlms::ApduTag;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::InvokeId;

namespace {

// Of a response with a counted list of results between a header and a trailer.
std::size_t counted_size(std::size_t header, std::size_t count, std::size_t trailer) {
    return header + dlms::length_size(count) + count + trailer;
}

// Tag, choice and invoke id.
constexpr std::size_t list_header = 3;
constexpr std::size_t block_number_size = 4;

std::size_t write_list_header(MutableBytes room, std::uint8_t choice, InvokeId invoke, std::size_t count) {
    ByteWriter out(room);
    out.u8(static_cast<std::uint8_t>(ApduTag::set_response));
    out.u8(choice);
    out.u8(invoke.octet);
    dlms::write_length(out, count);
    return out.size();
}

}  // namespace

Services::Answer Services::set(const Call& call, Bytes apdu) {
    const auto request = dlms::read_set_request(apdu);
    if (!request) return refuse_malformed(call.room);
    if (const auto* block = std::get_if<dlms::SetRequestWithDatablock>(&*request)) {
        return set_block(call, block->invoke, block->block);
    }
    end();
    if (const auto* normal = std::get_if<dlms::SetRequestNormal>(&*request)) {
        const auto result = write_attribute(call.meter, call.association, normal->target, normal->value);
        if (!normal->invoke.confirmed()) return {};
        return reply(call.room, dlms::SetResponseNormal{normal->invoke, result});
    }
    if (const auto* first = std::get_if<dlms::SetRequestWithFirstDatablock>(&*request)) {
        // The encoded target stands between the header and the block.
        ByteReader in(apdu.subspan(list_header));
        (void)dlms::read_attribute_selection(in);
        return begin_set(call, Transfer::set, first->invoke, {1, in.consumed()}, first->block);
    }
    if (!call.negotiated(Conformance::multiple_references)) return refuse_not_negotiated(call.room);
    if (const auto* first = std::get_if<dlms::SetRequestWithListAndFirstDatablock>(&*request)) {
        return begin_set(call, Transfer::set_list, first->invoke, first->targets, first->block);
    }
    const auto& list = std::get<dlms::SetRequestWithList>(*request);
    return set_values(call, list.invoke, list.targets, list.values);
}

Services::Answer Services::set_values(const Call& call, InvokeId invoke, const dlms::List& targets,
                                      const dlms::List& values) {
    // The results of a SET have no blocks of their own.
    const bool in_blocks = call.negotiated(Conformance::general_block_transfer);
    const bool fits = counted_size(list_header, targets.count, 0) <= call.limit;
    if (invoke.confirmed() && !fits && !in_blocks) return refuse_too_long(call.room);
    write_values(call, targets, values);
    const Bytes results = assembly_.keep_first(targets.count);
    if (!invoke.confirmed()) return {};
    constexpr std::uint8_t with_list = 5;
    return answer_prepared(call, write_list_header(call.room, with_list, invoke, targets.count), results);
}

Services::Answer Services::begin_set(const Call& call, Transfer kind, InvokeId invoke, const dlms::List& targets,
                                     const dlms::DataBlock& block) {
    if (!call.negotiated(Conformance::block_transfer_with_set)) return refuse_not_negotiated(call.room);
    const bool in_blocks = call.negotiated(Conformance::general_block_transfer);
    const bool fits = counted_size(list_header, targets.count, block_number_size) <= call.limit;
    if (kind == Transfer::set_list && !fits && !in_blocks) return refuse_too_long(call.room);
    if (!assembly_.begin(targets.encoded)) {
        end();
        return reply(call.room,
                     dlms::SetResponseLastDatablock{invoke, DataAccessResult::long_set_aborted, block.number});
    }
    target_count_ = targets.count;
    transfer_ = kind;
    return set_block(call, invoke, block);
}

Services::Answer Services::set_block(const Call& call, InvokeId invoke, const dlms::DataBlock& block) {
    if (!call.negotiated(Conformance::block_transfer_with_set)) return refuse_not_negotiated(call.room);
    const auto end_with = [&](DataAccessResult result) {
        end();
        return reply(call.room, dlms::SetResponseLastDatablock{invoke, result, block.number});
    };
    if (transfer_ != Transfer::set && transfer_ != Transfer::set_list) {
        return end_with(DataAccessResult::no_long_set_in_progress);
    }
    if (!assembly_.take_block_number(block.number)) return end_with(DataAccessResult::data_block_number_invalid);
    if (!assembly_.add(block.raw)) return end_with(DataAccessResult::long_set_aborted);
    if (!block.last) return reply(call.room, dlms::SetResponseDatablock{invoke, block.number});
    return end_set(call, invoke, block.number);
}

Services::Answer Services::end_set(const Call& call, InvokeId invoke, std::uint32_t block_number) {
    const bool list = transfer_ == Transfer::set_list;
    transfer_ = Transfer::none;
    if (!list) {
        ByteReader in(assembly_.targets());
        const auto target = dlms::read_attribute_selection(in);
        const auto result = is_one_value(assembly_.value())
                                ? write_attribute(call.meter, call.association, target, assembly_.value())
                                : DataAccessResult::type_unmatched;
        return reply(call.room, dlms::SetResponseLastDatablock{invoke, result, block_number});
    }
    const auto values = assembled_list(assembly_.value(), target_count_, dlms::read_data);
    if (!values) {
        return reply(call.room, dlms::SetResponseLastDatablock{invoke, DataAccessResult::type_unmatched, block_number});
    }
    write_values(call, {target_count_, assembly_.targets()}, *values);
    const MutableBytes octets = assembly_.keep_first(target_count_ + block_number_size);
    ByteWriter number(octets.subspan(target_count_));
    number.u32(block_number);
    constexpr std::uint8_t last_datablock_with_list = 4;
    return answer_prepared(call, write_list_header(call.room, last_datablock_with_list, invoke, target_count_), octets);
}

// The results are the assembly's first octets. They may take the place of the targets, for a target is longer than a
// result, and read before it.
void Services::write_values(const Call& call, const dlms::List& targets, const dlms::List& values) {
    ByteReader target(targets.encoded);
    ByteReader value(values.encoded);
    const MutableBytes results = assembly_.room();
    for (std::size_t i = 0; i < targets.count; ++i) {
        const auto selection = dlms::read_attribute_selection(target);
        const auto result = write_attribute(call.meter, call.association, selection, dlms::read_data(value));
        results[i] = static_cast<std::uint8_t>(result);
    }
}

}  // namespace blathy::meter
