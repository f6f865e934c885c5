// A serial port that leads to the meter: RS485 or a cable with HDLC, or an optical probe. The line's speed and framing
// follow the protocol once the octets before have left. A port that vanishes (an adapter is pulled out) is opened again
// when it is back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/blathy/meter/line_port.hpp"
#include "apps/blathy/meter/line_tap.hpp"
#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "base/result.hpp"
#include "station/link/stream.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class SerialServer final : public LinkServer, private Watcher {
  public:
    // Between two attempts to open a port that vanished.
    static constexpr std::chrono::seconds retry_period{1};

    // Opens at once. The error is a sentence: there is no such port. `poller` must outlive the server.
    // An optical port is fed by the battery too, while somebody has woken the meter (Meter::awake()).
    static Result<std::unique_ptr<SerialServer>, std::string> open(Poller& poller, const station::Url& url,
                                                                   std::unique_ptr<LinePort> port);
    ~SerialServer() override;

    // The protocol has its own inactivity timeout.
    void close_idle_connections(Time /*now*/) override {}
    void run_timers(Time now) override;
    [[nodiscard]] Time next_timer() const override { return next_timer_; }
    void observe(TrafficObserver* observer) override { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const override { return port_->has_open_association() ? 1 : 0; }
    [[nodiscard]] std::string url() const override { return name_; }
    [[nodiscard]] bool is_open() const { return file_.is_open(); }

  private:
    SerialServer(Poller& poller, const station::Url& url, std::unique_ptr<LinePort> port);

    Result<void, std::string> open_file();
    void on_readable() override;
    void on_writable() override;
    [[nodiscard]] bool is_supplied_by(const meter::Meter& meter) const override {
        return is_optical_ ? meter.awake() : meter.powered();
    }
    void fall_silent() override;
    void answer(Time now);
    bool follow_line(Time now);
    [[nodiscard]] bool write(Bytes octets, Time now);
    [[nodiscard]] Time drained_at(Time now) const;
    void lose(Time now, int error);

    Poller& poller_;
    std::string name_;
    std::string path_;
    bool is_optical_;
    std::unique_ptr<LinePort> port_;
    station::Descriptor file_;
    LinePort::LineSettings present_;  // of the line
    LineTap tap_;
    TrafficObserver* observer_ = nullptr;
    std::vector<std::uint8_t> receive_buffer_;
    std::vector<std::uint8_t> send_buffer_;
    std::vector<std::uint8_t> unsent_;  // what the system could not take yet
    Time sent_until_{};                 // when the last octet written is out, at the line's speed
    Time next_timer_ = Time::max();
};

}  // namespace blathy::apps
