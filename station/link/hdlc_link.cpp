#include "station/link/hdlc_link.hpp"

#include "dlms/hdlc/frame.hpp"

namespace blathy::station {
namespace {

using dlms::hdlc::ClientEvent;

// The longest APDU that is put together from frames, with its LLC octets.
constexpr std::size_t max_response_octets = 0xFFFF + 3;

// Ten bits an octet. Behind TCP there is a line as well, whose speed is not known here.
std::chrono::milliseconds line_time(std::size_t octets, std::uint32_t baud) {
    constexpr std::uint32_t supposed_baud = 9600;
    return std::chrono::milliseconds(octets * 10'000 / (baud == 0 ? supposed_baud : baud));
}

Error failure_of(ClientEvent::Failure failure) {
    switch (failure) {
        case ClientEvent::Failure::no_answer:
            return timeout_error("no valid HDLC frame from the meter in time; check the line and the addresses");
        case ClientEvent::Failure::refused:
            return connection_error("the meter refused the HDLC connection (DM)");
        case ClientEvent::Failure::rejected:
            return connection_error("the meter rejected a frame (FRMR) and gave the HDLC connection up");
        case ClientEvent::Failure::bad_answer:
            return protocol_error("the meter sent a malformed HDLC answer");
        case ClientEvent::Failure::answer_too_long:
            return protocol_error("the meter sent more over HDLC than was negotiated");
        case ClientEvent::Failure::none:
            break;
    }
    return connection_error("the HDLC connection to the meter is gone");
}

}  // namespace

HdlcLink::HdlcLink(Stream stream, const dlms::hdlc::ClientSettings& settings)
    : stream_(std::move(stream)),
      server_(settings.server),
      longest_answer_(line_time(max_response_octets, settings.baud)),
      frame_(dlms::hdlc::frame_octets(settings.parameters.max_info_receive)),
      response_(max_response_octets),
      room_(dlms::hdlc::frame_octets(settings.parameters.max_info_transmit)),
      received_(4096),
      link_(settings, frame_, response_) {}

Result<std::unique_ptr<Link>, Error> HdlcLink::connect(Stream stream, const dlms::hdlc::ClientSettings& settings,
                                                       const Deadline& deadline) {
    std::unique_ptr<HdlcLink> link(new HdlcLink(std::move(stream), settings));
    link->link_.connect(link->now_ms());
    while (true) {
        const auto event = link->next_event(deadline);
        if (!event) return fail(event.error());
        if (event->kind == ClientEvent::Kind::connected) return link;
    }
}

std::unique_ptr<Link> HdlcLink::without_connection(Stream stream, const dlms::hdlc::ClientSettings& settings) {
    return std::unique_ptr<Link>(new HdlcLink(std::move(stream), settings));  // the constructor is private
}

Result<void, Error> HdlcLink::send(Bytes apdu, const Deadline&) {
    request_ = to_octets(apdu);
    if (!link_.request(request_, now_ms())) return fail(connection_error("the HDLC connection to the meter is gone"));
    return {};
}

Result<Bytes, Error> HdlcLink::receive(const Deadline& deadline) {
    // The data link notices silence by itself. What is left to guard against is a meter that goes on without end.
    const Deadline end = link_.is_busy() ? deadline.later_by(longest_answer_) : deadline;
    while (true) {
        const auto event = next_event(end);
        if (!event) return fail(event.error());
        const bool has_apdu = event->kind == ClientEvent::Kind::response || event->kind == ClientEvent::Kind::datagram;
        if (has_apdu && !event->apdu.empty()) return event->apdu;
        if (event->kind == ClientEvent::Kind::response) return fail(protocol_error("the meter sent an empty answer"));
    }
}

Result<void, Error> HdlcLink::post(Bytes apdu, const Deadline& deadline) {
    request_ = to_octets(apdu);
    if (!link_.send_datagram(server_, request_)) {
        return fail(Error{ErrorKind::limit, 0,
                          "an unconfirmed request must fit one HDLC frame; raise the information field with info="});
    }
    while (link_.is_datagram_pending()) {
        if (auto sent = transmit(deadline); !sent) return sent;
        if (deadline.passed()) return fail(timeout_error("the line did not become free in time"));
        if (!link_.is_datagram_pending()) break;
        // Only a pause between frames can be in the way.
        const auto wake = deadline.or_after(std::chrono::milliseconds(link_.wake_after_ms(now_ms()).value_or(1)));
        if (auto waited = wait_for(stream_.number(), false, wake); !waited) return fail(waited.error());
    }
    return {};
}

void HdlcLink::close(const Deadline& deadline) {
    if (!link_.disconnect(now_ms())) return;
    while (true) {
        const auto event = next_event(deadline);
        if (!event || event->kind == ClientEvent::Kind::disconnected) return;
    }
}

Result<ClientEvent, Error> HdlcLink::next_event(const Deadline& deadline) {
    while (true) {
        if (const auto event = link_.receive(input_, now_ms())) {
            if (event->kind == ClientEvent::Kind::failed) return fail(failure_of(event->failure));
            return *event;
        }
        if (auto sent = transmit(deadline); !sent) return fail(sent.error());
        if (deadline.passed()) return fail(timeout_error("no answer from the meter in time"));
        const auto wake = link_.wake_after_ms(now_ms());
        const auto until = wake ? deadline.or_after(std::chrono::milliseconds(*wake)) : deadline;
        const auto got = stream_.read(received_, until);
        if (got) {
            input_ = Bytes(received_).first(*got);
        } else if (got.error().kind != ErrorKind::timeout) {
            return fail(got.error());
        }
    }
}

Result<void, Error> HdlcLink::transmit(const Deadline& deadline) {
    while (const std::size_t size = link_.transmit(room_, now_ms())) {
        if (auto sent = stream_.write(Bytes(room_).first(size), deadline); !sent) return sent;
    }
    return {};
}

std::uint32_t HdlcLink::now_ms() const {
    const auto elapsed = Deadline::Clock::now() - start_;
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
}

}  // namespace blathy::station
