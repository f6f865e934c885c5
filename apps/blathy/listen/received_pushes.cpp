#include "apps/blathy/listen/received_pushes.hpp"

#include <fmt/format.h>

namespace blathy::apps {

station::PushReceiver::Open ReceivedPushes::open() {
    if (!opener_) return {};
    return [this](Bytes apdu) { return opener_->open(apdu); };
}

void ReceivedPushes::take(const std::string& peer, const station::Push& push) {
    if (are_enough()) return;
    if (push.notification) {
        ++pushes_;
    } else {
        ++refused_;
    }
    if (meters_.size() < max_meters) meters_.insert(peer.substr(0, peer.rfind(':')));
    written_ = printer_.print(std::chrono::system_clock::now(), peer, push) && written_;
}

void ReceivedPushes::complain_of(const std::string& peer, const std::string& why) {
    ++refused_;
    complain(peer + ": " + why);
}

std::string ReceivedPushes::summary(std::chrono::steady_clock::duration elapsed) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::duration<double>>(elapsed).count();
    std::string text = fmt::format("{} pushes from {}{} senders in {:.1f} s", pushes_, meters_.size(),
                                   meters_.size() == max_meters ? " or more" : "", seconds);
    if (refused_ > 0) text += fmt::format("; {} times something came that was none", refused_);
    return text;
}

}  // namespace blathy::apps
