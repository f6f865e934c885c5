// The event recorder: rows, counters, alarms; floods; and power that fails between any two octets of it.
#include "meter/event/event_recorder.hpp"

#include <gtest/gtest.h>

#include "meter/event/alarms.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"

#include "tests/support/torn_flash.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::TornFlash;

using dlms::UtcTime;
constexpr UtcTime start = sys_days{year{2026} / 6 / 15} + hours{12};
constexpr AlarmBits all = {0xFFFF'FFFF, 0xFFFF'FFFF};

struct Recorder {
    explicit Recorder(const Model& of = sed302) : model(of) { restart(); }

    void restart() {
        store.emplace(flash);
        store->mount();
        recorder.emplace(model, *store, filters);
    }
    bool tell(EventKind kind, std::int64_t detail = 0, seconds at = seconds{0}) {
        Event event{kind, start + at, detail};
        return recorder->record(std::span(&event, 1), true);
    }
    std::vector<int> codes(EventLogId id) const {
        std::vector<int> found;
        for (std::uint32_t i = recorder->log(id).first(); i < recorder->log(id).end(); ++i) {
            const auto row = recorder->row(id, i);
            found.push_back(row ? row->code : -1);
        }
        return found;
    }

    const Model& model;
    TornFlash flash{64, 4096};
    AlarmBits filters = all;
    std::optional<Store> store;
    std::optional<EventRecorder> recorder;
};

using Codes = std::vector<int>;

TEST(EventRecorder, AnEventIsARowACountAndAnAlarm) {
    Recorder of;
    EXPECT_TRUE(of.tell(EventKind::terminal_cover_opened));
    EXPECT_EQ(of.codes(EventLogId::fraud), Codes{40});
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), 1U);
    EXPECT_EQ(of.recorder->last_code(EventLogId::fraud), 40);
    EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
    EXPECT_EQ(of.recorder->descriptor(0), 1U << 13);
    EXPECT_TRUE(of.recorder->now().has(Condition::terminal_cover));
    EXPECT_EQ(of.recorder->count(EventLogId::standard), 0U);
    EXPECT_EQ(of.recorder->last_code(EventLogId::standard), 0);
}

TEST(EventRecorder, KeepsAllOfItWithoutPower) {
    Recorder of;
    (void)of.tell(EventKind::magnetic_field_began);
    (void)of.tell(EventKind::magnetic_field_ended, 0, 90s);
    (void)of.tell(EventKind::terminal_cover_opened, 0, 100s);
    const EventState before = of.recorder->state();
    of.restart();
    EXPECT_EQ(of.recorder->state(), before);
    EXPECT_EQ(of.codes(EventLogId::fraud), (Codes{42, 43, 40}));
    EXPECT_EQ(of.recorder->now(), Conditions(Condition::terminal_cover));
    EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
    const Episode field = before.episodes[static_cast<std::size_t>(Condition::magnetic_field)];
    EXPECT_EQ(field.count, 1U);
    EXPECT_EQ(field.total_s, 90U);
    EXPECT_EQ(field.duration_cs, 9000U);
    EXPECT_EQ(field.began_s, seconds_of(start));
    EXPECT_EQ(of.recorder->row(EventLogId::fraud, 1)->duration_cs, 9000U);
}

TEST(EventRecorder, AnAlarmIsNewUntilItIsAcknowledgedAndAgainAfterwards) {
    Recorder of;
    EXPECT_TRUE(of.tell(EventKind::terminal_cover_opened));
    EXPECT_FALSE(of.tell(EventKind::meter_cover_opened));  // the same bit
    ASSERT_TRUE(of.recorder->acknowledge(0, 0));
    EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
    EXPECT_EQ(of.recorder->descriptor(0), 0U);
    EXPECT_TRUE(of.tell(EventKind::magnetic_field_began));
}

TEST(EventRecorder, WhatTheFilterHoldsBackStaysInTheRegister) {
    Recorder of;
    ASSERT_TRUE(of.recorder->set_filters({0, 0}));
    EXPECT_FALSE(of.tell(EventKind::terminal_cover_opened));
    EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
    EXPECT_FALSE(of.recorder->unacknowledged());
}

