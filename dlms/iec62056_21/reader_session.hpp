// The reader's side of IEC 62056-21 in modes C and E, sans I/O, driven like MeterSession:
//
//   session.start(Goal::hdlc, now_ms);
//   while (auto event = session.receive(input, now_ms)) handle(*event);
//   while (auto chunk = session.transmit(room, now_ms); chunk.size > 0) { set line to chunk.line, write, drain }
//   set line to session.line();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "dlms/iec62056_21/line.hpp"
#include "dlms/iec62056_21/message.hpp"
#include "dlms/pause.hpp"

namespace blathy::dlms::iec62056_21 {

struct ReaderSettings {
    std::string_view address;                    // empty: any device; viewed
    char max_baud_code = '6';                    // the fastest that this side can do
    bool has_parity_bits = false;                // send even parity as eighth bits, for lines that do not
    std::uint16_t turnaround_ms = 200;           // before answering the meter; its own reaction time if that is shorter
    std::uint16_t answer_timeout_ms = 2000;      // for the first character of an answer, and between characters
    std::uint8_t max_attempts = 3;               // to sign on
    std::uint32_t session_timeout_ms = 900'000;  // for the whole readout, or from a command to its answer
};

struct ReaderEvent {
    enum class Kind : std::uint8_t {
        identified,  // `text` is the identification line
        data_line,   // `text` is one line of the readout, not checked before `finished`
        finished,    // the readout is complete and its BCC good
        ready,       // programming mode: `text` is the password request's operand, commands may follow
        done,        // the command was acknowledged
        refused,     // NAK: the meter did not understand the command
        data,        // `text` is the answer to the command
        ended,       // break: the meter has ended programming mode
        hdlc,        // both are at the new speed and 8N1: the line belongs to HDLC now
        failed,
    };
    enum class Failure : std::uint8_t { none, no_answer, bad_identification, no_such_mode, bad_check, too_long };
    Kind kind;
    std::string_view text;  // valid until the next call of receive()
    Failure failure = Failure::none;
};

class ReaderSession {
  public:
    enum class Goal : std::uint8_t { readout, programming, hdlc };

    explicit ReaderSession(const ReaderSettings& settings) : settings_(settings) {}

    void start(Goal goal, std::uint32_t now_ms);
    // In programming mode, when no answer is outstanding; else false. Name and type as in SOH R5, text "1.8.0()".
    bool command(const Command& command, std::uint32_t now_ms);
    // Ends programming mode with a break.
    bool end(std::uint32_t now_ms) { return command({'B', '0', {}}, now_ms); }

    std::optional<ReaderEvent> receive(Bytes& input, std::uint32_t now_ms);
    Chunk transmit(MutableBytes room, std::uint32_t now_ms);
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const;

    [[nodiscard]] const LineSettings& line() const { return line_; }
    [[nodiscard]] bool is_hdlc() const { return state_ == State::hdlc; }

  private:
    enum class State : std::uint8_t {
        idle,
        identification,
        confirmation,
        readout,
        password_request,
        ready,
        answer,
        hdlc
    };

    std::optional<ReaderEvent> accept(const Collector::Message& message, std::uint32_t now_ms);
    std::optional<ReaderEvent> accept_identification(std::string_view line, std::uint32_t now_ms);
    std::optional<ReaderEvent> accept_answer(const Collector::Message& message);
    std::optional<ReaderEvent> accept_readout(std::uint8_t octet);
    std::optional<ReaderEvent> accept_readout_line();
    std::optional<ReaderEvent> check_time(std::uint32_t now_ms);
    ReaderEvent fail_with(ReaderEvent::Failure failure);
    void sign_on(std::uint32_t now_ms);
    void send(std::size_t size, std::uint16_t after_ms, State next, const LineSettings& next_line,
              std::uint32_t now_ms);
    [[nodiscard]] bool is_sending() const { return out_sent_ < out_size_; }
    [[nodiscard]] bool is_waiting() const;

    enum class Readout : std::uint8_t { before, lines, check };

    ReaderSettings settings_;
    Collector collector_;
    LineSettings line_;
    LineSettings next_line_;
    LineSettings hdlc_line_;
    OptionSelect option_;
    std::array<std::uint8_t, 192> out_{};
    std::array<char, 256> readout_line_{};
    std::size_t out_size_ = 0;
    std::size_t out_sent_ = 0;
    std::size_t readout_size_ = 0;
    Bcc readout_bcc_;
    Pause silence_;
    Pause line_busy_;
    Pause patience_;
    Pause session_;
    Goal goal_ = Goal::readout;
    State state_ = State::idle;
    State next_state_ = State::idle;
    Readout readout_ = Readout::before;
    std::uint8_t attempts_ = 0;
    bool is_readout_damaged_ = false;
};

}  // namespace blathy::dlms::iec62056_21
