#include "meter/server/value_stream.hpp"

#include "dlms/data.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {

using dlms::DataAccessResult;

DataAccessResult ValueStream::begin(const Meter& meter, Association& association,
                                    const dlms::AttributeSelection& selection) {
    *this = {};
    const auto source = find_readable(meter, association, selection);
    if (!source) return source.error();
    source_ = *source;
    access_ = selection.access;
    more_ = true;
    return DataAccessResult::success;
}

DataAccessResult ValueStream::write(const Meter& meter, Association& association, ByteWriter& out) {
    if (source_.id == all_attributes) return write_all(meter, association, out);
    auto result = DataAccessResult::success;
    if (source_.attribute == nullptr) {
        dlms::DataWriter(out).octet_string(source_.object->name);
    } else {
        result = write_attribute(meter, association, *source_.attribute, out);
    }
    more_ = result == DataAccessResult::success && cursor_.more;
    return result;
}

DataAccessResult ValueStream::write_attribute(const Meter& meter, Association& association, const Attribute& attribute,
                                              ByteWriter& out) {
    const std::size_t start = out.size();
    const dlms::SelectiveAccess* access = access_ ? &*access_ : nullptr;
    dlms::DataWriter data(out);
    auto result = attribute.read({meter, *source_.object, association, access}, cursor_, data);
    if (!out.ok()) result = DataAccessResult::other_reason;
    if (result != DataAccessResult::success) out.rewind(start);
    return result;
}

// What the client has no right to, and what can't be had for another reason, is null-data.
DataAccessResult ValueStream::write_all(const Meter& meter, Association& association, ByteWriter& out) {
    const int count = attribute_count(*source_.object);
    dlms::DataWriter data(out);
    if (next_attribute_ == 0) {
        data.structure(static_cast<std::size_t>(count));
        data.octet_string(source_.object->name);
        next_attribute_ = logical_name_attribute;
    } else {
        const Attribute* attribute =
            find_attribute(*source_.object->interface_class, static_cast<std::int8_t>(next_attribute_));
        const bool first = !cursor_.more;
        const bool readable = attribute != nullptr && may_read(association, *source_.object, *attribute);
        const auto result =
            readable ? write_attribute(meter, association, *attribute, out) : DataAccessResult::read_write_denied;
        if (result != DataAccessResult::success) {
            if (!first) return result;
            data.null_data();
            cursor_ = {};
        }
    }
    if (!cursor_.more) {
        cursor_ = {};
        ++next_attribute_;
    }
    more_ = next_attribute_ <= count;
    return DataAccessResult::success;
}

}  // namespace blathy::meter
