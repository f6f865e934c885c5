// Signing on through the optical port: IEC 62056-21 mode E, after which HDLC has the line.
#pragma once

#include <string>

#include "dlms/iec62056_21/line.hpp"
#include "station/link/deadline.hpp"
#include "station/link/stream.hpp"

namespace blathy::station {

// `device`: the device address, empty for whatever meter is there. `max_baud`: the fastest this side can do.
// Returns the line that HDLC goes on with; the port is set to it.
Result<dlms::iec62056_21::LineSettings, Error> sign_on(Stream& port, const std::string& device, std::uint32_t max_baud,
                                                       const Deadline& deadline);

}  // namespace blathy::station
