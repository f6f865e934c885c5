#include "meter/event/event_recorder.hpp"

#include <algorithm>

#include "meter/load_profile/profiles.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t minute_us = 60'000'000;
constexpr std::uint16_t most = 0xFFFF;

// The meter itself sees to it that there are few of these, and each says something else.
constexpr bool never_floods(EventKind kind) {
    return kind == EventKind::power_down || kind == EventKind::power_up || kind == EventKind::billing_reset ||
           kind == EventKind::credit_added;
}

std::array<std::int64_t, EventRow::columns> cells_of(const EventRow& row) {
    return {row.time.time_since_epoch().count() * 2 + (row.time_invalid ? 1 : 0),
            row.code,
            row.detail,
            row.magnitude,
            row.duration_cs,
            row.times};
}

EventRow row_of(const RowValues& cells) {
    EventRow row;
    row.time = dlms::UtcTime{std::chrono::milliseconds{cells[0] >> 1}};
    row.time_invalid = (cells[0] & 1) != 0;
    row.code = static_cast<std::uint8_t>(cells[1]);
    row.detail = cells[2];
    row.magnitude = static_cast<std::uint32_t>(cells[3]);
    row.duration_cs = static_cast<std::uint32_t>(cells[4]);
    row.times = static_cast<std::uint32_t>(cells[5]);
    return row;
}

}  // namespace

EventRecorder::EventRecorder(const Model& model, Store& store, const AlarmBits& filters)
    : model_(model), store_(store), filters_(filters) {
    EventState found = load_event_state(store);
    const FlashLayout layout = layout_of(model, store.flash().sector_count());
    for (std::size_t i = 0; i < event_logs; ++i) {
        logs_[i] = RowLog(store.flash(), layout.events[i]);
        logs_[i].mount(found.logs[i].epoch, EventRow::columns);
        const std::uint32_t left = logs_[i].end() - std::min(found.logs[i].counted, logs_[i].end());
        uncounted_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(uncounted_ + left, most));
    }
    take_up(found);
    count_rows(found);
    now_ = found.now;
    // An alarm whose bit a cut has kept from being stored is stored now.
    if (must_be_kept(found) && !keep_state(found)) take_up(found);
}

bool EventRecorder::set_filters(const AlarmBits& filters) {
    if (filters == filters_) return true;
    // What is not counted yet is counted by the old ones.
    if (uncounted_ != 0 && !keep_state(state())) return false;
    filters_ = filters;
    return true;
}

EventState EventRecorder::state() const {
    EventState state = load_event_state(store_);
    count_rows(state);
    return state;
}

bool EventRecorder::must_be_kept(const EventState& state) const {
    return state.alarms != alarms_ || state.descriptors != descriptors_ || state.errors != errors_ ||
           uncounted_ >= most_uncounted;
}

std::uint32_t EventRecorder::damaged() const {
    std::uint32_t damaged = 0;
    for (const RowLog& log : logs_) damaged += log.damaged();
    return damaged;
}

void EventRecorder::take_up(const EventState& state) {
    alarms_ = state.alarms;
    descriptors_ = state.descriptors;
    errors_ = state.errors;
}

bool EventRecorder::keep_state(const EventState& state) {
    if (!keep(store_, state)) return false;
    uncounted_ = 0;
    take_up(state);
    return true;
}

std::optional<EventRow> EventRecorder::row(EventLogId id, std::uint32_t number) const {
    RowValues cells{};
    if (!log(id).read(number, cells)) return std::nullopt;
    return row_of(cells);
}

std::uint8_t EventRecorder::last_code(EventLogId id) const {
    const RowLog& of = log(id);
    for (std::uint32_t number = of.end(); number != of.first(); --number) {
        if (const auto found = row(id, number - 1)) return found->code;
    }
    return 0;
}

