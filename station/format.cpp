#include "station/format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include "dlms/names.hpp"

namespace blathy::station {
namespace {

using dlms::DataTag;

constexpr std::string_view hex_digits = "0123456789ABCDEF";

void append_decimal(std::string& out, std::uint64_t magnitude, bool negative, int scaler) {
    constexpr int most_zeros = 20;
    std::array<char, 24> room{};
    const char* const end = std::to_chars(room.data(), room.data() + room.size(), magnitude).ptr;
    const std::string_view digits(room.data(), static_cast<std::size_t>(end - room.data()));
    if (negative) out += '-';
    if (magnitude == 0 && scaler > 0) scaler = 0;
    if (scaler > most_zeros || scaler < -most_zeros) {
        out.append(digits).append("e").append(std::to_string(scaler));
    } else if (scaler >= 0) {
        out.append(digits).append(static_cast<std::size_t>(scaler), '0');
    } else {
        const auto decimals = static_cast<std::size_t>(-scaler);
        if (digits.size() <= decimals) {
            out.append("0.").append(decimals - digits.size(), '0').append(digits);
        } else {
            out.append(digits.substr(0, digits.size() - decimals)).append(".");
            out.append(digits.substr(digits.size() - decimals));
        }
    }
}

void append_decimal(std::string& out, std::int64_t number, int scaler) {
    const bool negative = number < 0;
    const auto magnitude = negative ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
    append_decimal(out, magnitude, negative, scaler);
}

void append_float(std::string& out, double number, bool single, int scaler) {
    std::array<char, 64> room{};
    if (scaler != 0) {
        number *= std::pow(10.0, scaler);
    }
    const auto end = single ? std::to_chars(room.data(), room.data() + room.size(), static_cast<float>(number)).ptr
                            : std::to_chars(room.data(), room.data() + room.size(), number).ptr;
    out.append(room.data(), end);
}

void append_padded(std::string& out, unsigned number, std::size_t width) {
    std::array<char, 12> room{};
    const char* const end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
    const auto size = static_cast<std::size_t>(end - room.data());
    if (size < width) out.append(width - size, '0');
    out.append(room.data(), size);
}

void append_field(std::string& out, std::uint8_t number) {
    if (number == dlms::not_specified) {
        out += '*';
    } else {
        append_padded(out, number, 2);
    }
}

void append_date(std::string& out, const dlms::Date& date) {
    const std::size_t start = out.size();
    if (date.year == dlms::year_not_specified) {
        out += '*';
    } else {
        append_padded(out, date.year, 4);
    }
    out += '-';
    if (date.month == 0xFD) {
        out += "dst-end";
    } else if (date.month == 0xFE) {
        out += "dst-begin";
    } else {
        append_field(out, date.month);
    }
    out += '-';
    if (date.day_of_month == 0xFE) {
        out += "last";
    } else if (date.day_of_month == 0xFD) {
        out += "second-last";
    } else {
        append_field(out, date.day_of_month);
    }
    constexpr std::array<std::string_view, 7> names = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    // The weekday says something new only where the date is not complete.
    const bool complete =
        std::string_view(out).substr(start).find_first_of("*l") == std::string_view::npos && date.month <= 12;
    if (!complete && date.day_of_week >= 1 && date.day_of_week <= 7) {
        out += ' ';
        out += names[date.day_of_week - 1U];
    }
}

void append_time(std::string& out, const dlms::Time& time) {
    append_field(out, time.hour);
    out += ':';
    append_field(out, time.minute);
    out += ':';
    append_field(out, time.second);
    if (time.hundredths != dlms::not_specified && time.hundredths != 0) {
        out += '.';
        append_field(out, time.hundredths);
    }
}

void append_date_time(std::string& out, const dlms::DateTime& date_time) {
    append_date(out, date_time.date);
    out += 'T';
    append_time(out, date_time.time);
    if (date_time.deviation_min == dlms::deviation_not_specified) return;
    const int offset = -date_time.deviation_min;
    if (offset == 0) {
        out += 'Z';
        return;
    }
    const auto minutes = static_cast<unsigned>(offset < 0 ? -offset : offset);
    out += offset < 0 ? '-' : '+';
    append_padded(out, minutes / 60, 2);
    out += ':';
    append_padded(out, minutes % 60, 2);
}

void append_hex(std::string& out, Bytes octets) {
    for (const std::uint8_t octet : octets) {
        out += hex_digits[octet >> 4U];
        out += hex_digits[octet & 0x0FU];
    }
}

// The number of octets of the UTF-8 character that `text` begins with; 0 if it is none (RFC 3629, clause 4).
std::size_t utf8_size(std::string_view text) {
    const auto at = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80; };
    const std::uint8_t first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if ((first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F)) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if ((first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F)) return 0;
        return 4;
    }
    return 0;
}

