// Characters on seven segments.
#pragma once

#include <cstdint>

#include "meter/display/lcd.hpp"

namespace blathy::meter {

// The segments of a character that seven segments can show; nothing for any other.
constexpr std::uint8_t seven_segments(char character) {
    switch (character) {
        case '0':
            return segment_a | segment_b | segment_c | segment_d | segment_e | segment_f;
        case '1':
            return segment_b | segment_c;
        case '2':
            return segment_a | segment_b | segment_d | segment_e | segment_g;
        case '3':
            return segment_a | segment_b | segment_c | segment_d | segment_g;
        case '4':
            return segment_b | segment_c | segment_f | segment_g;
        case '5':
            return segment_a | segment_c | segment_d | segment_f | segment_g;
        case '6':
            return segment_a | segment_c | segment_d | segment_e | segment_f | segment_g;
        case '7':
            return segment_a | segment_b | segment_c;
        case '8':
            return segment_a | segment_b | segment_c | segment_d | segment_e | segment_f | segment_g;
        case '9':
            return segment_a | segment_b | segment_c | segment_d | segment_f | segment_g;
        case '-':
            return segment_g;
        case 'A':
            return segment_a | segment_b | segment_c | segment_e | segment_f | segment_g;
        case 'b':
            return segment_c | segment_d | segment_e | segment_f | segment_g;
        case 'C':
            return segment_a | segment_d | segment_e | segment_f;
        case 'd':
            return segment_b | segment_c | segment_d | segment_e | segment_g;
        case 'E':
            return segment_a | segment_d | segment_e | segment_f | segment_g;
        case 'F':
            return segment_a | segment_e | segment_f | segment_g;
        case 'n':
            return segment_c | segment_e | segment_g;
        case 'o':
            return segment_c | segment_d | segment_e | segment_g;
        case 'r':
            return segment_e | segment_g;
        default:
            return 0;
    }
}

}  // namespace blathy::meter
