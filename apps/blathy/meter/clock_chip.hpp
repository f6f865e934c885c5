// The battery-backed clock chip of a desk meter: how far its time is from the host's, kept in the state directory.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "meter/clock/clock.hpp"

namespace blathy::apps {

class ClockChip {
  public:
    // Without a directory the chip is right when the process starts and forgets when it ends.
    explicit ClockChip(std::optional<std::filesystem::path> directory);

    // What the chip says now: the host's time until it is set. While the process is down it runs on.
    [[nodiscard]] meter::UtcTime now() const;
    // The meter's clock is at `now`. False if that could not be written.
    bool follow(meter::UtcTime now);

  private:
    std::optional<std::filesystem::path> path_;
    std::chrono::milliseconds offset_{0};
};

}  // namespace blathy::apps
