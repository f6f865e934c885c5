#include "station/profile.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"

namespace blathy::station {
namespace {

using dlms::DataTag;

Value definition_of(const CaptureObject& object) {
    return structure_value({unsigned_value(DataTag::long_unsigned, object.attribute.class_id),
                            octet_string_value(to_octets(object.attribute.instance.groups)),
                            integer_value(DataTag::integer, object.attribute.attribute),
                            unsigned_value(DataTag::long_unsigned, object.data_index)});
}

std::optional<CaptureObject> definition_from(const Value& value) {
    const Value::Items* fields = value.items();
    if (fields == nullptr || fields->size() < 4) return std::nullopt;
    const auto class_id = (*fields)[0].integer();
    const auto instance = (*fields)[1].logical_name();
    const auto attribute = (*fields)[2].integer();
    const auto index = (*fields)[3].integer();
    const auto fits = [](const std::optional<std::int64_t>& number, int least, int most) {
        return number && *number >= least && *number <= most;
    };
    if (!instance || !fits(class_id, 0, 0xFFFF) || !fits(attribute, -128, 127) || !fits(index, 0, 0xFFFF)) {
        return std::nullopt;
    }
    return CaptureObject{{static_cast<std::uint16_t>(*class_id), *instance, static_cast<std::int8_t>(*attribute)},
                         static_cast<std::uint16_t>(*index)};
}

bool is_delta(DataTag type) {
    return type >= DataTag::delta_integer && type <= DataTag::delta_double_long_unsigned;
}

// The type and value that `delta` leads to from `before`; none unless both are integers.
std::optional<Value> sum(const Value& before, const Value& delta) {
    // Wrapping is what the meter's own counter would do.
    const auto bits_of = [](const Value& value) -> std::optional<std::uint64_t> {
        if (const auto* number = std::get_if<std::int64_t>(&value.payload)) return static_cast<std::uint64_t>(*number);
        if (const auto* number = std::get_if<std::uint64_t>(&value.payload)) return *number;
        return std::nullopt;
    };
    const auto a = bits_of(before);
    const auto b = bits_of(delta);
    if (!a || !b) return std::nullopt;
    if (std::holds_alternative<std::int64_t>(before.payload))
        return Value{before.type, static_cast<std::int64_t>(*a + *b)};
    return Value{before.type, *a + *b};
}

std::optional<Value> later(const Value& before, std::chrono::seconds time) {
    const auto date_time = before.date_time();
    if (!date_time) return std::nullopt;
    // The deviation only shifts both the same way.
    const std::int16_t deviation =
        date_time->deviation_min == dlms::deviation_not_specified ? std::int16_t{0} : date_time->deviation_min;
    const auto utc = dlms::to_utc(*date_time, 0);
    if (!utc) return std::nullopt;
    dlms::DateTime result = dlms::local_date_time(*utc + time, deviation, date_time->clock_status);
    result.deviation_min = date_time->deviation_min;
    if (before.type == DataTag::octet_string) return octet_string_value(result);
    return Value{before.type, result};
}

}  // namespace

Result<std::vector<CaptureObject>, Error> capture_objects_from(const Value& value) {
    const Value::Items* items = value.items();
    if (items == nullptr) return fail(protocol_error("the meter's capture_objects are not an array"));
    std::vector<CaptureObject> objects;
    for (const Value& item : *items) {
        const auto object = definition_from(item);
        if (!object) return fail(protocol_error("the meter's capture_objects have a malformed entry"));
        objects.push_back(*object);
    }
    return objects;
}

Selection range_selection(const CaptureObject& restricting, const dlms::DateTime& from, const dlms::DateTime& to,
                          const std::vector<CaptureObject>& columns) {
    Value::Items selected;
    for (const CaptureObject& column : columns) selected.push_back(definition_of(column));
    return {1, encode(structure_value({definition_of(restricting), octet_string_value(from), octet_string_value(to),
                                       array_value(std::move(selected))}))};
}

Selection entry_selection(std::uint32_t first, std::uint32_t last) {
    return {2, encode(structure_value({unsigned_value(DataTag::double_long_unsigned, first),
                                       unsigned_value(DataTag::double_long_unsigned, last),
                                       unsigned_value(DataTag::long_unsigned, 1),
                                       unsigned_value(DataTag::long_unsigned, 0)}))};
}

Result<void, Error> ElementStream::put(Bytes piece) {
    append(pending_, piece);
    if (kind_ == Kind::unknown) {
        // Tag and count take six octets at most.
        if (pending_.empty()) return {};
        if (pending_[0] != static_cast<std::uint8_t>(DataTag::array)) {
            kind_ = Kind::whole;
        } else {
            ByteReader in(pending_);
            in.skip(1);
            const std::size_t count = dlms::read_length(in);
            if (!in.ok()) {
                if (pending_.size() < 6) return {};
                return fail(protocol_error("the meter sent a malformed array"));
            }
            remaining_ = count;
            kind_ = Kind::elements;
            pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(in.position()));
        }
    }
    if (kind_ == Kind::elements) return take_elements();
    if (pending_.size() > max_compact_octets_) {
        return fail(Error{ErrorKind::limit, 0, "the meter's answer is too long; ask for less at a time"});
    }
    return {};
}

