#include "meter/event/event_state.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

constexpr std::uint8_t event_state_form = 2;
// It had neither the check of the calibration nor the log of recharges.
constexpr std::uint8_t first_form = 1;
constexpr std::size_t logs_of_first_form = 7;
constexpr std::uint32_t highest = 0xFFFF'FFFF;

constexpr std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
    return a > highest - b ? highest : a + b;
}

// What is read and what is written is the same list.
template <class State, class Visit>
void each_number_of_events(State& state, std::size_t logs, Visit&& visit) {
    for (std::size_t i = 0; i < logs; ++i) {
        auto& log = state.logs[i];
        visit(log.epoch), visit(log.counted), visit(log.events);
    }
    for (auto& word : state.alarms) visit(word);
    for (auto& word : state.descriptors) visit(word);
    visit(state.errors);
    for (auto& episode : state.episodes) {
        visit(episode.count), visit(episode.began_s), visit(episode.total_s);
        visit(episode.duration_cs), visit(episode.magnitude);
    }
    for (auto& failures : state.failures) {
        visit(failures.count), visit(failures.long_count), visit(failures.time_s), visit(failures.last_long_s);
    }
    for (auto& since_s : state.failing_since_s) visit(since_s);
    visit(state.battery_since_s), visit(state.battery_used_s), visit(state.firmware);
}

void end(Episode& episode, Event& event) {
    const std::uint32_t now_s = seconds_of(event.time);
    const std::uint32_t lasted_s = now_s > episode.began_s ? now_s - episode.began_s : 0;
    if (event.duration_cs == 0) event.duration_cs = lasted_s > highest / 100 ? highest : lasted_s * 100;
    episode.duration_cs = event.duration_cs;
    episode.total_s = sum(episode.total_s, lasted_s);
    if (event.magnitude != 0)
        episode.magnitude = static_cast<std::uint16_t>(std::min<std::uint32_t>(event.magnitude, 0xFFFF));
}

void count_failure(Failures& failures, const Event& event, bool is_long, std::uint32_t times) {
    const std::uint32_t lasted_s = event.duration_cs / 100;
    const std::uint32_t ended_s = seconds_of(event.time);
    failures.count = sum(failures.count, times);
    failures.time_s = ended_s > lasted_s ? ended_s - lasted_s : 0;
    if (!is_long) return;
    failures.long_count = sum(failures.long_count, times);
    failures.last_long_s = lasted_s;
}

}  // namespace

std::uint32_t seconds_of(dlms::UtcTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, highest));
}

void EventState::count(Event& event, const EventEntry& entry, std::uint32_t times,
                       const std::array<std::uint32_t, 2>& filters) {
    if (entry.log) {
        Log& log = logs[static_cast<std::size_t>(*entry.log)];
        log.events = sum(log.events, times);
    }
    for (std::size_t i = 0; i < alarms.size(); ++i) {
        alarms[i] |= entry.alarms[i];
        descriptors[i] |= entry.alarms[i] & filters[i];
    }
    errors |= entry.errors;

    const ConditionChange change = change_of(event.kind, event.detail);
    for (std::size_t i = 0; i < conditions; ++i) {
        const auto condition = static_cast<Condition>(i);
        if (!change.ended.has(condition) || !now.has(condition)) continue;
        // That another condition of the voltage took over has its own figures.
        Event ending = event;
        if (change.began) ending.duration_cs = 0, ending.magnitude = 0;
        end(episodes[i], ending);
        if (!change.began) event = ending;
        now.set(condition, false);
    }
    if (change.began) {
        Episode& episode = episodes[static_cast<std::size_t>(*change.began)];
        episode.count = sum(episode.count, times);
        const std::uint32_t time_s = seconds_of(event.time);
        const std::uint32_t before_s = event.duration_cs / 100;
        episode.began_s = time_s > before_s ? time_s - before_s : 0;
        episode.magnitude = static_cast<std::uint16_t>(std::min<std::uint32_t>(event.magnitude, 0xFFFF));
        if (*change.began != Condition::communication) now.set(*change.began);
    }

    switch (event.kind) {
        case EventKind::short_power_failure:
        case EventKind::long_power_failure:
            if (event.detail >= 0 && event.detail < std::int64_t{Failures::any}) {
                count_failure(failures[static_cast<std::size_t>(event.detail)], event,
                              event.kind == EventKind::long_power_failure, times);
            }
            break;
        case EventKind::short_failure_any:
        case EventKind::long_failure_any:
            count_failure(failures[Failures::any], event, event.kind == EventKind::long_failure_any, times);
            break;
        case EventKind::power_up:
            battery_used_s =
                sum(battery_used_s, static_cast<std::uint32_t>(std::clamp<std::int64_t>(event.detail, 0, highest)));
            failing_since_s = {};
            break;
        case EventKind::battery_replaced:
            battery_since_s = seconds_of(event.time);
            battery_used_s = 0;
            break;
        default:
            break;
    }
}

EventState load_event_state(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::events, room);
    if (!content) return {};
    ByteReader in(*content);
    EventState state;
    const std::uint8_t form = in.u8();
    const bool known = form == event_state_form || form == first_form;
    each_number_of_events(state, form == first_form ? logs_of_first_form : event_logs, [&](auto& number) {
        if constexpr (sizeof(number) == 2) {
            number = in.u16();
        } else {
            number = in.u32();
        }
    });
    state.now = Conditions(in.u32());
    state.calibration = form == first_form ? EventState::calibration_unknown : in.u32();
    return known && in.ok() && in.at_end() ? state : EventState{};
}

bool keep(Store& store, const EventState& state) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    out.u8(event_state_form);
    each_number_of_events(state, event_logs, [&](const auto& number) {
        if constexpr (sizeof(number) == 2) {
            out.u16(number);
        } else {
            out.u32(number);
        }
    });
    out.u32(state.now.bits());
    out.u32(state.calibration);
    return out.ok() && store.write(RecordId::events, out.written());
}

}  // namespace blathy::meter
