#include "meter/supervision/supervision.hpp"

#include <algorithm>

#include "meter/supervision/tamper.hpp"
#include "meter/supervision/voltage_quality.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint64_t second_us = 1'000'000;
constexpr std::uint64_t battery_time_s = 60;

// What the inputs show, with the mains or without.
constexpr Conditions input_conditions = cover_conditions | Condition::magnetic_field | Condition::battery_low;

constexpr bool is_any_of(Condition condition, Condition first, std::size_t count) {
    const auto number = static_cast<std::size_t>(condition);
    const auto from = static_cast<std::size_t>(first);
    return number >= from && number < from + count;
}

constexpr std::size_t phase_of(Condition condition) {
    return (static_cast<std::size_t>(condition) - static_cast<std::size_t>(Condition::undervoltage_1)) % max_phases;
}

constexpr bool is_of_a_voltage(Condition condition) {
    return is_any_of(condition, Condition::undervoltage_1, 3 * max_phases);
}

constexpr std::uint32_t hundredths(std::uint64_t duration_us) {
    constexpr std::uint64_t hundredth_us = 10'000;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(duration_us / hundredth_us, 0xFFFF'FFFF));
}

}  // namespace

bool Supervision::configure(Store& store, const SupervisionSettings& settings) {
    if (!valid(settings) || !keep(store, settings)) return false;
    settings_ = settings;
    settings_.watched = settings_.watched & conditions_of(model_);
    return true;
}

Findings Supervision::advance(const Interval& interval, Conditions now, UtcTime time) {
    Findings found;
    const std::chrono::microseconds duration{interval.duration_us};
    Conditions shown = conditions_of(inputs_, settings_, now) | conditions_of(model_, interval, settings_, now);
    shown.set(Condition::bypass, shows_bypass(model_, interval, settings_.bypass));
    for (std::size_t i = 0; i < model_.phases; ++i) {
        const auto voltage = static_cast<std::uint16_t>(
            std::min<std::uint32_t>(magnitude_of(interval, further(Condition::undervoltage_1, i)), 0xFFFF));
        const Conditions concerned = (shown | now) & voltage_conditions(i);
        const bool over = concerned.has(further(Condition::overvoltage_1, i));
        extreme_[i] = concerned.none() || extreme_[i] == no_extreme ? voltage
                      : over                                        ? std::max(extreme_[i], voltage)
                                                                    : std::min(extreme_[i], voltage);
    }
    follow(shown, now, &interval, duration, time, found);
    follow_converter(duration, time, found);
    follow_failures(interval, time, found);
    return found;
}

Findings Supervision::advance(std::chrono::microseconds duration, Conditions now, UtcTime time) {
    Findings found;
    const Conditions of_inputs = conditions_of(inputs_, settings_, now) & input_conditions;
    const Conditions as_they_were = Conditions(now.bits() & ~input_conditions.bits());
    follow(of_inputs | as_they_were, now, nullptr, duration, time, found);
    return found;
}

std::uint64_t Supervision::time_us_of(Condition condition, bool begins) const {
    if (input_conditions.has(condition)) {
        return condition == Condition::battery_low ? battery_time_s * second_us
                                                   : std::uint64_t{settings_.input_time_ms} * 1000;
    }
    const auto from_seconds = [](std::uint16_t time_s) { return time_s * second_us; };
    if (is_any_of(condition, Condition::reversal_1, max_phases)) return from_seconds(settings_.reversal_time_s);
    switch (condition) {
        case Condition::bypass:
            return from_seconds(settings_.bypass_time_s);
        case Condition::sequence:
            return from_seconds(settings_.sequence_time_s);
        case Condition::neutral:
            return from_seconds(settings_.neutral_time_s);
        case Condition::unbalance:
            return from_seconds(settings_.unbalance_time_s);
        default:
            break;
    }
    // Where there is a hysteresis the end needs no time.
    if (!begins) return 0;
    if (is_any_of(condition, Condition::undervoltage_1, max_phases)) return from_seconds(settings_.undervoltage_time_s);
    if (is_any_of(condition, Condition::overvoltage_1, max_phases)) return from_seconds(settings_.overvoltage_time_s);
    if (is_any_of(condition, Condition::voltage_missing_1, max_phases)) {
        return from_seconds(settings_.missing_voltage_time_s);
    }
    return from_seconds(settings_.overcurrent_time_s);
}

