// The optical port: the sign-on of IEC 62056-21, the HDLC connection behind it, and the first exchanges over that, on a
// clock that the input moves: 0xFF and the next octet let time pass. Behind the sign-on 0xFE begins a frame with good
// check sequences: control octet, flags, length of the information field, the field.
#include <algorithm>
#include <array>
#include <optional>

#include "dlms/hdlc/client_link.hpp"
#include "dlms/iec62056_21/reader_session.hpp"
#include "station/association.hpp"
#include "station/service/get.hpp"

namespace {

using namespace blathy;
using namespace blathy::station;

// Association, then a GET, as exchanges over the data link.
class Dialogue {
  public:
    explicit Dialogue(dlms::hdlc::ClientLink& link) : link_(link) {}

    void begin(std::uint32_t now_ms) { go_on(association_.begin(), now_ms); }
    void take(Bytes apdu, std::uint32_t now_ms) {
        if (apdu.empty() || is_over_) return;
        go_on(get_ ? get_->take(apdu) : association_.take(apdu), now_ms);
    }

  private:
    void go_on(const Result<Step, Error>& step, std::uint32_t now_ms) {
        if (!step) {
            is_over_ = true;
        } else if (step->kind == Step::Kind::send) {
            request_ = step->apdu;
            (void)link_.request(request_, now_ms);
        } else if (step->kind == Step::Kind::done) {
            if (get_) {
                is_over_ = true;
                return;
            }
            get_.emplace(association_.agreed(), dlms::InvokeId{},
                         AttributeTarget{{8, dlms::Obis(0, 0, 1, 0, 0), 2}, std::nullopt},
                         [](Bytes) -> Result<void, Error> { return {}; });
            go_on(get_->begin(), now_ms);
        }
    }

    dlms::hdlc::ClientLink& link_;
    AssociationRequest association_{{}};
    std::optional<GetExchange> get_;
    Octets request_;
    bool is_over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using dlms::iec62056_21::ReaderEvent;
    using dlms::iec62056_21::ReaderSession;
    ByteReader input({data, size});
    std::uint32_t now_ms = 0;
    std::array<std::uint8_t, 512> room{};
    ReaderSession reader({});
    reader.start(ReaderSession::Goal::hdlc, now_ms);

    dlms::hdlc::ClientSettings settings;
    settings.server = dlms::hdlc::one_octet_address(1);
    std::array<std::uint8_t, dlms::hdlc::frame_octets(128)> frame_room{};
    Octets response_room(4096);
    dlms::hdlc::ClientLink link(settings, frame_room, response_room);
    Dialogue dialogue(link);

    while (!input.at_end()) {
        std::uint8_t octet = input.u8();
        if (octet == 0xFF) {
            now_ms += 16U * input.u8();
            octet = input.u8();
        }
        std::array<std::uint8_t, dlms::hdlc::frame_octets(255)> frame_octets{octet};
        Bytes received = Bytes(frame_octets).first(1);
        if (!reader.is_hdlc()) {
            while (const auto event = reader.receive(received, now_ms)) {
                if (event->kind == ReaderEvent::Kind::failed) return 0;
                if (event->kind == ReaderEvent::Kind::hdlc) (void)link.connect(now_ms);
            }
            while (reader.transmit(room, now_ms).size > 0) {
            }
            continue;
        }
        if (octet == 0xFE) {
            dlms::hdlc::Frame frame;
            frame.control = input.u8();
            frame.is_segmented = (input.u8() & 1U) != 0;
            frame.destination = dlms::hdlc::one_octet_address(settings.client);
            frame.source = settings.server;
            frame.information = input.bytes(std::min<std::size_t>(input.u8(), input.remaining()));
            received = Bytes(frame_octets).first(dlms::hdlc::encode_frame(frame, frame_octets));
        }
        while (const auto event = link.receive(received, now_ms)) {
            if (event->kind == dlms::hdlc::ClientEvent::Kind::failed) return 0;
            if (event->kind == dlms::hdlc::ClientEvent::Kind::connected) dialogue.begin(now_ms);
            if (event->kind == dlms::hdlc::ClientEvent::Kind::response) dialogue.take(event->apdu, now_ms);
        }
        while (link.transmit(room, now_ms) > 0) {
        }
    }
    return 0;
}
