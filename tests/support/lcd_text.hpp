// What an eye reads on the glass: the segments back as characters.
#pragma once

#include <span>
#include <string>

#include "meter/display/lcd.hpp"
#include "meter/display/seven_segment.hpp"

namespace blathy::test {

// "  12.50": a blank for no segment, a point behind the digit it belongs to, '?' for what is no character.
inline std::string read_segments(std::span<const std::uint8_t> digits) {
    std::string text;
    for (const std::uint8_t segments : digits) {
        const auto without_point = static_cast<std::uint8_t>(segments & ~meter::segment_point);
        char character = without_point == 0 ? ' ' : '?';
        for (const char candidate :
             {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', 'A', 'b', 'C', 'd', 'E', 'F', 'n', 'o', 'r'}) {
            if (meter::seven_segments(candidate) == without_point) character = candidate;
        }
        text += character;
        if (without_point != segments) text += '.';
    }
    return text;
}

// The names of the annunciators that are dark, in their order: "L1 k W h".
inline std::string read_annunciators(const meter::Lcd& lcd) {
    std::string text;
    for (std::size_t i = 0; i < meter::lcd_annunciators; ++i) {
        if (!lcd.test(static_cast<meter::Annunciator>(i))) continue;
        if (!text.empty()) text += ' ';
        text += meter::lcd_annunciator_names[i];
    }
    return text;
}

}  // namespace blathy::test
