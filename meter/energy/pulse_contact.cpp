#include "meter/energy/pulse_contact.hpp"

#include <algorithm>

#include "meter/energy/pulse_count.hpp"

namespace blathy::meter {

void PulseContact::advance(std::uint32_t pulses_per_kwh, std::uint64_t before_mj, std::uint64_t after_mj,
                           std::uint32_t duration_us) {
    constexpr std::uint64_t most_owed = 0xFFFF'FFFF;
    const RegisterGrowth growth(before_mj, after_mj, duration_us);
    const std::uint64_t due = pulses_due(after_mj, pulses_per_kwh);
    const std::uint64_t new_ones = due - pulses_due(before_mj, pulses_per_kwh);
    std::uint64_t waiting = std::min<std::uint64_t>(owed_ + new_ones, most_owed);
    since_at_begin_us_ = since_at_end_us_;
    std::uint32_t free_at_us = shortest_period_us - since_at_begin_us_;
    count_ = 0;
    for (; waiting > 0 && count_ < most; --waiting) {
        // Those that were owed before are due at once.
        const std::uint32_t due_at_us =
            waiting > new_ones ? 0 : growth.instant_us(pulse_threshold_mj(due - waiting + 1, pulses_per_kwh));
        const std::uint32_t at_us = std::max(free_at_us, due_at_us);
        if (at_us >= duration_us) break;
        closings_us_[count_++] = at_us;
        free_at_us = at_us + shortest_period_us;
    }
    owed_ = static_cast<std::uint32_t>(waiting);
    const std::uint64_t since_us =
        count_ > 0 ? duration_us - closings_us_[count_ - 1U] : std::uint64_t{since_at_begin_us_} + duration_us;
    since_at_end_us_ = static_cast<std::uint16_t>(std::min<std::uint64_t>(since_us, shortest_period_us));
}

bool PulseContact::closed(std::uint32_t at_us) const {
    if (std::uint64_t{since_at_begin_us_} + at_us < pulse_us) return true;
    return std::ranges::any_of(closings_us(),
                               [&](std::uint32_t from_us) { return at_us >= from_us && at_us - from_us < pulse_us; });
}

}  // namespace blathy::meter
