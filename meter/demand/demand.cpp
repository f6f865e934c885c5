#include "meter/demand/demand.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

// Millijoules over so many seconds in tenths of a watt, half of one rounded away from zero.
std::int64_t average(std::int64_t millijoules, std::int64_t seconds) {
    constexpr std::int64_t millijoules_per_tenth = 100;
    const std::int64_t divisor = seconds * millijoules_per_tenth;
    return (millijoules + (millijoules < 0 ? -divisor : divisor) / 2) / divisor;
}

std::int64_t window_s(const DemandSettings& settings) {
    return std::int64_t{settings.period_s} * settings.periods;
}

}  // namespace

std::optional<std::size_t> demand_index(std::uint8_t quantity) {
    const auto found = std::ranges::find(demand_quantities, quantity);
    if (found == demand_quantities.end()) return std::nullopt;
    return static_cast<std::size_t>(found - demand_quantities.begin());
}

std::optional<std::int64_t> energy_mj(const EnergySet& energy, std::uint8_t quantity) {
    const auto as_signed = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    switch (quantity) {
        case active_import:
            return as_signed(energy[EnergyRegister::active_import]);
        case active_export:
            return as_signed(energy[EnergyRegister::active_export]);
        case reactive_import:
            return as_signed(energy.reactive_import());
        case reactive_export:
            return as_signed(energy.reactive_export());
        case apparent_import:
            return as_signed(energy[EnergyRegister::apparent_import]);
        case apparent_export:
            return as_signed(energy[EnergyRegister::apparent_export]);
        case active_absolute:
            return as_signed(energy.active_absolute());
        case active_net:
            return energy.active_net();
        default:
            if (quantity >= reactive_quadrant_1 && quantity <= reactive_quadrant_4) {
                const auto first = static_cast<std::uint8_t>(EnergyRegister::reactive_quadrant_1);
                return as_signed(energy[static_cast<EnergyRegister>(first + quantity - reactive_quadrant_1)]);
            }
            return std::nullopt;
    }
}

DemandEnergies demand_energies(const EnergySet& energy) {
    return {energy[EnergyRegister::active_import],
            energy[EnergyRegister::active_export],
            energy.reactive_import(),
            energy.reactive_export(),
            energy[EnergyRegister::apparent_import],
            energy[EnergyRegister::apparent_export]};
}

const DemandEnergies& Demand::window_start_energies(const DemandSettings& settings) const {
    return starts[static_cast<std::size_t>(std::min<std::uint64_t>(periods_begun, settings.periods)) - 1];
}

void Demand::reset(const EnergySet& energy, UtcTime now) {
    starts.fill({});
    starts.front() = demand_energies(energy);
    periods_begun = 1;
    last_average.fill(0);
    start = now;
    window_start = now;
    captured = now;
}

std::int64_t Demand::current_average(const DemandSettings& settings, const EnergySet& energy, std::size_t index) const {
    const DemandEnergies now = demand_energies(energy);
    const DemandEnergies& then = window_start_energies(settings);
    const auto grown = [&](std::size_t i) { return static_cast<std::int64_t>(now[i] - then[i]); };
    std::int64_t of_quantity = 0;
    if (demand_quantities[index] == active_absolute) {
        of_quantity = grown(0) + grown(1);
    } else if (demand_quantities[index] == active_net) {
        of_quantity = grown(0) - grown(1);
    } else {
        of_quantity = grown(index);
    }
    return average(of_quantity, window_s(settings));
}

void Demand::end_period(const DemandSettings& settings, const EnergySet& energy, UtcTime now) {
    for (std::size_t i = 0; i < demand_count; ++i) last_average[i] = current_average(settings, energy, i);
    const auto kept = static_cast<std::ptrdiff_t>(settings.periods);
    std::copy_backward(starts.begin(), starts.begin() + kept - 1, starts.begin() + kept);
    starts.front() = demand_energies(energy);
    periods_begun = std::min<std::uint64_t>(periods_begun + 1, settings.periods);
    const auto earlier = std::chrono::seconds{settings.period_s} * static_cast<std::int64_t>(periods_begun - 1);
    captured = now;
    start = now;
    window_start = std::max(now - earlier, window_start);
}

}  // namespace blathy::meter
