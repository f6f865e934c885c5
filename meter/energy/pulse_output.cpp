#include "meter/energy/pulse_output.hpp"

#include <algorithm>

#include "meter/energy/pulse_count.hpp"

namespace blathy::meter {

std::uint64_t PulseOutput::pulses() const {
    return pulses_due(register_mj_, pulses_per_kwh_) - owed_;
}

std::span<const std::uint32_t> PulseOutput::advance(std::uint64_t register_mj, std::uint32_t duration_us) {
    constexpr std::uint64_t most_owed = 0xFFFF'FFFF;
    const std::uint64_t given = pulses();
    const std::uint64_t due = pulses_due(register_mj, pulses_per_kwh_);
    const RegisterGrowth growth(register_mj_, register_mj, duration_us);
    register_mj_ = register_mj;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(due - given, max_pulses_per_interval));
    for (std::size_t i = 0; i < count; ++i) {
        // A pulse that was owed already comes at once.
        instants_us_[i] = growth.instant_us(pulse_threshold_mj(given + i + 1, pulses_per_kwh_));
    }
    owed_ = static_cast<std::uint32_t>(std::min(due - given - count, most_owed));
    return std::span(instants_us_).first(count);
}

}  // namespace blathy::meter
