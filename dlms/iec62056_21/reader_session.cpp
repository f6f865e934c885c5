#include "dlms/iec62056_21/reader_session.hpp"

#include <algorithm>

namespace blathy::dlms::iec62056_21 {
namespace {

using Kind = ReaderEvent::Kind;
using Failure = ReaderEvent::Failure;

}  // namespace

void ReaderSession::start(Goal goal, std::uint32_t now_ms) {
    goal_ = goal;
    attempts_ = 0;
    session_.start(now_ms, settings_.session_timeout_ms);
    sign_on(now_ms);
}

void ReaderSession::sign_on(std::uint32_t now_ms) {
    line_ = {};
    ByteWriter writer(out_);
    write_sign_on(settings_.address.substr(0, max_address), writer);
    send(writer.size(), 0, State::identification, line_, now_ms);
}

bool ReaderSession::command(const Command& command, std::uint32_t now_ms) {
    if (state_ != State::ready || is_sending()) return false;
    ByteWriter writer(out_);
    write_command(command, writer);
    if (!writer.ok()) return false;
    session_.start(now_ms, settings_.session_timeout_ms);
    // Nothing answers a break, and behind it the meter is back at its opening speed.
    const bool is_break = command.name == 'B';
    send(writer.size(), settings_.turnaround_ms, is_break ? State::idle : State::answer,
         is_break ? LineSettings{} : line_, now_ms);
    return true;
}

void ReaderSession::send(std::size_t size, std::uint16_t after_ms, State next, const LineSettings& next_line,
                         std::uint32_t now_ms) {
    out_size_ = size;
    out_sent_ = 0;
    next_state_ = next;
    next_line_ = next_line;
    silence_.start(now_ms, after_ms);
    collector_.reset();
}

Chunk ReaderSession::transmit(MutableBytes room, std::uint32_t now_ms) {
    Chunk chunk{0, line_};
    if (!is_sending() || !silence_.is_over(now_ms)) return chunk;
    while (is_sending() && chunk.size < room.size()) {
        const std::uint8_t octet = out_[out_sent_++];
        room[chunk.size++] = settings_.has_parity_bits ? with_even_parity(octet) : octet;
    }
    line_busy_.start(now_ms, line_busy_.left_ms(now_ms) + line_time_ms(chunk.size, line_));
    if (!is_sending()) {
        line_ = next_line_;
        state_ = next_state_;
        readout_ = Readout::before;
        patience_.start(now_ms, line_busy_.left_ms(now_ms) + settings_.answer_timeout_ms);
    }
    return chunk;
}

std::optional<ReaderEvent> ReaderSession::receive(Bytes& input, std::uint32_t now_ms) {
    while (!input.empty() && !is_sending() && is_waiting()) {
        const std::uint8_t octet = input.front();
        input = input.subspan(1);
        std::optional<ReaderEvent> event;
        if (state_ == State::readout) {
            event = accept_readout(octet);
            if (readout_ != Readout::before) patience_.extend_to(now_ms, settings_.answer_timeout_ms);
        } else {
            const auto message = collector_.push(octet, state_ == State::confirmation);
            if (message) event = accept(*message, now_ms);
            if (collector_.is_inside_message()) patience_.extend_to(now_ms, settings_.answer_timeout_ms);
        }
        if (event) return event;
    }
    // What comes when nothing is expected is noise. HDLC's octets are left to it.
    if (state_ != State::hdlc) input = {};
    return check_time(now_ms);
}

bool ReaderSession::is_waiting() const {
    return state_ != State::idle && state_ != State::ready && state_ != State::hdlc;
}

std::optional<ReaderEvent> ReaderSession::check_time(std::uint32_t now_ms) {
    if (is_sending() || !is_waiting()) return std::nullopt;
    if (!patience_.is_over(now_ms) && !session_.is_over(now_ms)) return std::nullopt;
    if (state_ == State::identification && !session_.is_over(now_ms) && ++attempts_ < settings_.max_attempts) {
        sign_on(now_ms);
        return std::nullopt;
    }
    return fail_with(Failure::no_answer);
}

ReaderEvent ReaderSession::fail_with(Failure failure) {
    state_ = State::idle;
    line_ = {};
    out_size_ = out_sent_ = 0;
    return {Kind::failed, {}, failure};
}

std::optional<ReaderEvent> ReaderSession::accept(const Collector::Message& message, std::uint32_t now_ms) {
    switch (state_) {
        case State::identification:
            if (message.kind != Collector::Kind::line) return std::nullopt;
            return accept_identification(as_text(message.octets), now_ms);
        case State::confirmation:
            if (message.kind != Collector::Kind::option) return std::nullopt;
            if (parse_option_select(message.octets) != option_) return fail_with(Failure::no_such_mode);
            state_ = State::hdlc;
            line_ = hdlc_line_;
            return ReaderEvent{Kind::hdlc, {}};
        case State::password_request: {
            if (message.kind == Collector::Kind::bad_block) return fail_with(Failure::bad_check);
            if (message.kind != Collector::Kind::block) return std::nullopt;
            const auto request = parse_command(message.octets);
            // A meter without programming mode sends its readout.
            if (!request || request->name != 'P') return fail_with(Failure::no_such_mode);
            const auto operand = parse_data_set(request->text);
            state_ = State::ready;
            return ReaderEvent{Kind::ready, operand ? operand->inside : request->text};
        }
        case State::answer:
            return accept_answer(message);
        default:
            return std::nullopt;
    }
}

std::optional<ReaderEvent> ReaderSession::accept_identification(std::string_view line, std::uint32_t now_ms) {
    if (line.starts_with("/?")) return std::nullopt;  // an optical head that echoes our own sign-on
    const auto identification = parse_identification(line);
    if (!identification) return fail_with(Failure::bad_identification);
    const char code = identification->baud_code;
    if (!baud_of(code) || (goal_ == Goal::hdlc && !identification->has_mode_e)) return fail_with(Failure::no_such_mode);
    option_.baud_code = std::min(code, settings_.max_baud_code);
    option_.protocol = goal_ == Goal::hdlc ? '2' : '0';
    option_.mode = goal_ == Goal::hdlc ? '2' : goal_ == Goal::programming ? '1' : '0';

    const std::uint32_t baud = baud_of(option_.baud_code).value_or(line_.baud);
    hdlc_line_ = {baud, Framing::eight_none_one};
    const std::uint16_t after_ms = std::min(settings_.turnaround_ms, identification->reaction_ms());
    ByteWriter writer(out_);
    write_option_select(option_, writer);
    const State next = goal_ == Goal::hdlc      ? State::confirmation
                       : goal_ == Goal::readout ? State::readout
                                                : State::password_request;
    // Mode E changes the speed only when the meter has repeated the selection at the old one.
    send(writer.size(), after_ms, next, goal_ == Goal::hdlc ? line_ : LineSettings{baud, Framing::seven_even_one},
         now_ms);
    return ReaderEvent{Kind::identified, line};
}

std::optional<ReaderEvent> ReaderSession::accept_answer(const Collector::Message& message) {
    const auto ready_with = [this](Kind kind, std::string_view text = {}) {
        state_ = State::ready;
        return ReaderEvent{kind, text};
    };
    switch (message.kind) {
        case Collector::Kind::lone_ack:
            return ready_with(Kind::done);
        case Collector::Kind::lone_nak:
            return ready_with(Kind::refused);
        case Collector::Kind::bad_block:
            return ReaderEvent{ready_with(Kind::failed).kind, {}, Failure::bad_check};
        case Collector::Kind::block:
            if (const auto text = parse_data(message.octets)) return ready_with(Kind::data, *text);
            if (const auto command = parse_command(message.octets); command && command->name == 'B') {
                state_ = State::idle;
                line_ = {};
                return ReaderEvent{Kind::ended, {}};
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

std::optional<ReaderEvent> ReaderSession::accept_readout(std::uint8_t octet) {
    const auto received = character_of(octet);
    if (readout_ == Readout::before) {
        if (received != stx) return std::nullopt;
        readout_ = Readout::lines;
        readout_bcc_ = {};
        readout_size_ = 0;
        is_readout_damaged_ = false;
        return std::nullopt;
    }
    if (readout_ == Readout::check) {
        if (is_readout_damaged_ || received != readout_bcc_.value()) return fail_with(Failure::bad_check);
        state_ = State::idle;
        line_ = {};
        return ReaderEvent{Kind::finished, {}};
    }
    is_readout_damaged_ |= !received;
    const std::uint8_t character = received.value_or('?');
    readout_bcc_.update({&character, 1});
    if (character == etx) {
        readout_ = Readout::check;
    } else if (character == '\n') {
        return accept_readout_line();
    } else if (readout_size_ == readout_line_.size()) {
        return fail_with(Failure::too_long);
    } else {
        readout_line_[readout_size_++] = static_cast<char>(character);
    }
    return std::nullopt;
}

std::optional<ReaderEvent> ReaderSession::accept_readout_line() {
    std::string_view line(readout_line_.data(), readout_size_);
    readout_size_ = 0;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line == "!") return std::nullopt;
    return ReaderEvent{Kind::data_line, line};
}

std::optional<std::uint32_t> ReaderSession::wake_after_ms(std::uint32_t now_ms) const {
    if (is_sending()) return silence_.left_ms(now_ms);
    if (!is_waiting()) return std::nullopt;
    return std::min(patience_.left_ms(now_ms), session_.left_ms(now_ms));
}

}  // namespace blathy::dlms::iec62056_21