// Bits that came since the client has read are not cleared by the complement of what it read.
TEST(EventRecorder, ClearingTakesNothingThatCameMeanwhile) {
    Recorder of;
    (void)of.tell(EventKind::terminal_cover_opened);
    const std::uint32_t read = of.recorder->descriptor(0);
    (void)of.tell(EventKind::measurement_fault);
    ASSERT_TRUE(of.recorder->acknowledge(0, ~read));
    EXPECT_EQ(of.recorder->descriptor(0), 1U << 11);
    ASSERT_TRUE(of.recorder->clear_alarms(0, 0, 1U << 13));
    EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
    ASSERT_TRUE(of.recorder->clear_errors(0, 0));
    EXPECT_EQ(of.recorder->errors(), 0U);
}

// A recharge is money: each has its row, whatever else the minute has brought.
TEST(EventRecorder, NoRechargeIsFoldedIntoAFlood) {
    Recorder of;
    for (int i = 0; i < 50; ++i) {
        Event event{EventKind::credit_added, start + seconds{i}, i, static_cast<std::uint32_t>(100 * i)};
        (void)of.recorder->record(std::span(&event, 1), true);
    }
    ASSERT_EQ(of.codes(EventLogId::recharge), Codes(50, 251));
    EXPECT_EQ(of.recorder->row(EventLogId::recharge, 49)->magnitude, 4900U);
    for (int i = 0; i < 300; ++i) {
        (void)of.recorder->advance(minutes{1}, start + minutes{i}, true);
        (void)of.tell(EventKind::credit_refused, i, minutes{i});
    }
    of.restart();
    EXPECT_GE(of.recorder->log(EventLogId::recharge).end() - of.recorder->log(EventLogId::recharge).first(),
              EventRecorder::promised_rows);
}

// As the record was written before there were recharges and checks of the calibration.
TEST(EventRecorder, TakesUpTheFormBefore) {
    Recorder of;
    (void)of.tell(EventKind::terminal_cover_opened);
    ASSERT_TRUE(of.recorder->change([](EventState& state) { state.battery_since_s = 77; }));
    EventState before = of.recorder->state();
    std::array<std::uint8_t, max_record_size> room{};
    const auto now = of.store->read(RecordId::events, room);
    ASSERT_TRUE(now);
    // Without the eighth log, of ten octets behind seven such, and without the check at the end.
    constexpr std::ptrdiff_t of_a_log = 10;
    std::vector<std::uint8_t> old(now->begin(), now->end() - 4);
    old.erase(old.begin() + 1 + 7 * of_a_log, old.begin() + 1 + 8 * of_a_log);
    old[0] = 1;
    ASSERT_TRUE(of.store->write(RecordId::events, old));
    of.restart();
    before.calibration = EventState::calibration_unknown;
    EXPECT_EQ(of.recorder->state(), before);
}

TEST(EventRecorder, ABeginningOfLifeForgetsAllButWhatLasts) {
    Recorder of;
    (void)of.tell(EventKind::terminal_cover_opened);
    (void)of.tell(EventKind::wrong_password);
    (void)of.tell(EventKind::power_down);
    const LastingBits lasting{{1U << 13, 0}, 0};
    for (const unsigned cut : {0U, 1U}) {
        SCOPED_TRACE(cut);
        of.flash.cut_after(cut == 0 ? 0 : 1'000'000);
        const bool begun = of.recorder->begin_life(99, lasting);
        EXPECT_EQ(begun, cut != 0);
        if (!begun) {
            EXPECT_EQ(of.codes(EventLogId::fraud), (Codes{40, 46}));
            EXPECT_EQ(of.recorder->state().calibration, EventState::in_factory);
        }
    }
    const auto is_new = [&] {
        EXPECT_EQ(of.codes(EventLogId::fraud), Codes{});
        EXPECT_EQ(of.codes(EventLogId::standard), Codes{});
        EXPECT_EQ(of.recorder->count(EventLogId::fraud), 0U);
        EXPECT_EQ(of.recorder->alarms(0), 1U << 13);
        EXPECT_EQ(of.recorder->alarms(1), 0U);
        EXPECT_EQ(of.recorder->descriptor(0), 1U << 13);
        EXPECT_EQ(of.recorder->state().calibration, 99U);
        EXPECT_TRUE(of.recorder->now().has(Condition::terminal_cover));
    };
    is_new();
    of.restart();
    is_new();
    (void)of.tell(EventKind::wrong_password);
    EXPECT_EQ(of.codes(EventLogId::fraud), Codes{46});
}

