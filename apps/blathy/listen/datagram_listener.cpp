#include "apps/blathy/listen/datagram_listener.hpp"

#include <algorithm>

#include "dlms/apdu/common.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::apps {
namespace {

constexpr std::size_t max_block_senders = 256;

bool has_block(Bytes datagram) {
    return datagram.size() > dlms::WrapperHeader::size &&
           datagram[dlms::WrapperHeader::size] == static_cast<std::uint8_t>(dlms::ApduTag::general_block_transfer);
}

}  // namespace

void DatagramListener::on_readable() {
    // Not all at once: whoever wants to end the program gets a turn.
    constexpr int at_once = 256;
    for (int i = 0; i < at_once; ++i) {
        const auto datagram = receive_datagram(socket_, room_);
        if (!datagram) return;
        take(Bytes(room_).first(datagram->size), datagram->peer);
    }
}

station::PushReceiver DatagramListener::receiver_for(const DatagramPeer& peer) {
    return {station::PushReceiver::Framing::wrapper,
            [this, peer](const station::Push& push) { pushes().take(peer.name(), push); }, pushes().open()};
}

void DatagramListener::take(Bytes datagram, const DatagramPeer& peer) {
    const auto header = dlms::read_wrapper_header(datagram);
    if (!header || header->length != datagram.size() - dlms::WrapperHeader::size) {
        return pushes().complain_of(peer.name(), "the datagram holds something else than one APDU in a wrapper");
    }
    if (!has_block(datagram)) {
        station::PushReceiver receiver = receiver_for(peer);
        return put(receiver, datagram, peer);
    }
    auto sender = senders_.find(peer);
    if (sender == senders_.end()) {
        if (senders_.size() == max_block_senders) forget_oldest();
        sender = senders_.emplace(peer, Sender{receiver_for(peer), {}}).first;
    }
    sender->second.heard = std::chrono::steady_clock::now();
    put(sender->second.receiver, datagram, peer);
}

void DatagramListener::put(station::PushReceiver& receiver, Bytes datagram, const DatagramPeer& peer) {
    (void)receiver.put(datagram, listening_time_ms());  // the header has been looked at
    const station::Octets replies = receiver.take_replies();
    Bytes rest(replies);
    while (const auto header = dlms::read_wrapper_header(rest)) {
        const std::size_t size = dlms::WrapperHeader::size + header->length;
        send_datagram(socket_, peer, rest.first(size));
        rest = rest.subspan(size);
    }
}

void DatagramListener::forget_oldest() {
    senders_.erase(std::min_element(senders_.begin(), senders_.end(),
                                    [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; }));
}

}  // namespace blathy::apps
