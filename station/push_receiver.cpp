#include "station/push_receiver.hpp"

#include "dlms/hdlc/llc.hpp"
#include "dlms/hdlc/transfer.hpp"
#include "dlms/names.hpp"

namespace blathy::station {
namespace {

// Blocks that a sender that wants acknowledgements may send before one.
constexpr std::uint8_t block_window = 8;
constexpr std::size_t max_info = 2030;

Error no_notification(Bytes apdu) {
    if (apdu.empty()) return protocol_error("an empty APDU came");
    const std::string_view name = dlms::apdu_name(apdu[0]);
    return protocol_error((name.empty() ? "an unknown APDU" : std::string(name)) +
                          " came, which is no notification that can be read without a key");
}

}  // namespace

struct PushReceiver::Hdlc {
    Octets buffer = Octets(dlms::hdlc::frame_octets(max_info));
    dlms::hdlc::Deframer deframer{buffer, 0};
    Octets apdu;  // LLC octets and what has come behind them
    bool is_whole = true;
    // Of the last frame, for what is said back.
    dlms::hdlc::Address source;
    dlms::hdlc::Address destination;
};

PushReceiver::PushReceiver(Framing framing, Take take, Open open)
    : kind_(framing), take_(std::move(take)), open_(std::move(open)) {
    if (framing == Framing::hdlc) hdlc_ = std::make_unique<Hdlc>();
}

PushReceiver::~PushReceiver() = default;
PushReceiver::PushReceiver(PushReceiver&&) noexcept = default;
PushReceiver& PushReceiver::operator=(PushReceiver&&) noexcept = default;

Result<void, Error> PushReceiver::put(Bytes octets, std::uint32_t now_ms) {
    if (kind_ == Framing::wrapper) return put_wrapped(octets, now_ms);
    put_frames(octets, now_ms);
    return {};
}

Result<void, Error> PushReceiver::put_wrapped(Bytes octets, std::uint32_t now_ms) {
    wrapper_.put(octets);
    while (true) {
        const auto frame = wrapper_.next();
        if (!frame) return fail(frame.error());
        if (!*frame) return {};
        take_apdu((*frame)->header.source, (*frame)->header.destination, (*frame)->apdu, now_ms);
    }
}

void PushReceiver::put_frames(Bytes octets, std::uint32_t now_ms) {
    Octets& apdu = hdlc_->apdu;
    while (const auto frame = hdlc_->deframer.next(octets, now_ms)) {
        // A listener answers no connection: it only hears what is said without one.
        if (dlms::hdlc::decode_control(frame->control).kind != dlms::hdlc::FrameKind::ui) continue;
        const bool fits = !frame->is_oversize && apdu.size() + frame->information.size() <= max_push_octets;
        if (fits) append(apdu, frame->information);
        hdlc_->is_whole = hdlc_->is_whole && fits;
        if (frame->is_segmented) continue;
        hdlc_->source = frame->source;
        hdlc_->destination = frame->destination;
        const auto content = dlms::hdlc::strip_llc(dlms::hdlc::llc_response, apdu);
        if (hdlc_->is_whole && content) {
            take_apdu(frame->source.upper, frame->destination.upper, *content, now_ms);
        } else {
            take_({frame->source.upper, frame->destination.upper, apdu,
                   fail(protocol_error("a UI frame came that carries no APDU, or one that is too long"))});
        }
        apdu.clear();
        hdlc_->is_whole = true;
    }
}

void PushReceiver::take_apdu(std::uint16_t source, std::uint16_t destination, Bytes apdu, std::uint32_t now_ms) {
    const bool block = !apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::general_block_transfer);
    return block ? take_block(source, destination, apdu, now_ms) : take_whole(source, destination, apdu);
}

void PushReceiver::take_block(std::uint16_t source, std::uint16_t destination, Bytes apdu, std::uint32_t now_ms) {
    const auto block = dlms::read_general_block(apdu);
    if (!block) return take_({source, destination, apdu, fail(protocol_error("a malformed general block came"))});
    if (dlms::BlockTransfer::begins_exchange(*block)) {
        block_room_.resize(max_push_octets);
        dlms::BlockTransferParameters parameters;
        parameters.block_size = 1;
        // Who takes no acknowledgement says so by a window of 0.
        parameters.window = block->window > 0 ? block_window : std::uint8_t{0};
        blocks_.emplace(MutableBytes(block_room_), parameters);
    }
    if (!blocks_) return;
    const auto event = blocks_->receive(*block, now_ms);
    std::array<std::uint8_t, 16> room{};
    while (blocks_->due()) {
        ByteWriter out(room);
        if (!blocks_->next(out, now_ms)) break;
        reply(source, destination, out.written());
    }
    if (event == dlms::BlockTransfer::Event::message) {
        take_whole(source, destination, blocks_->message());
        blocks_.reset();
    } else if (event == dlms::BlockTransfer::Event::aborted) {
        take_({source, destination, apdu, fail(protocol_error("a push in general blocks was broken off"))});
        blocks_.reset();
    }
}

void PushReceiver::take_whole(std::uint16_t source, std::uint16_t destination, Bytes apdu) {
    auto opened = open_ ? open_(apdu) : Result<Octets, Error>(to_octets(apdu));
    if (!opened) return take_({source, destination, apdu, fail(opened.error())});
    auto notification = is_notification(*opened) ? notification_from(*opened, limits)
                                                 : Result<Notification, Error>(fail(no_notification(*opened)));
    const bool was_plain = !apdu.empty() && is_notification(apdu);
    if (was_plain && notification && notification->wants_confirmation()) {
        reply(source, destination, confirmation_of(*notification));
    }
    take_({source, destination, apdu, std::move(notification)});
}

void PushReceiver::reply(std::uint16_t to, std::uint16_t from, Bytes apdu) {
    if (kind_ == Framing::hdlc) {
        // There is no connection, so what is said back goes in a UI frame as well.
        dlms::hdlc::Frame frame;
        frame.destination = hdlc_->source;
        frame.source = hdlc_->destination;
        frame.control = dlms::hdlc::encode_control({dlms::hdlc::FrameKind::ui, false});
        frame.head = dlms::hdlc::llc_command;
        frame.information = apdu;
        Octets room(dlms::hdlc::frame_octets(dlms::hdlc::llc_command.size() + apdu.size()));
        room.resize(dlms::hdlc::encode_frame(frame, room));
        return append(replies_, room);
    }
    if (const auto frame = wrap(from, to, apdu)) append(replies_, *frame);
}

}  // namespace blathy::station