Result<void, Error> ElementStream::take_elements() {
    std::size_t taken = 0;
    while (remaining_ > 0 && taken < pending_.size()) {
        const Bytes rest = Bytes(pending_).subspan(taken);
        // An element is looked at again when twice as much of it is there, so that no piece is looked at too often.
        if (taken == 0 && rest.size() < 2 * tried_) break;
        const auto size = dlms::data_size(rest);
        if (!size) {
            if (rest.size() > max_element_octets) return fail(protocol_error("the meter sent a malformed array"));
            tried_ = rest.size();
            break;
        }
        tried_ = 0;
        auto element = decode_value(rest.first(*size), limits_);
        if (!element) return fail(element.error());
        if (auto done = sink_(std::move(*element)); !done) return done;
        taken += *size;
        --remaining_;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (remaining_ == 0 && !pending_.empty()) return fail(protocol_error("the meter sent more than the array holds"));
    return {};
}

Result<void, Error> ElementStream::finish() {
    if (kind_ == Kind::whole) return finish_whole();
    tried_ = 0;
    if (auto done = take_elements(); !done) return done;
    if (kind_ == Kind::unknown || remaining_ > 0)
        return fail(protocol_error("the meter sent an array that is not complete"));
    return {};
}

Result<void, Error> ElementStream::finish_whole() {
    auto value = decode_value(pending_, limits_);
    if (!value) return fail(value.error());
    if (value->is_null()) return {};
    if (value->type != DataTag::array) return fail(protocol_error("the meter sent something else than an array"));
    for (Value& element : std::get<Value::Items>(value->payload)) {
        if (auto done = sink_(std::move(element)); !done) return done;
    }
    return {};
}

Result<Value::Items, Error> RowExpander::expand(Value row) {
    auto* items = std::get_if<Value::Items>(&row.payload);
    if (items == nullptr || row.type != DataTag::structure || items->size() != columns_.size()) {
        return fail(protocol_error("the meter sent a row that does not match the profile's capture objects"));
    }
    for (std::size_t i = 0; i < items->size() && i < last_.size(); ++i) {
        Value& value = (*items)[i];
        const Value& before = last_[i];
        if (value.is_null()) {
            value = (columns_[i].is_clock() ? later(before, capture_period_) : std::nullopt).value_or(before);
        } else if (is_delta(value.type)) {
            if (auto total = sum(before, value)) value = std::move(*total);
        }
    }
    last_ = *items;
    return std::move(*items);
}

}  // namespace blathy::station
