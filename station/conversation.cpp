#include "station/conversation.hpp"

#include <algorithm>

#include "station/notification.hpp"

namespace blathy::station {
namespace {

bool is_block(Bytes apdu) {
    return !apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::general_block_transfer);
}

}  // namespace

MutableBytes BlockRoom::of(std::size_t size) {
    if (size_ < size) {
        octets_.reset(new std::uint8_t[size]);  // NOLINT(cppcoreguidelines-owning-memory): without initialising it
        size_ = size;
    }
    return {octets_.get(), size};
}

Conversation::Conversation(Link& link, const Context& context, BlockRoom& room, Patience patience, Unasked unasked)
    : link_(link), context_(context), room_(room), patience_(patience), unasked_(std::move(unasked)) {}

std::uint32_t Conversation::now_ms() const {
    const auto elapsed = Deadline::Clock::now() - start_;
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
}

void Conversation::start_blocks() {
    dlms::BlockTransferParameters parameters;
    parameters.block_size = dlms::max_block_data(context_.max_request_octets);
    // A link that repeats what gets lost, frame by frame, and gives each side the turn in turn has no use for streams.
    parameters.window = link_.is_half_duplex() ? std::uint8_t{1} : context_.block_window;
    parameters.attempts = static_cast<std::uint8_t>(std::min(patience_.retries, 100U));
    const auto each = patience_.answer / (parameters.attempts + 1);
    parameters.timeout_ms =
        link_.is_half_duplex() ? 0 : static_cast<std::uint32_t>(std::max<std::int64_t>(each.count(), 1));
    blocks_.emplace(room_.of(context_.max_value_octets), parameters);
}

Result<void, Error> Conversation::send(Bytes request, bool in_blocks) {
    const auto deadline = Deadline::after(patience_.answer);
    blocks_.reset();
    block_count_ = 0;
    asked_in_blocks_ = in_blocks && context_.uses_general_blocks();
    if (!asked_in_blocks_) return link_.send(request, deadline);
    start_blocks();
    blocks_->send(request, dlms::BlockTransfer::Service::request);
    if (!blocks_->due()) {
        return fail(Error{ErrorKind::limit, 0, "the meter takes APDUs too short to hold a block of the request"});
    }
    return send_blocks(deadline);
}

Result<void, Error> Conversation::send_blocks(const Deadline& deadline) {
    out_.resize(context_.max_request_octets);
    while (blocks_->due()) {
        ByteWriter out(out_);
        if (!blocks_->next(out, now_ms())) break;
        if (auto sent = link_.send(out.written(), deadline); !sent) return sent;
    }
    return {};
}

Error Conversation::broken_off() {
    // Whoever has something to say about it says it; the answer would only be that it is over.
    if (!link_.is_half_duplex()) (void)send_blocks(Deadline::after(patience_.answer));
    blocks_.reset();
    return protocol_error("the general block transfer was broken off; try again, or do without it");
}

// True: an APDU is complete.
Result<bool, Error> Conversation::take_block(Bytes apdu, const Deadline& deadline) {
    auto block = dlms::read_general_block(apdu);
    if (!block) return fail(protocol_error("the meter sent a malformed general-block-transfer APDU"));
    if (!context_.uses_general_blocks()) {
        return fail(protocol_error("the meter used general block transfer, which the association does not include"));
    }
    if (++block_count_ > context_.max_blocks) {
        return fail(Error{ErrorKind::limit, 0,
                          "the meter's answer comes in more than " + std::to_string(context_.max_blocks) +
                              " blocks; raise the PDU size, or ask for less at a time"});
    }
    if (!blocks_) {
        // What is left of an exchange that is over is no answer.
        if (!dlms::BlockTransfer::begins_exchange(*block)) return false;
        start_blocks();
    }
    if (link_.is_half_duplex()) block->window = std::min(block->window, std::uint8_t{1});
    switch (blocks_->receive(*block, now_ms())) {
        case dlms::BlockTransfer::Event::message:
            return true;
        case dlms::BlockTransfer::Event::aborted:
            return fail(broken_off());
        case dlms::BlockTransfer::Event::send:
            if (auto sent = send_blocks(deadline); !sent) return fail(sent.error());
            break;
        case dlms::BlockTransfer::Event::wait:
            break;
    }
    return false;
}

Result<Conversation::Incoming, Error> Conversation::receive(const Peek& peek) {
    auto deadline = Deadline::after(patience_.answer);
    const auto attempts = static_cast<int>(std::min(patience_.retries, 100U)) + 1;
    while (true) {
        const bool recovers = blocks_ && !link_.is_half_duplex();
        const auto apdu = link_.receive(recovers ? deadline.or_after(patience_.answer / attempts) : deadline);
        if (!apdu) {
            if (apdu.error().kind != ErrorKind::timeout || !recovers || deadline.passed()) return fail(apdu.error());
            if (blocks_->tick(now_ms()) == dlms::BlockTransfer::Event::aborted) {
                (void)send_blocks(deadline);
                return fail(apdu.error());
            }
            if (auto sent = send_blocks(deadline); !sent) return fail(sent.error());
            continue;
        }
        if (is_notification(*apdu)) {
            unasked_(*apdu);
            continue;
        }
        if (!is_block(*apdu)) return Incoming{*apdu, Exchange::Carrier::apdu};
        const auto complete = take_block(*apdu, deadline);
        if (!complete) return fail(complete.error());
        deadline = Deadline::after(patience_.answer);
        if (!*complete) {
            const Bytes beginning = blocks_ && peek ? blocks_->beginning() : Bytes{};
            if (beginning.empty()) continue;
            if (const auto looked = peek(beginning); !looked) return fail(looked.error());
            continue;
        }
        const Bytes message = blocks_->message();
        if (!is_notification(message)) return Incoming{message, Exchange::Carrier::blocks};
        unasked_(message);
        if (!asked_in_blocks_) blocks_.reset();
    }
}

}  // namespace blathy::station
