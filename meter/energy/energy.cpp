#include "meter/energy/energy.hpp"

namespace blathy::meter {
namespace {

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

void EnergySet::add(std::int64_t active_mj, std::int64_t reactive_mvars, std::int64_t apparent_mvas) {
    const bool exporting = active_mj < 0;
    const bool leading = reactive_mvars < 0;
    count(exporting ? EnergyRegister::active_export : EnergyRegister::active_import, magnitude(active_mj));
    count(leading ? (exporting ? EnergyRegister::reactive_quadrant_3 : EnergyRegister::reactive_quadrant_4)
                  : (exporting ? EnergyRegister::reactive_quadrant_2 : EnergyRegister::reactive_quadrant_1),
          magnitude(reactive_mvars));
    count(exporting ? EnergyRegister::apparent_export : EnergyRegister::apparent_import, magnitude(apparent_mvas));
}

void Energy::add(const Interval& interval) {
    std::int64_t active = 0;
    std::int64_t reactive = 0;
    std::int64_t apparent = 0;
    for (std::size_t i = 0; i < max_phases; ++i) {
        const PhaseInterval& now = interval.phase[i];
        phase[i].add(now.active_energy_mj, now.reactive_energy_mvars, now.apparent_energy_mvas);
        active += now.active_energy_mj;
        reactive += now.reactive_energy_mvars;
        apparent += now.apparent_energy_mvas;
    }
    total.add(active, reactive, apparent);
}

}  // namespace blathy::meter
