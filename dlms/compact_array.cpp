#include "dlms/compact_array.hpp"

#include <array>
#include <limits>

#include "dlms/axdr.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms {
namespace {

void write_tag(ByteWriter& out, DataTag tag) {
    out.u8(static_cast<std::uint8_t>(tag));
}

// The octets behind the length field of a string type; none for other types.
std::optional<std::size_t> string_octets(DataTag tag, std::size_t length) {
    switch (tag) {
        case DataTag::bit_string:
            return length / 8 + (length % 8 != 0 ? 1 : 0);
        case DataTag::octet_string:
        case DataTag::visible_string:
        case DataTag::utf8_string:
            return length;
        default:
            return std::nullopt;
    }
}

// The contents of one value that is neither array nor structure.
struct Contents {
    std::optional<std::size_t> length;  // of a string; a bit-string's in bits
    Bytes octets;
};

Contents read_contents(ByteReader& in, DataTag tag) {
    if (const auto size = fixed_size(tag)) return {std::nullopt, in.bytes(*size)};
    const std::size_t length = read_length(in);
    const auto size = string_octets(tag, length);
    if (!size) in.invalidate();
    return {length, in.bytes(size.value_or(0))};
}

void write_contents(ByteWriter& out, const Contents& contents) {
    if (contents.length) write_length(out, *contents.length);
    out.bytes(contents.octets);
}

// An array or structure that is not complete yet.
struct Open {
    std::size_t left = 0;     // elements still to come
    std::size_t element = 0;  // of an array: where the description of its element begins; 0 for a structure
    std::size_t skip = 0;     // of a described value's array: elements behind the first one
};

// Goes through the values of one element in the order of its contents. `visitor` has array(count), structure(count) and
// value(tag), and ends the walk by returning false; a visitor that consumes or produces an octet for each call bounds
// the walk, whatever counts the description states.
template <class Visitor>
bool walk(Bytes description, Visitor& visitor) {
    std::array<Open, max_data_depth> open{};
    std::size_t depth = 0;
    std::size_t at = 0;
    do {
        ByteReader in(description.subspan(at));
        const auto tag = static_cast<DataTag>(in.u8());
        if (tag == DataTag::structure) {
            const std::size_t count = read_length(in);
            if (!in.ok() || count > in.remaining() || !visitor.structure(count)) return false;
            if (count > 0) {
                if (depth == max_data_depth) return false;
                open[depth++] = {.left = count + 1};
            }
        } else if (tag == DataTag::array) {
            const std::size_t count = in.u16();
            if (!in.ok() || !visitor.array(count)) return false;
            if (count > 0) {
                if (depth == max_data_depth) return false;
                open[depth++] = {.left = count + 1, .element = at + in.position()};
            } else {
                const auto size = type_description_size(in.rest());
                if (!size) return false;
                in.skip(*size);
            }
        } else if (!in.ok() || !visitor.value(tag)) {
            return false;
        }
        at += in.position();
        while (depth > 0 && --open[depth - 1].left == 0) --depth;
        if (depth > 0 && open[depth - 1].element != 0) at = open[depth - 1].element;
    } while (depth > 0);
    return true;
}

// From contents to tagged data.
struct TagContents {
    ByteReader& contents;
    ByteWriter& out;

    bool array(std::size_t count) { return counted(DataTag::array, count); }
    bool structure(std::size_t count) { return counted(DataTag::structure, count); }
    bool value(DataTag tag) {
        write_tag(out, tag);
        write_contents(out, read_contents(contents, tag));
        return contents.ok() && out.ok();
    }

  private:
    bool counted(DataTag tag, std::size_t count) {
        write_tag(out, tag);
        write_length(out, count);
        return out.ok();
    }
};

// From tagged data to contents.
struct StripTags {
    ByteReader& data;
    ByteWriter& out;

    bool array(std::size_t count) { return counted(DataTag::array, count); }
    bool structure(std::size_t count) { return counted(DataTag::structure, count); }
    bool value(DataTag tag) {
        if (data.at_end() || data.u8() != static_cast<std::uint8_t>(tag)) return false;
        write_contents(out, read_contents(data, tag));
        return data.ok() && out.ok();
    }

  private:
    bool counted(DataTag tag, std::size_t count) const {
        return !data.at_end() && data.u8() == static_cast<std::uint8_t>(tag) && read_length(data) == count && data.ok();
    }
};

bool skip_values(ByteReader& in, std::size_t count) {
    for (; count > 0; --count) {
        const auto size = data_size(in.rest());
        if (!size) return false;
        in.skip(*size);
    }
    return true;
}

}  // namespace

CompactArrayReader::CompactArrayReader(Bytes value) : contents_(Bytes{}) {
    ByteReader in(value);
    const bool tagged = in.u8() == static_cast<std::uint8_t>(DataTag::compact_array);
    const auto size = type_description_size(in.rest());
    if (!tagged || !size) return;
    description_ = in.bytes(*size);
    contents_ = ByteReader(read_octets(in));
    ok_ = in.ok() && in.at_end();
}