// C0, DEL, C1, and the characters that turn or hide text (bidirectional controls, zero width, byte order mark).
bool unsafe_character(std::string_view character) {
    if (character.size() == 1) return static_cast<std::uint8_t>(character[0]) < 0x20 || character[0] == 0x7F;
    if (character.size() == 2) return character[0] == '\xC2' && static_cast<std::uint8_t>(character[1]) < 0xA0;
    if (character.size() != 3) return false;
    const auto second = static_cast<std::uint8_t>(character[1]);
    const auto third = static_cast<std::uint8_t>(character[2]);
    if (character[0] == '\xE2') {
        return (second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE))) ||
               (second == 0x81 && third >= 0xA0 && third <= 0xAF);
    }
    return character == "\xEF\xBB\xBF";
}

bool printable_text(Bytes octets) {
    if (octets.empty()) return false;
    for (const std::uint8_t octet : octets) {
        if (octet < 0x20 || octet > 0x7E) return false;
    }
    return true;
}

// Twelve octets that name a day of a year somebody would meter in.
std::optional<dlms::DateTime> plausible_date_time(const Octets& octets) {
    const auto value = dlms::read_date_time(octets);
    if (!value || value->date.year < 1970 || value->date.year > 2200) return std::nullopt;
    return value;
}

std::optional<dlms::Obis> plausible_logical_name(const Octets& octets) {
    const auto obis = dlms::obis_from(octets);
    if (!obis || obis->f() != 255) return std::nullopt;
    return obis;
}

void append_shown(std::string& out, const dlms::DateTime& date_time, TimeShown shown) {
    append_date_time(out, shown == TimeShown::as_sent ? date_time : shown_as(date_time, shown));
}

void append_octets(std::string& out, const Octets& octets, TimeShown shown) {
    if (const auto obis = plausible_logical_name(octets)) {
        out += dlms::ObisText(*obis).view();
    } else if (const auto date_time = plausible_date_time(octets)) {
        append_shown(out, *date_time, shown);
    } else if (printable_text(octets)) {
        out += escaped(as_text(octets));
    } else {
        append_hex(out, octets);
    }
}

// Everything but arrays and structures.
struct ScalarText {
    std::string& out;
    const Value& value;
    const Style& style;
    void operator()(std::monostate) const { out += value.type == DataTag::dont_care ? "don't care" : "-"; }
    void operator()(bool flag) const { out += flag ? "true" : "false"; }
    void operator()(std::int64_t number) const { append_decimal(out, number, style.scaler); }
    void operator()(std::uint64_t number) const { append_decimal(out, number, false, style.scaler); }
    void operator()(double number) const { append_float(out, number, value.type == DataTag::float32, style.scaler); }
    void operator()(const Octets& octets) const { append_octets(out, octets, style.time); }
    void operator()(const std::string& text) const { out += escaped(text); }
    void operator()(const BitString& bits) const {
        for (std::size_t i = 0; i < bits.bits; ++i) out += bits.bit(i) ? '1' : '0';
    }
    void operator()(const dlms::DateTime& date_time) const { append_shown(out, date_time, style.time); }
    void operator()(const dlms::Date& date) const { append_date(out, date); }
    void operator()(const dlms::Time& time) const { append_time(out, time); }
    void operator()(const Value::Items&) const {}
};

