#include "apps/blathy/listen/line_listener.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

namespace blathy::apps {

LineListener::LineListener(station::Descriptor port, std::string name, ReceivedPushes& pushes)
    : Listener(pushes),
      port_(std::move(port)),
      name_(std::move(name)),
      receiver_(
          station::PushReceiver::Framing::hdlc, [this](const station::Push& push) { this->pushes().take(name_, push); },
          pushes.open()) {}

void LineListener::on_readable() {
    std::array<std::uint8_t, 4096> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    const ssize_t count = ::read(descriptor(), room.data(), room.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        complain(name_ + " is gone");
        is_gone_ = true;
        return;
    }
    // On a line octets get lost: what can't be understood is reported, and the next frame begins anew.
    const auto taken = receiver_.put(Bytes(room).first(static_cast<std::size_t>(count)), listening_time_ms());
    if (!taken) pushes().complain_of(name_, taken.error().text);
    // A confirmation that the line has no room for is as good as lost on its way: the meter pushes again.
    const station::Octets replies = receiver_.take_replies();
    if (::write(descriptor(), replies.data(), replies.size()) < 0) return;
}

}  // namespace blathy::apps
