// SM306: three phases behind current transformers, 3x57.7/100 V to 3x240/415 V on one input range. The start is
// designed for the 0.1 % of In that class 0.5S asks for, which is stricter than the 0.2 % of the product sheet.
#pragma once

#include <array>

#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::array<Network, 2> sm306_networks = {{{"3x240/415 V", 240'000}, {"3x57.7/100 V", 57'735}}};

inline constexpr Model sm306 = {
    .name = "SM306",
    .title = "Three phase CT smart electricity meter",
    .title_octet = 0x36,
    .phases = 3,
    .neutral_current = true,
    .nominal_voltage_mv = 240'000,
    .basic_current_ma = 1'000,
    .max_current_ma = 10'000,
    .nominal_frequency_mhz = 50'000,
    .active_constant_per_kwh = 10'000,
    .reactive_constant_per_kvarh = 10'000,
    .output_constant = 5'000,
    .starting_current_ua_active = 1'000,
    .starting_current_ua_reactive = 4'000,
    .active_class = "0.5S",
    .reactive_class = "1",
    .sample_rate_hz = 4000,
    .adc_bits = 24,
    .full_scale_voltage_mv = 500'000,  // 1.2 Un is 390 V at the crest; the rest is for harmonics and surges
    .full_scale_current_ma = 20'000,   // Imax is 14.1 A at the crest; the rest is for distorted currents
    .start_threshold_percent = 50,
    .stop_threshold_percent = 40,
    .display_digits = 10,
    .energy_decimals = 2,
    .power_decimals = 3,
    .connection = Connection::current_transformer,
    .networks = sm306_networks,
    .lowest_voltage_mv = 46'160,
    .highest_voltage_mv = 288'000,
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
    .thresholds = {.overvoltage_mv = 264'000,
                   .overvoltage_restore_mv = 259'200,
                   .undervoltage_mv = 192'000,
                   .undervoltage_restore_mv = 204'000,
                   .overcurrent_ma = 12'000,
                   .limiter_w = 0},
    .companion = Companion::idis,
};

}  // namespace blathy::meter
