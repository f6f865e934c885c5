// The messages of IEC 62056-21 modes C and E (6.3): sign-on, identification, option selection, commands, data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace blathy::dlms::iec62056_21 {

inline constexpr std::uint8_t soh = 0x01;
inline constexpr std::uint8_t stx = 0x02;
inline constexpr std::uint8_t etx = 0x03;
inline constexpr std::uint8_t ack = 0x06;
inline constexpr std::uint8_t nak = 0x15;

inline constexpr std::size_t max_address = 32;         // characters of a device address (6.3.14, item 22)
inline constexpr std::size_t max_identification = 16;  // characters (6.3.14, item 14)
inline constexpr std::size_t max_line = 78;            // characters of a data line (6.5), without CR LF

// Block check character: exclusive or of all octets behind SOH or STX up to and including ETX (6.3.14, item 8).
class Bcc {
  public:
    void update(Bytes octets) {
        for (const std::uint8_t octet : octets) value_ = static_cast<std::uint8_t>(value_ ^ octet);
    }
    [[nodiscard]] std::uint8_t value() const { return value_; }

  private:
    std::uint8_t value_ = 0;
};

// "/?" address "!" CR LF. The parsers take lines without CR LF. The address is empty for any device.
std::optional<std::string_view> parse_sign_on(std::string_view line);
void write_sign_on(std::string_view address, ByteWriter& writer);
// Leading zeros do not count, and an empty or all-zero address means any device (6.3.14, item 22).
bool is_addressed(std::string_view sent, std::string_view own);

// "/" XXX Z ["\2"] identification CR LF
struct Identification {
    std::string_view manufacturer;  // three letters; the third in lower case: reaction time 20 ms instead of 200 ms
    char baud_code = '0';
    bool has_mode_e = false;
    std::string_view text;

    [[nodiscard]] std::uint16_t reaction_ms() const;
};
std::optional<Identification> parse_identification(std::string_view line);
void write_identification(const Identification& identification, ByteWriter& writer);

// ACK V Z Y CR LF
struct OptionSelect {
    char protocol = '0';  // V: 0 normal, 2 HDLC
    char baud_code = '0';
    char mode = '0';  // Y: 0 data readout, 1 programming, 2 binary (HDLC), 6..9 of the manufacturer
    constexpr bool operator==(const OptionSelect&) const = default;
};
std::optional<OptionSelect> parse_option_select(Bytes line);
void write_option_select(const OptionSelect& option, ByteWriter& writer);

// SOH C D [STX text] ETX BCC
struct Command {
    char name = 'B';  // P password, R read, W write, E execute, B exit
    char type = '0';
    std::string_view text;
};
// `block` runs from SOH to ETX; its BCC has been checked.
std::optional<Command> parse_command(Bytes block);
void write_command(const Command& command, ByteWriter& writer);

// STX text ETX BCC
std::optional<std::string_view> parse_data(Bytes block);
void write_data(std::string_view text, ByteWriter& writer);

// "address(value*unit)"; what is not there is empty. `inside` is all between the brackets.
struct DataSet {
    std::string_view address;
    std::string_view inside;
    std::string_view value;
    std::string_view unit;
};
std::optional<DataSet> parse_data_set(std::string_view text);

// One message out of a stream of seven bit characters, in a buffer that bounds it.
class Collector {
  public:
    enum class Kind : std::uint8_t {
        line,       // "/" to the character before CR LF
        option,     // ACK V Z Y, without CR LF
        block,      // SOH or STX to ETX, BCC good
        bad_block,  // the same, BCC or a parity bit bad
        lone_ack,
        lone_nak,
    };
    struct Message {
        Kind kind;
        Bytes octets;  // viewed until the next call
    };

    // `expects_option`: an ACK begins an option selection message instead of standing alone.
    std::optional<Message> push(std::uint8_t octet, bool expects_option);
    [[nodiscard]] bool is_inside_message() const { return state_ != State::outside; }
    void reset() { state_ = State::outside; }

  private:
    enum class State : std::uint8_t { outside, line, option, block, check };

    void begin(State state, std::uint8_t character);
    [[nodiscard]] Bytes held() const { return Bytes(buffer_).first(size_); }

    std::array<std::uint8_t, 192> buffer_{};
    std::size_t size_ = 0;
    State state_ = State::outside;
    bool is_damaged_ = false;
};

}  // namespace blathy::dlms::iec62056_21
