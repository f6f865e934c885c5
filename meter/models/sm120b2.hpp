// SM120B2: single phase on a DIN rail, phase and neutral current measured.
#pragma once

#include <array>

#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::array<Network, 1> sm120b2_networks = {{{"230 V", 230'000}}};

inline constexpr Model sm120b2 = {
    .name = "SM120B2",
    .title = "Single phase DIN rail smart electricity meter",
    .title_octet = 0x12,
    .phases = 1,
    .neutral_current = true,
    .nominal_voltage_mv = 230'000,
    .basic_current_ma = 5'000,
    .max_current_ma = 100'000,
    .nominal_frequency_mhz = 50'000,
    .active_constant_per_kwh = 1'000,
    .reactive_constant_per_kvarh = 1'000,
    .output_constant = 1'000,
    .starting_current_ua_active = 20'000,
    .starting_current_ua_reactive = 25'000,
    .active_class = "1",
    .reactive_class = "2",
    .sample_rate_hz = 4000,
    .adc_bits = 24,
    .full_scale_voltage_mv = 500'000,  // 1.2 Un is 390 V at the crest; the rest is for harmonics and surges
    .full_scale_current_ma = 200'000,  // Imax is 141 A at the crest; the rest is for distorted currents
    .start_threshold_percent = 50,
    .stop_threshold_percent = 40,
    .display_digits = 8,
    .energy_decimals = 2,
    .power_decimals = 2,
    .connection = Connection::direct,
    .networks = sm120b2_networks,
    .lowest_voltage_mv = 138'000,
    .highest_voltage_mv = 276'000,
    .relay = {.kind = RelayKind::latching,
              .poles = 1,
              .max_current_ma = 120'000,
              .off_load_operations = 100'000,
              .on_load_operations = 0},
    .ports = {.rs485 = true, .communication_modules = 0, .input_module = false, .keypad = false, .last_gasp = false},
    .functions = {.apparent_energy = true,
                  .transformer_ratios = false,
                  .prepayment = false,
                  .limiter = true,
                  .fuse_supervision = true,
                  .overvoltage_disconnect = true,
                  .tamper_disconnect = false,
                  .tariff_disconnect = true,
                  .extended_profiles = true},
    .depths = {.monthly_billings = 17,
               .daily_billings = 62,
               .load_profile_days = 100,
               .load_profile_channels = 16,
               .energy_tariffs = 4,
               .demand_tariffs = 4},
    .tariffs = {.tariffs = 4,
                .day_profiles = 8,
                .seasons = 12,
                .weeks = 12,
                .switches_a_day = 16,
                .special_days = 100,
                .demand_period_s = 900,
                .demand_periods = 3},
    .thresholds = {.overvoltage_mv = 250'000,
                   .overvoltage_restore_mv = 240'000,
                   .undervoltage_mv = 184'000,
                   .undervoltage_restore_mv = 195'500,
                   .overcurrent_ma = 120'000,
                   .limiter_w = 22'000},
    .companion = Companion::fid2,
};

}  // namespace blathy::meter
