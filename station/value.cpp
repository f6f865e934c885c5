#include "station/value.hpp"

#include <bit>
#include <limits>

#include <boost/container/small_vector.hpp>

#include "dlms/apdu/common.hpp"
#include "dlms/axdr.hpp"
#include "dlms/compact_array.hpp"

namespace blathy::station {
namespace {

using dlms::DataTag;

Error malformed_value() {
    return protocol_error("the meter sent a malformed_value value");
}

Error too_large() {
    return {ErrorKind::limit, 0, "the meter sent a value of too many elements; ask for less at a time"};
}

BitString read_bit_string(ByteReader& in) {
    const std::size_t bits = dlms::read_length(in);
    const Bytes octets = in.bytes(bits / 8 + (bits % 8 != 0 ? 1 : 0));
    return {to_octets(octets), in.ok() ? bits : 0};
}

template <class T>
T checked(ByteReader& in, const std::optional<T>& value) {
    if (!value) in.invalidate();
    return value.value_or(T{});
}

// The content behind the tag of any type but arrays, structures and compact arrays; those invalidate `in`.
Value read_scalar(ByteReader& in, DataTag type) {
    Value value{type, {}};
    switch (type) {
        case DataTag::null_data:
        case DataTag::dont_care:
            break;
        case DataTag::boolean:
            value.payload = in.u8() != 0;
            break;
        case DataTag::integer:
        case DataTag::delta_integer:
            value.payload = std::int64_t{in.i8()};
            break;
        case DataTag::long_:
        case DataTag::delta_long:
            value.payload = std::int64_t{in.i16()};
            break;
        case DataTag::double_long:
        case DataTag::delta_double_long:
            value.payload = std::int64_t{in.i32()};
            break;
        case DataTag::long64:
            value.payload = in.i64();
            break;
        case DataTag::unsigned_:
        case DataTag::delta_unsigned:
        case DataTag::enumerated:
        case DataTag::bcd:
            value.payload = std::uint64_t{in.u8()};
            break;
        case DataTag::long_unsigned:
        case DataTag::delta_long_unsigned:
            value.payload = std::uint64_t{in.u16()};
            break;
        case DataTag::double_long_unsigned:
        case DataTag::delta_double_long_unsigned:
            value.payload = std::uint64_t{in.u32()};
            break;
        case DataTag::long64_unsigned:
            value.payload = in.u64();
            break;
        case DataTag::float32:
            value.payload = double{std::bit_cast<float>(in.u32())};
            break;
        case DataTag::float64:
            value.payload = std::bit_cast<double>(in.u64());
            break;
        case DataTag::octet_string:
            value.payload = to_octets(dlms::read_octets(in));
            break;
        case DataTag::visible_string:
        case DataTag::utf8_string:
            value.payload = std::string(as_text(dlms::read_octets(in)));
            break;
        case DataTag::bit_string:
            value.payload = read_bit_string(in);
            break;
        case DataTag::date_time:
            value.payload = checked(in, dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size)));
            break;
        case DataTag::date:
            value.payload = checked(in, dlms::read_date(in.bytes(dlms::Date::encoded_size)));
            break;
        case DataTag::time:
            value.payload = checked(in, dlms::read_time(in.bytes(dlms::Time::encoded_size)));
            break;
        default:
            in.invalidate();
            break;
    }
    return value;
}

struct OpenContainer {
    Value* value;
    std::size_t pending;  // elements still to come
};

class Decoder {
  public:
    explicit Decoder(const ValueLimits& limits) : limits_(limits), budget_(limits.max_values) {}

    // Containers are filled one inside another. A pointer to one stays valid because its parent gets no further element
    // before it is complete.
    Result<Value, Error> decode(ByteReader& in) {
        Value root;
        boost::container::small_vector<OpenContainer, dlms::max_data_depth> open;
        Value* place = &root;
        while (true) {
            const auto type = static_cast<DataTag>(in.peek_u8());
            if (type == DataTag::compact_array) {
                auto array = decode_compact_array(in);
                if (!array) return array;
                *place = std::move(*array);
            } else if (type == DataTag::structure || type == DataTag::array) {
                in.skip(1);
                const std::size_t count = dlms::read_length(in);
                // Each element takes at least one octet.
                if (!in.ok() || count > in.remaining()) return fail(malformed_value());
                if (count > budget_ || (count > 0 && open.size() == limits_.max_depth)) return fail(too_large());
                budget_ -= count;
                *place = Value{type, Value::Items{}};
                items_of(*place).reserve(count);
                if (count > 0) open.push_back({place, count});
            } else {
                in.skip(1);
                *place = read_scalar(in, type);
                if (!in.ok()) return fail(malformed_value());
            }
            while (!open.empty() && open.back().pending == 0) open.pop_back();
            if (open.empty()) return root;
            OpenContainer& parent = open.back();
            --parent.pending;
            place = &items_of(*parent.value).emplace_back();
        }
    }

  private:
    // An element of a compact array, with its tags; the rows of a profile are far below.
    static constexpr std::size_t max_element_octets = std::size_t{1} << 16;

