#include "meter/display/display.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "meter/display/seven_segment.hpp"
#include "meter/display/shown_value.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using dlms::Unit;

using std::chrono::microseconds;
using std::chrono::seconds;

template <class Elapsed>
void pass(Elapsed& elapsed, microseconds duration) {
    const auto sum = static_cast<std::uint64_t>(elapsed.count()) + static_cast<std::uint64_t>(duration.count());
    elapsed = Elapsed{static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, Elapsed::max().count()))};
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

void put_text(std::span<std::uint8_t> digits, std::string_view text) {
    const std::size_t start = digits.size() - text.size();
    for (std::size_t i = 0; i < text.size(); ++i) digits[start + i] = seven_segments(text[i]);
}

void put_hexadecimal(std::span<std::uint8_t> digits, std::uint32_t value) {
    constexpr std::string_view characters = "0123456789AbCdEF";
    constexpr std::size_t places = 8;
    for (std::size_t i = 0; i < places; ++i, value >>= 4U) {
        digits[digits.size() - 1 - i] = seven_segments(characters[value & 0xFU]);
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
        case Unit::currency:
            lcd.set(Annunciator::credit);
            break;
        default:
            break;
    }
}

bool is_power_factor(const Obis& item) {
    return item.a() == 1 && item.d() == obis_instantaneous && quantity_code(item.c()).quantity == power_factor;
}

void put_quantity(Lcd& lcd, std::span<std::uint8_t> digits, const Readings& of, const Obis& item,
                  const DisplaySettings& settings) {
    const auto shown = shown_value(of, item, {settings.energy_decimals, settings.power_decimals});
    if (!shown) return;
    put_number(digits, shown->value, shown->decimals, shown->is_counter && settings.leading_zeros);
    put_unit(lcd, shown->unit, shown->kilo);
    if (is_power_factor(item)) lcd.set(Annunciator::unit_power_factor);
}

void put_item(Lcd& lcd, std::span<std::uint8_t> digits, const Readings& of, const Obis& item,
              const DisplaySettings& settings, const dlms::DateTime& local_now) {
    const auto& [date, time, deviation, status] = local_now;
    if (item == display_time) {
        put_pairs(digits, time.hour, time.minute, time.second, '-');
        lcd.set(Annunciator::time);
    } else if (item == display_date) {
        put_pairs(digits, date.day_of_month, date.month, date.year % 100, '-');
        lcd.set(Annunciator::date);
    } else if (item == display_serial_number) {
        put_number(digits, of.serial_number, 0, true);
    } else if (item == display_errors) {
        put_hexadecimal(digits, of.errors);
    } else {
        put_quantity(lcd, digits, of, item, settings);
    }
}

