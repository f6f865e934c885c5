// Whether the logs of a meter have counted what it has told.
#pragma once

#include <array>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "meter/meter.hpp"
#include "world/simulation/life.hpp"

namespace blathy::apps {

class EventCount {
  public:
    // For the meter, which outlives neither.
    [[nodiscard]] meter::EventHook hook();
    // After the step: hands on covers and magnets are counted, and what was told while the flash failed may be lost.
    void note(const world::Step& step);
    // Each log has counted what the meter has told, and each hand was noticed.
    [[nodiscard]] bool agrees(const meter::Meter& meter) const;
    // By the names of the kinds.
    [[nodiscard]] nlohmann::json as_json() const;

  private:
    std::array<std::uint64_t, meter::event_kinds> told_{};
    std::uint64_t all_told_ = 0;
    std::uint64_t told_before_ = 0;  // the step now
    std::uint64_t perhaps_lost_ = 0;
    std::uint64_t hands_ = 0;
};

}  // namespace blathy::apps
