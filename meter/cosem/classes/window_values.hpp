// window_element = {start_time, end_time}, of which IC 29 and IC 40 have arrays (IEC 62056-6-2).
#pragma once

#include "dlms/data.hpp"
#include "meter/clock/time_window.hpp"

namespace blathy::meter {

void write_windows(dlms::DataWriter& out, const TimeWindows& windows);
// other_reason: there are too many, or a month is one of those in which daylight saving begins or ends.
[[nodiscard]] dlms::DataAccessResult read_windows(Bytes value, TimeWindows& windows);

}  // namespace blathy::meter
