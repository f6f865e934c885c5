// What a profile shows (IC 7, Profile generic): rows by number, and how each of them is written.
//
// A source is constexpr and shared by every meter, like the objects; its rows are functions of `Meter`. Load profiles,
// billing profiles and event logs are sources of the one class.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dlms/apdu/common.hpp"
#include "dlms/data.hpp"
#include "dlms/date_time.hpp"
#include "meter/profile/capture_object.hpp"
#include "meter/storage/row_log.hpp"

namespace blathy::meter {

class Meter;

// Some of the columns of a profile, in the order of the profile.
class ColumnSet {
  public:
    static constexpr std::size_t max_columns = 64;

    constexpr ColumnSet() = default;
    // From column `begin`, counted from 0, to the one before `end`.
    static constexpr ColumnSet range(std::size_t begin, std::size_t end) {
        ColumnSet columns;
        for (std::size_t i = begin; i < end; ++i) columns.add(i);
        return columns;
    }
    constexpr void add(std::size_t column) { bits_ |= std::uint64_t{1} << column; }
    [[nodiscard]] constexpr bool has(std::size_t column) const { return ((bits_ >> column) & 1U) != 0; }
    [[nodiscard]] constexpr std::size_t count() const { return static_cast<std::size_t>(std::popcount(bits_)); }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  private:
    std::uint64_t bits_ = 0;
};

// Memory of whoever looks at a capture list that is not constant.
using CaptureRoom = std::array<CaptureObject, ColumnSet::max_columns>;

// What the cells of a column are.
struct Column {
    enum class Kind : std::uint8_t {
        clock,    // milliseconds since 1970 times two, plus one while the clock is invalid
        instant,  // seconds since 1970; 0: never
        number,   // of the type
    };
    Kind kind = Kind::number;
    dlms::DataTag type = dlms::DataTag::null_data;
};

// Memory of whoever reads rows one after the other: what a source keeps in it makes the next one cheap.
struct RowScratch {
    bool times_only = false;  // nothing but time_of() is asked
    std::optional<RowLog::Reader> reader;
    std::array<Column, ColumnSet::max_columns> columns;
    std::optional<std::size_t> column_count;  // none: not looked up yet
};

inline RowLog::Reader& reader_of(const RowLog& log, RowScratch& scratch) {
    if (!scratch.reader) scratch.reader.emplace(log, scratch.times_only ? 1 : max_row_columns);
    return *scratch.reader;
}

// Of a log whose first column is a clock's time. None: the row is gone or rotten.
inline std::optional<dlms::UtcTime> time_in_log(const RowLog& log, std::uint32_t row, RowScratch& scratch) {
    RowLog::Reader& reader = reader_of(log, scratch);
    if (!reader.read(row)) return std::nullopt;
    return dlms::UtcTime{std::chrono::milliseconds{reader.values()[0] >> 1}};
}

// How the rows of a buffer leave the meter. Which of these it is, is set per profile: a client that does not know of
// the two others has to go on getting the first.
enum class BufferForm : std::uint8_t {
    array,
    array_without_times,  // a time that follows the one before by the capture period is null-data
    compact_array,
    count,
};

enum class SortMethod : std::uint8_t {
    first_in_first_out = 1,
    last_in_first_out = 2,
    largest = 3,
    smallest = 4,
    nearest_to_zero = 5,
    farthest_from_zero = 6,
};

// The rows there are, in the order of the buffer. A row keeps its number as long as it lives, so that a long transfer
// goes on with the row that it stopped at although newer ones were captured meanwhile.
struct ProfileRows {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

struct ProfileSource {
    // At most ColumnSet::max_columns, in the room unless they are constant.
    std::span<const CaptureObject> (*columns)(const Meter&, CaptureRoom&);
    std::size_t time_column;  // the Clock's time, from 0: ranges are of this column
    SortMethod sort_method;
    std::uint32_t (*capture_period_s)(const Meter&);  // 0: not captured periodically
    std::uint32_t (*profile_entries)(const Meter&);   // rows, at most
    ProfileRows (*rows)(const Meter&);
    // It need not rise from row to row: clocks are set back. None: the row is gone or rotten.
    std::optional<dlms::UtcTime> (*time_of)(const Meter&, std::uint32_t row, RowScratch&);
    // Writes one value for each of `columns`, which are not empty; the scratch is a fresh one with the first row.
    // False, and nothing is written: the row is gone or rotten.
    bool (*write_row)(const Meter&, std::uint32_t row, ColumnSet columns, RowScratch&, dlms::DataWriter&);
    std::size_t max_row_size;               // of a structure of all columns; at most max_profile_row_size
    dlms::ActionResult (*reset)(Meter&);    // null where ProfileMethods has none
    dlms::ActionResult (*capture)(Meter&);  // likewise
    // Each clears the buffer, as IEC 62056-6-2 says. Null: can't be.
    dlms::DataAccessResult (*set_columns)(Meter&, std::span<const CaptureObject>) = nullptr;
    dlms::DataAccessResult (*set_capture_period)(Meter&, std::uint32_t period_s) = nullptr;
    // How many of these rows write_row() will write. Null: all.
    std::uint32_t (*readable)(const Meter&, const ProfileRows&) = nullptr;
    // Null: always an array. Of a compact array all cells of a column have one type and one size.
    BufferForm (*form)(const Meter&) = nullptr;
};

// A row and the array's header before it fit a piece of an attribute.
inline constexpr std::size_t max_profile_row_size = 500;

}  // namespace blathy::meter
