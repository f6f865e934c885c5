// Dips, swells and interruptions of the voltage (IEC 61000-4-30, 5.4 and 5.5), from Urms(1/2) of all phases.
//
// A dip begins when one phase falls below its threshold and ends when all are above it by the hysteresis; a swell
// likewise upwards. An interruption begins when all phases are below its threshold and ends when one is above it by the
// hysteresis. Begin and end are those of the cycles that showed them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "meter/interval.hpp"

namespace blathy::meter {

enum class VoltageEventKind : std::uint8_t { dip, swell, interruption };

struct VoltageEvent {
    VoltageEventKind kind = VoltageEventKind::dip;
    std::uint8_t phases = 0;     // those that crossed the threshold, bit 0 is L1
    std::uint64_t begin_us = 0;  // meter time since the metrology's first sample
    std::uint64_t duration_us = 0;
    // Residual voltages, or of a swell the highest, of the phases that crossed the threshold.
    std::array<std::uint32_t, max_phases> extremes_mv{};

    [[nodiscard]] bool concerns(std::size_t phase) const { return (phases >> phase & 1U) != 0; }
    // Of all those phases (5.4.2): the lowest, or of a swell the highest.
    [[nodiscard]] std::uint32_t extreme_mv() const;
    bool operator==(const VoltageEvent&) const = default;
};

// As shares of the declared voltage. EN 50160: 90 %, 110 %, 5 %, and IEC 61000-4-30's usual hysteresis.
struct VoltageLimits {
    std::uint32_t declared_mv = 0;
    std::uint8_t dip_percent = 90;
    std::uint8_t swell_percent = 110;
    std::uint8_t interruption_percent = 5;
    std::uint8_t hysteresis_percent = 2;
    std::uint8_t phases = 7;  // those to watch, bit 0 is L1; two elements have no L2
};

class VoltageEvents {
  public:
    VoltageEvents(std::uint8_t phases, const VoltageLimits& limits) : phases_(phases), limits_(limits) {}

    // A new Urms(1/2) of a phase, of the cycle from `begin_us` to `end_us`.
    void refresh(std::size_t phase, std::uint32_t rms_mv, std::uint64_t begin_us, std::uint64_t end_us);

    void set_limits(const VoltageLimits& limits) { limits_ = limits; }
    [[nodiscard]] const VoltageLimits& limits() const { return limits_; }
    // One of this kind is going on.
    [[nodiscard]] bool active(VoltageEventKind kind) const { return running_[static_cast<std::size_t>(kind)].active; }

    // The oldest that has ended and was not taken; the metrology's owner calls it after each window. Of more than
    // eight that wait the oldest are lost, and counted.
    std::optional<VoltageEvent> take();
    [[nodiscard]] std::uint32_t lost() const { return lost_; }

  private:
    static constexpr std::size_t kinds = 3;
    static constexpr std::size_t waiting = 8;
    struct Running {
        bool active = false;
        std::uint8_t beyond = 0;  // phases that are on the wrong side now
        VoltageEvent event;
    };
    void follow(VoltageEventKind kind, std::size_t phase, std::uint32_t rms_mv, std::uint64_t begin_us,
                std::uint64_t end_us);
    void keep(const VoltageEvent& event);

    std::uint8_t phases_;
    VoltageLimits limits_;
    std::array<Running, kinds> running_{};
    std::array<VoltageEvent, waiting> ended_{};
    std::uint8_t first_ = 0;
    std::uint8_t count_ = 0;
    std::uint32_t lost_ = 0;
};

}  // namespace blathy::meter
