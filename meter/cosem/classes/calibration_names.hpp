// The logical names of the calibration; 0-0:96.54.e is the manufacturer's.
#pragma once

#include "dlms/obis.hpp"

namespace blathy::meter {

inline constexpr dlms::Obis calibration_name(0, 0, 96, 54, 0);
inline constexpr dlms::Obis calibration_date_name(0, 0, 96, 54, 1);
inline constexpr dlms::Obis calibration_check_name(0, 0, 96, 54, 2);  // crc32 of what is stored
inline constexpr dlms::Obis calibration_count_name(0, 0, 96, 54, 3);  // how often it was calibrated
inline constexpr dlms::Obis calibration_state_name(0, 0, 96, 54, 4);

// Bits of the state.
enum CalibrationState : std::uint8_t {
    calibration_valid = 0x01,
    calibration_sealed = 0x02,
    calibration_copy_damaged = 0x04,  // the other copy serves
};

}  // namespace blathy::meter
