// The meter's side of IEC 62056-21 in modes C and E, sans I/O. The owner drives it like this:
//
//   session.receive(octets, now_ms);
//   while (auto chunk = session.transmit(room, now_ms); chunk.size > 0) { set line to chunk.line, write, drain }
//   set line to session.line(); if (session.is_hdlc()) hand the port to hdlc::ServerLink until it is idle, then reset()
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "dlms/iec62056_21/line.hpp"
#include "dlms/iec62056_21/message.hpp"
#include "dlms/pause.hpp"

namespace blathy::dlms::iec62056_21 {

// What the meter shows and takes through this protocol. Texts have no CR LF and none of ( ) / ! but where said.
class MeterPort {
  public:
    // Line `index` of the readout, "1-0:1.8.0(000123.4*kWh)"; its size, 0 behind the last line.
    virtual std::size_t readout_line(std::size_t index, std::span<char> room) = 0;
    // What stands between the brackets of the password request, P0: a seed or serial number. Its size, or 0.
    virtual std::size_t password_seed(std::span<char> room) = 0;
    // Password of P1 or P2, without its brackets.
    virtual bool is_password(int level, std::string_view password) = 0;
    // The value of `address`, with its unit, "000123.4*kWh"; its size, 0 if it is unknown or may not be read.
    // `level` is that of the last good password, 0 before any.
    virtual std::size_t read(int level, std::string_view address, std::string_view argument, std::span<char> room) = 0;
    virtual bool write(int level, std::string_view address, std::string_view value) = 0;

  protected:
    ~MeterPort() = default;
};

struct MeterSettings {
    std::string_view address;               // of the device, at most 32 characters
    std::string_view manufacturer = "BLY";  // three letters
    std::string_view identification;        // at most 16 characters
    std::uint32_t opening_baud = 300;       // of the sign-on
    char baud_code = '5';                   // the fastest offered
    bool has_mode_e = true;
    std::uint16_t reaction_ms = 200;                // between a request and the answer, 200..1500 (20 if promised)
    std::uint16_t answer_timeout_ms = 1500;         // for the option selection and a request to repeat
    std::uint16_t character_timeout_ms = 1500;      // between the characters of a message
    std::uint32_t programming_timeout_ms = 60'000;  // without a command
};

class MeterSession {
  public:
    // Both are viewed; the texts in `settings` too.
    MeterSession(const MeterSettings& settings, MeterPort& port) : settings_(settings), port_(port) { reset(); }
    // Begins anew with other settings.
    void configure(const MeterSettings& settings) { settings_ = settings, reset(); }

    void receive(Bytes input, std::uint32_t now_ms);
    Chunk transmit(MutableBytes room, std::uint32_t now_ms);
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    // How the line is set when all that transmit() gave is out.
    [[nodiscard]] const LineSettings& line() const { return line_; }
    [[nodiscard]] bool is_hdlc() const { return state_ == State::hdlc; }
    [[nodiscard]] bool is_idle() const { return state_ == State::sign_on && !is_sending(); }
    // Back to the sign-on and its speed: after HDLC, and whenever the line went away.
    void reset();

  private:
    enum class State : std::uint8_t { sign_on, option, readout, programming, hdlc };

    [[nodiscard]] LineSettings opening_line() const { return {settings_.opening_baud, Framing::seven_even_one}; }
    void accept(const Collector::Message& message, std::uint32_t now_ms);
    void accept_sign_on(std::string_view line, std::uint32_t now_ms);
    void accept_option(const OptionSelect& option, std::uint32_t now_ms);
    void accept_command(const Command& command, std::uint32_t now_ms);
    void log_in(int level, std::string_view text, ByteWriter& writer);
    void read(const Command& command, ByteWriter& writer);
    void write(const Command& command, ByteWriter& writer);
    void start_readout(std::uint32_t now_ms);
    void load_readout();
    void send(std::size_t size, std::uint32_t now_ms);  // what was written to `out_`
    void sent(std::uint32_t now_ms);
    void check_time(std::uint32_t now_ms);
    [[nodiscard]] bool is_sending() const { return out_sent_ < out_size_; }

    MeterSettings settings_;
    MeterPort& port_;
    Collector collector_;
    LineSettings line_;
    LineSettings next_line_;  // once the message in `out_` is out
    State next_state_ = State::sign_on;
    std::array<std::uint8_t, 192> out_{};
    std::size_t out_size_ = 0;
    std::size_t out_sent_ = 0;
    std::size_t readout_index_ = 0;
    Bcc readout_bcc_;
    Pause silence_;    // before the answer may be sent
    Pause line_busy_;  // until the last character handed over is out
    Pause patience_;   // until the state is given up
    Pause character_;  // until a message that stopped is given up
    State state_ = State::sign_on;
    std::uint8_t wrong_passwords_ = 0;
    std::uint8_t level_ = 0;
    bool is_reading_out_ = false;
    bool has_parity_bits_ = false;  // the peer sends them as eighth bits, so we do
};

}  // namespace blathy::dlms::iec62056_21
