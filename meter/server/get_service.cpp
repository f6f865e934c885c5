// GET (IEC 62056-5-3, 7.3.5.2). It is confirmed by nature: without an answer nobody has asked. Clients in the field use
// invoke ids that say otherwise, and are answered.

#include "meter/server/service_replies.hpp"

namespace blathy::meter {

using dlms::ApduTag;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::InvokeId;

namespace {

// Tag, choice, invoke id, last-block, block-number and the choice of the result.
constexpr std::size_t get_block_header = 9;

}  // namespace

Services::Answer Services::get(const Call& call, Bytes apdu) {
    const auto request = dlms::read_get_request(apdu);
    if (!request) return refuse_malformed(call.room);
    if (const auto* next = std::get_if<dlms::GetRequestNext>(&*request)) return next_get(call, *next);
    end();
    // The request's octets are the link's; a transfer outlives them.
    if (const auto* normal = std::get_if<dlms::GetRequestNormal>(&*request)) {
        constexpr std::size_t request_header = 3;
        if (!assembly_.begin(apdu.subspan(request_header))) return refuse_too_long(call.room);
        answer_.start_single(assembly_.targets());
        return start_get(call, normal->invoke, false);
    }
    const auto& list = std::get<dlms::GetRequestWithList>(*request);
    if (!call.negotiated(Conformance::multiple_references)) return refuse_not_negotiated(call.room);
    if (!assembly_.begin(list.targets.encoded)) return refuse_too_long(call.room);
    answer_.start_list({list.targets.count, assembly_.targets()});
    return start_get(call, list.invoke, true);
}

Services::Answer Services::start_get(const Call& call, InvokeId invoke, bool list) {
    const std::size_t header = list ? 3 : 4;
    const std::size_t size =
        answer_.fill(call.meter, call.association, call.room.subspan(header_room, whole_limit(call) - header));
    if (answer_.error() != DataAccessResult::success) {
        const auto error = answer_.error();
        end();
        return reply(call.room, dlms::GetResponseNormal{invoke, {error, {}}});
    }
    const bool whole = answer_.finished();
    if (whole || call.negotiated(Conformance::general_block_transfer)) {
        ByteWriter out(call.room.subspan(header_room - header, header));
        out.u8(static_cast<std::uint8_t>(ApduTag::get_response));
        out.u8(list ? 3 : 1);
        out.u8(invoke.octet);
        if (!list) out.u8(0);  // Get-Data-Result: data
        return {Bytes(call.room).subspan(header_room - header, header + size), whole};
    }
    if (!call.negotiated(Conformance::block_transfer_with_get)) {
        end();
        return reply(call.room, dlms::GetResponseNormal{invoke, {DataAccessResult::data_block_unavailable, {}}});
    }
    transfer_ = Transfer::get_answer;
    block_number_ = 0;
    return get_block(call, invoke, size);
}

// `size` octets of the answer stand in the room. Those that have no room beside the header go back.
Services::Answer Services::get_block(const Call& call, InvokeId invoke, std::size_t size) {
    const std::size_t raw = std::min(size, raw_limit(call.limit, get_block_header));
    if (raw < size) answer_.push_back(Bytes(call.room).subspan(header_room + raw, size - raw));
    const bool last = answer_.finished();
    if (last) transfer_ = Transfer::none;
    const std::size_t header = get_block_header + dlms::length_size(raw);
    ByteWriter out(call.room.subspan(header_room - header, header));
    out.u8(static_cast<std::uint8_t>(ApduTag::get_response));
    out.u8(2);
    out.u8(invoke.octet);
    out.u8(last ? 1 : 0);
    out.u32(++block_number_);
    out.u8(0);  // raw-data
    dlms::write_length(out, raw);
    return {Bytes(call.room).subspan(header_room - header, header + raw)};
}

Services::Answer Services::next_get(const Call& call, const dlms::GetRequestNext& request) {
    if (!call.negotiated(Conformance::block_transfer_with_get)) return refuse_not_negotiated(call.room);
    const auto end_with = [&](DataAccessResult result) {
        end();
        return reply(call.room,
                     dlms::GetResponseWithDatablock{request.invoke, {true, request.block_number, {}}, result});
    };
    if (transfer_ != Transfer::get_answer) return end_with(DataAccessResult::no_long_get_in_progress);
    if (request.block_number != block_number_) return end_with(DataAccessResult::data_block_number_invalid);
    const std::size_t limit = raw_limit(call.limit, get_block_header);
    const std::size_t size = answer_.fill(call.meter, call.association, call.room.subspan(header_room, limit));
    if (answer_.error() != DataAccessResult::success) return end_with(DataAccessResult::long_get_aborted);
    return get_block(call, request.invoke, size);
}

}  // namespace blathy::meter
