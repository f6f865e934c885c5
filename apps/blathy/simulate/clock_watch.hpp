// How far a meter's clock is from the true time, and how fast it goes away from it.
#pragma once

#include <chrono>

#include "meter/clock/clock.hpp"

namespace blathy::apps {

class ClockWatch {
  public:
    explicit ClockWatch(meter::UtcTime from) : looked_at_(from) {}

    // Somebody has set the clock: that is no drift.
    void set_by(std::chrono::milliseconds shift) { set_by_ += shift; }
    void look(meter::UtcTime true_time, meter::UtcTime clock);

    // Positive: it is fast.
    [[nodiscard]] std::chrono::milliseconds drift() const { return drift_; }
    // The greatest of a day.
    [[nodiscard]] std::chrono::milliseconds worst_day() const { return worst_day_; }

  private:
    meter::UtcTime looked_at_;
    std::chrono::milliseconds set_by_{0};
    std::chrono::milliseconds drift_{0};
    std::chrono::milliseconds drift_before_{0};
    std::chrono::milliseconds worst_day_{0};
};

}  // namespace blathy::apps
