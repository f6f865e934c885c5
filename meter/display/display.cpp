#include "meter/display/display.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "meter/display/seven_segment.hpp"
#include "meter/display/shown_value.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using dlms::Unit;

constexpr std::array display_items = {
    Obis(1, 0, 1, 8, 0),  Obis(1, 0, 2, 8, 0),  Obis(1, 0, 3, 8, 0),  Obis(1, 0, 4, 8, 0),  display_date,
    display_time,         Obis(1, 0, 16, 7, 0), Obis(1, 0, 3, 7, 0),  Obis(1, 0, 4, 7, 0),  Obis(1, 0, 13, 7, 0),
    Obis(1, 0, 32, 7, 0), Obis(1, 0, 52, 7, 0), Obis(1, 0, 72, 7, 0), Obis(1, 0, 31, 7, 0), Obis(1, 0, 51, 7, 0),
    Obis(1, 0, 71, 7, 0), Obis(1, 0, 91, 7, 0), Obis(1, 0, 14, 7, 0),
};

bool shows(const Measurements& measurements, const Obis& item) {
    return item == display_time || item == display_date || measurements.read(item).has_value();
}

// A decimal number right-aligned on the digits. What has no room on the left is lost, as on a mechanical counter.
void put_number(std::span<std::uint8_t> digits, std::int64_t value, int decimals, bool leading_zeros) {
    std::uint64_t rest = static_cast<std::uint64_t>(std::llabs(value));
    const auto last = digits.size() - 1;
    std::size_t written = 0;
    for (; written < digits.size(); ++written) {
        if (rest == 0 && written > static_cast<std::size_t>(decimals) && !leading_zeros) break;
        digits[last - written] = seven_segments(static_cast<char>('0' + rest % 10));
        rest /= 10;
    }
    if (decimals > 0 && static_cast<std::size_t>(decimals) < digits.size()) {
        digits[last - static_cast<std::size_t>(decimals)] |= segment_point;
    }
    if (value < 0) digits[written < digits.size() ? last - written : 0] = seven_segments('-');
}

void put_pairs(std::span<std::uint8_t> digits, int first, int second, int third, char separator) {
    const std::array<int, 3> pairs = {first, second, third};
    const std::size_t start = digits.size() - 8;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        digits[start + 3 * i] = seven_segments(static_cast<char>('0' + pairs[i] / 10 % 10));
        digits[start + 3 * i + 1] = seven_segments(static_cast<char>('0' + pairs[i] % 10));
        if (i < 2) digits[start + 3 * i + 2] = seven_segments(separator);
    }
}

// C.D.E, left-aligned, each point to the right of its number.
void put_code(std::span<std::uint8_t> digits, const Obis& item) {
    std::size_t at = 0;
    for (const std::uint8_t group : {item.c(), item.d(), item.e()}) {
        std::array<char, 3> text{};
        const char* const end = std::to_chars(text.data(), text.data() + text.size(), group).ptr;
        if (at > 0) digits[at - 1] |= segment_point;
        for (const char* character = text.data(); character != end && at < digits.size(); ++character) {
            digits[at++] = seven_segments(*character);
        }
    }
}

void put_unit(Lcd& lcd, Unit unit, bool kilo) {
    lcd.set(Annunciator::unit_k, kilo);
    switch (unit) {
        case Unit::watt_hour:
            lcd.set(Annunciator::unit_w), lcd.set(Annunciator::unit_h);
            break;
        case Unit::var_hour:
            lcd.set(Annunciator::unit_var), lcd.set(Annunciator::unit_h);
            break;
        case Unit::volt_ampere_hour:
            lcd.set(Annunciator::unit_va), lcd.set(Annunciator::unit_h);
            break;
        case Unit::watt:
            lcd.set(Annunciator::unit_w);
            break;
        case Unit::var:
            lcd.set(Annunciator::unit_var);
            break;
        case Unit::volt_ampere:
            lcd.set(Annunciator::unit_va);
            break;
        case Unit::volt:
            lcd.set(Annunciator::unit_v);
            break;
        case Unit::ampere:
            lcd.set(Annunciator::unit_a);
            break;
        case Unit::hertz:
            lcd.set(Annunciator::unit_hz);
            break;
        case Unit::degree:
            lcd.set(Annunciator::unit_degree);
            break;
        default:
            lcd.set(Annunciator::unit_power_factor);
            break;
    }
}

