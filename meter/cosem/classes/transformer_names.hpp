// The logical names of the transformer ratios (IEC 62056-6-1, 1-b:0.4.e), and the channel of the primary side.
#pragma once

#include "dlms/obis.hpp"

namespace blathy::meter {

inline constexpr dlms::Obis current_ratio_numerator(1, 0, 0, 4, 2);
inline constexpr dlms::Obis voltage_ratio_numerator(1, 0, 0, 4, 3);
inline constexpr dlms::Obis overall_ratio_numerator(1, 0, 0, 4, 4);
inline constexpr dlms::Obis current_ratio_denominator(1, 0, 0, 4, 5);
inline constexpr dlms::Obis voltage_ratio_denominator(1, 0, 0, 4, 6);
inline constexpr dlms::Obis overall_ratio_denominator(1, 0, 0, 4, 7);

// Value group B: channel 0 is what the terminals see.
inline constexpr int primary_channel = 1;

}  // namespace blathy::meter
