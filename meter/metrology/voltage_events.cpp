#include "meter/metrology/voltage_events.hpp"

#include <algorithm>

namespace blathy::meter {

std::uint32_t VoltageEvent::extreme_mv() const {
    std::optional<std::uint32_t> extreme;
    for (std::size_t phase = 0; phase < max_phases; ++phase) {
        if (!concerns(phase)) continue;
        const std::uint32_t of_phase_mv = extremes_mv[phase];
        const std::uint32_t so_far_mv = extreme.value_or(of_phase_mv);
        extreme = kind == VoltageEventKind::swell ? std::max(so_far_mv, of_phase_mv) : std::min(so_far_mv, of_phase_mv);
    }
    return extreme.value_or(0);
}

void VoltageEvents::refresh(std::size_t phase, std::uint32_t rms_mv, std::uint64_t begin_us, std::uint64_t end_us) {
    if ((limits_.phases >> phase & 1U) == 0) return;
    for (const auto kind : {VoltageEventKind::dip, VoltageEventKind::swell, VoltageEventKind::interruption}) {
        follow(kind, phase, rms_mv, begin_us, end_us);
    }
}

void VoltageEvents::follow(VoltageEventKind kind, std::size_t phase, std::uint32_t rms_mv, std::uint64_t begin_us,
                           std::uint64_t end_us) {
    const bool rises = kind == VoltageEventKind::swell;
    const std::uint32_t percent = kind == VoltageEventKind::dip     ? limits_.dip_percent
                                  : kind == VoltageEventKind::swell ? limits_.swell_percent
                                                                    : limits_.interruption_percent;
    const std::uint64_t hundredfold = std::uint64_t{rms_mv} * 100;
    const std::uint64_t threshold = std::uint64_t{limits_.declared_mv} * percent;
    const std::uint64_t hysteresis = std::uint64_t{limits_.declared_mv} * limits_.hysteresis_percent;
    const bool crossed = rises ? hundredfold > threshold : hundredfold < threshold;
    const bool restored = rises ? hundredfold + hysteresis <= threshold : hundredfold >= threshold + hysteresis;

    Running& running = running_[static_cast<std::size_t>(kind)];
    const auto bit = static_cast<std::uint8_t>(1U << phase);
    const auto all = static_cast<std::uint8_t>(((1U << phases_) - 1U) & limits_.phases);
    if (crossed) running.beyond |= bit;
    if (restored) running.beyond &= static_cast<std::uint8_t>(~bit);
    const bool of_all = kind == VoltageEventKind::interruption;
    const bool on = of_all ? running.beyond == all : running.beyond != 0;

    if (on && !running.active) {
        running.active = true;
        running.event = {kind, running.beyond, begin_us};
        // Until the others are measured anew.
        running.event.extremes_mv.fill(rms_mv);
    }
    if (!running.active) return;
    VoltageEvent& event = running.event;
    if ((running.beyond & bit) != 0) {
        std::uint32_t& extreme_mv = event.extremes_mv[phase];
        if (!event.concerns(phase)) extreme_mv = rms_mv;
        extreme_mv = rises ? std::max(extreme_mv, rms_mv) : std::min(extreme_mv, rms_mv);
        event.phases |= bit;
    }
    if (on) return;
    running.active = false;
    event.duration_us = end_us - event.begin_us;
    keep(event);
}

void VoltageEvents::keep(const VoltageEvent& event) {
    if (count_ == waiting) {
        first_ = static_cast<std::uint8_t>((first_ + 1U) % waiting);
        --count_;
        ++lost_;
    }
    ended_[(first_ + count_) % waiting] = event;
    ++count_;
}

std::optional<VoltageEvent> VoltageEvents::take() {
    if (count_ == 0) return std::nullopt;
    const VoltageEvent event = ended_[first_];
    first_ = static_cast<std::uint8_t>((first_ + 1U) % waiting);
    --count_;
    return event;
}

}  // namespace blathy::meter
