// What a user sets of the display: what is shown, when, and how.
//
// The lists are as long as a user likes and are needed when the display goes on to the next item, so they stay in the
// store and RAM has none of them; a list that nobody has changed is the factory's, which is constant.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/fixed_list.hpp"
#include "dlms/obis.hpp"
#include "meter/model.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

enum class Backlight : std::uint8_t { off, after_press, always, count };

struct DisplaySettings {
    std::uint16_t item_time_s = 6;        // auto scroll
    std::uint16_t return_time_s = 30;     // without a press, from manual back to auto scroll
    std::uint16_t backlight_time_s = 60;  // after a press
    std::uint16_t battery_time_s = 20;    // after a press without mains
    Backlight backlight = Backlight::after_press;
    std::uint8_t energy_decimals = 0;  // of thousands: kWh, kvarh, kVAh
    std::uint8_t power_decimals = 0;   // kW, kvar, kVA, of demands too
    bool leading_zeros = true;         // of counters
    bool sounds = true;

    constexpr bool operator==(const DisplaySettings&) const = default;
};

// The resolution of the registers: a watt-hour and a tenth of a watt.
inline constexpr std::uint8_t most_energy_decimals = 3;
inline constexpr std::uint8_t most_power_decimals = 4;
inline constexpr std::uint16_t longest_display_time_s = 3600;
// Every second of it is taken from the clock's reserve.
inline constexpr std::uint16_t longest_battery_time_s = 300;

[[nodiscard]] bool valid(const DisplaySettings& settings);
[[nodiscard]] DisplaySettings factory_display_settings(const Model& model);
[[nodiscard]] DisplaySettings load_display_settings(const Model& model, const Store& store);
[[nodiscard]] bool keep(Store& store, const DisplaySettings& settings);

enum class DisplayList : std::uint8_t { automatic, manual, power_off, count };
inline constexpr std::size_t display_lists = static_cast<std::size_t>(DisplayList::count);

// General and alternate display list, and the first of the additional lists (IEC 62056-6-1, 0-b:21.0.e).
inline constexpr std::array<dlms::Obis, display_lists> display_list_names = {
    dlms::Obis(0, 0, 21, 0, 1), dlms::Obis(0, 0, 21, 0, 2), dlms::Obis(0, 0, 21, 0, 5)};

inline constexpr std::size_t max_display_items = 32;
using DisplayItems = FixedList<dlms::Obis, max_display_items>;

// What a model does not have is passed over when its turn comes.
[[nodiscard]] std::span<const dlms::Obis> factory_display_items(DisplayList list);
// None: nobody has changed the list.
[[nodiscard]] std::optional<DisplayItems> load_display_items(const Store& store, DisplayList list);
[[nodiscard]] bool keep(Store& store, DisplayList list, const DisplayItems& items);

// Why what was written last was refused; 0-0:96.53.9.255 says it.
enum class DisplayFault : std::uint8_t {
    none,
    too_many_items,
    no_items,        // only the list without mains may be empty
    unknown_object,  // no attribute 2 of an object of this class and name
    not_shown,       // what it holds is nothing for a display
    out_of_range,    // of a setting
    flash_failed,
};

}  // namespace blathy::meter
