#include "station/link/optical.hpp"

#include <array>

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

Error failure_of(ReaderEvent::Failure failure) {
    switch (failure) {
        case ReaderEvent::Failure::no_answer:
            return timeout_error("the meter does not answer the sign-on; is the probe in its place?");
        case ReaderEvent::Failure::no_such_mode:
            return connection_error("the meter does not offer mode E (HDLC) at its optical port");
        case ReaderEvent::Failure::bad_identification:
        case ReaderEvent::Failure::bad_check:
        case ReaderEvent::Failure::too_long:
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

}  // namespace

Result<LineSettings, Error> sign_on(Stream& port, const std::string& device, std::uint32_t max_baud,
                                    const Deadline& deadline) {
    const auto start = Deadline::Clock::now();
    const auto now_ms = [&] {
        const auto elapsed = Deadline::Clock::now() - start;
        return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
    };
    dlms::iec62056_21::ReaderSettings settings;
    settings.address = device;
    settings.max_baud_code = max_baud_code_of(max_baud);
    ReaderSession session(settings);
    session.start(ReaderSession::Goal::hdlc, now_ms());
    LineSettings present = session.line();
    std::array<std::uint8_t, 256> room{};
    std::array<std::uint8_t, 256> received{};
    Bytes input;
    while (true) {
        while (const auto event = session.receive(input, now_ms())) {
            if (event->kind == ReaderEvent::Kind::failed) return fail(failure_of(event->failure));
            if (event->kind != ReaderEvent::Kind::hdlc) continue;
            if (auto set = follow(port, session.line(), present); !set) return fail(set.error());
            return present;
        }
        for (auto chunk = session.transmit(room, now_ms()); chunk.size > 0; chunk = session.transmit(room, now_ms())) {
            if (auto set = follow(port, chunk.line, present); !set) return fail(set.error());
            if (auto sent = port.write(Bytes(room).first(chunk.size), deadline); !sent) return fail(sent.error());
        }
        if (auto set = follow(port, session.line(), present); !set) return fail(set.error());
        if (deadline.passed()) return fail(timeout_error("the sign-on took too long"));
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

}  // namespace blathy::station
