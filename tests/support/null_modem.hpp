// A cable between two serial ports: two pseudo terminals and a thread that carries octets from each to the other.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include <termios.h>

namespace blathy::test {

class NullModem {
  public:
    // Its ends are links in `directory`, which stay the same when the cable is replaced.
    explicit NullModem(std::filesystem::path directory);
    ~NullModem();
    NullModem(const NullModem&) = delete;
    NullModem& operator=(const NullModem&) = delete;

    [[nodiscard]] std::string meter_end() const { return (directory_ / "meter").string(); }
    [[nodiscard]] std::string client_end() const { return (directory_ / "client").string(); }

    // As when an adapter is pulled out: whoever has an end open sees it go. And back again.
    void pull_out();
    void plug_in();

    // The speed that the meter's end is set to.
    [[nodiscard]] speed_t meter_speed() const;
    // Every speed that the meter's end had while octets passed.
    [[nodiscard]] bool had_speed(speed_t speed) const;

  private:
    struct End {
        int master = -1;
        int slave = -1;  // held open, so that the end exists while no program has it
    };
    void carry();
    void note_speed();

    std::filesystem::path directory_;
    std::array<End, 2> ends_;
    std::atomic<bool> stopping_ = false;
    std::array<std::atomic<bool>, 32> speeds_{};
    std::thread thread_;
};

}  // namespace blathy::test