void put_quantity(Lcd& lcd, const Measurements& of, const Obis& item) {
    const auto shown = shown_value(of, item);
    if (!shown) return;
    const auto digits = std::span(lcd.digits).first(of.model.display_digits);
    put_number(digits, shown->value, shown->decimals, shown->is_energy);
    put_unit(lcd, shown->unit, shown->kilo);
}

void put_annunciators(Lcd& lcd, const Measurements& of) {
    constexpr std::array phase_symbols = {Annunciator::phase_l1, Annunciator::phase_l2, Annunciator::phase_l3};
    std::int64_t active_mw = 0;
    std::int64_t reactive_mvar = 0;
    for (std::size_t i = 0; i < of.model.phases; ++i) {
        const PhaseInterval& phase = of.interval.phase[i];
        // A phase counts as present from half of its nominal voltage on.
        lcd.set(phase_symbols[i], phase.voltage_mv >= of.model.nominal_voltage_mv / 2);
        active_mw += phase.active_power_mw;
        reactive_mvar += phase.reactive_power_mvar;
    }
    lcd.set(Annunciator::phase_sequence, of.interval.phase_sequence_reversed);
    lcd.set(Annunciator::active_import, active_mw > 0);
    lcd.set(Annunciator::active_export, active_mw < 0);
    lcd.set(Annunciator::reactive_import, reactive_mvar > 0);
    lcd.set(Annunciator::reactive_export, reactive_mvar < 0);
}

Lcd all_segments(const Model& model) {
    Lcd lcd;
    std::fill_n(lcd.digits.begin(), model.display_digits, std::uint8_t{0xFF});
    lcd.code.fill(0xFF);
    for (std::size_t i = 0; i < lcd_annunciators; ++i) lcd.set(static_cast<Annunciator>(i));
    return lcd;
}

}  // namespace

std::span<const Obis> default_display_items() {
    return display_items;
}

void Display::next(const Measurements& measurements) {
    on_item_ = {};
    for (std::size_t tried = 0; tried < display_items.size(); ++tried) {
        index_ = (index_ + 1) % display_items.size();
        if (shows(measurements, display_items[index_])) return;
    }
}

void Display::advance(std::chrono::microseconds duration, const Measurements& measurements) {
    if (testing()) {
        since_power_up_ += duration;
        return;
    }
    on_item_ += duration;
    since_press_ += duration;
    if (manual_ && since_press_ >= settings_.manual_time) {
        manual_ = false;
        on_item_ = {};
    }
    if (!manual_ && on_item_ >= settings_.item_time) next(measurements);
}

void Display::press(const Measurements& measurements) {
    since_press_ = {};
    if (testing()) return;
    manual_ = true;
    next(measurements);
}

std::optional<Obis> Display::item() const {
    if (testing()) return std::nullopt;
    return display_items[index_];
}

Lcd Display::render(const Measurements& measurements, const dlms::DateTime& local_now) const {
    Lcd lcd;
    if (testing()) {
        lcd = all_segments(measurements.model);
    } else {
        const Obis& item = display_items[index_];
        const auto digits = std::span(lcd.digits).first(measurements.model.display_digits);
        const auto& [date, time, deviation, status] = local_now;
        if (item == display_time) {
            put_pairs(digits, time.hour, time.minute, time.second, '-');
            lcd.set(Annunciator::time);
        } else if (item == display_date) {
            put_pairs(digits, date.day_of_month, date.month, date.year % 100, '-');
            lcd.set(Annunciator::date);
        } else {
            put_quantity(lcd, measurements, item);
        }
        put_code(lcd.code, item);
        put_annunciators(lcd, measurements);
    }
    lcd.backlight = testing() || since_press_ < settings_.backlight_time;
    return lcd;
}

}  // namespace blathy::meter
