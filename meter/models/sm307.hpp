// SM307: three phases behind current and voltage transformers. A two-element network (3P3W) puts V12 and V32 on the
// first and third element and leaves the second open. Start as for SM306.
#pragma once

#include <array>

#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::array<Network, 3> sm307_networks = {
    {{"3x110/190 V", 110'000}, {"3x63.5/110 V", 63'509}, {"3x110 V, two elements", 110'000, true}}};

inline constexpr Model sm307 = {
    .name = "SM307",
    .title = "Three phase CT/VT smart electricity meter",
    .title_octet = 0x37,
    .phases = 3,
    .neutral_current = true,
    .nominal_voltage_mv = 110'000,
    .basic_current_ma = 1'000,
    .max_current_ma = 10'000,
    .nominal_frequency_mhz = 50'000,
    .active_constant_per_kwh = 10'000,
    .reactive_constant_per_kvarh = 10'000,
    .output_constant = 10'000,
    .starting_current_ua_active = 1'000,
    .starting_current_ua_reactive = 4'000,
    .active_class = "0.5S",
    .reactive_class = "1",
    .sample_rate_hz = 4000,
    .adc_bits = 24,
    .full_scale_voltage_mv = 250'000,  // 1.2 times 110 V is 187 V at the crest; the rest is for harmonics and surges
    .full_scale_current_ma = 20'000,   // Imax is 14.1 A at the crest; the rest is for distorted currents
    .start_threshold_percent = 50,
    .stop_threshold_percent = 40,
    .display_digits = 10,
    .energy_decimals = 2,
    .power_decimals = 3,
    .connection = Connection::instrument_transformer,
    .networks = sm307_networks,
    .lowest_voltage_mv = 50'800,
    .highest_voltage_mv = 132'000,
    .relay = {.kind = RelayKind::auxiliary,
              .poles = 1,
              .max_current_ma = 5'000,
              .off_load_operations = 0,
              .on_load_operations = 0},
    .ports = {.rs485 = true, .communication_modules = 2, .input_module = false, .keypad = false, .last_gasp = true},
    .functions = {.apparent_energy = false,
                  .transformer_ratios = true,
                  .prepayment = false,
                  .limiter = false,
                  .fuse_supervision = false,
                  .overvoltage_disconnect = false,
                  .tamper_disconnect = false,
                  .tariff_disconnect = false,
                  .extended_profiles = false},
    .depths = {.monthly_billings = 12,
               .daily_billings = 62,
               .load_profile_days = 100,
               .load_profile_channels = 16,
               .energy_tariffs = 32,
               .demand_tariffs = 32},
    .tariffs = {.tariffs = 4,
                .day_profiles = 8,
                .seasons = 12,
                .weeks = 12,
                .switches_a_day = 16,
                .special_days = 100,
                .demand_period_s = 900,
                .demand_periods = 3},
    .thresholds = {.overvoltage_mv = 121'000,
                   .overvoltage_restore_mv = 118'800,
                   .undervoltage_mv = 88'000,
                   .undervoltage_restore_mv = 93'500,
                   .overcurrent_ma = 12'000,
                   .limiter_w = 0},
    .companion = Companion::idis,
};

}  // namespace blathy::meter
