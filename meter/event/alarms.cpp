#include "meter/event/alarms.hpp"

#include "meter/event/event_codes.hpp"

namespace blathy::meter {
namespace {

constexpr bool is_news_only(EventKind kind) {
    return kind == EventKind::power_up || kind == EventKind::voltage_normal ||
           kind == EventKind::configuration_changed || kind == EventKind::keys_changed;
}

void add(LastingBits& to, const EventEntry& entry) {
    for (std::size_t i = 0; i < alarm_registers; ++i) to.alarms[i] |= entry.alarms[i];
    to.errors |= entry.errors;
}

}  // namespace

AlarmBits factory_alarm_filters(Companion companion) {
    AlarmBits filters{};
    for (std::size_t i = 0; i < event_kinds; ++i) {
        const auto kind = static_cast<EventKind>(i);
        if (is_news_only(kind)) continue;
        for (std::int64_t phase = 1; phase <= 3; ++phase) {
            const EventEntry entry = entry_of(companion, kind, phase);
            for (std::size_t j = 0; j < alarm_registers; ++j) filters[j] |= entry.alarms[j];
        }
    }
    return filters;
}

LastingBits lasting_bits(Companion companion, Conditions now, bool clock_valid, bool measures_wrong) {
    LastingBits bits;
    for (std::size_t i = 0; i < conditions; ++i) {
        if (!now.has(static_cast<Condition>(i))) continue;
        const Event event = event_of(static_cast<Condition>(i), true);
        add(bits, entry_of(companion, event.kind, event.detail));
    }
    if (!clock_valid) add(bits, entry_of(companion, EventKind::clock_invalid, 0));
    if (measures_wrong) add(bits, entry_of(companion, EventKind::measurement_fault, 0));
    return bits;
}

}  // namespace blathy::meter
