// Profile generic, the master's side: what its rows hold, which of them to ask for, and the rows as they come
// (IEC 62056-6-2, 5.2.6; class 7).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dlms/apdu/common.hpp"
#include "dlms/date_time.hpp"
#include "station/format.hpp"
#include "station/service/target.hpp"
#include "station/value.hpp"

namespace blathy::station {

// capture_object_definition.
struct CaptureObject {
    dlms::AttributeDescriptor attribute;
    std::uint16_t data_index = 0;  // 0: the whole attribute

    [[nodiscard]] bool is_clock() const { return attribute.class_id == 8 && attribute.attribute == 2; }
    bool operator==(const CaptureObject&) const = default;
};

// The value of attribute 3, capture_objects.
Result<std::vector<CaptureObject>, Error> capture_objects_from(const Value& value);

// Range descriptor, selector 1: rows whose `restricting` column lies within [from, to]. No `columns`: all of them.
Selection range_selection(const CaptureObject& restricting, const dlms::DateTime& from, const dlms::DateTime& to,
                          const std::vector<CaptureObject>& columns = {});
// Entry descriptor, selector 2: rows `first` to `last`, from 1; last 0 means the end.
Selection entry_selection(std::uint32_t first, std::uint32_t last);

// An array, element by element, out of the pieces of its encoding. Keeps no more than one element, unless the array is
// a compact one.
class ElementStream {
  public:
    using Sink = std::function<Result<void, Error>(Value element)>;

    ElementStream(Sink sink, const ValueLimits& limits, std::size_t max_compact_octets)
        : sink_(std::move(sink)), limits_(limits), max_compact_octets_(max_compact_octets) {}

    Result<void, Error> put(Bytes piece);
    // The end: nothing must be missing, and nothing left over.
    Result<void, Error> finish();

  private:
    Result<void, Error> take_elements();
    Result<void, Error> finish_whole();

    // Longer elements are refused; the rows of a profile are far below.
    static constexpr std::size_t max_element_octets = std::size_t{1} << 16;

    enum class Kind : std::uint8_t { unknown, elements, whole };
    Sink sink_;
    ValueLimits limits_;
    std::size_t max_compact_octets_;
    Octets pending_;
    std::size_t remaining_ = 0;  // elements still to come
    std::size_t tried_ = 0;      // with so many octets the next element was not complete
    Kind kind_ = Kind::unknown;
};

// Puts back what meters leave out of rows: null-data for a value like that of the row before, null-data for a time one
// capture period later, and the delta types for the difference to the row before (IEC 62056-6-2, 5.2.6.2).
class RowExpander {
  public:
    RowExpander(std::vector<CaptureObject> columns, std::chrono::seconds capture_period)
        : columns_(std::move(columns)), capture_period_(capture_period) {}

    // Errors: not a structure of as many elements as columns.
    Result<Value::Items, Error> expand(Value row);

  private:
    std::vector<CaptureObject> columns_;
    std::chrono::seconds capture_period_;
    Value::Items last_;
};

}  // namespace blathy::station
