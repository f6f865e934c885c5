// Codes and bits of events, per companion specification.
#include "meter/event/event_codes.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "meter/event/alarms.hpp"
#include "meter/models/models.hpp"

namespace blathy::meter {
namespace {

using Kind = EventKind;
using Log = EventLogId;

struct Expected {
    Kind kind;
    std::int64_t detail;
    Log log;
    int idis;
    int fid2;
};

// Head-end software of IDIS and DSMR meters, and the list of the Iranian programme; see docs/events.md.
const std::vector<Expected> expected = {
    {Kind::power_down, 0, Log::standard, 1, 1},
    {Kind::power_up, 77, Log::standard, 2, 2},
    {Kind::daylight_changed, 1, Log::standard, 3, 3},
    {Kind::clock_left, 0, Log::standard, 4, 4},
    {Kind::clock_set, -5000, Log::standard, 5, 5},
    {Kind::clock_invalid, 0, Log::standard, 6, 6},
    {Kind::battery_low, 0, Log::standard, 8, 10},
    {Kind::calendar_activated, 0, Log::standard, 9, 11},
    {Kind::error_cleared, 0, Log::standard, 10, 12},
    {Kind::alarm_cleared, 0, Log::standard, 11, 13},
    {Kind::row_lost, 3, Log::standard, 14, 16},
    {Kind::record_lost, 19, Log::standard, 14, 16},
    {Kind::measurement_fault, 0, Log::standard, 16, 18},
    {Kind::profile_cleared, 1, Log::standard, 254, 254},
    {Kind::firmware_activated, 0, Log::firmware, 18, 21},
    {Kind::terminal_cover_opened, 0, Log::fraud, 40, 40},
    {Kind::terminal_cover_closed, 0, Log::fraud, 41, 41},
    {Kind::magnetic_field_began, 0, Log::fraud, 42, 42},
    {Kind::magnetic_field_ended, 0, Log::fraud, 43, 43},
    {Kind::meter_cover_opened, 0, Log::fraud, 44, 44},
    {Kind::meter_cover_closed, 0, Log::fraud, 45, 45},
    {Kind::wrong_password, 2, Log::fraud, 46, 46},
    {Kind::configuration_changed, 0, Log::fraud, 47, 47},
    {Kind::keys_changed, 2, Log::fraud, 48, 48},
    {Kind::deciphering_failed, 2, Log::fraud, 49, 49},
    {Kind::replay, 2, Log::fraud, 50, 50},
    {Kind::local_disconnection, 3, Log::disconnector, 64, 64},
    {Kind::local_connection, 3, Log::disconnector, 69, 65},
    {Kind::limiter_exceeded, 0, Log::disconnector, 65, 66},
    {Kind::limiter_normal, 0, Log::disconnector, 66, 67},
    {Kind::limiter_changed, 0, Log::disconnector, 67, 68},
    {Kind::disconnector_failed, 0, Log::disconnector, 68, 69},
    {Kind::fuse_exceeded, 1, Log::disconnector, 70, 70},
    {Kind::fuse_normal, 3, Log::disconnector, 75, 75},
    {Kind::undervoltage_began, 2, Log::quality, 77, 77},
    {Kind::overvoltage_began, 3, Log::quality, 81, 81},
    {Kind::voltage_missing, 1, Log::quality, 82, 82},
    {Kind::voltage_normal, 3, Log::quality, 87, 87},
    {Kind::sequence_reversed, 0, Log::quality, 88, 88},
    {Kind::neutral_missing, 0, Log::quality, 89, 89},
    {Kind::credit_added, 7, Log::recharge, 251, 251},
    {Kind::credit_refused, 7, Log::recharge, 252, 252},
    {Kind::credit_exhausted, 0, Log::recharge, 253, 253},
};

TEST(EventCodes, AreThoseOfEachSpecification) {
    for (const auto& [kind, detail, log, idis, fid2] : expected) {
        const auto name = event_names[static_cast<std::size_t>(kind)];
        EXPECT_EQ(entry_of(Companion::idis, kind, detail).log, log) << name;
        EXPECT_EQ(entry_of(Companion::fid2, kind, detail).log, log) << name;
        EXPECT_EQ(entry_of(Companion::idis, kind, detail).code, idis) << name;
        EXPECT_EQ(entry_of(Companion::fid2, kind, detail).code, fid2) << name;
    }
    EXPECT_EQ(entry_of(Companion::fid2, Kind::bypass_began, 0).code, 52);
    EXPECT_EQ(entry_of(Companion::fid2, Kind::short_power_failure, 3).code, 92);
    EXPECT_EQ(entry_of(Companion::fid2, Kind::long_power_failure, 1).code, 95);
    EXPECT_FALSE(entry_of(Companion::idis, Kind::short_power_failure, 3).log);
    EXPECT_EQ(entry_of(Companion::idis, Kind::long_failure_any, 0).log, Log::power_failure);
    EXPECT_FALSE(entry_of(Companion::idis, Kind::tariff_switched, 1).log);
}

// Within a log a code means one thing, but where the specification itself puts several under one.
TEST(EventCodes, AreUniqueWithinALog) {
    const std::set<std::set<Kind>> shared = {{Kind::deciphering_failed, Kind::weak_protection},
                                             {Kind::row_lost, Kind::storage_damaged, Kind::record_lost}};
    for (const Companion companion : {Companion::idis, Companion::fid2}) {
        std::map<std::pair<Log, int>, std::set<Kind>> kinds;
        for (std::size_t i = 0; i < event_kinds; ++i) {
            const auto kind = static_cast<Kind>(i);
            if (kind == Kind::log_cleared) continue;
            for (std::int64_t detail = 0; detail <= 3; ++detail) {
                const EventEntry entry = entry_of(companion, kind, detail);
                if (entry.log) kinds[{*entry.log, entry.code}].insert(kind);
            }
        }
        for (const auto& [place, of_code] : kinds) {
            EXPECT_TRUE(of_code.size() == 1 || shared.contains(of_code)) << place.second;
            EXPECT_TRUE(of_code.contains(*kind_of(companion, place.first, static_cast<std::uint8_t>(place.second))));
        }
    }
}

TEST(EventCodes, ClearingHasItsEntryInTheLogThatIsCleared) {
    for (std::size_t i = 0; i < event_logs; ++i) {
        const EventEntry entry = entry_of(Companion::idis, Kind::log_cleared, static_cast<std::int64_t>(i));
        EXPECT_EQ(entry.log, static_cast<Log>(i));
        EXPECT_EQ(entry.code, 255);
    }
}

TEST(EventCodes, AlarmBitsFollowThePhase) {
    EXPECT_EQ(entry_of(Companion::idis, Kind::voltage_missing, 1).alarms[1], 1U << 2);
    EXPECT_EQ(entry_of(Companion::idis, Kind::voltage_missing, 3).alarms[1], 1U << 4);
    EXPECT_EQ(entry_of(Companion::idis, Kind::voltage_normal, 3).alarms[1], 1U << 7);
    EXPECT_EQ(entry_of(Companion::idis, Kind::terminal_cover_opened, 0).alarms[0], 1U << 13);
    EXPECT_EQ(entry_of(Companion::idis, Kind::power_down, 0).alarms[1], 1U << 0);
    EXPECT_EQ(entry_of(Companion::idis, Kind::disconnector_failed, 0).alarms[1], 1U << 31);
    EXPECT_EQ(entry_of(Companion::idis, Kind::clock_invalid, 0).errors, 1U);
}

TEST(EventCodes, WhatIsGoodNewsRaisesNoAlarmAtFirst) {
    const AlarmBits filters = factory_alarm_filters(Companion::idis);
    EXPECT_EQ(filters[0], 1U << 0 | 1U << 1 | 1U << 10 | 1U << 11 | 1U << 13);
    EXPECT_EQ(filters[1] & (1U << 1 | 7U << 5), 0U);
    EXPECT_NE(filters[1] & (1U << 0 | 7U << 2 | 1U << 31), 0U);
}

TEST(EventCodes, BeginAndEndOfAConditionFindEachOther) {
    for (std::size_t i = 0; i < conditions; ++i) {
        const auto condition = static_cast<Condition>(i);
        const Event began = event_of(condition, true);
        EXPECT_EQ(change_of(began.kind, began.detail).began, condition);
        if (condition == Condition::communication) continue;
        const Event ended = event_of(condition, false);
        EXPECT_TRUE(change_of(ended.kind, ended.detail).ended.has(condition));
    }
}

// The table that users read is that of the code.
TEST(EventCodes, AreInTheDocumentation) {
    std::ifstream file(std::string(BLATHY_SOURCE_DIR) + "/docs/events.md");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    for (std::size_t i = 0; i < event_kinds; ++i) {
        const auto kind = static_cast<Kind>(i);
        const auto code = [&](Companion companion) {
            const std::int64_t detail = kind == Kind::log_cleared ? 0 : 1;
            const EventEntry first = entry_of(companion, kind, detail);
            if (!first.log || *first.log == Log::power_failure) return std::string("-");
            const EventEntry second = entry_of(companion, kind, 2);
            const EventEntry third = entry_of(companion, kind, 3);
            std::string codes = std::to_string(first.code);
            if (kind == Kind::log_cleared || second.code == first.code) return codes;
            codes += ", " + std::to_string(second.code);
            // There are two covers of modules.
            const bool of_covers = kind >= Kind::module_cover_opened && kind <= Kind::module_cover_closed;
            if (!of_covers) codes += ", " + std::to_string(third.code);
            return codes;
        };
        const std::string idis = code(Companion::idis);
        const std::string fid2 = code(Companion::fid2);
        std::ostringstream row;
        row << "| " << event_names[i] << " | " << idis << " | " << fid2 << " |";
        EXPECT_NE(text.find(row.str()), std::string::npos) << row.str();
    }
}

}  // namespace
}  // namespace blathy::meter