std::uint32_t EventRecorder::count(EventLogId id) const {
    std::uint32_t kept_back = beyond_[index_of(id)];
    for (const Flood& flood : floods_) {
        if (flood.times <= rows_a_minute) continue;
        const EventEntry entry = entry_of(model_.companion, flood.kind, flood.detail);
        if (entry.log == id) kept_back += flood.times - rows_a_minute;
    }
    return state().logs[index_of(id)].events + kept_back;
}

bool EventRecorder::record(std::span<Event> events, bool clock_valid) {
    const auto before = descriptors_;
    EventState state = this->state();
    bool without_row = false;
    for (Event& event : events) {
        const EventEntry entry = entry_of(model_.companion, event.kind, event.detail);
        const ConditionChange change = change_of(event.kind, event.detail);
        const bool counts = entry.log || change.began || !change.ended.none() ||
                            event.kind == EventKind::short_power_failure ||
                            event.kind == EventKind::long_power_failure || event.kind == EventKind::short_failure_any;
        if (!counts) continue;
        now_ = Conditions(now_.bits() & ~change.ended.bits());
        if (change.began && *change.began != Condition::communication) now_.set(*change.began);
        if (!admit(event, entry.log)) {
            // The row waits; that there is an alarm, and what holds now, does not.
            for (std::size_t i = 0; i < alarm_registers; ++i) {
                state.alarms[i] |= entry.alarms[i];
                state.descriptors[i] |= entry.alarms[i] & filters_[i];
            }
            continue;
        }
        // What a cut made the meter do again is told again.
        if (event.kind == EventKind::billing_reset && entry.log && is_newest(*entry.log, event, entry.code)) continue;
        without_row = without_row || !has_row(entry);
        enter(state, event, 1, clock_valid);
    }
    // What a flash that fails now does not take up is in the rows.
    keep_if_due(state, without_row);
    return ((descriptors_[0] & ~before[0]) | (descriptors_[1] & ~before[1])) != 0;
}

void EventRecorder::keep_if_due(const EventState& state, bool without_row) {
    if (!without_row && !must_be_kept(state)) return;
    spend(state_cost);
    if (!keep_state(state)) take_up(state);
}

bool EventRecorder::has_row(const EventEntry& entry) const {
    return entry.log && log(*entry.log).capacity() != 0;
}

void EventRecorder::enter(EventState& state, Event& event, std::uint32_t times, bool clock_valid) {
    const EventEntry entry = entry_of(model_.companion, event.kind, event.detail);
    // Counting completes the event, and the row has what is complete.
    state.count(event, entry, times, filters_);
    if (!entry.log) return;
    if (append(entry, event, times, clock_valid)) {
        spend(1);
        state.logs[index_of(*entry.log)].counted = log(*entry.log).end();
        if (uncounted_ < most) ++uncounted_;
    } else if (log(*entry.log).capacity() != 0) {
        state.errors |= error_memory;
    }
}

bool EventRecorder::append(const EventEntry& entry, const Event& event, std::uint32_t times, bool clock_valid) {
    EventRow row{event.time, !clock_valid, entry.code, event.detail, event.magnitude, event.duration_cs, times};
    return logs_[index_of(*entry.log)].append(cells_of(row));
}

bool EventRecorder::is_newest(EventLogId id, const Event& event, std::uint8_t code) const {
    const RowLog& of = log(id);
    if (of.end() == of.first()) return false;
    const auto newest = row(id, of.end() - 1);
    return newest && newest->code == code && newest->time == event.time && newest->detail == event.detail;
}

void EventRecorder::count_rows(EventState& state) const {
    for (std::size_t i = 0; i < event_logs; ++i) {
        const auto id = static_cast<EventLogId>(i);
        std::uint32_t& counted = state.logs[i].counted;
        counted = std::max(counted, logs_[i].first());
        if (counted == logs_[i].end()) continue;
        RowLog::Reader rows(logs_[i]);
        for (; counted < logs_[i].end(); ++counted) {
            if (!rows.read(counted)) continue;
            const EventRow found = row_of(rows.values());
            const auto kind = kind_of(model_.companion, id, found.code);
            if (!kind) continue;
            Event event{*kind, found.time, found.detail, found.magnitude, found.duration_cs};
            state.count(event, entry_of(model_.companion, *kind, found.detail), found.times, filters_);
        }
    }
}

