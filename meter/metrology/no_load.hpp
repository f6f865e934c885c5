// No-load gate of one kind of energy in one measuring element (IEC 62053-21 clause 8.3, "no-load" and "starting").
//
// Closed until the power, averaged over a second, reaches the start threshold; open until that average falls below the
// stop threshold. What was measured while it made up its mind is let through when it opens.
#pragma once

#include <cstdint>

namespace blathy::meter {

class NoLoadGate {
  public:
    // Six windows of ten cycles are more than a second at every frequency up to 57.5 Hz.
    static constexpr std::int32_t windows_averaged = 6;
    // A single window this many times above the start threshold needs no second opinion.
    static constexpr std::int64_t beyond_doubt = 4;

    [[nodiscard]] bool open() const { return open_; }
    // True after the window that ended an average.
    [[nodiscard]] bool decided() const { return windows_ == 0; }

    // One window's energy and mean power in; the energy to register out.
    std::int64_t pass(std::int64_t energy, std::int64_t power, std::int64_t start, std::int64_t stop) {
        power_sum_ += power;
        ++windows_;
        const std::int64_t mean_times_windows = magnitude(power_sum_);
        std::int64_t passed = energy;
        if (open_) {
            if (windows_ < windows_averaged) return passed;
            open_ = mean_times_windows >= stop * windows_averaged;
        } else {
            held_ += energy;
            open_ = magnitude(power) >= start * beyond_doubt ||
                    (windows_ == windows_averaged && mean_times_windows >= start * windows_averaged);
            passed = open_ ? held_ : 0;
            if (!open_ && windows_ < windows_averaged) return passed;
            held_ = 0;
        }
        windows_ = 0;
        power_sum_ = 0;
        return passed;
    }

  private:
    static constexpr std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

    std::int64_t held_ = 0;
    std::int64_t power_sum_ = 0;
    std::int32_t windows_ = 0;
    bool open_ = false;
};

}  // namespace blathy::meter
