// Demand (IC 5, Demand register): average power over a window of periods, block or sliding.
//
// The window holds `periods` periods and moves on by one whenever one ends; of one period it is a block. The demand is
// the energy within the window divided by the time that the whole window has, which is what IEC 62056-6-2, 5.2.4 says:
// a period that a power failure or the setting of the clock cut short counts with the energy that it has.
//
// The default is that of the brochure ("period 15 min, number of intervals 3, slide") in the words of the class:
// a period of 900 s, three of them. Who reads it as three parts of 15 minutes sets 300 s.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dlms/date_time.hpp"
#include "meter/energy/energy.hpp"
#include "meter/model.hpp"
#include "meter/quantity/quantity.hpp"

namespace blathy::meter {

struct DemandSettings {
    static constexpr std::uint8_t max_periods = 15;
    static constexpr std::uint16_t shortest_period_s = 60;
    static constexpr std::uint16_t longest_period_s = 3600;

    std::uint16_t period_s = 900;
    std::uint8_t periods = 3;

    // A period divides the day, so that one begins at midnight.
    [[nodiscard]] constexpr bool valid() const {
        return period_s >= shortest_period_s && period_s <= longest_period_s && 86'400 % period_s == 0 &&
               periods >= 1 && periods <= max_periods;
    }
    constexpr bool operator==(const DemandSettings&) const = default;
};

using dlms::UtcTime;

// Value groups C of what has a demand.
inline constexpr std::array demand_quantities = {
    Quantity::active_import,   Quantity::active_export,   Quantity::reactive_import, Quantity::reactive_export,
    Quantity::apparent_import, Quantity::apparent_export, Quantity::active_absolute, Quantity::active_net,
};
inline constexpr std::size_t demand_count = demand_quantities.size();
[[nodiscard]] std::optional<std::size_t> demand_index(std::uint8_t quantity);

// Energy of a quantity in millijoules; none if it is no energy.
[[nodiscard]] std::optional<std::int64_t> energy_mj(const EnergySet& energy, std::uint8_t quantity);

// The energies that demands follow from, in millijoules: absolute and net are sums of these.
using DemandEnergies = std::array<std::uint64_t, 6>;
[[nodiscard]] DemandEnergies demand_energies(const EnergySet& energy);

// Everything is in tenths of a watt, like the instantaneous powers.
struct Demand {
    std::array<DemandEnergies, DemandSettings::max_periods> starts{};  // of the period now, and of those before it
    std::uint64_t periods_begun = 1;                                   // since the reset, at most max_periods
    std::array<std::int64_t, demand_count> last_average{};
    UtcTime start{};         // of the period now
    UtcTime window_start{};  // of the window that it is in
    UtcTime captured{};      // when the last period ended

    // Everything is zero, and a period begins.
    void reset(const EnergySet& energy, UtcTime now);
    // The period ends, and the next one begins.
    void end_period(const DemandSettings& settings, const EnergySet& energy, UtcTime now);
    [[nodiscard]] std::int64_t current_average(const DemandSettings& settings, const EnergySet& energy,
                                               std::size_t index) const;

  private:
    [[nodiscard]] const DemandEnergies& window_start_energies(const DemandSettings& settings) const;
};

// The greatest demand since it was reset, and when its window ended.
struct Peak {
    std::uint32_t value = 0;
    std::uint32_t time_s = 0;  // since 1970; 0: never

    constexpr bool operator==(const Peak&) const = default;
};

}  // namespace blathy::meter