bool CompactArrayReader::next(ByteWriter& out) {
    if (at_end()) return false;
    const std::size_t before = contents_.position();
    TagContents visitor{contents_, out};
    // An element without octets would come for ever.
    ok_ = walk(description_, visitor) && contents_.position() > before;
    return ok_;
}

bool write_type_description(ByteWriter& out, Bytes value) {
    ByteReader in(value);
    std::array<Open, max_data_depth> open{};
    std::size_t depth = 0;
    do {
        const auto tag = static_cast<DataTag>(in.u8());
        if (!in.ok()) return false;
        write_tag(out, tag);
        if (tag == DataTag::array || tag == DataTag::structure) {
            const std::size_t count = read_length(in);
            const bool is_array = tag == DataTag::array;
            if (!in.ok() || count > in.remaining() || (is_array && count > 0xFFFF)) return false;
            if (is_array) {
                out.u16(static_cast<std::uint16_t>(count));
            } else {
                write_length(out, count);
            }
            if (count > 0) {
                if (depth == max_data_depth) return false;
                // Of an array only the first element is described; the others are passed over behind it.
                const std::size_t described = is_array ? 1 : count;
                open[depth++] = {.left = described + 1, .skip = count - described};
            } else if (is_array) {
                write_tag(out, DataTag::null_data);  // of what, no element tells
            }
        } else {
            (void)read_contents(in, tag);
            if (!in.ok()) return false;
        }
        while (depth > 0 && --open[depth - 1].left == 0) {
            if (!skip_values(in, open[depth - 1].skip)) return false;
            --depth;
        }
    } while (depth > 0);
    return in.ok() && in.at_end() && out.ok();
}

bool write_compact_element(ByteWriter& out, Bytes description, Bytes value) {
    ByteReader data(value);
    StripTags visitor{data, out};
    return walk(description, visitor) && data.at_end();
}

std::optional<std::size_t> compact_element_size(Bytes description) {
    constexpr std::uint64_t limit = std::numeric_limits<std::uint32_t>::max();
    struct Level {
        std::size_t left = 0;
        std::uint64_t times = 1;  // how often an element within it comes
    };
    std::array<Level, max_data_depth + 1> levels{};
    std::size_t depth = 0;
    levels[0] = {1, 1};
    std::uint64_t total = 0;
    ByteReader in(description);
    while (true) {
        const auto tag = static_cast<DataTag>(in.u8());
        const std::uint64_t times = levels[depth].times;
        --levels[depth].left;
        if (tag == DataTag::structure || tag == DataTag::array) {
            const bool is_array = tag == DataTag::array;
            const std::size_t count = is_array ? in.u16() : read_length(in);
            if (depth == max_data_depth || count > 0xFFFF) return std::nullopt;
            levels[++depth] = is_array ? Level{1, times * count} : Level{count, times};
            if (levels[depth].times > limit) return std::nullopt;
        } else {
            const auto size = fixed_size(tag);
            if (!size) return std::nullopt;
            total += *size * times;
            if (total > limit) return std::nullopt;
        }
        if (!in.ok()) return std::nullopt;
        while (levels[depth].left == 0) {
            if (depth == 0) {
                if (!in.at_end()) return std::nullopt;
                return static_cast<std::size_t>(total);
            }
            --depth;
        }
    }
}

void write_compact_array_header(ByteWriter& out, Bytes description, std::size_t contents_size) {
    write_tag(out, DataTag::compact_array);
    out.bytes(description);
    write_length(out, contents_size);
}

bool CompactArrayWriter::begin(Bytes first_row) {
    write_tag(out_, DataTag::compact_array);
    const std::size_t description = out_.size();
    if (!write_type_description(out_, first_row)) return false;
    description_size_ = out_.size() - description;
    return true;
}

bool CompactArrayWriter::row(Bytes value) {
    if (!out_.ok()) return false;
    const std::size_t before = out_.size();
    const bool first = description_size_ == 0;
    if (!first || begin(value)) {
        const std::size_t contents = out_.size();
        const Bytes description = out_.written().subspan(start_ + 1, description_size_);
        if (write_compact_element(out_, description, value) && out_.size() > contents) return true;
    }
    if (first) description_size_ = 0;
    out_.rewind(before);
    return false;
}

bool CompactArrayWriter::finish() {
    if (description_size_ == 0 && out_.ok()) {
        constexpr std::array null_data = {static_cast<std::uint8_t>(DataTag::null_data)};
        write_compact_array_header(out_, null_data, 0);
        return out_.ok();
    }
    const std::size_t contents = start_ + 1 + description_size_;
    std::array<std::uint8_t, 5> room{};
    ByteWriter length(room);
    write_length(length, out_.size() - contents);
    out_.insert(contents, length.written());
    return out_.ok();
}