struct ScalarJson {
    std::string& out;
    const Value& value;
    const Style& style;
    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool flag) const { out += flag ? "true" : "false"; }
    void operator()(std::int64_t number) const { append_decimal(out, number, style.scaler); }
    void operator()(std::uint64_t number) const { append_decimal(out, number, false, style.scaler); }
    void operator()(double number) const {
        // JSON has neither infinity nor "not a number".
        if (std::isfinite(number)) {
            append_float(out, number, value.type == DataTag::float32, style.scaler);
        } else {
            out += "null";
        }
    }
    // Escapes are for terminals; JSON has its own.
    void operator()(const std::string& text) const { out += json_string(text); }
    void operator()(const Octets& octets) const {
        if (!plausible_logical_name(octets) && !plausible_date_time(octets) && printable_text(octets)) {
            out += json_string(as_text(octets));
        } else {
            quoted(octets);
        }
    }
    template <class Other>
    void operator()(const Other& other) const {
        quoted(other);
    }

  private:
    // None of what is left has a character to escape.
    template <class Other>
    void quoted(const Other& other) const {
        out += '"';
        ScalarText{out, value, style}(other);
        out += '"';
    }
};

// Walks the tree without recursion, with brackets around the elements and the separator between them.
template <class Scalar>
void render(std::string& out, const Value& value, const Style& style, std::string_view array_brackets,
            std::string_view structure_brackets, std::string_view separator) {
    if (value.items() == nullptr) return std::visit(Scalar{out, value, style}, value.payload);
    struct Open {
        const Value* container;
        std::size_t next;
    };
    std::vector<Open> open;
    const auto brackets = [&](const Value& container) {
        return container.type == DataTag::structure ? structure_brackets : array_brackets;
    };
    const Value* current = &value;
    while (true) {
        if (current->items() != nullptr) {
            out += brackets(*current)[0];
            open.push_back({current, 0});
        } else {
            std::visit(Scalar{out, *current, style}, current->payload);
        }
        while (!open.empty() && open.back().next == open.back().container->items()->size()) {
            out += brackets(*open.back().container)[1];
            open.pop_back();
        }
        if (open.empty()) return;
        Open& parent = open.back();
        if (parent.next > 0) out += separator;
        current = &(*parent.container->items())[parent.next++];
    }
}

Error not_a_value(DataTag type, std::string_view text) {
    return {ErrorKind::usage, 0,
            "'" + escaped(text) + "' is not a value of type " +
                std::string(dlms::data_type_name(static_cast<std::uint8_t>(type)))};
}

// The whole of `text` as an integer, decimal or 0x…; none if it is beyond 64 bits.
template <class T>
std::optional<T> whole_number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
        if (text.starts_with('-')) return std::nullopt;
    }
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

template <class T>
Result<Value, Error> signed_number(DataTag type, std::string_view text) {
    const auto number = whole_number<std::int64_t>(text);
    if (!number || *number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max()) {
        return fail(not_a_value(type, text));
    }
    return integer_value(type, *number);
}

template <class T>
Result<Value, Error> unsigned_number(DataTag type, std::string_view text) {
    const auto number = whole_number<std::uint64_t>(text);
    if (!number || *number > std::numeric_limits<T>::max()) return fail(not_a_value(type, text));
    return unsigned_value(type, *number);
}

