// Model: what makes one product of the family different from its siblings, as data.
//
// A new product is one new file of such data in meter/models/. No code asks which model it runs on.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace blathy::meter {

// How the measuring elements meet the network (IEC 62052-11).
enum class Connection : std::uint8_t {
    direct,                  // the load current runs through the meter
    current_transformer,     // currents are those of transformer secondaries
    instrument_transformer,  // currents and voltages are those of transformer secondaries
};

// A network that the meter is made for: the reference voltage that its elements see there, and how many are in use.
struct Network {
    std::string_view name;
    std::uint32_t voltage_mv;   // of an element
    bool two_elements = false;  // three wires: V12 on the first element, V32 on the third (Aron, Blondel)
};

enum class RelayKind : std::uint8_t {
    latching,   // carries and breaks the load current
    auxiliary,  // a control contact only; the load is broken by somebody else's contactor
};

struct Relay {
    RelayKind kind;
    std::uint8_t poles;
    std::uint32_t max_current_ma;
    std::uint32_t off_load_operations;  // lifetime, 0 where the maker states none
    std::uint32_t on_load_operations;
};

// Which ports and input devices are built in or can be plugged in.
struct Ports {
    bool rs485;
    std::uint8_t communication_modules;  // slots for plug-in modems, both may be in use at once
    bool input_module;                   // slot for a keypad or NFC module
    bool keypad;                         // the 12-key pad is what comes in it
    bool last_gasp;                      // a supercapacitor lets the modem speak once more after power fails
};

// Which of the optional functions the product has. What every product has is not listed.
struct Functions {
    bool apparent_energy;     // kVAh registers are part of the sold object list
    bool transformer_ratios;  // CT and VT primary and secondary values
    bool prepayment;          // STS tokens and credit (IEC 62055-41)
    bool limiter;             // register monitor on power that opens the relay
    bool fuse_supervision;    // over-current opens the relay
    bool overvoltage_disconnect;
    bool tamper_disconnect;
    bool tariff_disconnect;  // the tariff table opens and closes the relay
    bool extended_profiles;  // minimum, maximum and average profiles beside load profiles 1 and 2
};

// Whose event codes it has; the lists contradict each other.
enum class Companion : std::uint8_t {
    idis,
    fid2,
};

// How much history is kept. Days and entries are what the product promises, not what the flash happens to hold.
struct Depths {
    std::uint8_t monthly_billings;
    std::uint8_t daily_billings;
    std::uint8_t load_profile_days;
    std::uint8_t load_profile_channels;
    std::uint8_t energy_tariffs;  // tariff registers per energy
    std::uint8_t demand_tariffs;
};

// The shape of the tariff calendar (activity calendar, class 20) and of the demand window (demand register, class 5).
struct Tariffs {
    std::uint8_t tariffs;
    std::uint8_t day_profiles;
    std::uint8_t seasons;
    std::uint8_t weeks;
    std::uint8_t switches_a_day;
    std::uint8_t special_days;
    std::uint16_t demand_period_s;
    std::uint8_t demand_periods;  // of the sliding window
};

// Thresholds as delivered; each can be configured.
struct Thresholds {
    std::uint32_t overvoltage_mv;
    std::uint32_t overvoltage_restore_mv;
    std::uint32_t undervoltage_mv;
    std::uint32_t undervoltage_restore_mv;
    std::uint32_t overcurrent_ma;
    std::uint32_t limiter_w;  // 0: no limiter
};

struct Model {
    std::string_view name;     // "SED302"
    std::string_view title;    // as printed on the front plate
    std::uint8_t title_octet;  // the type in the system title
    std::uint8_t phases;       // measuring elements, 1 to max_phases
    bool neutral_current;      // the neutral conductor is measured too
    std::uint32_t nominal_voltage_mv;
    std::uint32_t basic_current_ma;  // Ib, or In of a transformer-operated meter
    std::uint32_t max_current_ma;    // Imax
    std::uint32_t nominal_frequency_mhz;
    std::uint32_t active_constant_per_kwh;      // pulses of the active LED
    std::uint32_t reactive_constant_per_kvarh;  // pulses of the reactive LED
    // Pulses of the electrical outputs, per kWh and per kvarh. They last 30 ms and are 30 ms apart at least
    // (IEC 62053-31), which the LEDs need not be.
    std::uint32_t output_constant;
    std::uint32_t starting_current_ua_active;  // registers from here on
    std::uint32_t starting_current_ua_reactive;
    std::string_view active_class;
    std::string_view reactive_class;
    // Analog front end
    std::uint32_t sample_rate_hz;         // 2000 to 8000
    std::uint8_t adc_bits;                // 12 to 24, two's complement
    std::uint32_t full_scale_voltage_mv;  // peak voltage that fills the converter
    std::uint32_t full_scale_current_ma;  // peak current that fills the converter
    // No load (IEC 62053-21 clause 8.3): an element registers once its power, averaged over a second, has reached the
    // first of these shares of the power at starting current and nominal voltage, and until it falls below the second.
    std::uint8_t start_threshold_percent;
    std::uint8_t stop_threshold_percent;
    // Display
    std::uint8_t display_digits;
    std::uint8_t energy_decimals;
    std::uint8_t power_decimals;
    // The rest of the product sheet
    Connection connection;
    std::span<const Network> networks;  // the first is the one that it is calibrated on
    std::uint32_t lowest_voltage_mv;    // working range
    std::uint32_t highest_voltage_mv;
    Relay relay;
    Ports ports;
    Functions functions;
    Depths depths;
    Tariffs tariffs;
    Thresholds thresholds;
    Companion companion;
};

}  // namespace blathy::meter
