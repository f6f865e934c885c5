// The buffer of a profile: how its rows leave the meter, one by one.

#include <algorithm>
#include <array>

#include "dlms/compact_array.hpp"
#include "meter/meter.hpp"
#include "meter/profile/profile.hpp"
#include "meter/profile/selection.hpp"

namespace blathy::meter::profile {
namespace {

using dlms::DataAccessResult;
using dlms::DataWriter;

constexpr std::size_t time_cell_size = 2 + dlms::DateTime::encoded_size;
constexpr std::size_t structure_header_size = 2;
// Tag and count of the structure, and a tag for each column.
constexpr std::size_t max_description_size = structure_header_size + ColumnSet::max_columns;

// Rows as structures, in memory of its own.
class Rows {
  public:
    Rows(const ProfileSource& source, const Meter& meter, const ProfileSelection& selection)
        : source_(source), meter_(meter), selection_(selection) {}

    // Empty: the row is not selected, gone or rotten.
    Bytes read(std::uint32_t row) {
        if (!is_selected(source_, meter_, selection_, row, scratch_)) return {};
        ByteWriter out(room_);
        DataWriter data(out);
        data.structure(selection_.columns.count());
        if (!source_.write_row(meter_, row, selection_.columns, scratch_, data) || !out.ok()) return {};
        return out.written();
    }

  private:
    const ProfileSource& source_;
    const Meter& meter_;
    const ProfileSelection& selection_;
    RowScratch scratch_;
    std::array<std::uint8_t, max_profile_row_size> room_;
};

// The time that stands in a row's first column; none if nothing is captured at a time there.
std::optional<dlms::DateTime> time_in(Bytes row) {
    if (row.size() < structure_header_size + time_cell_size) return std::nullopt;
    dlms::DataReader cell(row.subspan(structure_header_size, time_cell_size));
    const dlms::DateTime time = cell.date_time();
    return cell.complete() ? std::optional(time) : std::nullopt;
}

// Whether a client that adds the capture period to the time before comes to this one.
bool follows(const dlms::DateTime& time, const std::optional<dlms::DateTime>& before, std::uint32_t period_s) {
    const auto utc = before ? dlms::to_utc(*before, 0) : std::nullopt;
    if (!utc || period_s == 0 || before->deviation_min == dlms::deviation_not_specified) return false;
    return time ==
           dlms::local_date_time(*utc + std::chrono::seconds{period_s}, before->deviation_min, before->clock_status);
}

void write_without_time(Bytes row, DataWriter& out) {
    out.encoded(row.first(structure_header_size));
    out.null_data();
    out.encoded(row.subspan(structure_header_size + time_cell_size));
}

struct Description {
    std::array<std::uint8_t, max_description_size> room{};
    std::size_t size = 0;

    bool describe(Bytes row) {
        ByteWriter out(room);
        const bool described = dlms::write_type_description(out, row);
        size = out.size();
        return described;
    }
    [[nodiscard]] Bytes octets() const { return Bytes(room).first(size); }
};

// A row's contents without types, in `room`; empty if it has another type.
Bytes contents_of(Bytes row, const Description& type, MutableBytes room) {
    ByteWriter out(room);
    return dlms::write_compact_element(out, type.octets(), row) ? out.written() : Bytes{};
}

// Types once, and the length of all that follows: it is that of the first row times their number.
bool begin_compact_array(Rows& rows, const ProfileRows& selected, std::uint32_t count, DataWriter& out) {
    std::array<std::uint8_t, max_profile_row_size> room;
    std::array<std::uint8_t, 8 + max_description_size> header_room;
    ByteWriter header(header_room);
    Description type;
    type.room[0] = static_cast<std::uint8_t>(dlms::DataTag::null_data);
    type.size = 1;  // of an array without rows
    std::size_t size = 0;
    if (count > 0) {
        Bytes row;
        for (std::uint32_t i = 0; row.empty() && i < selected.count; ++i) row = rows.read(selected.first + i);
        if (row.empty() || !type.describe(row)) return false;
        size = contents_of(row, type, room).size() * count;
    }
    dlms::write_compact_array_header(header, type.octets(), size);
    out.encoded(header.written());
    return header.ok();
}

}  // namespace

// The cursor's position is the number of the next row, its end the number behind the last one, and `left` how many rows
// were announced and are to come. Rows that rotted are not announced; nor are they given as null-data, which would mean
// that they are like the one before.
DataAccessResult read_buffer(const ProfileSource& source, const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    CaptureRoom capture_room;
    const auto columns = source.columns(of.meter, capture_room);
    const auto selection = of.access != nullptr
                               ? read_selection(*of.access, columns, source.time_column, of.meter.clock())
                               : Result<ProfileSelection, DataAccessResult>(whole_profile(columns));
    if (!selection) return selection.error();
    const BufferForm form = source.form == nullptr ? BufferForm::array : source.form(of.meter);
    const bool leaves_times_out = form == BufferForm::array_without_times && source.time_column == 0 &&
                                  selection->columns.has(source.time_column);
    const std::uint32_t period_s = source.capture_period_s(of.meter);
    Rows rows(source, of.meter, *selection);
    std::optional<dlms::DateTime> before;
    if (!cursor.more) {
        const auto [selected, count] = selected_rows(source, of.meter, *selection);
        cursor.position = selected.first;
        cursor.end = selected.first + selected.count;
        cursor.left = count;
        if (form != BufferForm::compact_array) {
            out.array(cursor.left);
        } else if (!begin_compact_array(rows, selected, cursor.left, out)) {
            return DataAccessResult::other_reason;
        }
    } else if (leaves_times_out) {
        before = time_in(rows.read(cursor.position - 1));
    }
    Description type;
    std::array<std::uint8_t, max_profile_row_size> contents;
    for (; cursor.left > 0 && cursor.position != cursor.end && out.room_left() >= source.max_row_size;
         ++cursor.position) {
        Bytes row = rows.read(cursor.position);
        if (row.empty()) continue;
        if (form == BufferForm::compact_array) {
            if (type.size == 0 && !type.describe(row)) return DataAccessResult::other_reason;
            row = contents_of(row, type, contents);
            if (row.empty()) return DataAccessResult::other_reason;
        }
        const auto time = leaves_times_out ? time_in(row) : std::nullopt;
        if (time && follows(*time, before, period_s)) {
            write_without_time(row, out);
        } else {
            out.encoded(row);
        }
        before = time;
        --cursor.left;
    }
    // Newer rows have taken the place of some that were announced, or these rotted since.
    if (cursor.left > 0 && cursor.position == cursor.end) return DataAccessResult::other_reason;
    cursor.more = cursor.left > 0;
    return DataAccessResult::success;
}

}  // namespace blathy::meter::profile