Result<Value, Error> parse_octet_string(std::string_view text, const Value* like) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        auto octets = parse_hex(text.substr(2));
        if (!octets) return fail(not_a_value(DataTag::octet_string, text));
        return octet_string_value(std::move(*octets));
    }
    const Octets* present = like != nullptr ? like->octets() : nullptr;
    if (present != nullptr && present->size() == dlms::DateTime::encoded_size && !printable_text(*present)) {
        const auto date_time = parse_iso(text);
        if (!date_time) {
            return fail(
                Error{ErrorKind::usage, 0,
                      "'" + escaped(text) +
                          "' is not a date and time like 2026-11-22T20:04:08+02:00; write other octets as 0x…"});
        }
        return octet_string_value(*date_time);
    }
    if (present != nullptr && plausible_logical_name(*present)) {
        const auto obis = dlms::parse_obis(text);
        if (!obis) return fail(Error{ErrorKind::usage, 0, "'" + escaped(text) + "' is not an OBIS code"});
        return octet_string_value(to_octets(obis->groups));
    }
    return octet_string_value(to_octets(as_bytes(text)));
}

Result<Value, Error> parse_bits(std::string_view text) {
    BitString bits{Octets((text.size() + 7) / 8), text.size()};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '0' && text[i] != '1') return fail(not_a_value(DataTag::bit_string, text));
        if (text[i] == '1') bits.octets[i / 8] |= static_cast<std::uint8_t>(0x80U >> (i % 8));
    }
    return Value{DataTag::bit_string, std::move(bits)};
}

