// COSEM data: one value of the `Data` CHOICE, A-XDR coded (IEC 62056-5-3, clause 8; types in IEC 62056-6-2, 4.1.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "dlms/axdr.hpp"
#include "dlms/date_time.hpp"
#include "dlms/obis.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms {

// Structures and arrays within each other; deeper data is refused.
inline constexpr std::size_t max_data_depth = 16;

// The size of the one value that `octets` begin with. None if it is malformed, too deep, or not all there.
std::optional<std::size_t> data_size(Bytes octets);

// The size of a compact array's type description at the beginning of `octets`.
std::optional<std::size_t> type_description_size(Bytes octets);

// The octets behind the tag of a type whose size is fixed; none for the others.
constexpr std::optional<std::size_t> fixed_size(DataTag tag) {
    switch (tag) {
        case DataTag::null_data:
        case DataTag::dont_care:
            return 0;
        case DataTag::boolean:
        case DataTag::bcd:
        case DataTag::integer:
        case DataTag::unsigned_:
        case DataTag::enumerated:
        case DataTag::delta_integer:
        case DataTag::delta_unsigned:
            return 1;
        case DataTag::long_:
        case DataTag::long_unsigned:
        case DataTag::delta_long:
        case DataTag::delta_long_unsigned:
            return 2;
        case DataTag::double_long:
        case DataTag::double_long_unsigned:
        case DataTag::float32:
        case DataTag::time:
        case DataTag::delta_double_long:
        case DataTag::delta_double_long_unsigned:
            return 4;
        case DataTag::date:
            return 5;
        case DataTag::long64:
        case DataTag::long64_unsigned:
        case DataTag::float64:
            return 8;
        case DataTag::date_time:
            return 12;
        case DataTag::array:
        case DataTag::structure:
        case DataTag::bit_string:
        case DataTag::octet_string:
        case DataTag::visible_string:
        case DataTag::utf8_string:
        case DataTag::compact_array:
            return std::nullopt;
    }
    return std::nullopt;
}

class DataWriter {
  public:
    explicit DataWriter(ByteWriter& out) : out_(out) {}

    [[nodiscard]] bool ok() const { return out_.ok(); }
    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] std::size_t room_left() const { return out_.room_left(); }

    void null_data() { tag(DataTag::null_data); }
    void array(std::size_t count) { counted(DataTag::array, count); }
    void structure(std::size_t count) { counted(DataTag::structure, count); }
    void boolean(bool value) { tagged_u8(DataTag::boolean, value ? 1 : 0); }
    void integer(std::int8_t value) { tagged_u8(DataTag::integer, static_cast<std::uint8_t>(value)); }
    void unsigned_(std::uint8_t value) { tagged_u8(DataTag::unsigned_, value); }
    void enumerated(std::uint8_t value) { tagged_u8(DataTag::enumerated, value); }
    void long_(std::int16_t value) { tag(DataTag::long_), out_.i16(value); }
    void long_unsigned(std::uint16_t value) { tag(DataTag::long_unsigned), out_.u16(value); }
    void double_long(std::int32_t value) { tag(DataTag::double_long), out_.i32(value); }
    void double_long_unsigned(std::uint32_t value) { tag(DataTag::double_long_unsigned), out_.u32(value); }
    void long64(std::int64_t value) { tag(DataTag::long64), out_.i64(value); }
    void long64_unsigned(std::uint64_t value) { tag(DataTag::long64_unsigned), out_.u64(value); }
    void octet_string(Bytes octets) { counted(DataTag::octet_string, octets.size()), out_.bytes(octets); }
    void octet_string(std::string_view text) { octet_string(as_bytes(text)); }
    void octet_string(const Obis& obis) { octet_string(Bytes(obis.groups)); }
    void visible_string(std::string_view text) { counted(DataTag::visible_string, text.size()), out_.text(text); }
    void bit_string(Bytes octets, std::size_t bits) { counted(DataTag::bit_string, bits), out_.bytes(octets); }
    // Dates and times as the octet-strings that COSEM attributes carry them in.
    void octet_string(const DateTime& value) { counted(DataTag::octet_string, 12), write(out_, value); }
    void octet_string(const Date& value) { counted(DataTag::octet_string, 5), write(out_, value); }
    void octet_string(const Time& value) { counted(DataTag::octet_string, 4), write(out_, value); }
    void scaler_unit(std::int8_t scaler, Unit unit) {
        structure(2), integer(scaler), enumerated(static_cast<std::uint8_t>(unit));
    }
    // Octets that are data already.
    void encoded(Bytes data) { out_.bytes(data); }

  private:
    void tag(DataTag tag) { out_.u8(static_cast<std::uint8_t>(tag)); }
    void counted(DataTag type, std::size_t count) { tag(type), write_length(out_, count); }
    void tagged_u8(DataTag type, std::uint8_t value) { tag(type), out_.u8(value); }

    ByteWriter& out_;
};

