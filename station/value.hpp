// A COSEM value that owns all it holds: the `Data` CHOICE as a tree (IEC 62056-6-2, 4.1.5).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dlms/data.hpp"
#include "dlms/date_time.hpp"
#include "dlms/tags.hpp"
#include "station/error.hpp"
#include "station/octets.hpp"

namespace blathy::station {

struct BitString {
    Octets octets;  // first bit in the most significant position
    std::size_t bits = 0;

    [[nodiscard]] bool bit(std::size_t index) const { return (octets[index / 8] >> (7 - index % 8) & 1U) != 0; }
    bool operator==(const BitString&) const = default;
};

struct Value {
    using Items = std::vector<Value>;

    dlms::DataTag type = dlms::DataTag::null_data;
    // By type: nothing for null-data and don't-care; signed and unsigned integers, delta types, enum and bcd as
    // integers of 64 bits; octet-strings as octets; visible and UTF-8 strings as text, as it came.
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, Octets, std::string, BitString,
                 dlms::DateTime, dlms::Date, dlms::Time, Items>
        payload;

    [[nodiscard]] bool is_null() const { return type == dlms::DataTag::null_data; }
    // The elements of an array or structure; none for other types.
    [[nodiscard]] const Items* items() const { return std::get_if<Items>(&payload); }
    [[nodiscard]] const Octets* octets() const { return std::get_if<Octets>(&payload); }
    // Any integer type and enum, if it fits.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    // A date-time, as such or in an octet-string.
    [[nodiscard]] std::optional<dlms::DateTime> date_time() const;
    // A logical name in an octet-string.
    [[nodiscard]] std::optional<dlms::Obis> logical_name() const;

    bool operator==(const Value& other) const;
};

Value null_value();
Value integer_value(dlms::DataTag type, std::int64_t value);
Value unsigned_value(dlms::DataTag type, std::uint64_t value);
Value octet_string_value(Octets octets);
Value octet_string_value(const dlms::DateTime& date_time);
Value structure_value(Value::Items items);
Value array_value(Value::Items items);

struct ValueLimits {
    std::size_t max_depth = dlms::max_data_depth;
    std::size_t max_values = 2'000'000;  // elements of all arrays and structures together
};

// Exactly one value. A compact array becomes the array that it stands for. Errors: malformed, or beyond the limits.
Result<Value, Error> decode_value(Bytes octets, const ValueLimits& limits = {});
// The value that `in` stands at, which is left behind it.
Result<Value, Error> decode_value(ByteReader& in, const ValueLimits& limits = {});

Octets encode(const Value& value);

}  // namespace blathy::station
