#include "apps/blathy/meter/serial_server.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "apps/blathy/meter/line_clock.hpp"
#include "station/link/serial.hpp"

namespace blathy::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t serial_buffer_size = 4096;
// Until a driver is asked again whether its last octets have left.
constexpr milliseconds drain_poll{2};

bool is_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

void say(const std::string& sentence) {
    fmt::print(stderr, "blathy meter: {}\n", sentence);
}

}  // namespace

SerialServer::SerialServer(Poller& poller, const station::Url& url, std::unique_ptr<LinePort> port)
    : poller_(poller),
      name_(station::name_of(url)),
      path_(url.path),
      is_optical_(url.transport == station::Transport::optical),
      port_(std::move(port)),
      receive_buffer_(serial_buffer_size),
      send_buffer_(line_port_room) {}

SerialServer::~SerialServer() = default;

Result<std::unique_ptr<SerialServer>, std::string> SerialServer::open(Poller& poller, const station::Url& url,
                                                                      std::unique_ptr<LinePort> port) {
    std::unique_ptr<SerialServer> server(new SerialServer(poller, url, std::move(port)));
    if (const auto opened = server->open_file(); !opened) return fail(opened.error());
    return server;
}

Result<void, std::string> SerialServer::open_file() {
    present_ = port_->line();
    auto file = station::open_serial(path_, present_);
    if (!file) return fail(name_ + ": " + file.error().text);
    if (!poller_.watch(file->number(), *this, Poller::Interest::readable)) {
        return fail(name_ + ": it can't be waited for; is it a serial port?");
    }
    file_ = std::move(*file);
    unsent_.clear();
    sent_until_ = steady_clock::now();
    return {};
}

void SerialServer::lose(Time now, int error) {
    say(fmt::format("{} is gone ({}); trying to open it again", name_, station::system_error_text(error)));
    file_ = station::Descriptor();
    unsent_.clear();
    port_->reset();
    next_timer_ = now + retry_period;
}

// What was on its way is cut off, and the protocol begins anew.
void SerialServer::fall_silent() {
    if (!unsent_.empty()) (void)poller_.change(file_.number(), *this, Poller::Interest::readable);
    unsent_.clear();
    port_->reset();
}

void SerialServer::on_readable() {
    if (!is_open()) return;
    const auto now = steady_clock::now();
    const ssize_t count = ::read(file_.number(), receive_buffer_.data(), receive_buffer_.size());
    if (count <= 0) {
        const int error = count == 0 ? EIO : errno;
        return is_later(error) ? void() : lose(now, error);
    }
    if (!supplied()) return;
    const Bytes octets = Bytes(receive_buffer_).first(static_cast<std::size_t>(count));
    tap_.to_meter(observer_, name_, octets);
    // Whoever answers has got what was sent: a pseudo terminal is faster than the line that it stands for.
    sent_until_ = std::min(sent_until_, now);
    port_->receive(octets, line_clock_ms(now));
    answer(now);
}

void SerialServer::run_timers(Time now) {
    // A speed that was written through another port is taken up without anything having to happen on this one.
    const bool is_set = !is_open() || port_->line() == present_;
    const bool has_push = is_open() && unsent_.empty() && port_->may_have_push();
    if (now < next_timer_ && is_set && !has_push) return;
    if (!is_open()) {
        next_timer_ = now + retry_period;
        if (!open_file()) return;
        say(name_ + " is back");
    }
    port_->receive({}, line_clock_ms(now));
    answer(now);
}

// Sends what is due now, and sets the timer for the rest.
void SerialServer::answer(Time now) {
    while (is_open() && unsent_.empty()) {
        if (!follow_line(now)) return;
        const auto chunk = port_->transmit(send_buffer_, line_clock_ms(now));
        if (chunk.size == 0) break;
        const Bytes octets = Bytes(send_buffer_).first(chunk.size);
        tap_.from_meter(observer_, name_, octets);
        if (!write(octets, now)) return;
    }
    if (!is_open() || !follow_line(now)) return;
    const auto wake = port_->wake_after_ms(line_clock_ms(now));
    next_timer_ = wake ? now + milliseconds{*wake} : Time::max();
}

// Changes speed and framing as the protocol says, but not before all octets are out. False: that is still to come.
bool SerialServer::follow_line(Time now) {
    const auto wanted = port_->line();
    if (wanted == present_) return true;
    if (const Time drained = drained_at(now); drained > now) {
        next_timer_ = drained;
        return false;
    }
    if (const auto set = station::set_line(file_.number(), wanted); !set) {
        lose(now, errno);
        return false;
    }
    present_ = wanted;
    return true;
}

// The driver knows what it still holds, but not what is in the adapter behind it; the line's speed tells that.
SerialServer::Time SerialServer::drained_at(Time now) const {
    if (!unsent_.empty()) return now + drain_poll;
    if (sent_until_ > now) return sent_until_;
    int queued = 0;
    if (::ioctl(file_.number(), TIOCOUTQ, &queued) == 0 && queued > 0) return now + drain_poll;
    return now;
}

// False: nothing more can be written now.
bool SerialServer::write(Bytes octets, Time now) {
    const milliseconds line_time{dlms::iec62056_21::line_time_ms(octets.size(), present_)};
    sent_until_ = std::max(sent_until_, now) + line_time;
    const ssize_t count = ::write(file_.number(), octets.data(), octets.size());
    if (count < 0 && !is_later(errno)) {
        lose(now, errno);
        return false;
    }
    const Bytes rest = octets.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (rest.empty()) return true;
    unsent_.assign(rest.begin(), rest.end());
    next_timer_ = Time::max();
    (void)poller_.change(file_.number(), *this, Poller::Interest::writable);
    return false;
}

void SerialServer::on_writable() {
    if (!is_open()) return;
    const auto now = steady_clock::now();
    const ssize_t count = ::write(file_.number(), unsent_.data(), unsent_.size());
    if (count < 0) return is_later(errno) ? void() : lose(now, errno);
    unsent_.erase(unsent_.begin(), unsent_.begin() + count);
    if (!unsent_.empty()) return;
    (void)poller_.change(file_.number(), *this, Poller::Interest::readable);
    answer(now);
}

}  // namespace blathy::apps
