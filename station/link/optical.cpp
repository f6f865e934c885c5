#include "station/link/optical.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "dlms/iec62056_21/reader_session.hpp"
#include "station/link/serial.hpp"

namespace blathy::station {
namespace {

using dlms::iec62056_21::LineSettings;
using dlms::iec62056_21::ReaderEvent;
using dlms::iec62056_21::ReaderSession;

char max_baud_code_of(std::uint32_t max_baud) {
    char code = '0';
    while (code < '6' && *dlms::iec62056_21::baud_of(static_cast<char>(code + 1)) <= max_baud) ++code;
    return code;
}

Error failure_of(ReaderEvent::Failure failure, bool identified) {
    switch (failure) {
        case ReaderEvent::Failure::no_answer:
            return identified ? timeout_error("the meter fell silent after its identification")
                              : timeout_error("the meter does not answer the sign-on; is the probe in its place?");
        case ReaderEvent::Failure::no_such_mode:
            return connection_error("the meter does not offer the wanted mode at its optical port");
        case ReaderEvent::Failure::bad_check:
            return protocol_error("the readout came damaged (its check character is wrong); read it again");
        case ReaderEvent::Failure::too_long:
            return protocol_error("the meter sent a line that is longer than any data line");
        case ReaderEvent::Failure::bad_identification:
        case ReaderEvent::Failure::none:
            break;
    }
    return protocol_error("the meter answered the sign-on with something else than an identification");
}

// A pseudo terminal or a device server carries no parity bit of its own; where the port has one, it is the port's work.
Result<void, Error> follow(Stream& port, const LineSettings& wanted, LineSettings& present) {
    if (wanted == present) return {};
    present = wanted;
    return set_line(port.number(), wanted);
}

// Runs a session over the port, until `take` says of an event that it was the last. Returns how the line is set then.
template <class Take>
Result<LineSettings, Error> run(ReaderSession& session, ReaderSession::Goal goal, Stream& port,
                                std::chrono::milliseconds patience, Take&& take) {
    const auto start = Deadline::Clock::now();
    const auto now_ms = [&] {
        const auto elapsed = Deadline::Clock::now() - start;
        return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
    };
    session.start(goal, now_ms());
    Deadline deadline = Deadline::after(patience);
    LineSettings present = session.line();
    std::array<std::uint8_t, 256> room{};
    std::array<std::uint8_t, 256> received{};
    Bytes input;
    bool identified = false;
    while (true) {
        while (const auto event = session.receive(input, now_ms())) {
            if (event->kind == ReaderEvent::Kind::failed) return fail(failure_of(event->failure, identified));
            identified = true;
            deadline = Deadline::after(patience);
            const Result<bool, Error> last = take(*event);
            if (!last) return fail(last.error());
            if (!*last) continue;
            if (auto set = follow(port, session.line(), present); !set) return fail(set.error());
            return present;
        }
        for (auto chunk = session.transmit(room, now_ms()); chunk.size > 0; chunk = session.transmit(room, now_ms())) {
            if (auto set = follow(port, chunk.line, present); !set) return fail(set.error());
            if (auto sent = port.write(Bytes(room).first(chunk.size), deadline); !sent) return fail(sent.error());
        }
        if (auto set = follow(port, session.line(), present); !set) return fail(set.error());
        if (deadline.passed()) return fail(failure_of(ReaderEvent::Failure::no_answer, identified));
        const auto wake = session.wake_after_ms(now_ms());
        const auto until = wake ? deadline.or_after(std::chrono::milliseconds(*wake)) : deadline;
        const auto got = port.read(received, until);
        if (got) {
            input = Bytes(received).first(*got);
        } else if (got.error().kind != ErrorKind::timeout) {
            return fail(got.error());
        }
    }
}

ReaderSession session_with(const std::string& device, std::uint32_t max_baud) {
    dlms::iec62056_21::ReaderSettings settings;
    settings.address = device;
    settings.max_baud_code = max_baud_code_of(max_baud);
    return ReaderSession(settings);
}

}  // namespace

Result<LineSettings, Error> sign_on(Stream& port, const std::string& device, std::uint32_t max_baud,
                                    std::chrono::milliseconds patience) {
    ReaderSession session = session_with(device, max_baud);
    return run(session, ReaderSession::Goal::hdlc, port, patience,
               [](const ReaderEvent& event) -> Result<bool, Error> { return event.kind == ReaderEvent::Kind::hdlc; });
}

Result<Readout, Error> read_out(Stream& port, const std::string& device, std::uint32_t max_baud,
                                std::chrono::milliseconds patience) {
    ReaderSession session = session_with(device, max_baud);
    Readout readout;
    const auto take = [&](const ReaderEvent& event) -> Result<bool, Error> {
        if (event.kind == ReaderEvent::Kind::identified) readout.identification = event.text;
        if (event.kind == ReaderEvent::Kind::data_line) {
            auto values = readout_values(event.text);
            std::move(values.begin(), values.end(), std::back_inserter(readout.values));
        }
        if (readout.values.size() > Readout::max_values) {
            return fail(Error{ErrorKind::limit, 0,
                              "the readout has more than " + std::to_string(Readout::max_values) + " values"});
        }
        return event.kind == ReaderEvent::Kind::finished;
    };
    if (auto done = run(session, ReaderSession::Goal::readout, port, patience, take); !done) return fail(done.error());
    return readout;
}

}  // namespace blathy::station
