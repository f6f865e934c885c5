// A moment by which something must have happened.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace blathy::station {

class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    static Deadline after(std::chrono::milliseconds time) { return Deadline(Clock::now() + time); }
    [[nodiscard]] Deadline or_after(std::chrono::milliseconds time) const {
        return Deadline(std::min(at_, Clock::now() + time));
    }
    [[nodiscard]] Deadline later_by(std::chrono::milliseconds time) const { return Deadline(at_ + time); }
    [[nodiscard]] bool passed() const { return Clock::now() >= at_; }
    // For poll(): 0 if it has passed, else at least 1.
    [[nodiscard]] int left_ms() const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    }

  private:
    explicit Deadline(Clock::time_point at) : at_(at) {}
    Clock::time_point at_;
};

}  // namespace blathy::station
