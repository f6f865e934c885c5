#include "apps/blathy/meter/push_sender.hpp"

#include <charconv>

#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/net/connect.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/llc.hpp"
#include "dlms/wrapper.hpp"
#include "meter/server/association.hpp"

namespace blathy::apps {
namespace {

namespace hdlc = dlms::hdlc;

constexpr std::size_t longest_apdu = 0xFFFF;  // that the wrapper can state

std::vector<std::uint8_t> in_wrapper(const meter::Delivery& delivery) {
    std::vector<std::uint8_t> octets(dlms::WrapperHeader::size + delivery.apdu.size());
    ByteWriter out(octets);
    write(out, dlms::WrapperHeader{meter::management_logical_device, static_cast<std::uint16_t>(delivery.client_sap),
                                   static_cast<std::uint16_t>(delivery.apdu.size())});
    out.bytes(delivery.apdu);
    return octets;
}

// Empty: it is too long for a frame.
std::vector<std::uint8_t> in_frame(const meter::Delivery& delivery) {
    hdlc::Frame frame;
    frame.destination = hdlc::one_octet_address(static_cast<std::uint8_t>(delivery.client_sap));
    frame.source = hdlc::one_octet_address(meter::management_logical_device);
    frame.control = hdlc::encode_control({.kind = hdlc::FrameKind::ui, .poll_final = true});
    frame.head = hdlc::llc_response;
    frame.information = delivery.apdu;
    std::vector<std::uint8_t> octets(hdlc::max_length + 2);
    octets.resize(hdlc::encode_frame(frame, octets));
    return octets;
}

}  // namespace

std::vector<std::uint8_t> framed(const meter::Delivery& delivery) {
    return delivery.transport == meter::PushTransport::hdlc ? in_frame(delivery) : in_wrapper(delivery);
}

std::optional<PushDestination> parse_push_destination(std::string_view text) {
    PushDestination destination;
    destination.port = dlms::wrapper_port;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        destination.address = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest[0] != ':') return std::nullopt;
        if (!rest.empty() && rest.size() == 1) return std::nullopt;
        if (!rest.empty()) port = rest.substr(1);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
        destination.address = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (port.empty()) return std::nullopt;
    } else {
        destination.address = text;  // an IPv6 address may come without brackets when no port follows
    }
    if (destination.address.empty()) return std::nullopt;
    if (port.empty()) return destination;
    const char* const end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data(), end, destination.port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || destination.port == 0) return std::nullopt;
    return destination;
}

// One APDU on its way.
class PushSender::Sending final : private Watcher {
  public:
    Sending(meter::Meter& meter, const meter::Delivery& delivery, Time begun)
        : meter_(meter),
          entry_(delivery.entry),
          is_datagram_(delivery.transport == meter::PushTransport::udp),
          peer_(delivery.destination_text()),
          octets_(framed(delivery)),
          begun_(begun) {}

    void start(Poller& poller) {
        const auto destination = parse_push_destination(peer_);
        if (!destination || octets_.empty()) return fail();
        if (is_datagram_) return send_datagram(*destination);
        auto socket = connect_tcp(destination->address, destination->port);
        if (!socket) return fail();
        socket_ = std::move(*socket);
        if (!poller.watch(socket_.descriptor(), *this, Poller::Interest::writable)) fail();
    }

    void check_time(Time now) {
        if (state_ == State::under_way && now - begun_ > time_out) fail();
    }

    [[nodiscard]] bool ended() const { return state_ != State::under_way; }
    void report(TrafficObserver* observer) const {
        const bool delivered = state_ == State::delivered;
        if (observer != nullptr) {
            if (delivered) observer->on_frame(peer_, Direction::from_meter, octets_);
            observer->on_push(peer_, delivery_text(entry_), delivered);
        }
        meter_.outbox().report(meter_, entry_, delivered);
    }

  private:
    enum class State : std::uint8_t { under_way, delivered, failed };

    void send_datagram(const PushDestination& destination) {
        const auto socket = connect_udp(destination.address, destination.port);
        state_ = socket && socket->write(octets_) == octets_.size() ? State::delivered : State::failed;
    }

    // A connection that failed is said to be readable.
    void on_readable() override {
        if (!ended()) fail();
    }

    void on_writable() override {
        if (ended()) return;
        if (!is_connected(socket_)) return fail();
        const auto sent = socket_.write(Bytes(octets_).subspan(sent_));
        if (!sent) return fail();
        sent_ += *sent;
        if (sent_ < octets_.size()) return;
        state_ = end_sending(socket_) ? State::delivered : State::failed;
        socket_.close();
    }

    void fail() {
        state_ = State::failed;
        socket_.close();
    }

    meter::Meter& meter_;
    std::uint8_t entry_;
    bool is_datagram_;
    std::string peer_;
    std::vector<std::uint8_t> octets_;
    std::size_t sent_ = 0;
    Time begun_;
    Socket socket_;
    State state_ = State::under_way;
};

PushSender::PushSender(Poller& poller) : poller_(poller), room_(longest_apdu) {}

PushSender::~PushSender() = default;

void PushSender::after_wait(Time now) {
    for (auto next = sendings_.begin(); next != sendings_.end();) {
        next->check_time(now);
        if (next->ended()) {
            next->report(observer_);
            next = sendings_.erase(next);
        } else {
            ++next;
        }
    }
}

void PushSender::take_from(meter::Meter& meter, Time now) {
    while (const auto delivery = meter.outbox().next(meter, room_)) {
        sendings_.emplace_back(meter, *delivery, now).start(poller_);
    }
}

}  // namespace blathy::apps
