#include "meter/profile/profile.hpp"

#include "meter/meter.hpp"

namespace blathy::meter::profile {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataWriter;

// The parameter of both methods, which means nothing: integer (0).
ActionResult invoke(ActionResult (*method)(Meter&), const RequestContext& of, Bytes parameters) {
    dlms::DataReader in(parameters);
    (void)in.integer();
    return in.complete() ? method(of.meter) : ActionResult::type_unmatched;
}

}  // namespace

// The cursor's position is the index of the next column.
DataAccessResult read_capture_objects(const ProfileSource& source, const AttributeContext& of, Cursor& cursor,
                                      DataWriter& out) {
    CaptureRoom room;
    const auto columns = source.columns(of.meter, room);
    if (!cursor.more) out.array(columns.size());
    for (; cursor.position < columns.size() && out.room_left() >= capture_object_size; ++cursor.position) {
        write_capture_object(out, columns[cursor.position]);
    }
    cursor.more = cursor.position < columns.size();
    return DataAccessResult::success;
}

DataAccessResult read_capture_period(const ProfileSource& source, const AttributeContext& of, Cursor&,
                                     DataWriter& out) {
    out.double_long_unsigned(source.capture_period_s(of.meter));
    return DataAccessResult::success;
}

DataAccessResult read_sort_method(const ProfileSource& source, const AttributeContext&, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(source.sort_method));
    return DataAccessResult::success;
}

DataAccessResult read_sort_object(const ProfileSource& source, const AttributeContext& of, Cursor&, DataWriter& out) {
    CaptureRoom room;
    write_capture_object(out, source.columns(of.meter, room)[source.time_column]);
    return DataAccessResult::success;
}

DataAccessResult read_entries_in_use(const ProfileSource& source, const AttributeContext& of, Cursor&,
                                     DataWriter& out) {
    out.double_long_unsigned(source.rows(of.meter).count);
    return DataAccessResult::success;
}

DataAccessResult read_profile_entries(const ProfileSource& source, const AttributeContext& of, Cursor&,
                                      DataWriter& out) {
    out.double_long_unsigned(source.profile_entries(of.meter));
    return DataAccessResult::success;
}

DataAccessResult write_capture_objects(const ProfileSource& source, const RequestContext& of, Bytes value) {
    if (source.set_columns == nullptr) return DataAccessResult::read_write_denied;
    std::array<CaptureObject, ColumnSet::max_columns> objects;
    dlms::DataReader in(value);
    const std::size_t count = in.array();
    if (!in.ok()) return DataAccessResult::type_unmatched;
    if (count == 0 || count > objects.size()) return DataAccessResult::other_reason;
    for (std::size_t i = 0; i < count; ++i) objects[i] = read_capture_object(in);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return source.set_columns(of.meter, std::span(objects).first(count));
}

DataAccessResult write_capture_period(const ProfileSource& source, const RequestContext& of, Bytes value) {
    if (source.set_capture_period == nullptr) return DataAccessResult::read_write_denied;
    dlms::DataReader in(value);
    const std::uint32_t period_s = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return source.set_capture_period(of.meter, period_s);
}

ActionResult reset(const ProfileSource& source, const RequestContext& of, Bytes parameters) {
    return invoke(source.reset, of, parameters);
}

ActionResult capture(const ProfileSource& source, const RequestContext& of, Bytes parameters) {
    return invoke(source.capture, of, parameters);
}

}  // namespace blathy::meter::profile
