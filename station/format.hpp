// Values as people and programs read them.
//
// Text never holds a control character: what comes from a meter is escaped before it can reach a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dlms/date_time.hpp"
#include "dlms/obis.hpp"
#include "station/value.hpp"

namespace blathy::station {

// scaler_unit of a register: value * 10^scaler in the unit.
struct ScalerUnit {
    std::int8_t scaler = 0;
    std::uint8_t unit = static_cast<std::uint8_t>(dlms::Unit::none);

    bool operator==(const ScalerUnit&) const = default;
};
std::optional<ScalerUnit> scaler_unit_from(const Value& value);
// "Wh"; empty for no unit, "unit 99" for one that the standard does not name.
std::string unit_text(std::uint8_t unit);

// number * 10^scaler without rounding: 12345 and -3 are "12.345", 12 and 3 are "12000"; beyond 20 zeros "12e50".
std::string decimal_text(std::int64_t number, int scaler);
std::string decimal_text(std::uint64_t number, int scaler);

// ISO 8601 as far as the value goes: "2026-11-22T20:04:08+02:00"; a field that is not specified is "*". The deviation
// becomes the usual offset from UTC, and none if it is not specified.
std::string iso_text(const dlms::DateTime& date_time);
std::string iso_text(const dlms::Date& date);
std::string iso_text(const dlms::Time& time);
// "2026-11-22", "2026-11-22T20:04", "2026-11-22T20:04:08", "2026-11-22T20:04:08.25", each but the first with an
// optional "Z" or "+02:00", and a space for the T. The time of day is midnight if it is left out.
std::optional<dlms::DateTime> parse_iso(std::string_view text);

std::string obis_text(const dlms::Obis& obis);
std::string hex_text(Bytes octets);
// Pairs of hexadecimal digits, with or without spaces between the pairs.
std::optional<Octets> parse_hex(std::string_view text);

// What is valid, printable UTF-8 stays; every other octet becomes \xNN, and a backslash two.
std::string escaped(std::string_view text);
// A JSON string with its quotes. Octets that are no valid UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

// Whose clock dates and times with a known offset are shown by: the meter's as it came, UTC, or this computer's.
enum class TimeShown : std::uint8_t { as_sent, utc, local };
// The same instant; as it is if its offset from UTC, or a part of it, is not specified.
dlms::DateTime shown_as(const dlms::DateTime& date_time, TimeShown shown);

struct Style {
    int scaler = 0;  // of all numbers
    TimeShown time = TimeShown::as_sent;
};

// Octet-strings as OBIS code, date-time or text if that is what they look like, else in hexadecimal. "[…]" is an array,
// "{…}" a structure.
std::string to_text(const Value& value, const Style& style = {});
void append_text(std::string& out, const Value& value, const Style& style = {});
// Numbers as exact JSON numbers, arrays and structures as arrays, everything else as strings, true, false and null.
std::string to_json(const Value& value, const Style& style = {});
void append_json(std::string& out, const Value& value, const Style& style = {});

// A value of `type` from what a person types: integers (also 0x…), decimals for floats, true/false, text for strings
// (0x… is hexadecimal for octet-strings, ISO 8601 for one that is a date-time: see `like`), bits like 1011.
// `like` is the attribute's present value, if it is known: an octet-string that holds a date-time, a logical name or
// text is parsed the same way.
Result<Value, Error> parse_value(dlms::DataTag type, std::string_view text, const Value* like = nullptr);
// "long-unsigned" to its tag.
std::optional<dlms::DataTag> data_tag_from(std::string_view name);

}  // namespace blathy::station