TEST(EventRecorder, ALogHoldsWhatItPromises) {
    Recorder of;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        (void)of.tell(i % 2 == 0 ? EventKind::overvoltage_began : EventKind::voltage_normal, 1 + i % 3,
                      seconds{i * 977 % 100'000 + i});
        (void)of.recorder->end_minute(start, true);
    }
    const RowLog& log = of.recorder->log(EventLogId::quality);
    EXPECT_EQ(log.end(), 1000U);
    EXPECT_GE(log.end() - log.first(), EventRecorder::promised_rows);
    EXPECT_GE(EventRecorder::promised_rows, 100U);
}

TEST(EventRecorder, AFloodIsBoundedAndCountedWhole) {
    Recorder of;
    for (int i = 0; i < 10'000; ++i) (void)of.tell(EventKind::deciphering_failed, 2);
    EXPECT_EQ(of.codes(EventLogId::fraud).size(), EventRecorder::rows_a_minute);
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), 10'000U);
    (void)of.recorder->advance(59s, start + 59s, true);
    EXPECT_EQ(of.codes(EventLogId::fraud).size(), EventRecorder::rows_a_minute);
    (void)of.recorder->advance(1s, start + 60s, true);
    EXPECT_EQ(of.codes(EventLogId::fraud).size(), EventRecorder::rows_a_minute + 1U);
    EXPECT_EQ(of.recorder->row(EventLogId::fraud, EventRecorder::rows_a_minute)->times, 9'995U);
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), 10'000U);
    const EventState state = of.recorder->state();
    const auto& communication = state.episodes[static_cast<std::size_t>(Condition::communication)];
    EXPECT_EQ(communication.count, 10'000U);
    // The next minute has its own rows.
    (void)of.tell(EventKind::deciphering_failed, 2, 61s);
    EXPECT_EQ(of.codes(EventLogId::fraud).size(), EventRecorder::rows_a_minute + 2U);
}

TEST(EventRecorder, AFloodHoldsNothingElseUp) {
    Recorder of;
    for (int i = 0; i < 1000; ++i) (void)of.tell(EventKind::wrong_password, 2);
    EXPECT_FALSE(of.tell(EventKind::terminal_cover_opened));  // the alarm is there already
    EXPECT_EQ(of.codes(EventLogId::fraud).back(), 40);
}

TEST(EventRecorder, AfterAFloodTheLogSaysHowItIs) {
    for (const int toggles : {20, 21}) {
        Recorder of;
        for (int i = 0; i < toggles; ++i) {
            (void)of.tell(i % 2 == 0 ? EventKind::terminal_cover_opened : EventKind::terminal_cover_closed);
        }
        (void)of.recorder->end_minute(start + 60s, true);
        const bool open = toggles % 2 == 1;
        EXPECT_EQ(of.codes(EventLogId::fraud).back(), open ? 40 : 41);
        EXPECT_EQ(of.recorder->state().now.has(Condition::terminal_cover), open);
        EXPECT_EQ(of.recorder->now().has(Condition::terminal_cover), open);
        EXPECT_EQ(of.recorder->state().episodes[0].count, static_cast<std::uint32_t>((toggles + 1) / 2));
        EXPECT_EQ(of.recorder->count(EventLogId::fraud), static_cast<std::uint32_t>(toggles));
    }
}

TEST(EventRecorder, FloodsOfManyKindsAreBoundedTogether) {
    Recorder of;
    constexpr int rounds = 50;
    std::uint32_t told = 0;
    for (int i = 0; i < rounds; ++i) {
        for (std::size_t kind = 0; kind < event_kinds; ++kind) {
            const auto as_kind = static_cast<EventKind>(kind);
            if (as_kind == EventKind::power_down || as_kind == EventKind::power_up ||
                as_kind == EventKind::billing_reset || as_kind == EventKind::log_cleared ||
                as_kind == EventKind::credit_added) {
                continue;
            }
            (void)of.tell(as_kind, 1);
            if (entry_of(of.model.companion, as_kind, 1).log) ++told;
        }
    }
    std::uint32_t rows = 0;
    std::uint32_t counted = 0;
    for (std::size_t i = 0; i < event_logs; ++i) {
        rows += of.recorder->log(static_cast<EventLogId>(i)).end();
        counted += of.recorder->count(static_cast<EventLogId>(i));
    }
    EXPECT_LE(rows, EventRecorder::all_rows_a_minute);
    EXPECT_EQ(counted, told);
    (void)of.recorder->end_minute(start + 60s, true);
    counted = 0;
    for (std::size_t i = 0; i < event_logs; ++i) counted += of.recorder->count(static_cast<EventLogId>(i));
    EXPECT_EQ(counted, told);
}

TEST(EventRecorder, WhatChattersForHoursWaitsAndEachOfItCounts) {
    Recorder of;
    constexpr std::uint32_t minutes_of_chatter = 1800;
    constexpr std::uint32_t without_credit_from = 1500;
    constexpr std::uint32_t toggles_a_minute = 12;
    std::uint32_t rows = 0;
    for (std::uint32_t minute = 0; minute < minutes_of_chatter; ++minute) {
        if (minute == without_credit_from) rows = of.recorder->log(EventLogId::fraud).end();
        for (std::uint32_t i = 0; i < toggles_a_minute; ++i) {
            (void)of.tell(i % 2 == 0 ? EventKind::terminal_cover_opened : EventKind::terminal_cover_closed, 0,
                          minutes{minute} + seconds{5 * i});
        }
        (void)of.recorder->advance(60s, start + minutes{minute + 1}, true);
    }
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), minutes_of_chatter * toggles_a_minute);
    rows = of.recorder->log(EventLogId::fraud).end() - rows;
    EXPECT_GT(rows, 0U);
    EXPECT_LE(rows, (minutes_of_chatter - without_credit_from) * EventRecorder::credit_a_minute);
    // What is something else has its row at once.
    (void)of.tell(EventKind::magnetic_field_began, 0, minutes{minutes_of_chatter});
    EXPECT_EQ(of.codes(EventLogId::fraud).back(), 42);
    // With a notice that power fails nothing is lost.
    (void)of.recorder->end_minute(start + minutes{minutes_of_chatter}, true);
    of.restart();
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), minutes_of_chatter * toggles_a_minute + 1U);
    EXPECT_EQ(of.recorder->state().episodes[0].count, minutes_of_chatter * toggles_a_minute / 2U);
}

