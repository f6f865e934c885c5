// Compact arrays (Data [19]) and delta values (Data [28] to [33]), IEC 62056-6-2, 4.1.5: what makes a profile's rows
// short on the wire.
//
// A compact array states the type of its elements once, and then their contents without tags. An array within an
// element has a fixed count. Types nested deeper than max_data_depth are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/data.hpp"

namespace blathy::dlms {

// Yields the elements of a compact array as ordinary data, one after the other, in memory of the caller. Total: hostile
// octets end the iteration, and the work for an element is bounded by the room it is written to.
class CompactArrayReader {
  public:
    // One value from its tag on; anything but a whole compact array is not `ok`.
    explicit CompactArrayReader(Bytes value);

    [[nodiscard]] bool ok() const { return ok_; }
    // Nothing is left, or it is not `ok`.
    [[nodiscard]] bool at_end() const { return !ok_ || contents_.at_end(); }
    [[nodiscard]] Bytes type_description() const { return description_; }

    // Appends the next element. False at the end, and when the contents don't fit the type or the element doesn't fit
    // the room; then it is no longer `ok`.
    bool next(ByteWriter& out);

  private:
    Bytes description_;
    ByteReader contents_;
    bool ok_ = false;
};

// Appends the type description of a value. False: the value is malformed or too deep, or has a type that compact arrays
// can't hold. That all elements of an array have the type of its first one is left to write_compact_element.
bool write_type_description(ByteWriter& out, Bytes value);

// Appends a value's contents. False: it is not of this type.
bool write_compact_element(ByteWriter& out, Bytes description, Bytes value);

// The octets that every element of this type takes; none if they vary. With it a compact array's length is known
// before its first row is encoded.
std::optional<std::size_t> compact_element_size(Bytes description);

// Tag, type description and the length of the contents that follow.
void write_compact_array_header(ByteWriter& out, Bytes description, std::size_t contents_size);

// Writes a compact array row by row. The first row gives the type.
class CompactArrayWriter {
  public:
    explicit CompactArrayWriter(ByteWriter& out) : out_(out), start_(out.size()) {}

    // False: the row is not of the type of the first one, can't be in a compact array, or doesn't fit; nothing of it
    // has been written then. A row without octets can't be in one, because they are what it is counted by.
    bool row(Bytes value);
    // Puts the length in its place. An array without rows is a compact array of null-data.
    bool finish();

  private:
    bool begin(Bytes first_row);

    ByteWriter& out_;
    std::size_t start_;
    std::size_t description_size_ = 0;
};

// Writes `current` as its difference to `previous`, in the shortest delta type, if both are integers of one type and
// that is shorter; otherwise `current` itself. Both are one value each.
void write_delta(ByteWriter& out, Bytes previous, Bytes current);

// Writes the value that `delta` makes of `previous`; a `delta` that is no delta type is the value itself. False: what
// `previous` is can't be counted on, or the sum is out of its range.
bool write_undelta(ByteWriter& out, Bytes previous, Bytes delta);

}  // namespace blathy::dlms
