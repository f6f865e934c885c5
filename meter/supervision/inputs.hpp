// Inputs: what a meter senses beside voltages and currents. Whoever runs it says what they are.
#pragma once

#include <array>
#include <cstdint>

namespace blathy::meter {

inline constexpr std::size_t module_covers = 2;

// Below it a modem no longer sends.
inline constexpr std::uint16_t supercapacitor_empty_mv = 2500;

struct Inputs {
    bool terminal_cover_open = false;
    bool meter_cover_open = false;
    std::array<bool, module_covers> module_cover_open{};
    bool magnetic_field = false;   // as strong as the sensor's threshold
    bool converter_fault = false;  // what there is to be measured is beyond its range, or its self-test failed
    bool battery_present = true;
    std::uint16_t battery_mv = 3600;
    std::uint16_t supercapacitor_mv = 0;    // 0 also where there is none
    std::int16_t temperature_tenths = 250;  // inside the case, tenths of a degree Celsius

    constexpr bool operator==(const Inputs&) const = default;
};

}  // namespace blathy::meter
