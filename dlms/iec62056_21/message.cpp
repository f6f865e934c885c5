#include "dlms/iec62056_21/message.hpp"

#include <algorithm>

#include "dlms/iec62056_21/line.hpp"

namespace blathy::dlms::iec62056_21 {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view mode_e_mark = "\\2";

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

std::string_view without_leading_zeros(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}

void write_character(char c, ByteWriter& writer) {
    writer.u8(static_cast<std::uint8_t>(c));
}

// ETX, and the check of everything since `start`, which is the place behind SOH or STX.
void close_block(std::size_t start, ByteWriter& writer) {
    writer.u8(etx);
    Bcc bcc;
    if (writer.ok()) bcc.update(writer.since(start));
    writer.u8(bcc.value());
}

}  // namespace

std::optional<std::string_view> parse_sign_on(std::string_view line) {
    if (!line.starts_with("/?") || !line.ends_with('!')) return std::nullopt;
    const std::string_view address = line.substr(2, line.size() - 3);
    if (address.size() > max_address) return std::nullopt;
    return address;
}

void write_sign_on(std::string_view address, ByteWriter& writer) {
    writer.text("/?");
    writer.text(address);
    writer.text("!");
    writer.text(crlf);
}

bool is_addressed(std::string_view sent, std::string_view own) {
    const std::string_view significant = without_leading_zeros(sent);
    return significant.empty() || significant == without_leading_zeros(own);
}

std::uint16_t Identification::reaction_ms() const {
    return manufacturer.size() == 3 && is_lower(manufacturer[2]) ? 20 : 200;
}

std::optional<Identification> parse_identification(std::string_view line) {
    constexpr std::size_t fixed_part = 5;  // "/XXXZ"
    if (line.size() < fixed_part || line[0] != '/') return std::nullopt;
    Identification identification;
    identification.manufacturer = line.substr(1, 3);
    if (!std::all_of(identification.manufacturer.begin(), identification.manufacturer.end(), is_letter)) {
        return std::nullopt;
    }
    identification.baud_code = line[4];
    identification.text = line.substr(fixed_part);
    // Any number of "\W" sequences stand before the text proper; only \2 means something here.
    while (identification.text.size() >= 2 && identification.text[0] == '\\') {
        identification.has_mode_e |= identification.text.starts_with(mode_e_mark);
        identification.text.remove_prefix(2);
    }
    return identification;
}

void write_identification(const Identification& identification, ByteWriter& writer) {
    writer.text("/");
    writer.text(identification.manufacturer);
    write_character(identification.baud_code, writer);
    if (identification.has_mode_e) writer.text(mode_e_mark);
    writer.text(identification.text);
    writer.text(crlf);
}

std::optional<OptionSelect> parse_option_select(Bytes line) {
    if (line.size() != 4 || line[0] != ack) return std::nullopt;
    const std::string_view text = as_text(line);
    return OptionSelect{text[1], text[2], text[3]};
}

void write_option_select(const OptionSelect& option, ByteWriter& writer) {
    writer.u8(ack);
    for (const char c : {option.protocol, option.baud_code, option.mode}) write_character(c, writer);
    writer.text(crlf);
}

std::optional<Command> parse_command(Bytes block) {
    if (block.size() < 4 || block.front() != soh || block.back() != etx) return std::nullopt;
    const std::string_view body = as_text(block.subspan(1, block.size() - 2));
    Command command{body[0], body[1], {}};
    if (!is_letter(command.name) || !is_digit(command.type)) return std::nullopt;
    if (body.size() == 2) return command;
    if (body[2] != static_cast<char>(stx)) return std::nullopt;
    command.text = body.substr(3);
    return command;
}

void write_command(const Command& command, ByteWriter& writer) {
    writer.u8(soh);
    const std::size_t start = writer.size();
    write_character(command.name, writer);
    write_character(command.type, writer);
    if (!command.text.empty()) {
        writer.u8(stx);
        writer.text(command.text);
    }
    close_block(start, writer);
}

std::optional<std::string_view> parse_data(Bytes block) {
    if (block.size() < 2 || block.front() != stx || block.back() != etx) return std::nullopt;
    return as_text(block.subspan(1, block.size() - 2));
}

void write_data(std::string_view text, ByteWriter& writer) {
    writer.u8(stx);
    const std::size_t start = writer.size();
    writer.text(text);
    close_block(start, writer);
}

std::optional<DataSet> parse_data_set(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = text.find(')', open);
    if (close == std::string_view::npos) return std::nullopt;
    DataSet set;
    set.address = text.substr(0, open);
    set.inside = text.substr(open + 1, close - open - 1);
    const std::size_t star = set.inside.find('*');
    set.value = set.inside.substr(0, star);
    if (star != std::string_view::npos) set.unit = set.inside.substr(star + 1);
    return set;
}

void Collector::begin(State state, std::uint8_t character) {
    state_ = state;
    is_damaged_ = false;
    buffer_[0] = character;
    size_ = 1;
}

std::optional<Collector::Message> Collector::push(std::uint8_t octet, bool expects_option) {
    if (state_ == State::check) {
        state_ = State::outside;
        Bcc bcc;
        bcc.update(held().subspan(1));
        const bool is_good = character_of(octet) == bcc.value() && !is_damaged_;
        return Message{is_good ? Kind::block : Kind::bad_block, held()};
    }
    const std::optional<std::uint8_t> received = character_of(octet);
    const std::uint8_t character = received.value_or('?');
    // No message has these in its middle, so whatever was before them is over.
    if (character == '/' && state_ != State::block) {
        begin(State::line, character);
        return std::nullopt;
    }
    if (character == soh || (character == stx && state_ != State::block)) {
        begin(State::block, character);
        return std::nullopt;
    }
    if (state_ == State::outside) {
        if (character == ack && expects_option) begin(State::option, character);
        if (character == ack && !expects_option) return Message{Kind::lone_ack, {}};
        if (character == nak) return Message{Kind::lone_nak, {}};
        return std::nullopt;
    }
    if (size_ == buffer_.size()) {
        state_ = State::outside;
        return std::nullopt;
    }
    buffer_[size_++] = character;
    is_damaged_ |= !received;
    if (state_ == State::block) {
        if (character == etx) state_ = State::check;
        return std::nullopt;
    }
    if (character != '\n') return std::nullopt;
    const Kind kind = state_ == State::line ? Kind::line : Kind::option;
    state_ = State::outside;
    if (is_damaged_ || buffer_[size_ - 2] != '\r') return std::nullopt;
    return Message{kind, held().first(size_ - crlf.size())};
}

}  // namespace blathy::dlms::iec62056_21
