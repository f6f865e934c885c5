// Selective access to the buffer of a profile (IEC 62056-6-2, 5.2.6.2): which rows and columns a client wants.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/clock/clock.hpp"
#include "meter/profile/source.hpp"

namespace blathy::meter {

// Both included.
struct TimeRange {
    UtcTime from;
    UtcTime to;
};

// Rows in the order of the buffer, from 1, both included; what is beyond the last row is none.
struct EntryRange {
    std::uint32_t first = 1;
    std::uint32_t last = 0xFFFF'FFFF;
};

struct ProfileSelection {
    ColumnSet columns;
    std::optional<TimeRange> times;  // none: `entries` count
    EntryRange entries;
};

// Takes a range descriptor (selector 1) or an entry descriptor (selector 2).
//
// A range is of the time column. Its ends are a date-time as octet-string or of the date-time
// type; with deviation an instant, without one the local time of `clock`. Unspecified fields at the end of a date-time
// (the hundredths, the time, the day and so on) make the range as wide as they allow. Of an hour that daylight saving
// repeats, both are meant unless the clock status says which.
//
// Errors: type_unmatched for what is not one of the two structures; scope_of_access_violated for another selector, a
// range of another column, and columns or entries that the profile can't have; other_reason for a time that is none.
Result<ProfileSelection, dlms::DataAccessResult> read_selection(const dlms::SelectiveAccess& access,
                                                                std::span<const CaptureObject> columns,
                                                                std::size_t time_column, const Clock& clock);

// Everything there is.
ProfileSelection whole_profile(std::span<const CaptureObject> columns);

// The rows from the first selected one to the last, and how many of them are selected and neither gone nor rotten.
// Those of a range need not follow each other: of a clock that was set back, the same times come twice.
struct SelectedRows {
    ProfileRows rows;
    std::uint32_t count = 0;
};
// Of a range it looks at the time of every row, which is done once for an answer.
SelectedRows selected_rows(const ProfileSource& source, const Meter& meter, const ProfileSelection& selection);

// Whether a row between those two is among them.
bool is_selected(const ProfileSource& source, const Meter& meter, const ProfileSelection& selection, std::uint32_t row,
                 RowScratch& scratch);

}  // namespace blathy::meter
