#include "meter/server/session.hpp"

#include <algorithm>

#include "base/writable.hpp"
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

// With a certificate, challenges of 64 octets and a ciphered initiate.
constexpr std::size_t max_aarq_size = 1024;

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

Bytes Session::receive(Meter& meter, MutableBytes apdu, MutableBytes room) {
    if (apdu.empty() || room.size() < min_answer_room) return {};
    const auto tag = static_cast<ApduTag>(apdu[0]);
    if (association_.is_open() && tag == ApduTag::general_block_transfer) return receive_block(meter, apdu, room);
    end_exchange();
    if (tag == ApduTag::aarq || tag == ApduTag::rlrq) {
        services_.end();
        ByteWriter out(room);
        if (tag == ApduTag::aarq) {
            // Before an association nothing but a bounded AARQ is looked at.
            if (apdu.size() > max_aarq_size) return refuse_too_long(room).octets;
            association_.open(meter, apdu, out);
        } else {
            association_.release(meter, apdu, out);
        }
        return out.ok() ? out.written() : Bytes{};
    }
    if (!association_.is_open() && !association_.open_pre_established(meter)) {
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
// is protected.
Services::Answer Session::respond(Meter& meter, MutableBytes request, MutableBytes room) {
    auto& secured = association_.secured();
    const auto plain = secured.unprotect(meter.secured(), request, request);
    if (!plain) return plain.error().silent ? Services::Answer{} : reply(room, plain.error().answer);
    if (plain->empty()) return refuse_malformed(room);
    if (!secured.serves(*plain)) {
        return refuse(room, StateError::service_not_allowed, ServiceError::operation_not_possible);
    }
    const std::size_t limit = secured.answer_limit(answer_limit(room));
    const auto answer = services_.serve({meter, association_, room, limit}, *plain);
    if (!secured.is_answered()) {
        services_.end();
        return {};
    }
    return protect(meter, answer, room);
}

Services::Answer Session::protect(Meter& meter, const Services::Answer& answer, MutableBytes room) {
    auto& secured = association_.secured();
    if (answer.octets.empty() || !secured.is_protected(answer.octets[0])) return answer;
    if (answer.whole) {
        ByteWriter out(room.subspan(static_cast<std::size_t>(answer.octets.data() - room.data())));
        out.bytes(answer.octets);
        return {secured.protect(out, 0) ? out.written() : Bytes{}};
    }
    // What is around the whole states its size.
    const std::size_t size = answer.octets.size() + services_.size_left(meter, association_);
    protection_.emplace();
    if (secured.start_stream(*protection_, answer.octets[0], size)) return answer;
    protection_.reset();
    services_.end();
    return {};
}

// A client that sends its request in blocks is answered in blocks, however short the answer is.
Bytes Session::receive_block(Meter& meter, Bytes apdu, MutableBytes room) {
    if (!association_.conformance().has(Conformance::general_block_transfer)) return refuse_not_negotiated(room).octets;
    const auto block = dlms::read_general_block(apdu);
    if (!block) return refuse_malformed(room).octets;
    if (exchange_ == Exchange::none || BlockTransfer::begins_exchange(*block)) {
        services_.end();
        protection_.reset();
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
            return answer_in_blocks(
                meter, respond(meter, writable(services_.room_for_request(), blocks_.message()), room), room);
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
    const auto pull_plain = [&](MutableBytes into) -> dlms::Pulled {
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
    const auto pull = [&](MutableBytes into) -> dlms::Pulled {
        return protection_ ? protection_->pull(into, pull_plain) : pull_plain(into);
    };
    return blocks_.next(out, no_time_ms, pull) && out.ok() ? out.written() : Bytes{};
}

void Session::end_exchange() {
    if (exchange_ == Exchange::none) return;
    exchange_ = Exchange::none;
    protection_.reset();
    blocks_ = BlockTransfer({}, {});
    services_.end();
}

}  // namespace blathy::meter
