#include "apps/blathy/listen/stream_listener.hpp"

#include <algorithm>
#include <array>

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A connection that brings nothing for so long is closed.
constexpr auto idle_timeout = 10min;
// Replies that a meter does not take; it will hardly take more.
constexpr std::size_t max_pending_octets = std::size_t{64} << 10;

}  // namespace

PushConnection::PushConnection(Accepted accepted, station::PushReceiver::Framing framing, ReceivedPushes& pushes,
                               Poller& poller)
    : socket_(std::move(accepted.socket)),
      peer_(std::move(accepted.peer)),
      pushes_(pushes),
      poller_(poller),
      receiver_(
          framing, [this](const station::Push& push) { pushes_.take(peer_, push); }, pushes.open()) {}

void PushConnection::on_readable() {
    std::array<std::uint8_t, 16 * 1024> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    const auto got = socket_.read(room);
    if (!got) return socket_.close();
    if (*got == 0) return;
    heard_ = steady_clock::now();
    if (const auto taken = receiver_.put(Bytes(room).first(*got), listening_time_ms()); !taken) {
        pushes_.complain_of(peer_, taken.error().text);
        return socket_.close();
    }
    station::append(pending_, receiver_.take_replies());
    if (pending_.size() > max_pending_octets) return socket_.close();
    send();
}

void PushConnection::send() {
    while (!pending_.empty()) {
        const auto sent = socket_.write(pending_);
        if (!sent) return socket_.close();
        if (*sent == 0) break;
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(*sent));
    }
    // Whoever does not read is not listened to either, until it does.
    poller_.change(descriptor(), *this, pending_.empty() ? Poller::Interest::readable : Poller::Interest::writable);
}

void StreamListener::on_readable() {
    // Not all at once: those that are here already get their turn.
    constexpr int at_once = 64;
    bool out_of_descriptors = false;
    for (int i = 0; i < at_once; ++i) {
        auto accepted = accept_tcp(socket_, out_of_descriptors);
        if (!accepted) break;
        connections_.emplace_back(std::move(*accepted), framing_, pushes(), poller_);
        PushConnection& connection = connections_.back();
        if (!poller_.watch(connection.descriptor(), connection, Poller::Interest::readable)) connections_.pop_back();
    }
    is_crowded_ = out_of_descriptors;
}

void StreamListener::after_wait() {
    const auto now = steady_clock::now();
    std::erase_if(connections_, [&](const PushConnection& connection) {
        return !connection.is_open() || now - connection.heard() > idle_timeout;
    });
    // Meters that have been silent longest make room.
    while (connections_.size() > max_connections_ || (is_crowded_ && !connections_.empty())) {
        const auto longest =
            std::min_element(connections_.begin(), connections_.end(),
                             [](const PushConnection& a, const PushConnection& b) { return a.heard() < b.heard(); });
        connections_.erase(longest);
        is_crowded_ = false;
    }
}

}  // namespace blathy::apps
