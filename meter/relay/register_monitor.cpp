#include "meter/relay/register_monitor.hpp"

#include <algorithm>

namespace blathy::meter {

void RegisterMonitor::configure(const MonitorSettings& settings) {
    count_ = settings.count;
    unsigned disconnects = 0;
    unsigned reconnects = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const MonitorSettings::Threshold& threshold = settings.thresholds[i];
        thresholds_[i] = threshold.value;
        if (threshold.up == RelayScript::disconnect) disconnects |= 1U << i;
        if (threshold.down == RelayScript::reconnect) reconnects |= 1U << i;
    }
    disconnects_ = static_cast<std::uint8_t>(disconnects);
    reconnects_ = static_cast<std::uint8_t>(reconnects);
    above_ = static_cast<std::uint8_t>(above_ & ((1U << count_) - 1U));
    crossing_us_ = {};
}

void RegisterMonitor::restore_standing() {
    stands_ = true;
    above_ = static_cast<std::uint8_t>((1U << count_) - 1U);
}

RegisterMonitor::Finding RegisterMonitor::advance(std::uint32_t value, const MonitorTimes& times,
                                                  std::chrono::microseconds duration) {
    constexpr std::uint64_t microseconds_in_a_second = 1'000'000;
    constexpr std::uint64_t longest_us = 0xFFFF'FFFF;  // longer than any of the times
    Finding finding;
    bool last_down_reconnects = false;
    std::uint32_t last_down = 0xFFFF'FFFF;  // of several at once, the lowest is the last
    for (std::size_t i = 0; i < count_; ++i) {
        const unsigned bit = 1U << i;
        const bool was_above = (above_ & bit) != 0;
        const bool is_above = value > thresholds_[i];
        if (is_above == was_above) {
            crossing_us_[i] = 0;
            continue;
        }
        const std::uint64_t lasted_us = crossing_us_[i] + static_cast<std::uint64_t>(duration.count());
        crossing_us_[i] = static_cast<std::uint32_t>(std::min(lasted_us, longest_us));
        if (lasted_us < (is_above ? times.up_s : times.down_s) * microseconds_in_a_second) continue;
        crossing_us_[i] = 0;
        above_ = static_cast<std::uint8_t>(above_ ^ bit);
        if (i == 0) (is_above ? finding.crossed_up : finding.crossed_down) = true;
        if (is_above && (disconnects_ & bit) != 0) finding.disconnects = !stands_;
        if (!is_above && thresholds_[i] <= last_down) {
            last_down = thresholds_[i];
            last_down_reconnects = (reconnects_ & bit) != 0;
        }
    }
    if (finding.disconnects) stands_ = true;
    if (stands_ && above_ == 0) {
        stands_ = false;
        finding.falls = true;
        finding.reconnects = last_down_reconnects;
    }
    return finding;
}

}  // namespace blathy::meter
