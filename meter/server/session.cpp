#include "meter/server/session.hpp"

#include <algorithm>

#include "meter/meter.hpp"
#include "meter/server/service_replies.hpp"

namespace blathy::meter {
namespace {

using dlms::ApduTag;
using dlms::BlockTransfer;
using dlms::Conformance;
using dlms::ServiceError;
using dlms::StateError;

// What the length field of the wrapper can state.
constexpr std::size_t max_answer_size = 0xFFFF;

// Blocks have no clock here: nothing is said but in answer to what comes.
constexpr std::uint32_t no_time_ms = 0;

bool is_newer(std::uint16_t number, std::uint16_t than) {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(number - than)) > 0;
}

}  // namespace

std::size_t Session::answer_limit(MutableBytes room) const {
    const std::size_t client = association_.client_max_receive_pdu_size();
    const std::size_t here = std::min<std::size_t>(room.size() - Services::header_room, max_answer_size);
    return client == 0 ? here : std::min(client, here);
}

Bytes Session::receive(Meter& meter, Bytes apdu, MutableBytes room) {
    if (apdu.empty() || room.size() < min_answer_room) return {};
    const auto tag = static_cast<ApduTag>(apdu[0]);
    if (association_.is_open() && tag == ApduTag::general_block_transfer) return receive_block(meter, apdu, room);
    end_exchange();
    if (tag == ApduTag::aarq || tag == ApduTag::rlrq) {
        services_.end();
        ByteWriter out(room);
        if (tag == ApduTag::aarq) {
            association_.open(meter, apdu, out);
        } else {
            association_.release(out);
        }
        return out.ok() ? out.written() : Bytes{};
    }
    if (!association_.is_open()) {
        return refuse(room, StateError::service_not_allowed, ServiceError::operation_not_possible).octets;
    }
    if (apdu.size() > max_receive_pdu_size) return refuse_too_long(room).octets;
    const auto answer = respond(meter, apdu, room);
    if (answer.whole) return answer.octets;
    begin_exchange({}, room);
    return answer_in_blocks(meter, answer, room);
}

Bytes Session::more(Meter& meter, MutableBytes room) {
    if (exchange_ == Exchange::none || room.size() < min_answer_room) return {};
    return next_block(meter, room, {});
}

// Every request enters here and every answer leaves, whether or not they travel in blocks: blocks carry the APDU as it
// is protected, so this is where protection is taken off the one and put on the other, and its octets off the limit.
Services::Answer Session::respond(Meter& meter, Bytes request, MutableBytes room) {
    return services_.serve({meter, association_, room, answer_limit(room)}, request);
}

// A client that sends its request in blocks is answered in blocks, however short the answer is.
Bytes Session::receive_block(Meter& meter, Bytes apdu, MutableBytes room) {
    if (!association_.conformance().has(Conformance::general_block_transfer)) return refuse_not_negotiated(room).octets;
    const auto block = dlms::read_general_block(apdu);
    if (!block) return refuse_malformed(room).octets;
    if (exchange_ == Exchange::none || BlockTransfer::begins_exchange(*block)) {
        services_.end();
        begin_exchange(services_.room_for_request(), room);
        exchange_ = Exchange::request;
    }
    if (exchange_ == Exchange::answer && !block->data.empty() && is_newer(block->number, newest_block_)) {
        // There is nothing to follow a request that was complete. Its room keeps the answer's blocks now.
        blocks_.abort();
        services_.end();
        return next_block(meter, room, {});
    }
    if (is_newer(block->number, newest_block_) && !block->data.empty()) newest_block_ = block->number;
    switch (blocks_.receive(*block, no_time_ms)) {
        case BlockTransfer::Event::message:
            return answer_in_blocks(meter, respond(meter, blocks_.message(), room), room);
        case BlockTransfer::Event::aborted:
            services_.end();
            break;
        case BlockTransfer::Event::send:
        case BlockTransfer::Event::wait:
            break;
    }
    return next_block(meter, room, {});
}

void Session::begin_exchange(MutableBytes room_for_request, MutableBytes room) {
    const std::size_t block_size = std::min(dlms::max_block_data(answer_limit(room)), Services::max_general_block);
    blocks_ = BlockTransfer(room_for_request, {.block_size = block_size, .window = block_window});
    newest_block_ = 0;
}

Bytes Session::answer_in_blocks(Meter& meter, const Services::Answer& answer, MutableBytes room) {
    exchange_ = Exchange::answer;
    if (answer.octets.empty()) return {};
    blocks_.send_pulled(services_.room_for_blocks(), BlockTransfer::Service::response);
    return next_block(meter, room, answer.octets);
}

// The next block that is due. `beginning` is that of the answer, in front of what the services have still to give.
Bytes Session::next_block(Meter& meter, MutableBytes room, Bytes beginning) {
    ByteWriter out(room);
    const auto pull = [&](MutableBytes into) -> dlms::Pulled {
        if (beginning.empty()) {
            const std::size_t size = services_.fill(meter, association_, into);
            return {size, services_.finished()};
        }
        const std::size_t size = std::min(beginning.size(), into.size());
        std::ranges::copy(beginning.first(size), into.begin());
        services_.push_back(beginning.subspan(size));
        beginning = {};
        return {size, services_.finished()};
    };
    return blocks_.next(out, no_time_ms, pull) && out.ok() ? out.written() : Bytes{};
}

void Session::end_exchange() {
    if (exchange_ == Exchange::none) return;
    exchange_ = Exchange::none;
    blocks_ = BlockTransfer({}, {});
    services_.end();
}

}  // namespace blathy::meter
