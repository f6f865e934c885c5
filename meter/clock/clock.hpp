// The meter's clock: UTC inside, local time with daylight saving outside (IC 8, IEC 62056-6-2, 4.5.1).
//
// It has no source of time of its own: it advances by the durations of the Intervals, which the meter's crystal counts.
#pragma once

#include <chrono>
#include <cstdint>

#include "dlms/date_time.hpp"

namespace blathy::meter {

using dlms::UtcTime;

// What a user sets; kept in non-volatile memory.
struct ClockSettings {
    std::int16_t time_zone_min = -60;  // deviation of local normal time: UTC = local + this. Central European.
    std::int8_t daylight_deviation_min = 60;
    bool daylight_enabled = true;
    // Local normal time at which daylight saving begins, local daylight time at which it ends; the day by wildcards.
    dlms::DateTime daylight_begin{{dlms::year_not_specified, 3, 0xFE, 7}, {2, 0, 0, 0}, -60, 0};
    dlms::DateTime daylight_end{{dlms::year_not_specified, 10, 0xFE, 7}, {3, 0, 0, 0}, -120, 0};

    bool operator==(const ClockSettings&) const = default;
};

class Clock {
  public:
    Clock(const ClockSettings& settings, UtcTime now, bool valid) : settings_(settings), now_(now), valid_(valid) {}

    void advance(std::chrono::microseconds duration);
    // Set by somebody who knows: the time is valid from now on.
    void set(UtcTime now);
    // Moved by somebody who knows how far it is off at most: valid if it was.
    void adjust(UtcTime now);

    [[nodiscard]] UtcTime now() const { return now_; }
    // What has to pass until it is `then`; negative once it has been.
    [[nodiscard]] std::chrono::microseconds until(UtcTime then) const {
        return then - now_ - std::chrono::microseconds{below_ms_us_};
    }
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] const ClockSettings& settings() const { return settings_; }
    void configure(const ClockSettings& settings) { settings_ = settings; }

    [[nodiscard]] bool daylight_saving_at(UtcTime utc) const;
    [[nodiscard]] std::int16_t deviation_min_at(UtcTime utc) const;
    [[nodiscard]] std::uint8_t status_at(UtcTime utc) const;
    [[nodiscard]] dlms::DateTime local_at(UtcTime utc) const;
    [[nodiscard]] dlms::DateTime local_now() const { return local_at(now_); }

  private:
    ClockSettings settings_;
    UtcTime now_;
    std::uint16_t below_ms_us_ = 0;  // microseconds that are not a millisecond yet
    bool valid_;
};

}  // namespace blathy::meter
