#include "meter/relay/drive.hpp"

#include <algorithm>

namespace blathy::meter {

using namespace std::chrono;

void RelayDrive::restore(const RelayOperations& operations, bool wanted_closed) {
    operations_ = operations;
    wanted_closed_ = wanted_closed;
    closed_ = wanted_closed;
}

bool RelayDrive::advance(bool wanted_closed, std::optional<bool> contact, bool current_flows,
                         std::chrono::microseconds duration) {
    const RelayPulse pulse = wanted_closed ? RelayPulse::close : RelayPulse::open;
    const bool turned = wanted_closed != wanted_closed_;
    if (turned && !wanted_closed) ++(current_flows ? operations_.on_load : operations_.off_load);
    wanted_closed_ = wanted_closed;
    // A current measured in an interval that the contact opened in is no proof yet.
    const bool flows_through_open = current_flows && !wanted_closed && !turned;
    closed_ = contact.value_or(wanted_closed) || flows_through_open;
    if (turned || !driven_) {
        driven_ = true;
        pulse_ = pulse;
        pulses_ = 1;
        astray_ms_ = 0;
        failed_ = failed_ && closed_ != wanted_closed;
        return false;
    }
    if (closed_ == wanted_closed) {
        pulses_ = 0;
        astray_ms_ = 0;
        failed_ = false;
        return false;
    }
    constexpr std::uint64_t longest_ms = 0xFFFF'FFFF;
    astray_ms_ = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(astray_ms_ + static_cast<std::uint64_t>(duration.count()) / 1000, longest_ms));
    const milliseconds patience = pulses_ < relay_pulses_until_failed ? milliseconds{relay_settling} : relay_retry;
    const bool fails = !failed_ && pulses_ >= relay_pulses_until_failed && milliseconds{astray_ms_} >= relay_settling;
    if (milliseconds{astray_ms_} >= patience) {
        pulse_ = pulse;
        pulses_ = static_cast<std::uint8_t>(std::min<int>(pulses_ + 1, relay_pulses_until_failed));
        astray_ms_ = 0;
    }
    failed_ = failed_ || fails;
    return fails;
}

RelayPulse RelayDrive::take_pulse() {
    const RelayPulse pulse = pulse_;
    pulse_ = RelayPulse::none;
    return pulse;
}

}  // namespace blathy::meter
