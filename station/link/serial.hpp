// Serial ports, through termios.
#pragma once

#include <string>

#include "dlms/iec62056_21/line.hpp"
#include "station/link/stream.hpp"

namespace blathy::station {

// Opens the port for this program alone, raw, without flow control. Errors of kind `connection` or `usage` name it.
Result<Descriptor, Error> open_serial(const std::string& path, const dlms::iec62056_21::LineSettings& line);

// Speed and framing from the next octet on; what was written before has left.
Result<void, Error> set_line(int port, const dlms::iec62056_21::LineSettings& line);

}  // namespace blathy::station
