// What happens on the way from energy to the bill, told to whoever keeps a log of it.
#pragma once

#include <cstdint>

#include "dlms/date_time.hpp"

namespace blathy::meter {

enum class EventKind : std::uint8_t {
    power_up,            // detail: seconds without power, as far as the clock knows
    clock_set,           // by more than the limit. detail: milliseconds, signed
    clock_adjusted,      // within the limit. detail: as above
    daylight_changed,    // detail: 1 daylight saving begins, 0 ends
    tariff_switched,     // detail: the tariff
    calendar_activated,  // the passive calendar came into force
    calendar_refused,    // detail: CalendarFault
    billing_reset,       // detail: number of the reset
    demand_reset,
    profile_cleared,  // detail: ProfileId
    row_lost,         // the flash refused a row. detail: ProfileId
    storage_damaged,  // a check failed. detail: records and rows
    configuration_changed,
    count,
};
inline constexpr std::size_t event_kinds = static_cast<std::size_t>(EventKind::count);

struct Event {
    EventKind kind;
    dlms::UtcTime time;
    std::int64_t detail = 0;
};

// Of the owner of the meter; none at first.
struct EventHook {
    void (*tell)(void* context, const Event& event) = nullptr;
    void* context = nullptr;

    void operator()(const Event& event) const {
        if (tell != nullptr) tell(context, event);
    }
};

}  // namespace blathy::meter