void EventRecorder::count_beyond(EventLogId log, std::uint16_t times) {
    std::uint16_t& beyond = beyond_[index_of(log)];
    beyond = static_cast<std::uint16_t>(std::min<std::uint32_t>(std::uint32_t{beyond} + times, most));
}

EventRecorder::Flood* EventRecorder::place_among_floods(const Event& event, std::uint8_t detail, bool has_log) {
    const auto same = std::ranges::find_if(floods_, [&](const Flood& flood) {
        return flood.times != 0 && flood.kind == event.kind && flood.detail == detail;
    });
    if (same != floods_.end()) return &*same;
    const auto free = std::ranges::find(floods_, std::uint16_t{0}, &Flood::times);
    if (free != floods_.end()) return &*free;
    if (has_log) return nullptr;
    // What has no row is in no log's count either: it takes the place of something that is.
    for (Flood& flood : floods_) {
        const EventEntry entry = entry_of(model_.companion, flood.kind, flood.detail);
        if (!entry.log) continue;
        if (flood.times > rows_a_minute)
            count_beyond(*entry.log, static_cast<std::uint16_t>(flood.times - rows_a_minute));
        flood = {};
        return &flood;
    }
    return nullptr;
}

bool EventRecorder::admit(const Event& event, std::optional<EventLogId> log) {
    if (never_floods(event.kind)) return true;
    const auto detail = static_cast<std::uint8_t>(event.detail >= 0 && event.detail < 8 ? event.detail : 0);
    Flood* const flood = place_among_floods(event, detail, log.has_value());
    // The first of its kind has its row as long as there is any credit: what chatters does not hide it.
    const bool is_first = flood != nullptr && flood->times == 0;
    const bool room = rows_ < all_rows_a_minute && credit_ > (is_first ? 0 : reserve);
    if (flood != nullptr) {
        std::uint16_t times = flood->times;
        if (!room) times = std::max(times, rows_a_minute);
        const bool admitted = times < rows_a_minute;
        if (times < most) ++times;
        *flood = {event.kind, detail, times};
        if (!admitted) return false;
    } else if (!room && log) {
        count_beyond(*log, 1);
        return false;
    }
    ++rows_;
    return true;
}

bool EventRecorder::advance(std::chrono::microseconds duration, dlms::UtcTime now, bool clock_valid) {
    const auto passed_us = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    if (minute_us_ + passed_us < minute_us) {
        minute_us_ += static_cast<std::uint32_t>(passed_us);
        return false;
    }
    credit_ = static_cast<std::uint16_t>(std::min(credit_ + credit_a_minute, int{most_credit}));
    if (credit_ >= reserve) return end_minute(now, clock_valid);
    minute_us_ = 0;
    rows_ = 0;
    return false;
}

bool EventRecorder::end_minute(dlms::UtcTime now, bool clock_valid) {
    const bool alarms = write_kept_back(now, clock_valid);
    floods_.fill({});
    beyond_.fill(0);
    minute_us_ = 0;
    rows_ = 0;
    return alarms;
}

