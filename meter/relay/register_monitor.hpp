// Register monitor (IC 21, IEC 62056-6-2, 4.5.11): scripts that are called when a value crosses thresholds.
//
// A crossing counts once it has lasted: so a start-up current is no overload, and a relay does not chatter. A monitor
// that has called for disconnection stands until its value is below all of its thresholds; whether the relay then
// closes says the last script on the way down.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "meter/relay/scripts.hpp"

namespace blathy::meter {

struct MonitorSettings {
    static constexpr std::size_t max_thresholds = 2;

    struct Threshold {
        std::uint32_t value = 0;               // as the monitored attribute has it
        RelayScript up = RelayScript::none;    // none or disconnect
        RelayScript down = RelayScript::none;  // none or reconnect

        constexpr bool operator==(const Threshold&) const = default;
    };
    std::array<Threshold, max_thresholds> thresholds;
    std::uint8_t count = 0;

    constexpr bool operator==(const MonitorSettings&) const = default;
};

// How long a crossing has to last.
struct MonitorTimes {
    std::uint16_t up_s = 0;
    std::uint16_t down_s = 0;

    constexpr bool operator==(const MonitorTimes&) const = default;
};

// Kept small, for a meter has one for each phase and kind.
class RegisterMonitor {
  public:
    void configure(const MonitorSettings& settings);
    // It stood when the power failed: every threshold is taken as crossed until the value says otherwise.
    void restore_standing();

    struct Finding {
        bool disconnects = false;  // stands from now on
        bool falls = false;        // stands no longer
        bool reconnects = false;   // and the last script on the way down says so
        bool crossed_up = false;   // the first threshold
        bool crossed_down = false;
    };
    Finding advance(std::uint32_t value, const MonitorTimes& times, std::chrono::microseconds duration);

    [[nodiscard]] bool stands() const { return stands_; }

  private:
    std::array<std::uint32_t, MonitorSettings::max_thresholds> thresholds_{};
    std::array<std::uint32_t, MonitorSettings::max_thresholds> crossing_us_{};  // how long that has lasted
    std::uint8_t count_ = 0;
    std::uint8_t disconnects_ = 0;  // one bit a threshold: it does on the way up
    std::uint8_t reconnects_ = 0;   // it does on the way down
    std::uint8_t above_ = 0;        // it was crossed
    bool stands_ = false;
};

}  // namespace blathy::meter
