// Model: what makes one product of the family different from its siblings, as data.
//
// A new product is one new file of such data in meter/models/. No code asks which model it runs on.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace blathy::meter {

struct Model {
    std::string_view name;        // "SED302"
    std::string_view title;       // as printed on the front plate
    std::uint8_t phases;          // measuring elements
    bool neutral_current;         // the neutral conductor is measured too
    std::uint32_t nominal_voltage_mv;
    std::uint32_t basic_current_ma;  // Ib, or In of a transformer-operated meter
    std::uint32_t max_current_ma;    // Imax
    std::uint32_t nominal_frequency_mhz;
    std::uint32_t active_constant_per_kwh;     // pulses of the active LED
    std::uint32_t reactive_constant_per_kvarh; // pulses of the reactive LED
    std::uint32_t starting_current_ua_active;   // registers from here on
    std::uint32_t starting_current_ua_reactive;
    std::string_view active_class;
    std::string_view reactive_class;
    // Analog front end
    std::uint32_t sample_rate_hz;
    std::uint8_t adc_bits;
    std::uint32_t full_scale_voltage_mv;  // peak voltage that fills the converter
    std::uint32_t full_scale_current_ma;  // peak current that fills the converter
    // Display
    std::uint8_t display_digits;
    std::uint8_t energy_decimals;
    std::uint8_t power_decimals;
};

}  // namespace blathy::meter
