// Events and alarm bits in words, for people.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "meter/event/event_codes.hpp"
#include "meter/model.hpp"
#include "meter/push/settings.hpp"

namespace blathy::apps {

inline constexpr std::array<std::string_view, meter::event_logs> log_names = {
    "standard", "fraud", "disconnector", "firmware", "quality", "communication", "power failure", "recharge"};

// "undervoltage began".
std::string words_of(meter::EventKind kind);
// What the detail of an event says: "L1", "slot 2", "limiter"; empty if the kind has none.
std::string detail_text(meter::EventKind kind, std::int64_t detail);
// What sets the bit of an alarm register, 0 or 1.
std::string alarm_text(meter::Companion companion, std::size_t alarm_register, unsigned bit);

// Of push setups, in their order.
inline constexpr std::array<std::string_view, meter::push_setups.size()> push_names = {"connectivity", "interval",
                                                                                       "alarm", "last gasp"};
// What an entry of the outbox pushes: "alarm".
std::string_view delivery_text(std::uint8_t entry);

}  // namespace blathy::apps
