#include "dlms/iec62056_21/meter_session.hpp"

#include <algorithm>

namespace blathy::dlms::iec62056_21 {
namespace {

constexpr std::uint8_t max_wrong_passwords = 3;
constexpr std::string_view error_text = "(ERROR)";
constexpr Command break_command{'B', '0', {}};

std::span<char> as_characters(MutableBytes octets) {
    return {reinterpret_cast<char*>(octets.data()), octets.size()};
}

}  // namespace

void MeterSession::reset() {
    collector_.reset();
    line_ = next_line_ = opening_line();
    state_ = next_state_ = State::sign_on;
    out_size_ = out_sent_ = 0;
    is_reading_out_ = has_parity_bits_ = false;
    level_ = wrong_passwords_ = 0;
    silence_ = line_busy_ = {};
}

void MeterSession::receive(Bytes input, std::uint32_t now_ms) {
    if (collector_.is_inside_message() && character_.is_over(now_ms)) collector_.reset();
    check_time(now_ms);
    for (const std::uint8_t octet : input) {
        if (state_ == State::hdlc) return;
        character_.start(now_ms, settings_.character_timeout_ms);
        if (octet == ('/' | 0x80)) has_parity_bits_ = true;
        if (octet == '/') has_parity_bits_ = false;
        if (const auto message = collector_.push(octet, state_ == State::option)) accept(*message, now_ms);
    }
}

void MeterSession::check_time(std::uint32_t now_ms) {
    if (is_sending() || state_ == State::sign_on || state_ == State::hdlc) return;
    if (!patience_.is_over(now_ms) || collector_.is_inside_message()) return;
    if (state_ == State::option) {
        start_readout(now_ms);  // no option selected: readout at the opening speed (6.4.3.2)
    } else {
        reset();
    }
}

void MeterSession::accept(const Collector::Message& message, std::uint32_t now_ms) {
    using Kind = Collector::Kind;
    // The port may have been left alone in any state: a sign-on begins anew.
    if (message.kind == Kind::line) return accept_sign_on(as_text(message.octets), now_ms);
    if (is_sending()) return;
    switch (state_) {
        case State::option:
            if (message.kind == Kind::lone_nak) return accept_sign_on("/?!", now_ms);
            if (message.kind == Kind::option) {
                return accept_option(parse_option_select(message.octets).value_or(OptionSelect{}), now_ms);
            }
            return;
        case State::readout:
            if (message.kind == Kind::lone_nak) start_readout(now_ms);
            if (message.kind == Kind::lone_ack) reset();
            return;
        case State::programming: {
            if (message.kind == Kind::block) {
                if (const auto command = parse_command(message.octets)) return accept_command(*command, now_ms);
            }
            if (message.kind == Kind::lone_nak) {
                out_sent_ = 0;  // once more
                silence_.start(now_ms, settings_.reaction_ms);
                return;
            }
            if (message.kind == Kind::lone_ack) return;
            ByteWriter writer(out_);
            writer.u8(nak);
            return send(writer.size(), now_ms);
        }
        case State::sign_on:
        case State::hdlc:
            return;
    }
}

void MeterSession::accept_sign_on(std::string_view line, std::uint32_t now_ms) {
    const auto address = parse_sign_on(line);
    if (!address || !is_addressed(*address, settings_.address)) return;
    const bool has_parity_bits = has_parity_bits_;
    reset();
    has_parity_bits_ = has_parity_bits;
    ByteWriter writer(out_);
    write_identification({settings_.manufacturer.substr(0, 3), settings_.baud_code, settings_.has_mode_e,
                          settings_.identification.substr(0, max_identification)},
                         writer);
    next_state_ = State::option;
    send(writer.size(), now_ms);
}

void MeterSession::accept_option(const OptionSelect& option, std::uint32_t now_ms) {
    const auto baud = baud_of(option.baud_code);
    // What is not understood or not offered gets the readout at the opening speed.
    if (!baud || option.baud_code > settings_.baud_code) return start_readout(now_ms);
    if (option.protocol == '2' && option.mode == '2' && settings_.has_mode_e) {
        ByteWriter writer(out_);
        write_option_select(option, writer);
        next_line_ = {*baud, Framing::eight_none_one};
        next_state_ = State::hdlc;
        return send(writer.size(), now_ms);
    }
    if (option.protocol == '2' || option.mode == '2') return start_readout(now_ms);
    line_ = next_line_ = {*baud, Framing::seven_even_one};
    if (option.mode != '1') return start_readout(now_ms);

    std::array<char, max_line> text{'('};
    std::size_t size = 1 + std::min(port_.password_seed(std::span(text).subspan(1, text.size() - 2)), text.size() - 2);
    text[size++] = ')';
    ByteWriter writer(out_);
    write_command({'P', '0', {text.data(), size}}, writer);
    next_state_ = State::programming;
    send(writer.size(), now_ms);
}

void MeterSession::start_readout(std::uint32_t now_ms) {
    ByteWriter writer(out_);
    writer.u8(stx);
    readout_bcc_ = {};
    readout_index_ = 0;
    is_reading_out_ = true;
    next_state_ = State::readout;
    send(writer.size(), now_ms);
}

void MeterSession::load_readout() {
    std::array<char, max_line> line;
    const std::size_t size = std::min(port_.readout_line(readout_index_++, line), line.size());
    is_reading_out_ = size > 0;
    ByteWriter writer(out_);
    writer.text(is_reading_out_ ? std::string_view(line.data(), size) : "!");
    writer.text("\r\n");
    if (!is_reading_out_) writer.u8(etx);
    readout_bcc_.update(writer.written());
    if (!is_reading_out_) writer.u8(readout_bcc_.value());
    out_size_ = writer.size();
    out_sent_ = 0;
}

void MeterSession::accept_command(const Command& command, std::uint32_t now_ms) {
    // The text of the command lies in the collector, so the answer may be built in place.
    ByteWriter writer(out_);
    next_state_ = State::programming;
    switch (command.name) {
        case 'B':
            return reset();
        case 'P':
            log_in(command.type - '0', command.text, writer);
            break;
        case 'R':
            read(command, writer);
            break;
        case 'W':
            write(command, writer);
            break;
        default:
            write_data(error_text, writer);
    }
    send(writer.size(), now_ms);
}

void MeterSession::log_in(int level, std::string_view text, ByteWriter& writer) {
    const auto password = parse_data_set(text);
    const bool is_level = level == 1 || level == 2;
    if (is_level && password && password->address.empty() && port_.is_password(level, password->inside)) {
        level_ = static_cast<std::uint8_t>(level);
        wrong_passwords_ = 0;
        writer.u8(ack);
    } else if (++wrong_passwords_ < max_wrong_passwords) {
        write_data(error_text, writer);
    } else {
        write_command(break_command, writer);
        next_state_ = State::sign_on;
        next_line_ = opening_line();
    }
}

void MeterSession::read(const Command& command, ByteWriter& writer) {
    const auto set = parse_data_set(command.text);
    if (!set) return write_data(error_text, writer);
    std::array<std::uint8_t, max_line> answer;
    ByteWriter text(answer);
    // R1 gives the value alone, the formatted R5 repeats what it belongs to.
    if (command.type == '5') text.text(set->address);
    text.text("(");
    if (!text.ok()) return write_data(error_text, writer);
    const std::size_t begin = text.size();
    const MutableBytes room = MutableBytes(answer).subspan(begin, answer.size() - begin - 1);
    const std::size_t size = std::min(port_.read(level_, set->address, set->inside, as_characters(room)), room.size());
    if (size == 0) return write_data(error_text, writer);
    answer[begin + size] = ')';
    write_data(as_text(Bytes(answer).first(begin + size + 1)), writer);
}

void MeterSession::write(const Command& command, ByteWriter& writer) {
    const auto set = parse_data_set(command.text);
    if (set && port_.write(level_, set->address, set->inside)) {
        writer.u8(ack);
    } else {
        write_data(error_text, writer);
    }
}

void MeterSession::send(std::size_t size, std::uint32_t now_ms) {
    out_size_ = size;
    out_sent_ = 0;
    silence_.start(now_ms, settings_.reaction_ms);
}

Chunk MeterSession::transmit(MutableBytes room, std::uint32_t now_ms) {
    check_time(now_ms);
    Chunk chunk{0, line_};
    if (!is_sending() || !silence_.is_over(now_ms)) return chunk;
    while (is_sending() && chunk.size < room.size()) {
        const std::size_t count = std::min(out_size_ - out_sent_, room.size() - chunk.size);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint8_t octet = out_[out_sent_++];
            room[chunk.size++] = has_parity_bits_ ? with_even_parity(octet) : octet;
        }
        if (!is_sending() && is_reading_out_) load_readout();
    }
    line_busy_.start(now_ms, line_busy_.left_ms(now_ms) + line_time_ms(chunk.size, line_));
    if (!is_sending()) sent(now_ms);
    return chunk;
}

void MeterSession::sent(std::uint32_t now_ms) {
    if (next_state_ == State::sign_on) return reset();
    line_ = next_line_;
    state_ = next_state_;
    patience_.start(
        now_ms, line_busy_.left_ms(now_ms) +
                    (state_ == State::programming ? settings_.programming_timeout_ms : settings_.answer_timeout_ms));
}

std::optional<std::uint32_t> MeterSession::wake_after_ms(std::uint32_t now_ms) const {
    if (is_sending()) return silence_.left_ms(now_ms);
    if (state_ == State::sign_on || state_ == State::hdlc) return std::nullopt;
    if (!collector_.is_inside_message()) return patience_.left_ms(now_ms);
    return std::max<std::uint32_t>(patience_.left_ms(now_ms), character_.left_ms(now_ms));
}

}  // namespace blathy::dlms::iec62056_21
