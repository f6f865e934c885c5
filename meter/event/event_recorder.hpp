// The event recorder: what happens becomes a row in a log, counts, and sets alarms, durably, before anybody acts on it.
//
// The logs are rings of flash of their own (RowLog). What is counted and latched is the event state. A row comes first;
// the state is written when an alarm is new, when something happened that has no row, and after `most_uncounted` rows.
// Rows that it has not counted are counted by whoever reads it, also after a power failure between the two. So a flood
// wears the logs a little and the store hardly at all.
//
// Floods are bounded: of the same event a minute has `rows_a_minute` rows, and when the minute is over one more that
// stands for the rest, of which each is counted all the same. What lasts has the row of how it is now written last. All
// logs together take no more than `all_rows_a_minute`; beyond them events are counted only.
//
// An input that chatters for years would wear the flash out even so. What is written costs of a credit, which grows by
// `credit_a_minute`: when it is used up, events wait, and their rows are written when there is enough for all of them.
// An alarm, and what holds now, never waits.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "meter/event/alarms.hpp"
#include "meter/event/event_state.hpp"
#include "meter/storage/row_log.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// A row of a log as it is stored.
struct EventRow {
    static constexpr std::size_t columns = 6;

    dlms::UtcTime time{};
    bool time_invalid = false;
    std::uint8_t code = 0;
    std::int64_t detail = 0;
    std::uint32_t magnitude = 0;
    std::uint32_t duration_cs = 0;
    std::uint32_t times = 1;  // it stands for so many
};

class EventRecorder {
  public:
    static constexpr std::uint16_t rows_a_minute = 5;
    static constexpr std::uint16_t all_rows_a_minute = 200;
    static constexpr std::uint16_t most_uncounted = 32;
    // In rows. Fifteen years of credit wear no sector to half of its endurance, whatever it is spent on: a sector of a
    // log takes some 300 rows, and one of the store's groups some 15 states. What clients clear comes on top.
    static constexpr std::uint16_t credit_a_minute = 4;
    static constexpr std::uint16_t most_credit = 30'000;
    static constexpr std::uint16_t state_cost = 40;
    // What a log shows; there is room for more.
    static constexpr std::uint32_t promised_rows = 200;

    // `filters` say which bits of the alarm registers pass to the descriptors.
    EventRecorder(const Model& model, Store& store, const AlarmBits& filters);
    // From now on; what has happened so far was filtered by those of before. False: the flash failed, and they stay.
    [[nodiscard]] bool set_filters(const AlarmBits& filters);

    // All of them at once. Durable on return, as far as the flash is well. True: there is a new alarm to be told.
    bool record(std::span<Event> events, bool clock_valid);
    // Time passes; a minute that is over has its floods written. True as above.
    bool advance(std::chrono::microseconds duration, dlms::UtcTime now, bool clock_valid);
    // The power is about to fail: writes what a flood has kept back, whatever it costs.
    bool end_minute(dlms::UtcTime now, bool clock_valid);

    // Empties a log but for the entry that says so. False: the flash failed, everything is as it was.
    [[nodiscard]] bool clear(EventLogId id, dlms::UtcTime now, bool clock_valid);
    // Nothing has happened so far: logs, counters, alarms and errors begin anew but for what lasts, whose bits those
    // are. From now on the meter is sealed with the calibration of this check. False: the flash failed, everything is
    // as it was.
    [[nodiscard]] bool begin_life(std::uint32_t calibration, const LastingBits& lasting);
    // Bits of an alarm register, of an alarm descriptor or of the error register go; only such as are set there.
    // `lasting` are those of a register whose cause lasts: they stay. False: the flash failed, nothing is changed.
    [[nodiscard]] bool clear_alarms(std::size_t index, std::uint32_t keep, std::uint32_t lasting);
    [[nodiscard]] bool acknowledge(std::size_t index, std::uint32_t keep);
    [[nodiscard]] bool clear_errors(std::uint32_t keep, std::uint32_t lasting);
    // Any other change of the state. False: the flash failed, nothing is changed.
    template <class Change>
    bool change(Change&& change) {
        EventState changed = state();
        change(changed);
        return keep_state(changed);
    }

    [[nodiscard]] EventState state() const;
    [[nodiscard]] std::uint32_t alarms(std::size_t index) const { return alarms_[index]; }
    [[nodiscard]] std::uint32_t descriptor(std::size_t index) const { return descriptors_[index]; }
    [[nodiscard]] std::uint32_t errors() const { return errors_; }
    [[nodiscard]] bool unacknowledged() const { return (descriptors_[0] | descriptors_[1]) != 0; }
    // As events have told them, those of a flood too.
    [[nodiscard]] Conditions now() const { return now_; }
    [[nodiscard]] const RowLog& log(EventLogId id) const { return logs_[index_of(id)]; }
    // None: it is gone, or rotten.
    [[nodiscard]] std::optional<EventRow> row(EventLogId id, std::uint32_t number) const;
    // Of the newest row; 0 if there is none.
    [[nodiscard]] std::uint8_t last_code(EventLogId id) const;
    // Events of this log ever, those among them that a flood keeps back.
    [[nodiscard]] std::uint32_t count(EventLogId id) const;

    // Rows and records found damaged when it was mounted.
    [[nodiscard]] std::uint32_t damaged() const;

  private:
    struct Flood {
        EventKind kind = EventKind::count;
        std::uint8_t detail = 0;
        std::uint16_t times = 0;  // this minute; 0: free
    };
    static constexpr std::size_t floods = 24;
    static constexpr std::size_t index_of(EventLogId id) { return static_cast<std::size_t>(id); }

    // What is left of the credit for all floods to be written at once.
    static constexpr std::uint16_t reserve = floods + state_cost;

    // False: it waits for the end of the minute.
    [[nodiscard]] bool admit(const Event& event, std::optional<EventLogId> log);
    [[nodiscard]] Flood* place_among_floods(const Event& event, std::uint8_t detail, bool has_log);
    void count_beyond(EventLogId log, std::uint16_t times);
    void spend(std::uint16_t cost) { credit_ = static_cast<std::uint16_t>(credit_ - std::min(credit_, cost)); }
    [[nodiscard]] bool write_kept_back(dlms::UtcTime now, bool clock_valid);
    [[nodiscard]] bool has_row(const EventEntry& entry) const;
    void enter(EventState& state, Event& event, std::uint32_t times, bool clock_valid);
    [[nodiscard]] bool append(const EventEntry& entry, const Event& event, std::uint32_t times, bool clock_valid);
    [[nodiscard]] bool is_newest(EventLogId id, const Event& event, std::uint8_t code) const;
    void count_rows(EventState& state) const;
    void take_up(const EventState& state);
    // False: there is nothing that a cut would lose.
    [[nodiscard]] bool must_be_kept(const EventState& state) const;
    [[nodiscard]] bool keep_state(const EventState& state);
    void keep_if_due(const EventState& state, bool without_row);

    const Model& model_;
    Store& store_;
    std::array<RowLog, event_logs> logs_;
    AlarmBits filters_;
    AlarmBits alarms_{};
    AlarmBits descriptors_{};
    std::uint32_t errors_ = 0;
    Conditions now_;
    std::array<Flood, floods> floods_;
    std::array<std::uint16_t, event_logs> beyond_{};  // of each log, that have no place among the floods
    std::uint32_t minute_us_ = 0;
    std::uint16_t rows_ = 0;       // of this minute
    std::uint16_t uncounted_ = 0;  // rows that the stored state does not know
    std::uint16_t credit_ = most_credit;
};

}  // namespace blathy::meter