TEST(EventRecorder, ABillThatIsMadeAgainIsToldOnce) {
    Recorder of;
    (void)of.tell(EventKind::billing_reset, 7);
    of.restart();
    (void)of.tell(EventKind::billing_reset, 7);
    EXPECT_EQ(of.codes(EventLogId::standard).size(), 1U);
    EXPECT_EQ(of.recorder->count(EventLogId::standard), 1U);
    (void)of.tell(EventKind::billing_reset, 8);
    EXPECT_EQ(of.codes(EventLogId::standard).size(), 2U);
}

TEST(EventRecorder, AClearedLogSaysSoAndKeepsItsCounters) {
    Recorder of;
    (void)of.tell(EventKind::terminal_cover_opened);
    (void)of.tell(EventKind::magnetic_field_began);
    ASSERT_TRUE(of.recorder->clear(EventLogId::fraud, start + 5s, true));
    EXPECT_EQ(of.codes(EventLogId::fraud), Codes{255});
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), 3U);
    of.restart();
    EXPECT_EQ(of.codes(EventLogId::fraud), Codes{255});
    EXPECT_EQ(of.recorder->count(EventLogId::fraud), 3U);
    EXPECT_EQ(of.recorder->state().episodes[0].count, 1U);
    (void)of.tell(EventKind::terminal_cover_closed);
    EXPECT_EQ(of.codes(EventLogId::fraud), (Codes{255, 41}));
}

TEST(EventRecorder, AFailureOfAnyPhaseIsInTheLogOfPowerFailures) {
    Recorder of(sm120b2);
    Event event{EventKind::long_failure_any, start, 0, 0, 600 * 100};
    (void)of.recorder->record(std::span(&event, 1), true);
    const auto row = of.recorder->row(EventLogId::power_failure, 0);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->duration_cs, 60'000U);
    const Failures any = of.recorder->state().failures[Failures::any];
    EXPECT_EQ(any.count, 1U);
    EXPECT_EQ(any.long_count, 1U);
    EXPECT_EQ(any.last_long_s, 600U);
    EXPECT_EQ(any.time_s, seconds_of(start) - 600);
}

