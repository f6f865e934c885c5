// COSEM date-time, date and time octet-strings (IEC 62056-6-2, 4.1.6.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline constexpr std::uint16_t year_not_specified = 0xFFFF;
inline constexpr std::uint8_t not_specified = 0xFF;
inline constexpr std::int16_t deviation_not_specified = -0x8000;

// clock_status bits.
enum ClockStatus : std::uint8_t {
    clock_invalid = 0x01,
    clock_doubtful = 0x02,
    clock_different_base = 0x04,
    clock_invalid_status = 0x08,
    clock_daylight_saving = 0x80,
};

struct Date {
    static constexpr std::size_t encoded_size = 5;
    std::uint16_t year = year_not_specified;
    std::uint8_t month = not_specified;         // 1..12, 0xFD daylight saving ends, 0xFE begins
    std::uint8_t day_of_month = not_specified;  // 1..31, 0xFE last day, 0xFD second last
    std::uint8_t day_of_week = not_specified;   // 1 Monday .. 7 Sunday

    constexpr bool operator==(const Date&) const = default;
};

struct Time {
    static constexpr std::size_t encoded_size = 4;
    std::uint8_t hour = not_specified;
    std::uint8_t minute = not_specified;
    std::uint8_t second = not_specified;
    std::uint8_t hundredths = not_specified;

    constexpr bool operator==(const Time&) const = default;
};

struct DateTime {
    static constexpr std::size_t encoded_size = 12;
    Date date;
    Time time;
    std::int16_t deviation_min = deviation_not_specified;  // UTC = local time + deviation
    std::uint8_t clock_status = not_specified;

    constexpr bool operator==(const DateTime&) const = default;
};

void write(ByteWriter& out, const Date& date);
void write(ByteWriter& out, const Time& time);
void write(ByteWriter& out, const DateTime& date_time);

// The octets are taken as they are when each field is within its range or a wildcard; the wrong length, or a field out
// of range, is none.
std::optional<Date> read_date(Bytes octets);
std::optional<Time> read_time(Bytes octets);
std::optional<DateTime> read_date_time(Bytes octets);

// A local time with its deviation, from UTC.
DateTime local_date_time(UtcTime utc, std::int16_t deviation_min, std::uint8_t clock_status);

// The instant that a date-time names. `default_deviation_min` stands in for a deviation that is not specified;
// hundredths may be unspecified. None if any other field is a wildcard, or there is no such day.
std::optional<UtcTime> to_utc(const DateTime& date_time, std::int16_t default_deviation_min);

}  // namespace blathy::dlms