namespace {

struct Integer {
    DataTag tag = DataTag::null_data;
    std::size_t size = 0;
    bool has_sign = false;
    std::uint64_t bits = 0;  // two's complement, extended to 64 bits

    [[nodiscard]] std::int64_t signed_value() const { return static_cast<std::int64_t>(bits); }
};

constexpr bool has_sign(DataTag tag) {
    switch (tag) {
        case DataTag::integer:
        case DataTag::long_:
        case DataTag::double_long:
        case DataTag::long64:
        case DataTag::delta_integer:
        case DataTag::delta_long:
        case DataTag::delta_double_long:
            return true;
        default:
            return false;
    }
}

constexpr bool is_integer(DataTag tag) {
    return tag == DataTag::unsigned_ || tag == DataTag::long_unsigned || tag == DataTag::double_long_unsigned ||
           tag == DataTag::long64_unsigned || tag == DataTag::integer || tag == DataTag::long_ ||
           tag == DataTag::double_long || tag == DataTag::long64;
}

constexpr bool is_delta(DataTag tag) {
    return tag >= DataTag::delta_integer && tag <= DataTag::delta_double_long_unsigned;
}

// The integer or delta that `value` is.
std::optional<Integer> read_integer(Bytes value) {
    ByteReader in(value);
    Integer integer;
    integer.tag = static_cast<DataTag>(in.u8());
    if (!in.ok() || (!is_integer(integer.tag) && !is_delta(integer.tag))) return std::nullopt;
    integer.size = fixed_size(integer.tag).value_or(0);
    integer.has_sign = has_sign(integer.tag);
    const Bytes octets = in.bytes(integer.size);
    if (!in.ok() || !in.at_end()) return std::nullopt;
    integer.bits = integer.has_sign && (octets[0] & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t octet : octets) integer.bits = integer.bits << 8U | octet;
    return integer;
}

void write_integer(ByteWriter& out, DataTag tag, std::size_t size, std::uint64_t bits) {
    write_tag(out, tag);
    for (std::size_t i = size; i > 0; --i) out.u8(static_cast<std::uint8_t>(bits >> (8 * (i - 1))));
}

// A value of `size` octets stays what it is when it is cut to them.
bool in_range(std::uint64_t bits, std::size_t size, bool with_sign) {
    if (size == 8) return true;
    const std::size_t width = 8 * size;
    if (!with_sign) return bits >> width == 0;
    const auto value = static_cast<std::int64_t>(bits);
    const std::int64_t bound = std::int64_t{1} << (width - 1);
    return value >= -bound && value < bound;
}

}  // namespace

void write_delta(ByteWriter& out, Bytes previous, Bytes current) {
    const auto from = read_integer(previous);
    const auto to = read_integer(current);
    if (!from || !to || from->tag != to->tag || is_delta(to->tag)) return out.bytes(current);
    const bool rises = to->has_sign ? to->signed_value() >= from->signed_value() : to->bits >= from->bits;
    const std::uint64_t step = rises ? to->bits - from->bits : from->bits - to->bits;
    struct Form {
        std::size_t size;
        DataTag rising;
        DataTag falling;
    };
    constexpr std::array forms = {Form{1, DataTag::delta_unsigned, DataTag::delta_integer},
                                  Form{2, DataTag::delta_long_unsigned, DataTag::delta_long},
                                  Form{4, DataTag::delta_double_long_unsigned, DataTag::delta_double_long}};
    for (const Form& form : forms) {
        if (form.size >= to->size) break;
        const std::uint64_t most = std::uint64_t{1} << (8 * form.size - (rises ? 0 : 1));
        if (rises ? step < most : step <= most) {
            return write_integer(out, rises ? form.rising : form.falling, form.size, rises ? step : ~step + 1);
        }
    }
    out.bytes(current);
}

bool write_undelta(ByteWriter& out, Bytes previous, Bytes delta) {
    const auto step = read_integer(delta);
    if (!step || !is_delta(step->tag)) {
        if (data_size(delta) != delta.size()) return false;
        out.bytes(delta);
        return out.ok();
    }
    const auto from = read_integer(previous);
    if (!from || is_delta(from->tag)) return false;
    std::uint64_t sum = from->bits + step->bits;
    if (from->has_sign) {
        std::int64_t value = 0;
        if (__builtin_add_overflow(from->signed_value(), step->signed_value(), &value)) return false;
        sum = static_cast<std::uint64_t>(value);
    } else if (step->has_sign && step->signed_value() < 0 ? sum > from->bits : sum < from->bits) {
        return false;
    }
    if (!in_range(sum, from->size, from->has_sign)) return false;
    write_integer(out, from->tag, from->size, sum);
    return out.ok();
}

}  // namespace blathy::dlms