    // Decodes itself no deeper than once: compact arrays hold no compact arrays.
    Result<Value, Error> decode_compact_array(ByteReader& in) {
        dlms::CompactArrayReader elements(dlms::read_data(in));
        if (!in.ok() || !elements.ok()) return fail(malformed_value());
        element_.resize(max_element_octets);
        Value array{DataTag::array, Value::Items{}};
        while (!elements.at_end()) {
            if (budget_ == 0) return fail(too_large());
            --budget_;
            ByteWriter out(element_);
            if (!elements.next(out)) return fail(malformed_value());
            ByteReader element(out.written());
            auto value = decode(element);
            if (!value) return value;
            items_of(array).push_back(std::move(*value));
        }
        return array;
    }

    static Value::Items& items_of(Value& value) { return std::get<Value::Items>(value.payload); }

    ValueLimits limits_;
    std::size_t budget_;  // values that may still come
    Octets element_;
};

void put(Octets& out, std::uint64_t value, std::size_t octets) {
    while (octets-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * octets)));
}

void put_length(Octets& out, std::size_t length) {
    append(out, encoded(5, [&](ByteWriter& writer) { dlms::write_length(writer, length); }));
}

template <class T>
void put_time(Octets& out, const T& value) {
    append(out, encoded(T::encoded_size, [&](ByteWriter& writer) { dlms::write(writer, value); }));
}

// All but the elements of a container.
void put_head(Octets& out, const Value& value) {
    out.push_back(static_cast<std::uint8_t>(value.type));
    const std::size_t size = dlms::fixed_size(value.type).value_or(0);
    struct Put {
        Octets& out;
        const Value& value;
        std::size_t size;
        void operator()(std::monostate) const {}
        void operator()(bool flag) const { out.push_back(flag ? 1 : 0); }
        void operator()(std::int64_t number) const { put(out, static_cast<std::uint64_t>(number), size); }
        void operator()(std::uint64_t number) const { put(out, number, size); }
        void operator()(double number) const {
            if (value.type == DataTag::float32)
                return put(out, std::bit_cast<std::uint32_t>(static_cast<float>(number)), 4);
            put(out, std::bit_cast<std::uint64_t>(number), 8);
        }
        void operator()(const Octets& octets) const { put_length(out, octets.size()), append(out, octets); }
        void operator()(const std::string& text) const { put_length(out, text.size()), append(out, as_bytes(text)); }
        void operator()(const BitString& bits) const { put_length(out, bits.bits), append(out, bits.octets); }
        void operator()(const dlms::DateTime& date_time) const { put_time(out, date_time); }
        void operator()(const dlms::Date& date) const { put_time(out, date); }
        void operator()(const dlms::Time& time) const { put_time(out, time); }
        void operator()(const Value::Items& items) const { put_length(out, items.size()); }
    };
    std::visit(Put{out, value, size}, value.payload);
}

}  // namespace

bool Value::operator==(const Value& other) const {
    return type == other.type && payload == other.payload;
}

std::optional<std::int64_t> Value::integer() const {
    if (const auto* number = std::get_if<std::int64_t>(&payload)) return *number;
    if (const auto* number = std::get_if<std::uint64_t>(&payload)) {
        if (*number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return static_cast<std::int64_t>(*number);
        }
    }
    return std::nullopt;
}

std::optional<dlms::DateTime> Value::date_time() const {
    if (const auto* value = std::get_if<dlms::DateTime>(&payload)) return *value;
    if (const Octets* value = octets()) return dlms::read_date_time(*value);
    return std::nullopt;
}

std::optional<dlms::Obis> Value::logical_name() const {
    if (const Octets* value = octets()) return dlms::obis_from(*value);
    return std::nullopt;
}

Value null_value() {
    return {};
}
Value integer_value(DataTag type, std::int64_t value) {
    return {type, value};
}
Value unsigned_value(DataTag type, std::uint64_t value) {
    return {type, value};
}
Value octet_string_value(Octets octets) {
    return {DataTag::octet_string, std::move(octets)};
}
Value octet_string_value(const dlms::DateTime& date_time) {
    Octets octets;
    put_time(octets, date_time);
    return octet_string_value(std::move(octets));
}
Value structure_value(Value::Items items) {
    return {DataTag::structure, std::move(items)};
}
Value array_value(Value::Items items) {
    return {DataTag::array, std::move(items)};
}

Result<Value, Error> decode_value(ByteReader& in, const ValueLimits& limits) {
    return Decoder(limits).decode(in);
}

Result<Value, Error> decode_value(Bytes octets, const ValueLimits& limits) {
    ByteReader in(octets);
    auto value = decode_value(in, limits);
    if (value && !in.at_end()) return fail(malformed_value());
    return value;
}

Octets encode(const Value& value) {
    struct Open {
        const Value::Items* items;
        std::size_t next;
    };
    Octets out;
    std::vector<Open> open;
    const Value* current = &value;
    while (true) {
        put_head(out, *current);
        if (const Value::Items* items = current->items()) open.push_back({items, 0});
        while (!open.empty() && open.back().next == open.back().items->size()) open.pop_back();
        if (open.empty()) return out;
        current = &(*open.back().items)[open.back().next++];
    }
}

}  // namespace blathy::station
