#include "dlms/block_transfer/block_transfer.hpp"

#include <algorithm>

namespace blathy::dlms {

void BlockTransfer::reset() {
    *this = BlockTransfer(room_, parameters_);
}

void BlockTransfer::begin(Service service) {
    service_ = service;
    acknowledgement_due_ = false;  // the first block acknowledges
    time_outs_ = 0;
}

void BlockTransfer::send(Bytes apdu, Service service) {
    sender_.start(apdu, parameters_.block_size, static_cast<std::uint16_t>(number_ + 1U));
    begin(service);
}

void BlockTransfer::send_pulled(MutableBytes kept, Service service) {
    sender_.start_pulled(kept, parameters_.block_size, static_cast<std::uint16_t>(number_ + 1U));
    begin(service);
}

void BlockTransfer::send_unconfirmed(Bytes apdu) {
    sender_.start_unconfirmed(apdu, parameters_.block_size);
    begin(Service::response);
    unconfirmed_ = true;
}

void BlockTransfer::abort() {
    aborted_ = true;
    abort_due_ = parameters_.window > 0 && !unconfirmed_;  // who only listens says nothing
    acknowledgement_due_ = false;
    sender_.stop();
}

BlockTransfer::Event BlockTransfer::fail() {
    abort();
    return Event::aborted;
}

BlockTransfer::Event BlockTransfer::outcome() const {
    return due() ? Event::send : Event::wait;
}

// The other side has the turn, and its silence means that something was lost.
bool BlockTransfer::waiting() const {
    if (aborted_ || unconfirmed_ || due()) return false;
    if (receiver_.in_progress()) return true;
    return sender_.active() && !(service_ == Service::response && sender_.all_sent());
}

BlockTransfer::Event BlockTransfer::receive(const GeneralBlock& block, std::uint32_t now_ms) {
    if (aborted_) return Event::wait;
    if (block.is_abort()) {
        aborted_ = true;
        acknowledgement_due_ = false;
        sender_.stop();
        return Event::aborted;
    }
    // Only the newest block of the other side says what it has.
    const bool newest = static_cast<std::int16_t>(static_cast<std::uint16_t>(block.number - heard_number_)) > 0;
    const bool was_complete = receiver_.complete();
    const auto verdict = receiver_.receive(block);
    if (verdict == BlockReceiver::Verdict::refused) return fail();
    if (newest) {
        heard_number_ = block.number;
        if (sender_.active() && !unconfirmed_ && !sender_.acknowledge(block.acknowledged, block.window)) return fail();
    }
    if (verdict == BlockReceiver::Verdict::duplicate) {
        // The end of a stream comes again when its answer was lost; or the network doubled it, and then an answer to
        // each would double all that follows.
        const bool turn = !block.data.empty() && (!block.streaming || block.last);
        if (turn && now_ms - acknowledged_ms_ >= parameters_.timeout_ms / 2) say_again(now_ms);
        return outcome();
    }
    heard_ms_ = now_ms;
    time_outs_ = 0;
    if (!block.data.empty() && sender_.all_acknowledged()) sender_.stop();  // this is the answer
    if (receiver_.complete() && !was_complete) {
        acknowledgement_due_ = false;  // the answer will be one
        stream_ = 0;
        return Event::message;
    }
    if (receiver_.in_progress() && parameters_.window > 0) {
        ++stream_;
        const bool turn = !block.streaming || block.last || stream_ >= parameters_.window;
        if (turn) acknowledgement_due_ = true;
    }
    return outcome();
}

void BlockTransfer::say_again(std::uint32_t now_ms) {
    heard_ms_ = now_ms;
    if (sender_.active()) {
        sender_.repeat();
    } else if (parameters_.window > 0) {
        acknowledgement_due_ = true;
    }
}

BlockTransfer::Event BlockTransfer::tick(std::uint32_t now_ms) {
    if (!waiting() || parameters_.timeout_ms == 0 || now_ms - heard_ms_ < parameters_.timeout_ms) return outcome();
    if (time_outs_ >= parameters_.attempts) return fail();
    ++time_outs_;
    say_again(now_ms);
    return outcome();
}

bool BlockTransfer::next(ByteWriter& out, std::uint32_t now_ms, PullApdu pull) {
    if (!due()) return false;
    heard_ms_ = now_ms;
    GeneralBlock block;
    block.acknowledged = receiver_.acknowledged();
    block.window = unconfirmed_ ? std::uint8_t{0} : parameters_.window;
    if (abort_due_) {
        abort_due_ = false;
        block = GeneralBlock::abort();
    } else if (acknowledgement_due_) {
        acknowledgement_due_ = false;
        acknowledged_ms_ = now_ms;
        stream_ = 0;
        block.last = true;
        block.number = ++number_;
        if (const std::uint8_t gap = receiver_.gap(); gap > 0) block.window = std::min(gap, block.window);
    } else {
        const auto piece = sender_.next(pull);
        if (!piece) {
            abort();
            return next(out, now_ms, pull);
        }
        acknowledged_ms_ = now_ms;
        block.last = piece->last;
        block.streaming = piece->streaming;
        block.number = piece->number;
        block.data = piece->data;
        number_ = sender_.last_number();
    }
    write(out, block);
    return true;
}

bool BlockTransfer::next(ByteWriter& out, std::uint32_t now_ms) {
    return next(out, now_ms, [](MutableBytes) { return Pulled{}; });
}

}  // namespace blathy::dlms