// Exactly `digits` digits at the start of `text`, which are taken off.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    unsigned number = 0;
    for (const char character : text.substr(0, digits)) {
        if (character < '0' || character > '9') return std::nullopt;
        number = number * 10 + static_cast<unsigned>(character - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, char character) {
    if (!text.starts_with(character)) return false;
    text.remove_prefix(1);
    return true;
}

// "20:04", "20:04:08" or "20:04:08.25", taken off `text`.
std::optional<dlms::Time> take_time(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    unsigned second = 0;
    unsigned hundredths = 0;
    if (take(text, ':')) {
        const auto seconds = take_digits(text, 2);
        if (!seconds || *seconds > 59) return std::nullopt;
        second = *seconds;
        if (take(text, '.')) {
            const auto fraction = take_digits(text, 2);
            if (!fraction) return std::nullopt;
            hundredths = *fraction;
        }
    }
    return dlms::Time{static_cast<std::uint8_t>(*hour), static_cast<std::uint8_t>(*minute),
                      static_cast<std::uint8_t>(second), static_cast<std::uint8_t>(hundredths)};
}

// "Z" or "+02:00" to the deviation, which has the opposite sign.
std::optional<std::int16_t> parse_offset(std::string_view text) {
    if (text == "Z") return std::int16_t{0};
    const bool east = text.starts_with('+');
    if (!east && !text.starts_with('-')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
    const int total = static_cast<int>(*hours * 60 + *minutes);
    if (total > (east ? 720 : 840)) return std::nullopt;
    return static_cast<std::int16_t>(east ? -total : total);
}

}  // namespace

std::optional<ScalerUnit> scaler_unit_from(const Value& value) {
    const Value::Items* items = value.items();
    if (items == nullptr || items->size() != 2) return std::nullopt;
    const auto scaler = (*items)[0].integer();
    const auto unit = (*items)[1].integer();
    if (!scaler || *scaler < -128 || *scaler > 127 || !unit || *unit < 0 || *unit > 255) return std::nullopt;
    return ScalerUnit{static_cast<std::int8_t>(*scaler), static_cast<std::uint8_t>(*unit)};
}

std::string unit_text(std::uint8_t unit) {
    if (unit == static_cast<std::uint8_t>(dlms::Unit::none)) return {};
    const std::string_view name = dlms::unit_name(unit);
    return name.empty() ? "unit " + std::to_string(unit) : std::string(name);
}

std::string decimal_text(std::int64_t number, int scaler) {
    std::string text;
    append_decimal(text, number, scaler);
    return text;
}

std::string decimal_text(std::uint64_t number, int scaler) {
    std::string text;
    append_decimal(text, number, false, scaler);
    return text;
}

std::string iso_text(const dlms::Date& date) {
    std::string text;
    append_date(text, date);
    return text;
}

std::string iso_text(const dlms::Time& time) {
    std::string text;
    append_time(text, time);
    return text;
}

std::string iso_text(const dlms::DateTime& date_time) {
    std::string text;
    append_date_time(text, date_time);
    return text;
}

dlms::DateTime shown_as(const dlms::DateTime& date_time, TimeShown shown) {
    if (shown == TimeShown::as_sent || date_time.deviation_min == dlms::deviation_not_specified) return date_time;
    const auto utc = dlms::to_utc(date_time, 0);
    if (!utc) return date_time;
    std::int16_t deviation_min = 0;
    if (shown == TimeShown::local) {
        const std::time_t seconds = std::chrono::system_clock::to_time_t(*utc);
        std::tm local{};
        if (::localtime_r(&seconds, &local) == nullptr) return date_time;
        deviation_min = static_cast<std::int16_t>(-local.tm_gmtoff / 60);
    }
    dlms::DateTime result = dlms::local_date_time(*utc, deviation_min, date_time.clock_status);
    // What was not there is not made up.
    if (date_time.time.hundredths == dlms::not_specified) result.time.hundredths = dlms::not_specified;
    return result;
}

std::optional<dlms::DateTime> parse_iso(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::nullopt;
    dlms::DateTime result;
    result.date = {static_cast<std::uint16_t>(*year), static_cast<std::uint8_t>(*month),
                   static_cast<std::uint8_t>(*day),
                   static_cast<std::uint8_t>(std::chrono::weekday{std::chrono::sys_days{date}}.iso_encoding())};
    result.time = {0, 0, 0, 0};
    if (!text.empty()) {
        if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
        const auto time = take_time(text);
        if (!time) return std::nullopt;
        result.time = *time;
        if (!text.empty()) {
            const auto deviation = parse_offset(text);
            if (!deviation) return std::nullopt;
            result.deviation_min = *deviation;
        }
    }
    return result;
}

std::string obis_text(const dlms::Obis& obis) {
    return std::string(dlms::ObisText(obis).view());
}

std::string hex_text(Bytes octets) {
    std::string text;
    text.reserve(2 * octets.size());
    append_hex(text, octets);
    return text;
}

std::optional<Octets> parse_hex(std::string_view text) {
    Octets octets;
    while (!text.empty()) {
        if (take(text, ' ')) continue;
        std::uint8_t octet = 0;
        if (text.size() < 2) return std::nullopt;
        const auto [end, error] = std::from_chars(text.data(), text.data() + 2, octet, 16);
        if (error != std::errc{} || end != text.data() + 2) return std::nullopt;
        octets.push_back(octet);
        text.remove_prefix(2);
    }
    return octets;
}

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        const std::string_view character = text.substr(0, size == 0 ? 1 : size);
        if (size == 0 || unsafe_character(character)) {
            for (const char octet : character)
                out += "\\x" + hex_text(Bytes(reinterpret_cast<const std::uint8_t*>(&octet), 1));
        } else {
            if (character == "\\") out += '\\';
            out += character;
        }
        text.remove_prefix(character.size());
    }
    return out;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        const std::string_view character = text.substr(0, size == 0 ? 1 : size);
        if (size == 0) {
            out += "\xEF\xBF\xBD";
        } else if (character == "\"" || character == "\\") {
            out += '\\';
            out += character;
        } else if (unsafe_character(character)) {
            // One UTF-16 unit: all unsafe characters are within the basic plane.
            std::uint32_t code = static_cast<std::uint8_t>(character[0]);
            if (size == 2) code &= 0x1FU;
            if (size == 3) code &= 0x0FU;
            for (const char octet : character.substr(1)) code = code << 6U | (static_cast<std::uint8_t>(octet) & 0x3FU);
            out += "\\u";
            for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[code >> shift & 0x0FU];
        } else {
            out += character;
        }
        text.remove_prefix(character.size());
    }
    return out += '"';
}

