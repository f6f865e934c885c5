// What a user sets of the relay but its control mode and its limiters, and how the store keeps it.
#pragma once

#include "meter/interval.hpp"
#include "meter/relay/causes.hpp"
#include "meter/relay/register_monitor.hpp"
#include "meter/schedule/schedule.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// What is watched in each phase: its voltage in tenths of a volt, its current in milliamperes.
enum class MonitorKind : std::uint8_t { overvoltage, overcurrent };
inline constexpr std::size_t monitor_kinds = 2;

struct RelaySettings {
    static constexpr std::uint16_t longest_time_s = 3600;

    RelayCauses enabled;                            // of those that the model has; commands and hands always are
    std::uint8_t enabled_tampers = tamper_sources;  // TamperSource
    std::array<MonitorTimes, monitor_kinds> times;
    std::array<std::array<MonitorSettings, max_phases>, monitor_kinds> monitors;

    constexpr bool operator==(const RelaySettings&) const = default;
};

[[nodiscard]] RelaySettings factory_relay_settings(const Model& model);
[[nodiscard]] RelaySettings load_relay_settings(const Model& model, const Store& store);
[[nodiscard]] bool keep(Store& store, const RelaySettings& settings);

// Two schedules, so that one can disconnect and the other reconnect: 0-0:15.0.1.255 and 0-1:15.0.1.255.
inline constexpr std::size_t relay_schedules = 2;
struct RelaySchedule {
    RelayScript script = RelayScript::none;
    Schedule schedule;

    constexpr bool operator==(const RelaySchedule&) const = default;
};
using RelaySchedules = std::array<RelaySchedule, relay_schedules>;
[[nodiscard]] RelaySchedules load_relay_schedules(const Store& store);
[[nodiscard]] bool keep(Store& store, const RelaySchedules& schedules);

}  // namespace blathy::meter
