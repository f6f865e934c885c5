#include "station/link/serial.hpp"

#include <array>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace blathy::station {
namespace {

using dlms::iec62056_21::Framing;
using dlms::iec62056_21::LineSettings;

struct Speed {
    std::uint32_t baud;
    speed_t code;
};
constexpr std::array speeds = {
    Speed{300, B300},       Speed{600, B600},       Speed{1200, B1200},     Speed{2400, B2400},
    Speed{4800, B4800},     Speed{9600, B9600},     Speed{19200, B19200},   Speed{38400, B38400},
    Speed{57600, B57600},   Speed{115200, B115200}, Speed{230400, B230400}, Speed{460800, B460800},
    Speed{921600, B921600},
};

std::optional<speed_t> speed_code_of(std::uint32_t baud) {
    for (const Speed& speed : speeds) {
        if (speed.baud == baud) return speed.code;
    }
    return std::nullopt;
}

}  // namespace

Result<void, Error> set_line(int port, const LineSettings& line) {
    const auto speed = speed_code_of(line.baud);
    if (!speed)
        return fail(Error{ErrorKind::usage, 0, std::to_string(line.baud) + " is not the speed of a serial port"});
    termios settings{};
    if (::tcgetattr(port, &settings) != 0)
        return fail(connection_error("not a serial port: " + system_error_text(errno)));
    ::cfmakeraw(&settings);
    settings.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag |= line.framing == Framing::seven_even_one ? CS7 | PARENB : CS8;
    settings.c_iflag &= ~static_cast<tcflag_t>(INPCK | ISTRIP | IXON | IXOFF | IXANY);
    settings.c_cc[VMIN] = 1;  // with 0, read() could not tell an idle line from a port that is gone
    settings.c_cc[VTIME] = 0;
    ::cfsetispeed(&settings, *speed);
    ::cfsetospeed(&settings, *speed);
    if (::tcsetattr(port, TCSADRAIN, &settings) != 0) {
        // A pseudo terminal has no parity and always eight bits. The C library says so only when nothing else changes;
        // characters pass all the same.
        termios actual{};
        if (errno == EINVAL && ::tcgetattr(port, &actual) == 0 && ::cfgetospeed(&actual) == *speed) return {};
        return fail(connection_error("can't set the serial port: " + system_error_text(errno)));
    }
    return {};
}

Result<Descriptor, Error> open_serial(const std::string& path, const LineSettings& line) {
    Descriptor port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!port.is_open()) return fail(connection_error("can't open the port: " + system_error_text(errno)));
    // Two programs on one line would take each other's answers.
    if (::ioctl(port.number(), TIOCEXCL) != 0) {
        return fail(connection_error("not a serial port: " + system_error_text(errno)));
    }
    if (auto set = set_line(port.number(), line); !set) return fail(set.error());
    ::tcflush(port.number(), TCIOFLUSH);
    return port;
}

}  // namespace blathy::station