bool EventRecorder::write_kept_back(dlms::UtcTime now, bool clock_valid) {
    const auto kept_back = [](const Flood& flood) { return flood.times > rows_a_minute; };
    bool without_row = std::ranges::any_of(beyond_, [](std::uint16_t times) { return times != 0; });
    if (!without_row && std::ranges::none_of(floods_, kept_back)) return false;
    const auto before = descriptors_;
    EventState state = this->state();
    // How it was before first, how it is now last.
    for (const bool last : {false, true}) {
        for (const Flood& flood : floods_) {
            if (!kept_back(flood)) continue;
            const ConditionChange change = change_of(flood.kind, flood.detail);
            const bool holds = change.began && now_.has(*change.began);
            const bool ended = !change.began && !change.ended.none() && !now_.any_of(change.ended);
            if ((holds || ended) != last) continue;
            Event event{flood.kind, now, flood.detail};
            without_row = without_row || !has_row(entry_of(model_.companion, flood.kind, flood.detail));
            enter(state, event, flood.times - std::uint32_t{rows_a_minute}, clock_valid);
        }
    }
    for (std::size_t i = 0; i < event_logs; ++i) state.logs[i].events += beyond_[i];
    keep_if_due(state, without_row);
    return ((descriptors_[0] & ~before[0]) | (descriptors_[1] & ~before[1])) != 0;
}

bool EventRecorder::clear(EventLogId id, dlms::UtcTime now, bool clock_valid) {
    EventState state = this->state();
    EventState::Log& of_log = state.logs[index_of(id)];
    RowLog& rows = logs_[index_of(id)];
    const std::uint16_t epoch = of_log.epoch;
    // The first row of the new epoch comes first: until the state names that epoch, the old one is all there is.
    of_log.epoch = rows.next_epoch();
    rows.begin(of_log.epoch, EventRow::columns);
    const Event event{EventKind::log_cleared, now, static_cast<std::int64_t>(id)};
    const EventEntry entry = entry_of(model_.companion, event.kind, event.detail);
    const bool entered = rows.capacity() == 0 || append(entry, event, 1, clock_valid);
    ++of_log.events;
    of_log.counted = rows.end();
    if (entered && keep_state(state)) return true;
    rows.mount(epoch, EventRow::columns);
    return false;
}

bool EventRecorder::begin_life(std::uint32_t calibration, const LastingBits& lasting) {
    const EventState before = state();
    EventState born;
    born.battery_since_s = before.battery_since_s;
    born.firmware = before.firmware;
    born.calibration = calibration;
    born.now = before.now;
    for (std::size_t i = 0; i < conditions; ++i) {
        if (!born.now.has(static_cast<Condition>(i))) continue;
        born.episodes[i].count = 1;
        born.episodes[i].began_s = before.episodes[i].began_s;
        born.episodes[i].magnitude = before.episodes[i].magnitude;
    }
    for (std::size_t i = 0; i < alarm_registers; ++i) {
        born.alarms[i] = lasting.alarms[i];
        born.descriptors[i] = lasting.alarms[i] & filters_[i];
    }
    born.errors = lasting.errors;
    // As clear() does: until the state names the new epochs, the old ones are all there is.
    for (std::size_t i = 0; i < event_logs; ++i) {
        born.logs[i].epoch = static_cast<std::uint16_t>(before.logs[i].epoch + 1);
        logs_[i].begin(born.logs[i].epoch, EventRow::columns);
        born.logs[i].counted = logs_[i].end();
    }
    if (!keep_state(born)) {
        for (std::size_t i = 0; i < event_logs; ++i) logs_[i].mount(before.logs[i].epoch, EventRow::columns);
        return false;
    }
    now_ = born.now;
    floods_.fill({});
    beyond_.fill(0);
    rows_ = 0;
    return true;
}

bool EventRecorder::clear_alarms(std::size_t index, std::uint32_t keep, std::uint32_t lasting) {
    return change([&](EventState& state) { state.alarms[index] &= keep | lasting; });
}

bool EventRecorder::acknowledge(std::size_t index, std::uint32_t keep) {
    return change([&](EventState& state) { state.descriptors[index] &= keep; });
}

bool EventRecorder::clear_errors(std::uint32_t keep, std::uint32_t lasting) {
    return change([&](EventState& state) { state.errors &= keep | lasting; });
}

}  // namespace blathy::meter
