#include "meter/energy/pulse_output.hpp"

#include <algorithm>
#include <bit>

namespace blathy::meter {
namespace {

constexpr std::uint64_t millijoules_per_kwh = 1000 * millijoules_per_wh;

}  // namespace

PulseOutput::PulseOutput(std::uint32_t pulses_per_kwh, std::uint64_t register_mj)
    : pulses_per_kwh_(pulses_per_kwh), register_mj_(register_mj), pulses_(due_at(register_mj)) {}

// Split at the whole kilowatt-hour, since the product of register and constant need not fit 64 bits.
std::uint64_t PulseOutput::due_at(std::uint64_t register_mj) const {
    return register_mj / millijoules_per_kwh * pulses_per_kwh_ +
           register_mj % millijoules_per_kwh * pulses_per_kwh_ / millijoules_per_kwh;
}

std::uint64_t PulseOutput::threshold_mj(std::uint64_t number) const {
    const std::uint64_t rest = number % pulses_per_kwh_ * millijoules_per_kwh;
    return number / pulses_per_kwh_ * millijoules_per_kwh + (rest + pulses_per_kwh_ - 1) / pulses_per_kwh_;
}

std::span<const std::uint32_t> PulseOutput::advance(std::uint64_t register_mj, std::uint32_t duration_us) {
    const std::uint64_t before_mj = register_mj_;
    const std::uint64_t grown_mj = register_mj - before_mj;
    register_mj_ = register_mj;
    // Their upper 32 bits place a pulse to a microsecond or two, and times the duration they fit 64 bits.
    const int surplus_bits = std::max(0, static_cast<int>(std::bit_width(grown_mj)) - 32);
    const std::uint64_t grown = grown_mj >> surplus_bits;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(due_at(register_mj) - pulses_, max_pulses_per_interval));
    for (std::size_t i = 0; i < count; ++i) {
        ++pulses_;
        const std::uint64_t at_mj = threshold_mj(pulses_);
        // A pulse that was owed already comes at once.
        const std::uint64_t into_mj = at_mj > before_mj ? at_mj - before_mj : 0;
        const std::uint64_t into = into_mj >> surplus_bits;
        instants_us_[i] = grown == 0 ? 0 : static_cast<std::uint32_t>(into * duration_us / grown);
    }
    return std::span(instants_us_).first(count);
}

}  // namespace blathy::meter
