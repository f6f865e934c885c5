// Power fails in every flash operation of an hour full of events: no log, counter or alarm is lost or told twice.
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/supply.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::EventKind;
using meter::EventLogId;

constexpr UtcTime noon = sys_days{year{2026} / 3 / 10} + hours{12};

// What happens, one thing after another.
constexpr std::size_t happenings = 8;
void happen(LivedMeter& lived, std::size_t which) {
    meter::Meter& meter = lived.meter();
    meter::Inputs inputs;
    const meter::Interval minute = test::healthy(meter::sed302, minutes{1});
    meter::Interval over = minute;
    over.phase[0].voltage_mv = 260'000;
    switch (which) {
        case 0:
            inputs.terminal_cover_open = true;
            lived.set_inputs(inputs);
            (void)meter.advance(minute);
            break;
        case 1:
            lived.set_inputs(inputs);
            (void)meter.advance(minute);
            break;
        case 2:
            (void)meter.advance(over);
            break;
        case 3:
            (void)meter.advance(minute);
            break;
        case 4:
            for (int i = 0; i < 20; ++i) meter.tell(EventKind::deciphering_failed, 2);
            (void)meter.advance(minute);
            break;
        case 5:
            (void)meter.acknowledge_alarms(0, 0);
            break;
        case 6:
            (void)meter.clear_event_log(EventLogId::fraud);
            break;
        default:
            (void)meter.mains_lost();
    }
}

std::uint32_t events_in_rows(const meter::Meter& meter, EventLogId id) {
    std::uint32_t events = 0;
    for (const auto& row : test::rows(meter, id)) events += row.times;
    return events;
}

// What has a row is counted, and what is counted has one.
void expect_consistent(const meter::Meter& meter, const meter::EventState& before,
                       const std::array<std::uint32_t, meter::event_logs>& rows_before) {
    const meter::EventState found = meter.events().state();
    for (std::size_t i = 0; i < meter::event_logs; ++i) {
        const auto id = static_cast<EventLogId>(i);
        const bool cleared = found.logs[i].epoch != before.logs[i].epoch;
        const std::uint32_t without_row = before.logs[i].events - (cleared ? 0 : rows_before[i]);
        EXPECT_EQ(found.logs[i].events, without_row + events_in_rows(meter, id)) << "log " << i;
        EXPECT_EQ(found.logs[i].counted, meter.events().log(id).end()) << "log " << i;
    }
    EXPECT_EQ(found.now, meter.events().now());
}

TEST(EventPowerCut, InEveryOperationLosesAndRepeatsNoEvent) {
    for (std::size_t which = 0; which < happenings; ++which) {
        LivedMeter so_far(meter::sed302, noon);
        for (std::size_t i = 0; i < which; ++i) happen(so_far, i);
        const UtcTime now = so_far.meter().clock().now();
        std::uint64_t cuts = 0;
        for (const Tear tear : {Tear::nothing, Tear::in_order, Tear::wild, Tear::complete}) {
            for (std::uint64_t operation = 0;; ++operation) {
                SCOPED_TRACE("happening " + std::to_string(which) + ", operation " + std::to_string(operation));
                LivedMeter lived(meter::sed302, now, so_far.flash());
                meter::Inputs inputs;
                inputs.terminal_cover_open = which == 1;
                lived.set_inputs(inputs);
                const meter::EventState before = lived.meter().events().state();
                std::array<std::uint32_t, meter::event_logs> rows_before{};
                for (std::size_t i = 0; i < meter::event_logs; ++i) {
                    rows_before[i] = events_in_rows(lived.meter(), static_cast<EventLogId>(i));
                }
                lived.flash().cut_at(operation, tear, ++cuts);
                happen(lived, which);
                const bool finished = lived.flash().powered();
                lived.flash().restore();
                LivedMeter again(meter::sed302, std::max(now, lived.meter().clock().now()), lived.flash());
                again.set_inputs(inputs);
                (void)again.meter().advance(test::healthy(meter::sed302, minutes{2}));
                ASSERT_NO_FATAL_FAILURE(expect_consistent(again.meter(), before, rows_before));
                // It goes on as a meter.
                again.meter().tell(EventKind::replay, 2);
                EXPECT_EQ(again.meter().events().last_code(EventLogId::fraud), 50);
                EXPECT_TRUE(again.meter().events().unacknowledged());
                if (finished) break;
            }
        }
        EXPECT_GE(cuts, 8U) << "an operation and the end, torn in four ways";
    }
}

}  // namespace
}  // namespace blathy::world
