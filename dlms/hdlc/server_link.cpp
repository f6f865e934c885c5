#include "dlms/hdlc/server_link.hpp"

#include <algorithm>

namespace blathy::dlms::hdlc {
namespace {

// Reasons of a FRMR, its third information octet (ISO/IEC 13239, 5.5.3.4.2). X is never without W.
constexpr std::uint8_t undefined_control = 0x01;          // W
constexpr std::uint8_t information_not_permitted = 0x03;  // W and X
constexpr std::uint8_t information_too_long = 0x04;       // Y
constexpr std::uint8_t invalid_receive_number = 0x08;     // Z

constexpr std::uint16_t no_station = 0;

}  // namespace

ServerLink::ServerLink(const ServerSettings& settings, MutableBytes frame_buffer, MutableBytes request_buffer)
    : settings_(settings), deframer_(frame_buffer, settings.inter_octet_timeout_ms), request_(request_buffer) {
    configure(settings);
}

void ServerLink::configure(const ServerSettings& settings) {
    settings_ = settings;
    settings_.parameters = clamp(settings.parameters);
    deframer_.set_inter_octet_timeout(settings.inter_octet_timeout_ms);
}

void ServerLink::reset() {
    disconnect();
    deframer_.reset();
    datagram_ = {};
    reply_ = Reply::none;
    silence_ = {};
}

std::optional<ServerEvent> ServerLink::receive(Bytes& input, std::uint32_t now_ms) {
    if (!input.empty()) silence_.extend_to(now_ms, settings_.turnaround_ms);
    if (is_inactive(now_ms)) {
        const ServerEvent event{ServerEvent::Kind::disconnected, peer_.client, peer_.server, {}};
        disconnect();
        return event;
    }
    while (const auto frame = deframer_.next(input, now_ms)) {
        if (const auto event = accept(*frame, now_ms)) return event;
    }
    return std::nullopt;
}

bool ServerLink::is_inactive(std::uint32_t now_ms) const {
    return is_connected_ && settings_.inactivity_timeout_s != 0 &&
           now_ms - last_activity_ms_ >= settings_.inactivity_timeout_s * 1000u;
}

ServerLink::Reach ServerLink::reach(const Address& to) const {
    if ((settings_.address_sizes & to.octets) == 0) return Reach::nobody;
    const bool has_lower = to.octets > 1;
    const bool is_lower_ours = !has_lower || (to.lower == settings_.physical_device && to.lower != no_station) ||
                               (to.lower == to.calling() && settings_.answers_calling_address);
    const bool is_lower_all = has_lower && to.lower == to.all_station();
    const bool is_upper_ours =
        to.upper != no_station && std::find(settings_.logical_devices.begin(), settings_.logical_devices.end(),
                                            to.upper) != settings_.logical_devices.end();
    const bool is_upper_all = to.upper == to.all_station();
    if (!(is_lower_ours || is_lower_all) || !(is_upper_ours || is_upper_all)) return Reach::nobody;
    return is_lower_all || is_upper_all ? Reach::all_stations : Reach::this_device;
}

std::optional<ServerEvent> ServerLink::accept(const Frame& frame, std::uint32_t now_ms) {
    if (frame.source.octets != 1 || frame.source.upper == no_station) return std::nullopt;
    const Control control = decode_control(frame.control);
    const Peer peer{frame.destination, static_cast<std::uint8_t>(frame.source.upper)};
    const bool is_peer = is_connected_ && peer == peer_;
    const Reach destination = reach(frame.destination);
    // A connection keeps the address that it was made with.
    const bool is_former_address = is_peer && control.kind != FrameKind::snrm;
    if (destination == Reach::nobody && !is_former_address) return std::nullopt;

    if (control.kind == FrameKind::ui) return accept_datagram(frame);
    if (destination == Reach::all_stations) return std::nullopt;

    if (is_peer) last_activity_ms_ = now_ms;
    switch (control.kind) {
        case FrameKind::ua:
        case FrameKind::dm:
        case FrameKind::frmr:
            // Responses: an optical head that echoes our own. To answer would begin an endless exchange.
            return std::nullopt;
        case FrameKind::snrm: {
            if (!control.poll_final) return std::nullopt;
            last_activity_ms_ = now_ms;
            return connect(frame, peer);
        }
        default:
            if (is_peer) return accept_connected(frame, control);
            if (control.poll_final) reply(Reply::dm, peer);
            return std::nullopt;
    }
}

std::optional<ServerEvent> ServerLink::connect(const Frame& frame, const Peer& peer) {
    const auto proposed = decode_parameters(frame.information);
    if (!proposed || frame.is_oversize) {
        reply(Reply::dm, peer);
        return std::nullopt;
    }
    disconnect();
    is_connected_ = true;
    peer_ = peer;
    negotiated_ = agree(settings_.parameters, *proposed);
    response_.reset(negotiated_.max_info_transmit, negotiated_.window_transmit);
    ua_has_parameters_ = !frame.information.empty() || negotiated_ != Parameters{};
    reply(Reply::ua, peer);
    return ServerEvent{ServerEvent::Kind::connected, peer.client, peer.server, {}};
}

void ServerLink::disconnect() {
    is_connected_ = is_rejecting_ = is_peer_busy_ = owes_response_ = has_responded_ = false;
    negotiated_ = {};
    request_.reset();
    response_.reset(negotiated_.max_info_transmit, negotiated_.window_transmit);
    if (reply_ == Reply::information) reply_ = Reply::none;
}

std::optional<ServerEvent> ServerLink::accept_connected(const Frame& frame, const Control& control) {
    if (control.kind == FrameKind::disc) {
        if (!control.poll_final) return std::nullopt;
        disconnect();
        ua_has_parameters_ = false;
        reply(Reply::ua, peer_);
        return ServerEvent{ServerEvent::Kind::disconnected, peer_.client, peer_.server, {}};
    }
    if (is_rejecting_) {
        if (control.poll_final) reply(Reply::frmr, peer_);
        return std::nullopt;
    }
    if (control.kind == FrameKind::i) return accept_information(frame, control);
    if (control.kind == FrameKind::undefined) {
        reject(frame, control, undefined_control);
        return std::nullopt;
    }
    return accept_supervisory(frame, control);
}

std::optional<ServerEvent> ServerLink::accept_supervisory(const Frame& frame, const Control& control) {
    if (frame.is_oversize || !frame.information.empty()) {
        reject(frame, control, information_not_permitted);
        return std::nullopt;
    }
    if (!response_.is_valid(control.receive_number)) {
        reject(frame, control, invalid_receive_number);
        return std::nullopt;
    }
    response_.acknowledge(control.receive_number);
    is_peer_busy_ = control.kind == FrameKind::rnr;
    if (!control.poll_final) return std::nullopt;
    owes_response_ = false;  // this poll is answered now, and the response waits for the next one
    take_turn();
    if (!has_responded_ || !response_.is_done() || is_peer_busy_) return std::nullopt;
    owes_response_ = true;  // until the RR is out
    return ServerEvent{ServerEvent::Kind::poll, peer_.client, peer_.server, {}};
}

std::optional<ServerEvent> ServerLink::accept_information(const Frame& frame, const Control& control) {
    if (frame.is_oversize || frame.information.size() > negotiated_.max_info_receive) {
        reject(frame, control, information_too_long);
        return std::nullopt;
    }
    if (!response_.is_valid(control.receive_number)) {
        reject(frame, control, invalid_receive_number);
        return std::nullopt;
    }
    response_.acknowledge(control.receive_number);
    is_peer_busy_ = false;
    if (control.send_number != request_.receive_state()) {
        if (!control.poll_final) return std::nullopt;
        owes_response_ = false;
        // The last frame again means that the answer to it was lost: it goes out again. Anything else is out of
        // sequence.
        if (((control.send_number + 1) & 7) == request_.receive_state()) {
            take_turn();
        } else {
            reply(Reply::rr, peer_);
        }
        return std::nullopt;
    }
    request_.advance();
    has_responded_ = false;
    response_.cancel();  // a new request ends whatever was left of the answer before it
    owes_response_ = false;
    if (!request_.append(frame.information)) {
        reject(frame, control, information_too_long);
        return std::nullopt;
    }
    if (frame.is_segmented) {
        if (control.poll_final) reply(Reply::rr, peer_);
        return std::nullopt;
    }
    const auto apdu = request_.finish(llc_command);
    if (!apdu) {
        if (control.poll_final) reply(Reply::rr, peer_);
        return std::nullopt;
    }
    reply_ = Reply::none;
    owes_response_ = control.poll_final;
    return ServerEvent{ServerEvent::Kind::request, peer_.client, peer_.server, *apdu};
}

std::optional<ServerEvent> ServerLink::accept_datagram(const Frame& frame) {
    if (frame.is_oversize || frame.information.size() > settings_.parameters.max_info_receive) return std::nullopt;
    const auto apdu = strip_llc(llc_command, frame.information);
    if (!apdu) return std::nullopt;
    return ServerEvent{ServerEvent::Kind::datagram, static_cast<std::uint8_t>(frame.source.upper), frame.destination,
                       *apdu};
}

void ServerLink::reject(const Frame& frame, const Control& control, std::uint8_t reason) {
    is_rejecting_ = true;
    owes_response_ = false;
    // The C/R bit between V(R) and V(S) is 0: the rejected frame was a command.
    reject_information_ = {
        frame.control, static_cast<std::uint8_t>(request_.receive_state() << 5 | response_.send_state() << 1), reason};
    response_.cancel();
    reply_ = Reply::none;
    if (control.poll_final) reply(Reply::frmr, peer_);
}

void ServerLink::respond(Bytes apdu) {
    if (!is_connected_ || is_rejecting_) return;
    if (!apdu.empty()) {
        response_.start(llc_response, apdu);
        has_responded_ = true;
    }
    if (!owes_response_) return;
    owes_response_ = false;
    take_turn();
}

// The client has polled: everything that it has not acknowledged goes out, again if need be.
void ServerLink::take_turn() {
    response_.rewind();
    reply(response_.is_done() || is_peer_busy_ ? Reply::rr : Reply::information, peer_);
}

void ServerLink::reply(Reply reply, const Peer& peer) {
    reply_ = reply;
    reply_peer_ = peer;
}

bool ServerLink::send_datagram(std::uint8_t client, const Address& server, Bytes apdu) {
    if (datagram_.is_pending || llc_response.size() + apdu.size() > settings_.parameters.max_info_transmit)
        return false;
    datagram_ = {apdu, server, client, true};
    return true;
}

bool ServerLink::is_datagram_due() const {
    return datagram_.is_pending && (!is_connected_ || reply_ != Reply::none);
}

std::size_t ServerLink::transmit(MutableBytes room, std::uint32_t now_ms) {
    if ((reply_ == Reply::none && !is_datagram_due()) || !silence_.is_over(now_ms)) return 0;
    if (is_datagram_due()) {
        datagram_.is_pending = false;
        const bool is_final = reply_ == Reply::none;
        return send(room, {datagram_.server, datagram_.client}, {FrameKind::ui, is_final}, llc_response,
                    datagram_.apdu);
    }
    std::size_t size = 0;
    switch (reply_) {
        case Reply::none:
            return 0;
        case Reply::information:
            return send_information(room);
        case Reply::ua: {
            std::array<std::uint8_t, max_parameters_octets> octets;
            ByteWriter parameters(octets);
            if (ua_has_parameters_) encode_parameters(negotiated_, parameters);
            size = send(room, reply_peer_, {FrameKind::ua, true}, {}, parameters.written());
            break;
        }
        case Reply::dm:
            size = send(room, reply_peer_, {FrameKind::dm, true});
            break;
        case Reply::frmr:
            size = send(room, reply_peer_, {FrameKind::frmr, true}, {}, reject_information_);
            break;
        case Reply::rr:
            size = send(room, reply_peer_, {FrameKind::rr, true, request_.receive_state()});
            owes_response_ = false;
            break;
    }
    reply_ = Reply::none;
    return size;
}

std::size_t ServerLink::send_information(MutableBytes room) {
    const Segment segment = response_.next();
    const bool is_final = !response_.can_send();
    if (is_final) reply_ = Reply::none;
    return send(room, peer_, {FrameKind::i, is_final, request_.receive_state(), segment.send_number}, segment.head,
                segment.information, !segment.is_last);
}

std::size_t ServerLink::send(MutableBytes room, const Peer& peer, const Control& control, Bytes head, Bytes information,
                             bool is_segmented) const {
    Frame frame;
    frame.destination = one_octet_address(peer.client);
    frame.source = peer.server;
    frame.control = encode_control(control);
    frame.is_segmented = is_segmented;
    frame.head = head;
    frame.information = information;
    return encode_frame(frame, room);
}

std::optional<std::uint32_t> ServerLink::wake_after_ms(std::uint32_t now_ms) const {
    if (reply_ != Reply::none || is_datagram_due()) return silence_.left_ms(now_ms);
    if (!is_connected_ || settings_.inactivity_timeout_s == 0) return std::nullopt;
    const std::uint32_t limit = settings_.inactivity_timeout_s * 1000u;
    const std::uint32_t quiet = now_ms - last_activity_ms_;
    return quiet < limit ? limit - quiet : 0;
}

}  // namespace blathy::dlms::hdlc
