#include "apps/blathy/meter/event_text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "apps/blathy/keys/meter_keys.hpp"
#include "apps/blathy/meter/deed.hpp"
#include "meter/relay/causes.hpp"

namespace blathy::apps {
namespace {

using Kind = meter::EventKind;

// Whatever tampers with a meter shares one bit.
constexpr std::size_t fraud_register = 0;
constexpr unsigned fraud_bit = 13;

// Phases, covers, modules: what a code or an alarm bit may be of.
constexpr std::int64_t highest_numbered_detail = 3;

template <std::size_t count>
std::string name_at(const std::array<std::string_view, count>& names, std::int64_t number) {
    const bool known = number >= 0 && number < static_cast<std::int64_t>(count);
    return known ? std::string(names[static_cast<std::size_t>(number)]) : fmt::format("{}", number);
}

}  // namespace

std::string words_of(Kind kind) {
    std::string words(meter::event_names[static_cast<std::size_t>(kind)]);
    std::ranges::replace(words, '_', ' ');
    return words;
}

std::string detail_text(Kind kind, std::int64_t detail) {
    switch (kind) {
        case Kind::undervoltage_began:
        case Kind::overvoltage_began:
        case Kind::voltage_missing:
        case Kind::voltage_normal:
        case Kind::reversal_began:
        case Kind::reversal_ended:
        case Kind::overcurrent_began:
        case Kind::overcurrent_ended:
        case Kind::voltage_dip:
        case Kind::voltage_swell:
        case Kind::fuse_exceeded:
        case Kind::fuse_normal:
            return fmt::format("L{}", detail);
        case Kind::voltage_interruption:
        case Kind::short_power_failure:
        case Kind::long_power_failure:
            return detail == 0 ? "all phases" : fmt::format("L{}", detail);
        case Kind::module_cover_opened:
        case Kind::module_cover_closed:
            return fmt::format("{}", detail);
        case Kind::module_removed:
        case Kind::module_inserted:
        case Kind::module_dead:
        case Kind::network_attached:
        case Kind::network_lost:
            return "slot " + name_at(slot_names, detail - 1);
        case Kind::local_disconnection:
        case Kind::local_connection:
            return name_at(meter::relay_cause_names, detail);
        case Kind::limiter_exceeded:
        case Kind::limiter_normal:
        case Kind::limiter_changed:
            return fmt::format("limiter {}", detail + 1);
        case Kind::disconnector_failed:
            return detail == 1 ? "closed and should not be" : "open and should not be";
        case Kind::push_failed:
            return name_at(push_names, detail);
        case Kind::wrong_password:
        case Kind::keys_changed:
        case Kind::deciphering_failed:
        case Kind::replay:
        case Kind::weak_protection:
        case Kind::counter_alarm:
        case Kind::counter_end:
            return name_at(role_names, detail);
        case Kind::log_cleared:
            return name_at(log_names, detail);
        case Kind::power_up:
            return fmt::format("{} s without", detail);
        case Kind::clock_set:
        case Kind::clock_adjusted:
            return fmt::format("by {} ms", detail);
        case Kind::daylight_changed:
            return detail == 1 ? "begins" : "ends";
        case Kind::tariff_switched:
            return fmt::format("tariff {}", detail);
        case Kind::billing_reset:
            return fmt::format("number {}", detail);
        case Kind::credit_added:
        case Kind::credit_refused:
            return fmt::format("receipt {}", detail);
        default:
            return {};
    }
}

std::string alarm_text(meter::Companion companion, std::size_t alarm_register, unsigned bit) {
    if (alarm_register == fraud_register && bit == fraud_bit) return "fraud attempt";
    std::set<std::string> texts;
    for (std::size_t i = 0; i < meter::event_kinds; ++i) {
        const auto kind = static_cast<Kind>(i);
        // The bit of the kind itself, or of its phase or module.
        const auto sets = [&](std::int64_t detail) {
            return (meter::entry_of(companion, kind, detail).alarms[alarm_register] >> bit & 1U) != 0;
        };
        bool always = true;
        for (std::int64_t detail = 1; detail <= highest_numbered_detail; ++detail) always = always && sets(detail);
        if (always) {
            texts.insert(words_of(kind));
            continue;
        }
        for (std::int64_t detail = 1; detail <= highest_numbered_detail; ++detail) {
            if (sets(detail)) texts.insert(words_of(kind) + " " + detail_text(kind, detail));
        }
    }
    std::string text;
    for (const std::string& one : texts) text += (text.empty() ? "" : " or ") + one;
    return text.empty() ? fmt::format("bit {}", bit) : text;
}

// The outbox has an entry of each setup, and one for event notifications.
std::string_view delivery_text(std::uint8_t entry) {
    return entry < push_names.size() ? push_names[entry] : "event notification";
}

}  // namespace blathy::apps