// The row is the event: cut anywhere, an event is counted if and only if it has a row, once, with its alarm.
TEST(EventRecorder, ACutBetweenAnyTwoOctetsLosesAndRepeatsNothing) {
    for (const auto tear : {TornFlash::Tear::in_order, TornFlash::Tear::wild}) {
        bool finished = false;
        for (std::size_t octets = 0; !finished; octets += 7) {
            Recorder of;
            (void)of.tell(EventKind::power_down);
            (void)of.tell(EventKind::power_up, 60, 60s);
            of.flash.cut_after(octets, tear, static_cast<std::uint32_t>(octets + 1));
            (void)of.tell(EventKind::terminal_cover_opened, 0, 70s);
            const bool told_first = of.flash.powered();
            (void)of.tell(EventKind::magnetic_field_began, 0, 80s);
            const bool told_second = of.flash.powered();
            finished = told_second;
            of.flash.restore();
            of.restart();
            (void)of.tell(EventKind::daylight_changed, 1, 90s);
            const auto rows = static_cast<std::uint32_t>(of.codes(EventLogId::fraud).size());
            const EventState state = of.recorder->state();
            EXPECT_EQ(state.logs[1].events, rows) << octets;
            EXPECT_GE(rows, static_cast<std::uint32_t>(told_first) + static_cast<std::uint32_t>(told_second));
            EXPECT_EQ(state.episodes[0].count, rows >= 1 ? 1U : 0U);
            EXPECT_EQ(state.episodes[static_cast<std::size_t>(Condition::magnetic_field)].count, rows == 2 ? 1U : 0U);
            EXPECT_EQ(state.descriptors[0] & 1U << 13, rows > 0 ? 1U << 13 : 0U);
            EXPECT_EQ(of.codes(EventLogId::standard), (Codes{1, 2, 3})) << octets;
        }
    }
}

TEST(EventRecorder, ACutWhileALogIsClearedLeavesItWholeOrCleared) {
    bool finished = false;
    for (std::size_t octets = 0; !finished; octets += 5) {
        Recorder of;
        (void)of.tell(EventKind::terminal_cover_opened);
        (void)of.tell(EventKind::terminal_cover_closed, 0, 10s);
        of.flash.cut_after(octets, TornFlash::Tear::in_order, 1);
        const bool cleared = of.recorder->clear(EventLogId::fraud, start + 20s, true);
        finished = of.flash.powered();
        of.flash.restore();
        of.restart();
        Codes codes = of.codes(EventLogId::fraud);
        std::erase(codes, -1);
        if (cleared) {
            EXPECT_EQ(codes, Codes{255});
        } else {
            EXPECT_TRUE(codes == Codes{255} || codes == (Codes{40, 41})) << octets;
        }
        EXPECT_EQ(of.recorder->state().episodes[0].count, 1U);
        (void)of.tell(EventKind::magnetic_field_began, 0, 30s);
        EXPECT_EQ(of.codes(EventLogId::fraud).back(), 42);
    }
}

TEST(EventRecorder, ACutWhileALifeBeginsLeavesAllOrNothingOfTheFactory) {
    bool finished = false;
    for (std::size_t octets = 0; !finished; octets += 5) {
        Recorder of;
        (void)of.tell(EventKind::wrong_password);
        (void)of.tell(EventKind::battery_low);
        of.flash.cut_after(octets, TornFlash::Tear::in_order, 1);
        const bool begun = of.recorder->begin_life(5, {});
        finished = of.flash.powered();
        of.flash.restore();
        of.restart();
        const bool is_new = of.recorder->state().calibration == 5;
        EXPECT_TRUE(is_new || !begun);
        EXPECT_EQ(of.codes(EventLogId::fraud), is_new ? Codes{} : Codes{46}) << octets;
        EXPECT_EQ(of.codes(EventLogId::standard), is_new ? Codes{} : Codes{8}) << octets;
        EXPECT_EQ(of.recorder->count(EventLogId::fraud), is_new ? 0U : 1U);
        EXPECT_EQ(of.recorder->errors() & error_battery, is_new ? 0U : std::uint32_t{error_battery});
    }
}

TEST(EventRecorder, WithoutRoomForLogsEventsStillCount) {
    TornFlash flash(8, 4096);
    Store store(flash);
    store.mount();
    EventRecorder recorder(sed302, store, all);
    Event event{EventKind::terminal_cover_opened, start};
    EXPECT_TRUE(recorder.record(std::span(&event, 1), true));
    EXPECT_EQ(recorder.count(EventLogId::fraud), 1U);
    EXPECT_EQ(recorder.alarms(0), 1U << 13);
    EXPECT_EQ(recorder.errors(), 0U);
    EXPECT_EQ(recorder.last_code(EventLogId::fraud), 0);
}

}  // namespace
}  // namespace blathy::meter
