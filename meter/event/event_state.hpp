// The event state: what events have left behind, counted and latched, as the store keeps it.
//
// It is read when somebody asks and when an event comes, and held in no other place. An event that has a row in a log
// is durable with that row; the state remembers up to which row it has counted, so that a power cut between the two
// loses and repeats nothing.
#pragma once

#include <array>
#include <cstdint>

#include "meter/event/condition.hpp"
#include "meter/event/event_codes.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// Of a condition, all of its times together. Times in seconds since 1970, UTC; 0 for none.
struct Episode {
    std::uint32_t count = 0;
    std::uint32_t began_s = 0;      // the present or the last one
    std::uint32_t total_s = 0;      // of those that have ended
    std::uint32_t duration_cs = 0;  // of the last one that has ended
    std::uint16_t magnitude = 0;    // of the last one, as events have it

    constexpr bool operator==(const Episode&) const = default;
};

// Failures of the supply: of all phases at once, of each, and of any (0-0:96.7.e.255).
struct Failures {
    static constexpr std::size_t all = 0;  // a phase's is its number
    static constexpr std::size_t any = 4;
    static constexpr std::size_t kinds = 5;

    std::uint32_t count = 0;
    std::uint32_t long_count = 0;
    std::uint32_t time_s = 0;  // when the last one began
    std::uint32_t last_long_s = 0;

    constexpr bool operator==(const Failures&) const = default;
};

struct EventState {
    struct Log {
        std::uint16_t epoch = 0;
        std::uint32_t counted = 0;  // rows with lower numbers are counted
        std::uint32_t events = 0;   // ever, also those that a flood has kept out of the log

        constexpr bool operator==(const Log&) const = default;
    };
    std::array<Log, event_logs> logs;
    std::array<std::uint32_t, 2> alarms{};       // alarm registers
    std::array<std::uint32_t, 2> descriptors{};  // what is to be acknowledged
    std::uint32_t errors = 0;
    Conditions now;
    std::array<Episode, conditions> episodes;
    std::array<Failures, Failures::kinds> failures;
    // Of failures that go on, by phase number; 0 for none. As of the last power down.
    std::array<std::uint32_t, Failures::kinds> failing_since_s{};
    std::uint32_t battery_since_s = 0;  // put in
    std::uint32_t battery_used_s = 0;   // has fed the clock
    std::uint32_t firmware = 0;         // check of the version that ran last
    // Check of the sealed calibration (CalibrationRecord); the meter is delivered once there is one.
    std::uint32_t calibration = in_factory;

    static constexpr std::uint32_t in_factory = 0;
    static constexpr std::uint32_t calibration_unknown = 0xFFFF'FFFF;  // delivered before checks were kept

    constexpr bool operator==(const EventState&) const = default;

    // Completes the event (the duration of what it ends), and counts it `times` times.
    void count(Event& event, const EventEntry& entry, std::uint32_t times, const std::array<std::uint32_t, 2>& filters);
};

[[nodiscard]] EventState load_event_state(const Store& store);
[[nodiscard]] bool keep(Store& store, const EventState& state);

[[nodiscard]] std::uint32_t seconds_of(dlms::UtcTime time);

}  // namespace blathy::meter
