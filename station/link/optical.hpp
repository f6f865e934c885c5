// Through the optical port, IEC 62056-21: signing on for HDLC (mode E), and the readout (mode C).
#pragma once

#include <chrono>
#include <string>

#include "dlms/iec62056_21/line.hpp"
#include "station/link/stream.hpp"
#include "station/readout.hpp"

namespace blathy::station {

// `device`: the device address, empty for whatever meter is there. `max_baud`: the fastest this side can do.
// `patience`: how long anything may take that gets the sign-on or the readout on. Returns the line that HDLC goes on
// with; the port is set to it.
Result<dlms::iec62056_21::LineSettings, Error> sign_on(Stream& port, const std::string& device, std::uint32_t max_baud,
                                                       std::chrono::milliseconds patience);

// Signs on and takes all that the meter tells by itself.
Result<Readout, Error> read_out(Stream& port, const std::string& device, std::uint32_t max_baud,
                                std::chrono::milliseconds patience);

}  // namespace blathy::station
