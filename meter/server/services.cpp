#include "meter/server/services.hpp"

#include <algorithm>

#include "dlms/apdu/block_transfer.hpp"
#include "meter/server/service_replies.hpp"

namespace blathy::meter {

using dlms::ApduTag;
using dlms::Conformance;

Services::Answer Services::serve(const Call& call, Bytes apdu) {
    const auto if_negotiated = [&](Conformance::Bit bit, Answer (Services::*service)(const Call&, Bytes)) {
        return call.negotiated(bit) ? (this->*service)(call, apdu) : refuse_not_negotiated(call.room);
    };
    switch (static_cast<ApduTag>(apdu[0])) {
        case ApduTag::get_request:
            return if_negotiated(Conformance::get, &Services::get);
        case ApduTag::set_request:
            return if_negotiated(Conformance::set, &Services::set);
        case ApduTag::action_request:
            return if_negotiated(Conformance::action, &Services::action);
        case ApduTag::access_request:
            return if_negotiated(Conformance::access, &Services::access);
        default:
            return refuse(call.room, dlms::StateError::service_unknown, dlms::ServiceError::service_not_supported);
    }
}

void Services::end() {
    transfer_ = Transfer::none;
    answer_.stop();
    assembly_.clear();
}

std::size_t Services::fill(Meter& meter, Association& association, MutableBytes room) {
    const std::size_t size = answer_.fill(meter, association, room);
    return answer_.error() == dlms::DataAccessResult::success ? size : 0;
}

std::size_t Services::general_block_size(std::size_t limit) {
    return std::min({dlms::max_block_data(limit), max_general_block, assembly_.free().size()});
}

// Where general block transfer was negotiated it takes the place of the services' own blocks, whatever else was
// negotiated: it carries every service, and only one of the two can be under way (Green Book 9.4.6.13). As it may have
// to send blocks again, it begins when an answer is longer than a block, even if the client took a longer APDU.
std::size_t Services::whole_limit(const Call& call) {
    if (!call.negotiated(Conformance::general_block_transfer)) return call.limit;
    // What a whole APDU has more than a block with as much in it can be pushed back to the stream.
    constexpr std::size_t block_header = 9;
    return std::min(call.limit, general_block_size(call.limit) + block_header);
}

Services::Answer Services::answer_prepared(const Call& call, std::size_t header, Bytes octets) {
    const std::size_t first = std::min(octets.size(), whole_limit(call) - header);
    ByteWriter out(call.room.subspan(header));
    out.bytes(octets.first(first));
    answer_.start_prepared(octets.subspan(first));
    return {Bytes(call.room).first(header + first), answer_.finished()};
}

}  // namespace blathy::meter
