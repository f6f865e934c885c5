#include "dlms/hdlc/client_link.hpp"

#include <algorithm>
#include <array>

namespace blathy::dlms::hdlc {
ClientLink::ClientLink(const ClientSettings& settings, MutableBytes frame_buffer, MutableBytes response_buffer)
    : settings_(settings), deframer_(frame_buffer, settings.inter_octet_timeout_ms), response_(response_buffer) {
    settings_.parameters = clamp(settings.parameters);
}

void ClientLink::reset() {
    deframer_.reset();
    datagram_ = {};
    phase_ = Phase::idle;
    due_ = Due::nothing;
    silence_ = line_ = {};
}

void ClientLink::begin(Phase phase, Due due, std::uint32_t now_ms) {
    phase_ = phase;
    due_ = due;
    is_complete_ = false;
    progress(now_ms);
}

void ClientLink::progress(std::uint32_t now_ms) {
    attempts_ = 0;
    stall_.start(now_ms, settings_.stall_timeout_ms);
}

bool ClientLink::connect(std::uint32_t now_ms) {
    if (phase_ != Phase::idle) return false;
    begin(Phase::connecting, Due::snrm, now_ms);
    return true;
}

bool ClientLink::request(Bytes apdu, std::uint32_t now_ms) {
    if (phase_ != Phase::ready) return false;
    response_.clear();
    request_.start(llc_command, apdu);
    begin(Phase::exchanging, Due::information, now_ms);
    return true;
}

bool ClientLink::disconnect(std::uint32_t now_ms) {
    if (phase_ != Phase::ready) return false;
    begin(Phase::disconnecting, Due::disc, now_ms);
    return true;
}

bool ClientLink::send_datagram(const Address& destination, Bytes apdu) {
    if (datagram_.is_pending || llc_command.size() + apdu.size() > settings_.parameters.max_info_transmit) return false;
    datagram_ = {apdu, destination, true};
    return true;
}

std::optional<ClientEvent> ClientLink::receive(Bytes& input, std::uint32_t now_ms) {
    if (!input.empty()) silence_.extend_to(now_ms, settings_.turnaround_ms);
    while (const auto frame = deframer_.next(input, now_ms)) {
        if (const auto event = accept(*frame, now_ms)) return event;
    }
    return check_time(now_ms);
}

std::optional<ClientEvent> ClientLink::accept(const Frame& frame, std::uint32_t now_ms) {
    if (frame.destination != one_octet_address(settings_.client)) return std::nullopt;
    const Control control = decode_control(frame.control);
    if (control.kind == FrameKind::ui) {
        // A push comes from any logical device of any meter on the line.
        const auto apdu = strip_llc(llc_response, frame.information);
        if (!apdu) return std::nullopt;
        return ClientEvent{ClientEvent::Kind::datagram, ClientEvent::Failure::none, *apdu};
    }
    if (frame.source != settings_.server) return std::nullopt;
    switch (phase_) {
        case Phase::connecting:
            return accept_connecting(frame, control);
        case Phase::exchanging:
            return accept_exchanging(frame, control, now_ms);
        case Phase::disconnecting:
            if (control.kind != FrameKind::ua && control.kind != FrameKind::dm) return std::nullopt;
            return end(ClientEvent::Kind::disconnected);
        case Phase::idle:
        case Phase::ready:
            break;
    }
    return std::nullopt;
}

std::optional<ClientEvent> ClientLink::accept_connecting(const Frame& frame, const Control& control) {
    using Failure = ClientEvent::Failure;
    if (control.kind == FrameKind::dm) return end(ClientEvent::Kind::failed, Failure::refused);
    if (control.kind != FrameKind::ua) return std::nullopt;
    const auto answered = decode_parameters(frame.information);
    if (!answered) return end(ClientEvent::Kind::failed, Failure::bad_answer);
    negotiated_ = agree(settings_.parameters, *answered);
    request_.reset(negotiated_.max_info_transmit, negotiated_.window_transmit);
    response_.reset();
    phase_ = Phase::ready;
    due_ = Due::nothing;
    return ClientEvent{ClientEvent::Kind::connected, Failure::none, {}};
}

std::optional<ClientEvent> ClientLink::accept_exchanging(const Frame& frame, const Control& control,
                                                         std::uint32_t now_ms) {
    using Failure = ClientEvent::Failure;
    switch (control.kind) {
        case FrameKind::i:
            return accept_information(frame, control, now_ms);
        case FrameKind::rr:
        case FrameKind::rnr:
            return accept_supervisory(control, now_ms);
        case FrameKind::dm:
            return end(ClientEvent::Kind::failed, Failure::refused);
        case FrameKind::frmr:
            return end(ClientEvent::Kind::failed, Failure::rejected);
        default:
            return std::nullopt;
    }
}

// With the windows of the standard a frame is either at most `window_receive` - 1 ahead of what is expected, because
// one before it was lost, or it has been here before.
bool ClientLink::is_duplicate(std::uint8_t send_number) const {
    const unsigned ahead = (send_number - response_.receive_state()) & 7u;
    return ahead >= negotiated_.window_receive;
}

std::optional<ClientEvent> ClientLink::accept_information(const Frame& frame, const Control& control,
                                                          std::uint32_t now_ms) {
    using Failure = ClientEvent::Failure;
    if (!request_.is_valid(control.receive_number)) return std::nullopt;
    if (request_.acknowledge(control.receive_number)) progress(now_ms);
    if (control.send_number == response_.receive_state() && !is_complete_) {
        if (frame.is_oversize || !response_.append(frame.information)) {
            return end(ClientEvent::Kind::failed, Failure::answer_too_long);
        }
        response_.advance();
        progress(now_ms);
        is_complete_ = !frame.is_segmented;
    } else if (is_duplicate(control.send_number)) {
        // The answer to a poll that was taken for lost. To act on its F bit would keep two polls on the way for ever.
        return std::nullopt;
    }
    if (!control.poll_final) return std::nullopt;
    if (is_complete_) return deliver();
    continue_exchange();
    return std::nullopt;
}

std::optional<ClientEvent> ClientLink::accept_supervisory(const Control& control, std::uint32_t now_ms) {
    if (!request_.is_valid(control.receive_number)) return std::nullopt;
    const bool is_news = request_.acknowledge(control.receive_number);
    if (is_news) progress(now_ms);
    if (!control.poll_final) return std::nullopt;
    if (is_complete_) return deliver();
    if (!request_.is_done() && control.kind == FrameKind::rr) {
        if (!is_news && !repeat()) return end(ClientEvent::Kind::failed, ClientEvent::Failure::no_answer);
        continue_exchange();
        return std::nullopt;
    }
    // Alive, but without an answer yet: the next poll waits a little.
    attempts_ = 0;
    due_ = Due::poll;
    silence_.extend_to(now_ms, settings_.busy_poll_ms);
    return std::nullopt;
}

// The turn is here: the rest of the request, or a poll for the rest of the response.
void ClientLink::continue_exchange() {
    request_.rewind();
    due_ = request_.is_done() ? Due::poll : Due::information;
}

std::optional<ClientEvent> ClientLink::deliver() {
    request_.cancel();
    phase_ = Phase::ready;
    due_ = Due::nothing;
    const auto apdu = response_.finish(llc_response);
    if (!apdu) return end(ClientEvent::Kind::failed, ClientEvent::Failure::bad_answer);
    return ClientEvent{ClientEvent::Kind::response, ClientEvent::Failure::none, *apdu};
}

ClientEvent ClientLink::end(ClientEvent::Kind kind, ClientEvent::Failure failure) {
    phase_ = Phase::idle;
    due_ = Due::nothing;
    return {kind, failure, {}};
}

bool ClientLink::repeat() {
    return ++attempts_ < settings_.max_attempts;
}

std::optional<ClientEvent> ClientLink::check_time(std::uint32_t now_ms) {
    if (!is_busy()) return std::nullopt;
    if (!stall_.is_over(now_ms)) {
        if (due_ != Due::nothing || !answer_.is_over(now_ms) || deframer_.is_inside_frame(now_ms)) return std::nullopt;
        if (repeat()) {
            if (phase_ == Phase::connecting) due_ = Due::snrm;
            if (phase_ == Phase::disconnecting) due_ = Due::disc;
            if (phase_ == Phase::exchanging) continue_exchange();
            return std::nullopt;
        }
    }
    // A server that does not answer DISC is as good as disconnected.
    if (phase_ == Phase::disconnecting) return end(ClientEvent::Kind::disconnected);
    return end(ClientEvent::Kind::failed, ClientEvent::Failure::no_answer);
}

bool ClientLink::is_due() const {
    return due_ != Due::nothing || (datagram_.is_pending && !is_busy());
}

std::size_t ClientLink::transmit(MutableBytes room, std::uint32_t now_ms) {
    if (!is_due() || !silence_.is_over(now_ms)) return 0;
    if (due_ == Due::nothing) {
        datagram_.is_pending = false;
        return send(room, datagram_.destination, {FrameKind::ui, false}, llc_command, datagram_.apdu, false, now_ms);
    }
    const Due due = due_;
    due_ = Due::nothing;
    switch (due) {
        case Due::nothing:
            return 0;
        case Due::snrm: {
            std::array<std::uint8_t, max_parameters_octets> octets;
            ByteWriter parameters(octets);
            // Defaults need no words, and every server understands none.
            if (settings_.parameters != Parameters{}) encode_parameters(settings_.parameters, parameters);
            return send(room, settings_.server, {FrameKind::snrm, true}, {}, parameters.written(), false, now_ms);
        }
        case Due::disc:
            return send(room, settings_.server, {FrameKind::disc, true}, {}, {}, false, now_ms);
        case Due::poll:
            return send(room, settings_.server, {FrameKind::rr, true, response_.receive_state()}, {}, {}, false,
                        now_ms);
        case Due::information:
            break;
    }
    const Segment segment = request_.next();
    const bool is_polling = !request_.can_send();
    if (!is_polling) due_ = Due::information;
    return send(room, settings_.server, {FrameKind::i, is_polling, response_.receive_state(), segment.send_number},
                segment.head, segment.information, !segment.is_last, now_ms);
}

std::uint32_t ClientLink::line_time_ms(std::size_t octets) const {
    // Ten bits an octet: start, eight data, stop.
    return settings_.baud == 0 ? 0 : static_cast<std::uint32_t>(octets * 10'000 / settings_.baud) + 1;
}

std::size_t ClientLink::send(MutableBytes room, const Address& destination, const Control& control, Bytes head,
                             Bytes information, bool is_segmented, std::uint32_t now_ms) {
    Frame frame;
    frame.destination = destination;
    frame.source = one_octet_address(settings_.client);
    frame.control = encode_control(control);
    frame.is_segmented = is_segmented;
    frame.head = head;
    frame.information = information;
    const std::size_t size = encode_frame(frame, room);
    line_.start(now_ms, line_.left_ms(now_ms) + line_time_ms(size));
    answer_.start(now_ms, line_.left_ms(now_ms) + settings_.response_timeout_ms);
    return size;
}

std::optional<std::uint32_t> ClientLink::wake_after_ms(std::uint32_t now_ms) const {
    if (is_due()) return silence_.left_ms(now_ms);
    if (!is_busy()) return std::nullopt;
    const bool is_receiving = answer_.is_over(now_ms) && deframer_.is_inside_frame(now_ms);
    return std::min(is_receiving ? settings_.inter_octet_timeout_ms + 1u : answer_.left_ms(now_ms),
                    stall_.left_ms(now_ms));
}

}  // namespace blathy::dlms::hdlc
