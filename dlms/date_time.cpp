#include "dlms/date_time.hpp"

namespace blathy::dlms {
namespace {

using namespace std::chrono;

constexpr bool within(std::uint8_t value, std::uint8_t low, std::uint8_t high) {
    return value == not_specified || (value >= low && value <= high);
}

constexpr bool valid(const Date& date) {
    const bool month_ok = within(date.month, 1, 12) || date.month == 0xFD || date.month == 0xFE;
    const bool day_ok = within(date.day_of_month, 1, 31) || date.day_of_month == 0xFD || date.day_of_month == 0xFE;
    return month_ok && day_ok && within(date.day_of_week, 1, 7);
}

constexpr bool valid(const Time& time) {
    return within(time.hour, 0, 23) && within(time.minute, 0, 59) && within(time.second, 0, 59) &&
           within(time.hundredths, 0, 99);
}

constexpr bool valid_deviation(std::int16_t minutes) {
    return minutes == deviation_not_specified || (minutes >= -840 && minutes <= 840);
}

Date take_date(ByteReader& in) {
    return {in.u16(), in.u8(), in.u8(), in.u8()};
}
Time take_time(ByteReader& in) {
    return {in.u8(), in.u8(), in.u8(), in.u8()};
}

}  // namespace

void write(ByteWriter& out, const Date& date) {
    out.u16(date.year);
    out.u8(date.month);
    out.u8(date.day_of_month);
    out.u8(date.day_of_week);
}

void write(ByteWriter& out, const Time& time) {
    out.u8(time.hour);
    out.u8(time.minute);
    out.u8(time.second);
    out.u8(time.hundredths);
}

void write(ByteWriter& out, const DateTime& date_time) {
    write(out, date_time.date);
    write(out, date_time.time);
    out.i16(date_time.deviation_min);
    out.u8(date_time.clock_status);
}

std::optional<Date> read_date(Bytes octets) {
    if (octets.size() != Date::encoded_size) return std::nullopt;
    ByteReader in(octets);
    const Date date = take_date(in);
    if (!valid(date)) return std::nullopt;
    return date;
}

std::optional<Time> read_time(Bytes octets) {
    if (octets.size() != Time::encoded_size) return std::nullopt;
    ByteReader in(octets);
    const Time time = take_time(in);
    if (!valid(time)) return std::nullopt;
    return time;
}

std::optional<DateTime> read_date_time(Bytes octets) {
    if (octets.size() != DateTime::encoded_size) return std::nullopt;
    ByteReader in(octets);
    DateTime date_time;
    date_time.date = take_date(in);
    date_time.time = take_time(in);
    date_time.deviation_min = in.i16();
    date_time.clock_status = in.u8();
    if (!valid(date_time.date) || !valid(date_time.time) || !valid_deviation(date_time.deviation_min)) {
        return std::nullopt;
    }
    return date_time;
}

DateTime local_date_time(UtcTime utc, std::int16_t deviation_min, std::uint8_t clock_status) {
    const UtcTime local = utc - minutes{deviation_min};
    const auto day = floor<days>(local);
    const year_month_day date{day};
    const hh_mm_ss time{local - day};
    return {
        .date = {static_cast<std::uint16_t>(static_cast<int>(date.year())),
                 static_cast<std::uint8_t>(static_cast<unsigned>(date.month())),
                 static_cast<std::uint8_t>(static_cast<unsigned>(date.day())),
                 static_cast<std::uint8_t>(weekday{day}.iso_encoding())},
        .time = {static_cast<std::uint8_t>(time.hours().count()), static_cast<std::uint8_t>(time.minutes().count()),
                 static_cast<std::uint8_t>(time.seconds().count()),
                 static_cast<std::uint8_t>(time.subseconds().count() / 10)},
        .deviation_min = deviation_min,
        .clock_status = clock_status,
    };
}

std::optional<UtcTime> to_utc(const DateTime& date_time, std::int16_t default_deviation_min) {
    const auto& [date, time, deviation, status] = date_time;
    // std::chrono counts years up to 32767; greater numbers would come out negative.
    if (date.year > static_cast<int>(year::max()) || time.hour == not_specified || time.minute == not_specified ||
        time.second == not_specified) {
        return std::nullopt;
    }
    const year_month_day day{year{date.year}, month{date.month}, std::chrono::day{date.day_of_month}};
    if (!day.ok() || !valid(time)) return std::nullopt;
    const int hundredths = time.hundredths == not_specified ? 0 : time.hundredths;
    const int minutes_to_utc = deviation == deviation_not_specified ? default_deviation_min : deviation;
    return sys_days{day} + hours{time.hour} + minutes{time.minute + minutes_to_utc} + seconds{time.second} +
           milliseconds{10 * hundredths};
}

}  // namespace blathy::dlms
