#include "dlms/data.hpp"

#include <array>
#include <bit>
#include <charconv>

#include "dlms/date_time.hpp"
#include "dlms/explain/parts.hpp"
#include "dlms/names.hpp"
#include "dlms/obis.hpp"
#include "dlms/obis_names.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms::explaining {
namespace {

template <class Float>
void write_float(TextWriter& out, Float number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void write_two_digits(TextWriter& out, std::uint8_t number) {
    if (number == not_specified) {
        out << "**";
    } else {
        out.padded(number, 2);
    }
}

void write_date(TextWriter& out, const Date& date) {
    constexpr std::array<std::string_view, 8> weekdays{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    if (date.year == year_not_specified) {
        out << "****";
    } else {
        out.padded(date.year, 4);
    }
    out << '-';
    if (date.month == 0xFD) {
        out << "DST-end";
    } else if (date.month == 0xFE) {
        out << "DST-begin";
    } else {
        write_two_digits(out, date.month);
    }
    out << '-';
    if (date.day_of_month == 0xFE) {
        out << "last";
    } else if (date.day_of_month == 0xFD) {
        out << "second-last";
    } else {
        write_two_digits(out, date.day_of_month);
    }
    if (date.day_of_week < weekdays.size()) out << ' ' << weekdays[date.day_of_week];
}

void write_time(TextWriter& out, const Time& time) {
    write_two_digits(out, time.hour);
    out << ':';
    write_two_digits(out, time.minute);
    out << ':';
    write_two_digits(out, time.second);
    if (time.hundredths != not_specified) (out << '.').padded(time.hundredths, 2);
}

// The deviation leads from local time to UTC, hence the opposite sign.
void write_offset(TextWriter& out, std::int16_t deviation_min) {
    if (deviation_min == deviation_not_specified) return;
    const auto minutes = static_cast<unsigned>(deviation_min < 0 ? -deviation_min : deviation_min);
    out << " UTC" << (deviation_min > 0 ? '-' : '+');
    out.padded(minutes / 60, 2) << ':';
    out.padded(minutes % 60, 2);
}

void write_clock_status(TextWriter& out, std::uint8_t status) {
    if (status == not_specified) return;
    if ((status & clock_invalid) != 0) out << ", invalid";
    if ((status & clock_doubtful) != 0) out << ", doubtful";
    if ((status & clock_different_base) != 0) out << ", different clock base";
    if ((status & clock_invalid_status) != 0) out << ", invalid clock status";
    if ((status & clock_daylight_saving) != 0) out << ", daylight saving";
}

void write_as_date(TextWriter& out, Bytes octets) {
    if (const auto date = read_date(octets)) {
        write_date(out, *date);
    } else {
        write_hex(out, octets);
    }
}

void write_as_time(TextWriter& out, Bytes octets) {
    if (const auto time = read_time(octets)) {
        write_time(out, *time);
    } else {
        write_hex(out, octets);
    }
}

constexpr bool is_printable(std::uint8_t octet) {
    return octet >= 0x20 && octet < 0x7F;
}

// The octets of the UTF-8 character that `octets` begin with; 0 if that is none, or a control character.
std::size_t utf8_size(Bytes octets) {
    const std::uint8_t first = octets[0];
    if (first < 0x80) return is_printable(first) ? 1 : 0;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || size > octets.size()) return 0;
    std::uint32_t character = first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((octets[i] & 0xC0) != 0x80) return 0;
        character = character << 6U | (octets[i] & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0xA0, 0x800, 0x1'0000};
    const bool surrogate = character >= 0xD800 && character < 0xE000;
    return character >= smallest[size] && character <= 0x10'FFFF && !surrogate ? size : 0;
}

void write_quoted(TextWriter& out, Bytes octets, bool utf8) {
    out << '"';
    for (std::size_t i = 0; i < octets.size();) {
        const std::uint8_t octet = octets[i];
        const std::size_t size = utf8 ? utf8_size(octets.subspan(i)) : is_printable(octet) ? 1 : 0;
        if (octet == '"' || octet == '\\') out << '\\';
        if (size > 0) {
            out << as_text(octets.subspan(i, size));
        } else {
            (out << "\\x").hex(octet);
        }
        i += std::max<std::size_t>(size, 1);
    }
    out << '"';
}

// COSEM carries logical names, dates and texts all as octet-strings; what the octets look like is said beside them.
void write_octet_string(TextWriter& out, Bytes octets) {
    const auto date_time = read_date_time(octets);
    const bool plausible_year = date_time && (date_time->date.year == year_not_specified ||
                                              (date_time->date.year >= 1970 && date_time->date.year < 2200));
    if (plausible_year) return write_date_time(out, octets);
    write_hex(out, octets);
    if (octets.size() == 6 && octets[5] == 0xFF && octets[0] <= 15) {
        const Obis obis = obis_from(octets).value_or(Obis{});
        std::array<char, max_obis_description> room{};
        out << " (" << ObisText(obis).view();
        const std::string_view description = describe_obis(obis, room);
        if (!description.empty()) out << ' ' << description;
        out << ')';
    } else if (octets.size() >= 3 && std::all_of(octets.begin(), octets.end(), is_printable)) {
        out << ' ';
        write_quoted(out, octets.first(std::min<std::size_t>(octets.size(), 64)), false);
    }
}

// The text of a type whose size is fixed.
void write_fixed(TextWriter& out, DataTag tag, Bytes octets) {
    ByteReader in(octets);
    switch (tag) {
        case DataTag::boolean:
            out << (in.u8() != 0 ? "true" : "false");
            break;
        case DataTag::integer:
        case DataTag::delta_integer:
            out << in.i8();
            break;
        case DataTag::long_:
        case DataTag::delta_long:
            out << in.i16();
            break;
        case DataTag::double_long:
        case DataTag::delta_double_long:
            out << in.i32();
            break;
        case DataTag::long64:
            out << in.i64();
            break;
        case DataTag::unsigned_:
        case DataTag::delta_unsigned:
        case DataTag::enumerated:
            out << in.u8();
            break;
        case DataTag::long_unsigned:
        case DataTag::delta_long_unsigned:
            out << in.u16();
            break;
        case DataTag::double_long_unsigned:
        case DataTag::delta_double_long_unsigned:
            out << in.u32();
            break;
        case DataTag::long64_unsigned:
            out << in.u64();
            break;
        case DataTag::float32:
            write_float(out, std::bit_cast<float>(in.u32()));
            break;
        case DataTag::float64:
            write_float(out, std::bit_cast<double>(in.u64()));
            break;
        case DataTag::date_time:
            write_date_time(out, octets);
            break;
        case DataTag::date:
            write_as_date(out, octets);
            break;
        case DataTag::time:
            write_as_time(out, octets);
            break;
        default:
            out.hex(octets);
            break;
    }
}

void write_bits(TextWriter& out, Bytes octets, std::size_t bits) {
    for (std::size_t i = 0; i < bits && !out.cut(); ++i) {
        if (i > 0 && i % 8 == 0) out << ' ';
        out << ((octets[i / 8] >> (7 - i % 8)) & 1U);
    }
}

void write_string(TextWriter& out, DataTag tag, Bytes octets) {
    if (tag == DataTag::octet_string) return write_octet_string(out, octets);
    write_quoted(out, octets, tag == DataTag::utf8_string);
}

// "structure {long-unsigned, array 4 {unsigned}}". False when `description` holds what no compact array may.
bool write_description(TextWriter& out, Bytes description) {
    ByteReader in(description);
    std::array<std::size_t, max_data_depth> pending{};  // types still to come, for each open brace
    std::size_t depth = 0;
    do {
        const std::uint8_t octet = in.u8();
        const auto tag = static_cast<DataTag>(octet);
        if (data_type_name(octet).empty() || tag == DataTag::compact_array) return false;
        out << data_type_name(octet);
        if (tag == DataTag::array || tag == DataTag::structure) {
            if (depth == max_data_depth) return false;
            if (tag == DataTag::array) out << ' ' << in.u16();
            pending[depth] = tag == DataTag::array ? 1 : read_length(in);
            out << " {";
            if (pending[depth] > 0) {
                ++depth;
                continue;
            }
            out << '}';
        }
        while (depth > 0 && --pending[depth - 1] == 0) {
            out << '}';
            --depth;
        }
        if (depth > 0) out << ", ";
    } while (depth > 0 && in.ok());
    return in.ok();
}

// Walks values within values with a stack of its own. In a compact array the types come from a description, and the
// values have no tags.
class Walker {
  public:
    explicit Walker(Tree& tree) : tree_(tree) {}

    void tagged() {
        tagged_value();
        finish();
    }
    void typed(Bytes description) {
        typed_value(description);
        finish();
    }

  private:
    struct Level {
        std::size_t remaining;
        Bytes description;  // of the next element; empty when elements have tags
        bool is_array;      // all elements have the one description
    };

    void finish() {
        while (tree_.ok() && depth_ > 0) {
            Level& level = levels_[depth_ - 1];
            if (level.remaining == 0) {
                close();
                continue;
            }
            --level.remaining;
            // Elements without octets could go on for ever where no node counts them.
            if (++steps_ > max_nodes) {
                tree_.fail("element", "too many", tree_.position(), 0);
                break;
            }
            if (level.description.empty()) {
                tagged_value();
                continue;
            }
            const Bytes description = level.description;
            if (!level.is_array && level.remaining > 0) {
                level.description = description.subspan(type_description_size(description).value_or(0));
            }
            typed_value(description);
        }
        while (depth_ > 0) close();
    }

    void close() {
        --depth_;
        tree_.close();
    }

    void tagged_value() {
        if (!tree_.need("data", 1)) return;
        const std::size_t start = tree_.position();
        const std::uint8_t octet = tree_.peek();
        const auto tag = static_cast<DataTag>(octet);
        const std::string_view name = data_type_name(octet);
        if (name.empty()) {
            Value reason;
            (reason << "no data type has the tag ").hex(octet);
            return tree_.fail("data", reason.view(), start, 1);
        }
        const std::size_t size = data_size(tree_.rest()).value_or(tree_.remaining());
        (void)tree_.take(1);
        if (tag == DataTag::compact_array) return compact_array(start, size);
        if (tag != DataTag::array && tag != DataTag::structure) return simple(tag, start);
        const auto count = tree_.take_length(name, start);
        if (!count) return;
        if (*count > tree_.remaining()) {
            Value reason;
            reason << "count " << *count << " larger than the octets left, " << tree_.remaining();
            return tree_.fail(name, reason.view(), start, tree_.position() - start);
        }
        container(tag, start, size, {*count, {}, false});
    }

    // `description` begins with the type of the value.
    void typed_value(Bytes description) {
        ByteReader in(description);
        const auto tag = static_cast<DataTag>(in.u8());
        const std::size_t start = tree_.position();
        const bool is_array = tag == DataTag::array;
        if (!is_array && tag != DataTag::structure) return simple(tag, start);
        const std::size_t count = is_array ? in.u16() : read_length(in);
        std::size_t size = 0;
        if (!tree_.mute()) size = tree_.measure([&] { Walker(tree_).typed(description); });
        container(tag, start, size, {count, in.rest(), is_array});
    }

    void container(DataTag tag, std::size_t start, std::size_t size, const Level& level) {
        const std::string_view name = data_type_name(static_cast<std::uint8_t>(tag));
        if (depth_ == levels_.size()) {
            Value reason;
            reason << "nested deeper than " << max_data_depth << " levels";
            return tree_.fail(name, reason.view(), start, tree_.position() - start);
        }
        Value value;
        value << level.remaining << (level.remaining == 1 ? " element" : " elements");
        tree_.leaf(name, value.view(), start, size);
        levels_[depth_++] = level;
        tree_.open();
    }

    // A value that holds no others, behind its tag if it has one.
    void simple(DataTag tag, std::size_t start) {
        const std::string_view name = data_type_name(static_cast<std::uint8_t>(tag));
        Value value;
        if (const auto size = fixed_size(tag)) {
            if (!tree_.need(name, *size, start)) return;
            write_fixed(value, tag, tree_.take(*size));
        } else {
            const auto length = tree_.take_length(name, start);
            if (!length) return;
            const bool is_bits = tag == DataTag::bit_string;
            const std::size_t octets = is_bits ? *length / 8 + (*length % 8 != 0 ? 1 : 0) : *length;
            if (!tree_.need(name, octets, start)) return;
            const Bytes content = tree_.take(octets);
            if (is_bits) {
                write_bits(value, content, *length);
            } else {
                write_string(value, tag, content);
            }
        }
        tree_.leaf(name, value.view(), start);
    }

    void compact_array(std::size_t start, std::size_t size) {
        tree_.group("compact-array", "", start, size, [&] {
            const std::size_t description_start = tree_.position();
            const auto description_size = type_description_size(tree_.rest());
            Value text;
            if (!description_size || !write_description(text, tree_.rest().first(*description_size))) {
                return tree_.fail("contents-description", "none of a compact array, or truncated", description_start,
                                  description_size.value_or(tree_.remaining()));
            }
            const Bytes description = tree_.take(*description_size);
            tree_.leaf("contents-description", text.view(), description_start);
            const std::size_t contents_start = tree_.position();
            const auto length = tree_.take_length("array-contents", contents_start);
            if (!length) return;
            const std::size_t shown = std::min(*length, tree_.remaining());
            Value value;
            value << *length << (*length == 1 ? " octet" : " octets");
            tree_.group("array-contents", value.view(), contents_start, tree_.position() - contents_start + shown,
                        [&] { tree_.within("array-contents", *length, [&] { elements(description); }); });
        });
    }

    // No compact array is within another, so one more walker is enough.
    void elements(Bytes description) {
        while (tree_.ok() && !tree_.at_end()) {
            const std::size_t start = tree_.position();
            Walker(tree_).typed(description);
            if (tree_.position() == start) tree_.fail("element", "takes no octets", start, 0);
        }
    }

    Tree& tree_;
    std::array<Level, max_data_depth> levels_{};
    std::size_t depth_ = 0;
    std::size_t steps_ = 0;
};

}  // namespace

void write_date_time(TextWriter& out, Bytes octets) {
    const auto date_time = read_date_time(octets);
    if (!date_time) return write_hex(out, octets);
    write_date(out, date_time->date);
    out << ' ';
    write_time(out, date_time->time);
    write_offset(out, date_time->deviation_min);
    write_clock_status(out, date_time->clock_status);
}

void explain_date_time(Tree& tree, std::string_view name) {
    (void)tree.octets(name, [](TextWriter& out, Bytes content) {
        if (content.empty()) {
            out << "absent";
        } else {
            write_date_time(out, content);
        }
    });
}

void explain_data(Tree& tree) {
    if (tree.mute()) {
        const auto size = data_size(tree.rest());
        if (size) {
            (void)tree.take(*size);
        } else {
            tree.fail("data", "malformed", tree.position(), tree.remaining());
        }
        return;
    }
    Walker(tree).tagged();
}

}  // namespace blathy::dlms::explaining
