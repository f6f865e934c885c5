#include "tests/support/null_modem.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

namespace blathy::test {

NullModem::NullModem(std::filesystem::path directory) : directory_(std::move(directory)) {
    plug_in();
}

NullModem::~NullModem() {
    pull_out();
}

void NullModem::plug_in() {
    const std::array<std::string, 2> links = {meter_end(), client_end()};
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        termios raw{};
        ::cfmakeraw(&raw);
        std::array<char, 64> name{};
        if (::openpty(&ends_[i].master, &ends_[i].slave, name.data(), &raw, nullptr) != 0) std::abort();
        // A program that a test starts must not hold the cable too.
        for (const int descriptor : {ends_[i].master, ends_[i].slave}) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        std::filesystem::remove(links[i]);
        std::filesystem::create_symlink(name.data(), links[i]);
    }
    stopping_ = false;
    thread_ = std::thread([this] { carry(); });
}

void NullModem::pull_out() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    thread_.join();
    for (End& end : ends_) {
        ::close(end.slave);
        ::close(end.master);
    }
    std::filesystem::remove(meter_end());
    std::filesystem::remove(client_end());
}

void NullModem::carry() {
    std::array<char, 4096> octets{};
    while (!stopping_) {
        std::array<pollfd, 2> ready = {pollfd{ends_[0].master, POLLIN, 0}, pollfd{ends_[1].master, POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), 20) <= 0) continue;
        for (std::size_t i = 0; i < ends_.size(); ++i) {
            if ((ready[i].revents & POLLIN) == 0) continue;
            note_speed();
            const ssize_t count = ::read(ends_[i].master, octets.data(), octets.size());
            if (count > 0 && ::write(ends_[1 - i].master, octets.data(), static_cast<std::size_t>(count)) != count) {
                std::abort();
            }
        }
    }
}

speed_t NullModem::meter_speed() const {
    termios settings{};
    ::tcgetattr(ends_[0].slave, &settings);
    return ::cfgetospeed(&settings);
}

void NullModem::note_speed() {
    speeds_[meter_speed() % speeds_.size()] = true;
}

bool NullModem::had_speed(speed_t speed) const {
    return speeds_[speed % speeds_.size()];
}

}  // namespace blathy::test
