#include "station/link/stream.hpp"

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blathy::station {
namespace {

bool again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// A socket must not raise SIGPIPE when the meter hangs up; a serial port is no socket.
ssize_t write_quietly(int number, Bytes octets) {
    const ssize_t sent = ::send(number, octets.data(), octets.size(), MSG_NOSIGNAL);
    return sent < 0 && errno == ENOTSOCK ? ::write(number, octets.data(), octets.size()) : sent;
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

std::string system_error_text(int number) {
    return std::generic_category().message(number);
}

Result<bool, Error> wait_for(int number, bool writing, const Deadline& deadline) {
    while (true) {
        pollfd waiting{number, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
        const int ready = ::poll(&waiting, 1, deadline.left_ms());
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return fail(connection_error(system_error_text(errno)));
        if (deadline.passed()) return false;
    }
}

Result<void, Error> Stream::write(Bytes octets, const Deadline& deadline) {
    while (!octets.empty()) {
        const ssize_t sent = write_quietly(number(), octets);
        if (sent > 0) {
            octets = octets.subspan(static_cast<std::size_t>(sent));
            continue;
        }
        if (sent < 0 && !again(errno)) {
            return fail(connection_error("the connection to the meter broke: " + system_error_text(errno)));
        }
        const auto ready = wait_for(number(), true, deadline);
        if (!ready) return fail(ready.error());
        if (!*ready) return fail(timeout_error("the meter took nothing of a request in time"));
    }
    return {};
}

Result<std::size_t, Error> Stream::read(MutableBytes room, const Deadline& deadline) {
    while (true) {
        const ssize_t got = ::read(number(), room.data(), room.size());
        if (got > 0 || (got == 0 && kind_ == Kind::datagrams)) return static_cast<std::size_t>(got);
        if (got == 0) return fail(connection_error("the meter closed the connection"));
        if (!again(errno)) {
            return fail(connection_error("the connection to the meter broke: " + system_error_text(errno)));
        }
        const auto ready = wait_for(number(), false, deadline);
        if (!ready) return fail(ready.error());
        if (!*ready)
            return fail(timeout_error("no answer from the meter in time; is it there, and is its address right?"));
    }
}

}  // namespace blathy::station
