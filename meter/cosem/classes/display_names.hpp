// The logical names of the display's settings; 0-0:96.53.e is the manufacturer's.
#pragma once

#include <array>

#include "dlms/obis.hpp"
#include "meter/display/settings.hpp"

namespace blathy::meter {

struct DisplayTimeName {
    dlms::Obis name;
    std::uint16_t DisplaySettings::*seconds;
};
inline constexpr std::array display_time_names = {
    DisplayTimeName{{0, 0, 96, 53, 0}, &DisplaySettings::item_time_s},
    DisplayTimeName{{0, 0, 96, 53, 1}, &DisplaySettings::return_time_s},
    DisplayTimeName{{0, 0, 96, 53, 2}, &DisplaySettings::backlight_time_s},
    DisplayTimeName{{0, 0, 96, 53, 3}, &DisplaySettings::battery_time_s},
};

inline constexpr dlms::Obis backlight_name(0, 0, 96, 53, 4);
inline constexpr dlms::Obis energy_decimals_name(0, 0, 96, 53, 5);
inline constexpr dlms::Obis power_decimals_name(0, 0, 96, 53, 6);
inline constexpr dlms::Obis leading_zeros_name(0, 0, 96, 53, 7);
inline constexpr dlms::Obis sounds_name(0, 0, 96, 53, 8);
inline constexpr std::array display_setting_names = {backlight_name, energy_decimals_name, power_decimals_name,
                                                     leading_zeros_name, sounds_name};

inline constexpr dlms::Obis display_fault_name(0, 0, 96, 53, 9);

}  // namespace blathy::meter
