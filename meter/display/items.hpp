// Items of a display that are no quantity, by their logical names.
#pragma once

#include "dlms/obis.hpp"

namespace blathy::meter {

inline constexpr dlms::Obis display_time(1, 0, 0, 9, 1);  // local
inline constexpr dlms::Obis display_date(1, 0, 0, 9, 2);  // local
inline constexpr dlms::Obis display_serial_number(0, 0, 96, 1, 0);
inline constexpr dlms::Obis display_errors(0, 0, 97, 97, 0);  // the error register, in hexadecimal digits

}  // namespace blathy::meter