void append_text(std::string& out, const Value& value, const Style& style) {
    render<ScalarText>(out, value, style, "[]", "{}", ", ");
}

void append_json(std::string& out, const Value& value, const Style& style) {
    render<ScalarJson>(out, value, style, "[]", "[]", ",");
}

std::string to_text(const Value& value, const Style& style) {
    std::string text;
    append_text(text, value, style);
    return text;
}

std::string to_json(const Value& value, const Style& style) {
    std::string text;
    append_json(text, value, style);
    return text;
}

Result<Value, Error> parse_value(DataTag type, std::string_view text, const Value* like) {
    switch (type) {
        case DataTag::null_data:
            if (!text.empty() && text != "null" && text != "-") return fail(not_a_value(type, text));
            return null_value();
        case DataTag::boolean:
            if (text == "true" || text == "1") return Value{type, true};
            if (text == "false" || text == "0") return Value{type, false};
            return fail(not_a_value(type, text));
        case DataTag::integer:
            return signed_number<std::int8_t>(type, text);
        case DataTag::long_:
            return signed_number<std::int16_t>(type, text);
        case DataTag::double_long:
            return signed_number<std::int32_t>(type, text);
        case DataTag::long64:
            return signed_number<std::int64_t>(type, text);
        case DataTag::unsigned_:
        case DataTag::enumerated:
        case DataTag::bcd:
            return unsigned_number<std::uint8_t>(type, text);
        case DataTag::long_unsigned:
            return unsigned_number<std::uint16_t>(type, text);
        case DataTag::double_long_unsigned:
            return unsigned_number<std::uint32_t>(type, text);
        case DataTag::long64_unsigned:
            return unsigned_number<std::uint64_t>(type, text);
        case DataTag::float32:
        case DataTag::float64: {
            double number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc{} || end != text.data() + text.size()) return fail(not_a_value(type, text));
            if (type == DataTag::float32) number = static_cast<float>(number);
            return Value{type, number};
        }
        case DataTag::octet_string:
            return parse_octet_string(text, like);
        case DataTag::visible_string:
        case DataTag::utf8_string:
            return Value{type, std::string(text)};
        case DataTag::bit_string:
            return parse_bits(text);
        case DataTag::date_time: {
            const auto date_time = parse_iso(text);
            if (!date_time) return fail(not_a_value(type, text));
            return Value{type, *date_time};
        }
        case DataTag::date: {
            const auto date_time = text.size() == 10 ? parse_iso(text) : std::nullopt;
            if (!date_time) return fail(not_a_value(type, text));
            return Value{type, date_time->date};
        }
        case DataTag::time: {
            std::string_view rest = text;
            const auto time = take_time(rest);
            if (!time || !rest.empty()) return fail(not_a_value(type, text));
            return Value{type, *time};
        }
        case DataTag::array:
        case DataTag::structure:
        case DataTag::compact_array:
        case DataTag::delta_integer:
        case DataTag::delta_long:
        case DataTag::delta_double_long:
        case DataTag::delta_unsigned:
        case DataTag::delta_long_unsigned:
        case DataTag::delta_double_long_unsigned:
        case DataTag::dont_care:
            break;
    }
    return fail(Error{ErrorKind::usage, 0, "a value of this type can only be given in its encoded form"});
}

std::optional<DataTag> data_tag_from(std::string_view name) {
    if (name.empty()) return std::nullopt;
    for (int tag = 0; tag <= 0xFF; ++tag) {
        if (dlms::data_type_name(static_cast<std::uint8_t>(tag)) == name) return static_cast<DataTag>(tag);
    }
    return std::nullopt;
}

}  // namespace blathy::station
