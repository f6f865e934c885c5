// The logical names of the supervision's settings.
#pragma once

#include <array>

#include "dlms/obis.hpp"
#include "dlms/tags.hpp"
#include "meter/supervision/settings.hpp"

namespace blathy::meter {

struct SettingName {
    dlms::Obis name;
    std::uint16_t SupervisionSettings::*narrow;
    std::uint32_t SupervisionSettings::*wide;  // one of both
    std::int8_t scaler;
    dlms::Unit unit;
};

// 1-0:12 and 1-0:11 are voltages and currents of any phase (IEC 62056-6-1); 0-0:96.51.e is the manufacturer's.
inline constexpr std::array setting_names = {
    SettingName{{1, 0, 12, 31, 0}, &SupervisionSettings::undervoltage, nullptr, -1, dlms::Unit::volt},
    SettingName{{1, 0, 12, 43, 0}, &SupervisionSettings::undervoltage_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{1, 0, 12, 35, 0}, &SupervisionSettings::overvoltage, nullptr, -1, dlms::Unit::volt},
    SettingName{{1, 0, 12, 44, 0}, &SupervisionSettings::overvoltage_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{1, 0, 12, 39, 0}, &SupervisionSettings::missing_voltage, nullptr, -1, dlms::Unit::volt},
    SettingName{{1, 0, 12, 45, 0}, &SupervisionSettings::missing_voltage_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{1, 0, 11, 35, 0}, nullptr, &SupervisionSettings::overcurrent_ma, -3, dlms::Unit::ampere},
    SettingName{{1, 0, 11, 44, 0}, &SupervisionSettings::overcurrent_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 7, 20}, &SupervisionSettings::long_failure_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 2}, &SupervisionSettings::input_time_ms, nullptr, -3, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 3}, &SupervisionSettings::bypass, nullptr, -1, dlms::Unit::percent},
    SettingName{{0, 0, 96, 51, 4}, &SupervisionSettings::bypass_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 5}, &SupervisionSettings::undervoltage_restore, nullptr, -1, dlms::Unit::volt},
    SettingName{{0, 0, 96, 51, 6}, &SupervisionSettings::overvoltage_restore, nullptr, -1, dlms::Unit::volt},
    SettingName{{0, 0, 96, 51, 7}, &SupervisionSettings::unbalance, nullptr, -1, dlms::Unit::percent},
    SettingName{{0, 0, 96, 51, 8}, &SupervisionSettings::unbalance_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 9}, &SupervisionSettings::neutral_displacement, nullptr, -1, dlms::Unit::percent},
    SettingName{{0, 0, 96, 51, 10}, &SupervisionSettings::neutral_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 11}, &SupervisionSettings::sequence_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 12}, &SupervisionSettings::reversal_time_s, nullptr, 0, dlms::Unit::second},
    SettingName{{0, 0, 96, 51, 13}, &SupervisionSettings::battery_low_mv, nullptr, -3, dlms::Unit::volt},
};

constexpr const SettingName* find_setting(const dlms::Obis& name) {
    for (const SettingName& setting : setting_names) {
        if (setting.name == name) return &setting;
    }
    return nullptr;
}

}  // namespace blathy::meter
