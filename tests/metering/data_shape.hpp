// The type of a COSEM value as the Blue Book gives it, as a line of letters.
//
//   b boolean       i integer      u unsigned               o octet-string    e enum
//   B bit-string    l long         L long-unsigned          v visible-string  t date-time
//                   d double-long  D double-long-unsigned   Q long64-unsigned   n any integer
//   [x] array of x   (xyz) structure of x, y and z   ?x x or null-data   . anything
#pragma once

#include <algorithm>
#include <string_view>

#include "station/value.hpp"

namespace blathy::test {

class DataShape {
  public:
    // Whether the value is of the shape, and the shape is one.
    static bool matches(const station::Value& value, std::string_view text) {
        DataShape shape(text);
        return shape.take(&value) && shape.text_.empty();
    }

  private:
    using DataTag = dlms::DataTag;

    explicit DataShape(std::string_view text) : text_(text) {}

    // Takes one shape off the text. Without a value it is skipped.
    bool take(const station::Value* value) {
        if (text_.empty()) return false;
        const char letter = text_.front();
        text_.remove_prefix(1);
        switch (letter) {
            case '?':
                return take(value != nullptr && value->is_null() ? nullptr : value);
            case '[':
                return take_array(value) && ends_with(']');
            case '(':
                return take_structure(value);
            case '.':
                return true;
            default:
                return is_simple(letter) && (value == nullptr || is_of(value->type, letter));
        }
    }

    bool take_array(const station::Value* value) {
        const std::string_view element = text_;
        if (!take(nullptr)) return false;
        const std::string_view behind = text_;
        if (value == nullptr) return true;
        if (value->type != DataTag::array) return false;
        const auto& items = *value->items();
        const bool all = std::all_of(items.begin(), items.end(), [&](const station::Value& item) {
            text_ = element;
            return take(&item);
        });
        text_ = behind;
        return all;
    }

    bool take_structure(const station::Value* value) {
        if (value != nullptr && value->type != DataTag::structure) return false;
        std::size_t index = 0;
        for (; !text_.empty() && text_.front() != ')'; ++index) {
            if (value != nullptr && index >= value->items()->size()) return false;
            if (!take(value == nullptr ? nullptr : &(*value->items())[index])) return false;
        }
        return ends_with(')') && (value == nullptr || index == value->items()->size());
    }

    bool ends_with(char letter) {
        if (text_.empty() || text_.front() != letter) return false;
        text_.remove_prefix(1);
        return true;
    }

    static bool is_simple(char letter) {
        return std::string_view("bBiluLdDQnovet").find(letter) != std::string_view::npos;
    }

    static bool is_of(DataTag type, char letter) {
        switch (letter) {
            case 'b':
                return type == DataTag::boolean;
            case 'B':
                return type == DataTag::bit_string;
            case 'i':
                return type == DataTag::integer;
            case 'l':
                return type == DataTag::long_;
            case 'd':
                return type == DataTag::double_long;
            case 'u':
                return type == DataTag::unsigned_;
            case 'L':
                return type == DataTag::long_unsigned;
            case 'D':
                return type == DataTag::double_long_unsigned;
            case 'Q':
                return type == DataTag::long64_unsigned;
            case 'o':
                return type == DataTag::octet_string;
            case 'v':
                return type == DataTag::visible_string;
            case 'e':
                return type == DataTag::enumerated;
            case 't':
                return type == DataTag::date_time;
            default:
                return is_of(type, 'i') || is_of(type, 'l') || is_of(type, 'd') || is_of(type, 'u') ||
                       is_of(type, 'L') || is_of(type, 'D') || type == DataTag::long64 ||
                       type == DataTag::long64_unsigned;
        }
    }

    std::string_view text_;
};

}  // namespace blathy::test