void put_annunciators(Lcd& lcd, const Registers& of) {
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

Display::Display(const Model& model, const Store& store) : settings_(load_display_settings(model, store)) {
    for (std::size_t i = 0; i < display_lists; ++i) {
        const bool kept = load_display_items(store, static_cast<DisplayList>(i)).has_value();
        kept_lists_ = static_cast<std::uint8_t>(kept_lists_ | (kept ? 1U << i : 0U));
    }
}

DisplayItems Display::items(const Store& store, DisplayList list) const {
    const bool kept = ((kept_lists_ >> static_cast<unsigned>(list)) & 1U) != 0;
    if (kept) {
        if (const auto found = load_display_items(store, list)) return *found;
    }
    DisplayItems items;
    for (const Obis& item : factory_display_items(list)) (void)items.add(item);
    return items;
}

DisplayFault Display::configure(Store& store, const DisplaySettings& settings) {
    if (!valid(settings)) return DisplayFault::out_of_range;
    if (!keep(store, settings)) return DisplayFault::flash_failed;
    settings_ = settings;
    return DisplayFault::none;
}

DisplayFault Display::set_items(Store& store, DisplayList list, const DisplayItems& items, const Readings& readings) {
    if (items.count == 0 && list != DisplayList::power_off) return DisplayFault::no_items;
    if (!keep(store, list, items)) return DisplayFault::flash_failed;
    kept_lists_ = static_cast<std::uint8_t>(kept_lists_ | (1U << static_cast<unsigned>(list)));
    if (list == this->list()) show_from(0, readings);
    return DisplayFault::none;
}

bool Display::can_show(const Readings& readings, const Obis& item) {
    return item == display_time || item == display_date || item == display_serial_number || item == display_errors ||
           shown_value(readings, item, {}).has_value();
}

DisplayList Display::list() const {
    if (mode_ == Mode::manual) return DisplayList::manual;
    return mode_ == Mode::on_battery ? DisplayList::power_off : DisplayList::automatic;
}

void Display::enter(Mode mode, const Readings& readings) {
    mode_ = mode;
    show_from(0, readings);
}

void Display::show_from(std::size_t index, const Readings& readings) {
    on_item_ = {};
    const DisplayItems shown = items(readings.store, list());
    for (std::size_t tried = 0; tried < shown.count; ++tried) {
        const std::size_t at = (index + tried) % shown.count;
        if (!can_show(readings, shown.items[at])) continue;
        index_ = static_cast<std::uint8_t>(at);
        item_ = shown.items[at];
        return;
    }
    item_.reset();
}

void Display::advance(microseconds duration, const Readings& readings) {
    pass(since_press_, duration);
    pass(on_item_, duration);
    if (down_) {
        pass(down_for_, duration);
        if (!held_ && down_for_ >= hold_time) hold(readings);
    }
    switch (mode_) {
        case Mode::test:
            if (on_item_ >= test_time) enter(Mode::automatic, readings);
            break;
        case Mode::automatic:
            if (on_item_ >= seconds{settings_.item_time_s}) next(readings);
            break;
        case Mode::manual:
            if (since_press_ >= seconds{settings_.return_time_s}) enter(Mode::automatic, readings);
            break;
        case Mode::on_battery:
            if (since_press_ >= seconds{settings_.battery_time_s}) mode_ = Mode::dark;
            break;
        case Mode::dark:
            break;
    }
}

void Display::set_supply(DisplaySupply supply) {
    if (supply == supply_) return;
    const bool returns = supply == DisplaySupply::mains;
    const bool fails = supply_ == DisplaySupply::mains || supply == DisplaySupply::none;
    supply_ = supply;
    if (returns) {
        test();
    } else if (fails) {
        mode_ = Mode::dark;
        message_ = Message::none;
    }
}

void Display::test() {
    mode_ = Mode::test;
    on_item_ = {};
}

void Display::push_button(bool down, const Readings& readings) {
    if (down && !down_) {
        down_for_ = {};
        held_ = false;
        if (supply_ == DisplaySupply::mains) sound(sound_key);
    }
    const bool ends = !down && down_;
    down_ = down;
    if (ends && !held_) press_briefly(readings);
}

void Display::press(const Readings& readings) {
    push_button(true, readings);
    push_button(false, readings);
}

void Display::press_briefly(const Readings& readings) {
    if (supply_ == DisplaySupply::none) return;
    since_press_ = {};
    message_ = Message::none;
    switch (mode_) {
        case Mode::test:
            break;
        case Mode::automatic:
            enter(Mode::manual, readings);
            break;
        case Mode::dark:
            enter(Mode::on_battery, readings);
            break;
        case Mode::manual:
        case Mode::on_battery:
            next(readings);
            break;
    }
}

void Display::hold(const Readings& readings) {
    held_ = true;
    if (supply_ != DisplaySupply::mains) {
        mode_ = Mode::dark;
        return;
    }
    since_press_ = {};
    message_ = Message::none;
    if (mode_ == Mode::manual) {
        enter(Mode::automatic, readings);
    } else {
        test();
    }
}

void Display::confirm(bool done) {
    message_ = done ? Message::done : Message::failed;
    since_press_ = {};
    sound(done ? sound_done : sound_refused);
}

void Display::sound(Sound which) {
    if (settings_.sounds) sounds_ = static_cast<std::uint8_t>(sounds_ | which);
}

std::uint8_t Display::take_sounds() {
    return std::exchange(sounds_, std::uint8_t{0});
}

std::optional<Obis> Display::item() const {
    if (testing() || dark()) return std::nullopt;
    return item_;
}

Lcd Display::render(const Readings& readings, const dlms::DateTime& local_now) const {
    Lcd lcd;
    if (dark()) return lcd;
    const Model& model = readings.registers.model;
    const auto digits = std::span(lcd.digits).first(model.display_digits);
    if (testing()) {
        lcd = all_segments(model);
    } else {
        if (has_message()) {
            put_text(digits, message_ == Message::done ? "donE" : "Err");
            put_code(lcd.code, reset_counter_name);
        } else if (item_) {
            put_item(lcd, digits, readings, *item_, settings_, local_now);
            put_code(lcd.code, *item_);
        }
        put_annunciators(lcd, readings.registers);
    }
    const bool pressed = testing() || since_press_ < seconds{settings_.backlight_time_s};
    const bool lit =
        settings_.backlight == Backlight::always || (settings_.backlight == Backlight::after_press && pressed);
    lcd.backlight = lit && supply_ == DisplaySupply::mains;
    return lcd;
}

}  // namespace blathy::meter