// Reads data of a type that the caller expects. Like ByteReader it is total: a value of another type, or too few
// octets, makes `ok()` false for good and yields a zero.
class DataReader {
  public:
    explicit DataReader(Bytes octets) : in_(octets) {}

    [[nodiscard]] bool ok() const { return in_.ok(); }
    [[nodiscard]] bool at_end() const { return in_.at_end(); }
    [[nodiscard]] Bytes rest() const { return in_.rest(); }
    [[nodiscard]] DataTag peek() const { return static_cast<DataTag>(in_.peek_u8()); }
    // All was as expected, and nothing follows.
    [[nodiscard]] bool complete() const { return ok() && at_end(); }

    std::size_t array() { return count_of(DataTag::array); }
    std::size_t structure() { return count_of(DataTag::structure); }
    void structure(std::size_t expected) {
        if (structure() != expected) in_.invalidate();
    }
    bool boolean() { return expect(DataTag::boolean) && in_.u8() != 0; }
    std::int8_t integer() { return expect(DataTag::integer) ? in_.i8() : std::int8_t{0}; }
    std::uint8_t unsigned_() { return expect(DataTag::unsigned_) ? in_.u8() : std::uint8_t{0}; }
    std::uint8_t enumerated() { return expect(DataTag::enumerated) ? in_.u8() : std::uint8_t{0}; }
    std::int16_t long_() { return expect(DataTag::long_) ? in_.i16() : std::int16_t{0}; }
    std::uint16_t long_unsigned() { return expect(DataTag::long_unsigned) ? in_.u16() : std::uint16_t{0}; }
    std::int32_t double_long() { return expect(DataTag::double_long) ? in_.i32() : 0; }
    std::uint32_t double_long_unsigned() { return expect(DataTag::double_long_unsigned) ? in_.u32() : 0; }
    std::int64_t long64() { return expect(DataTag::long64) ? in_.i64() : 0; }
    std::uint64_t long64_unsigned() { return expect(DataTag::long64_unsigned) ? in_.u64() : 0; }
    void null_data() { (void)expect(DataTag::null_data); }
    Bytes octet_string() { return expect(DataTag::octet_string) ? read_octets(in_) : Bytes{}; }
    std::string_view visible_string() {
        return expect(DataTag::visible_string) ? as_text(read_octets(in_)) : std::string_view{};
    }
    Obis logical_name();
    // A date-time as octet-string or as date-time type.
    DateTime date_time();
    // Any one value, as it is encoded.
    Bytes value();

  private:
    bool expect(DataTag tag) {
        if (in_.ok() && in_.remaining() > 0 && peek() == tag) {
            in_.skip(1);
            return true;
        }
        in_.invalidate();
        return false;
    }
    // Each element takes at least one octet: a count that can't be true never reaches a caller's loop.
    std::size_t count_of(DataTag tag) {
        const std::size_t count = expect(tag) ? read_length(in_) : 0;
        if (count > in_.remaining()) in_.invalidate();
        return in_.ok() ? count : 0;
    }

    ByteReader in_;
};

}  // namespace blathy::dlms
