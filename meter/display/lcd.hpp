// The liquid crystal display as the controller's segment memory: one bit a segment, set when it is dark.
//
// This is what leaves the core. A glass, a page or a test shows these bits and decides nothing itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace blathy::meter {

inline constexpr std::size_t lcd_max_digits = 10;  // large digits, the value
inline constexpr std::size_t lcd_code_digits = 6;  // small digits, the OBIS code of what is shown

// Segments of a digit; the decimal point stands right of the digit.
//      a
//    f   b
//      g
//    e   c
//      d   point
enum LcdSegment : std::uint8_t {
    segment_a = 0x01,
    segment_b = 0x02,
    segment_c = 0x04,
    segment_d = 0x08,
    segment_e = 0x10,
    segment_f = 0x20,
    segment_g = 0x40,
    segment_point = 0x80,
};

// Annunciators in the order of their bits. The names are those of lcd_annunciator_names below.
enum class Annunciator : std::uint8_t {
    phase_l1,
    phase_l2,
    phase_l3,
    phase_sequence,
    active_import,
    active_export,
    reactive_import,
    reactive_export,
    tariff_1,
    tariff_2,
    tariff_3,
    tariff_4,
    unit_k,
    unit_w,
    unit_var,
    unit_va,
    unit_h,
    unit_v,
    unit_a,
    unit_hz,
    unit_power_factor,
    unit_degree,
    time,
    date,
    relay_open,
    battery_low,
    alarm,
    cover_open,
    magnetic_field,
    communication,
    signal,
    credit,
    token,
    key_lock,
    test_mode,
    count,
};
inline constexpr std::size_t lcd_annunciators = static_cast<std::size_t>(Annunciator::count);

inline constexpr std::array<std::string_view, lcd_annunciators> lcd_annunciator_names = {
    "L1",
    "L2",
    "L3",
    "phase-sequence",
    "P+",
    "P-",
    "Q+",
    "Q-",
    "T1",
    "T2",
    "T3",
    "T4",
    "k",
    "W",
    "var",
    "VA",
    "h",
    "V",
    "A",
    "Hz",
    "PF",
    "deg",
    "time",
    "date",
    "relay-open",
    "battery-low",
    "alarm",
    "cover-open",
    "magnetic-field",
    "communication",
    "signal",
    "credit",
    "token",
    "key-lock",
    "test",
};

struct Lcd {
    std::array<std::uint8_t, lcd_max_digits> digits{};  // leftmost first; a model uses the first display_digits
    std::array<std::uint8_t, lcd_code_digits> code{};   // leftmost first
    std::array<std::uint8_t, (lcd_annunciators + 7) / 8> annunciators{};  // bit n of the whole is annunciator n
    bool backlight = false;

    constexpr void set(Annunciator which, bool on = true) {
        const auto bit = static_cast<std::size_t>(which);
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        auto& octet = annunciators[bit / 8];
        octet = static_cast<std::uint8_t>(on ? octet | mask : octet & ~mask);
    }
    [[nodiscard]] constexpr bool test(Annunciator which) const {
        const auto bit = static_cast<std::size_t>(which);
        return ((annunciators[bit / 8] >> (bit % 8)) & 1U) != 0;
    }
    constexpr bool operator==(const Lcd&) const = default;
};

}  // namespace blathy::meter