void Supervision::follow(Conditions shown, Conditions now, const Interval* interval, std::chrono::microseconds duration,
                         UtcTime time, Findings& found) {
    constexpr std::uint64_t longest_us = 0xFFFF'FFFF;
    shown = shown & settings_.watched;
    const auto passed_us = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    for (std::size_t i = 0; i < conditions; ++i) {
        const auto condition = static_cast<Condition>(i);
        const bool begins = shown.has(condition);
        if (begins == now.has(condition) || told_conditions.has(condition)) {
            pending_us_[i] = 0;
            continue;
        }
        pending_us_[i] = static_cast<std::uint32_t>(std::min(pending_us_[i] + passed_us, longest_us));
        if (pending_us_[i] < time_us_of(condition, begins)) continue;
        Event event = event_of(condition, begins);
        if (is_of_a_voltage(condition)) {
            const std::size_t phase = phase_of(condition);
            const Condition under = further(Condition::undervoltage_1, phase);
            // What was missing and is back, but too low, is not normal.
            const bool back_too_low = !begins && condition == further(Condition::voltage_missing_1, phase) &&
                                      interval != nullptr && shown.has(under);
            if (back_too_low) event = event_of(under, true);
            event.magnitude = extreme_[phase];
        } else if (begins && interval != nullptr) {
            event.magnitude = magnitude_of(*interval, condition);
        }
        event.time = time;
        if (begins) event.duration_cs = hundredths(pending_us_[i]);
        if (!found.add(event)) return;
        pending_us_[i] = 0;
        const ConditionChange change = change_of(event.kind, event.detail);
        now = Conditions(now.bits() & ~change.ended.bits());
        if (change.began) now.set(*change.began);
    }
}

void Supervision::follow_converter(std::chrono::microseconds duration, UtcTime time, Findings& found) {
    if (!inputs_.converter_fault) converter_ms_ = 0;
    if (!inputs_.converter_fault || measures_wrong()) return;
    const std::int64_t lasted_ms = converter_ms_ + duration.count() / 1000;
    if (lasted_ms < settings_.input_time_ms) {
        converter_ms_ = static_cast<std::uint16_t>(lasted_ms);
    } else if (found.add({EventKind::measurement_fault, time})) {
        converter_ms_ = told_of_converter;
    }
}

void Supervision::follow_failures(const Interval& interval, UtcTime time, Findings& found) {
    // What an Interval shows has been so since its beginning.
    const UtcTime begin =
        time - std::chrono::round<std::chrono::milliseconds>(std::chrono::microseconds{interval.duration_us});
    const std::uint32_t begin_s = seconds_of(begin);
    bool any = false;
    for (std::size_t i = 0; i < model_.phases; ++i) {
        const std::size_t phase = i + 1;
        const bool fails = interval.phase[i].voltage_mv < settings_.missing_voltage * 100U;
        any = any || fails;
        if (fails && failing_since_s_[phase] == 0) failing_since_s_[phase] = begin_s;
        if (!fails) end_failure(phase, begin, found);
    }
    if (any && failing_since_s_[Failures::any] == 0) failing_since_s_[Failures::any] = begin_s;
    if (!any) end_failure(Failures::any, begin, found);
}

void Supervision::end_failure(std::size_t kind, UtcTime end, Findings& found) {
    const std::uint32_t since_s = failing_since_s_[kind];
    if (since_s == 0) return;
    const std::uint32_t end_s = seconds_of(end);
    const std::uint32_t lasted_s = end_s > since_s ? end_s - since_s : 0;
    const bool is_long = lasted_s > settings_.long_failure_s;
    const bool of_any = kind == Failures::any;
    Event event{is_long ? EventKind::long_power_failure : EventKind::short_power_failure, end,
                static_cast<std::int64_t>(kind)};
    if (of_any) event.kind = is_long ? EventKind::long_failure_any : EventKind::short_failure_any, event.detail = 0;
    event.duration_cs = hundredths(lasted_s * second_us);
    if (found.add(event)) failing_since_s_[kind] = 0;
}

std::array<std::uint32_t, Failures::kinds> Supervision::power_goes(UtcTime now) const {
    auto since_s = failing_since_s_;
    since_s[Failures::all] = seconds_of(now);
    return since_s;
}

Findings Supervision::power_returns(const EventState& before, std::uint32_t failed_s, UtcTime now) {
    Findings found;
    const std::uint32_t all_s = before.failing_since_s[Failures::all] != 0 ? before.failing_since_s[Failures::all]
                                                                           : std::max<std::uint32_t>(failed_s, 1U);
    for (std::size_t kind = 0; kind < Failures::kinds; ++kind) {
        const bool of_no_phase = kind != Failures::any && kind > model_.phases;
        if (of_no_phase) continue;
        failing_since_s_[kind] = before.failing_since_s[kind] != 0 ? before.failing_since_s[kind] : all_s;
    }
    end_failure(Failures::all, now, found);
    return found;
}

}  // namespace blathy::meter
