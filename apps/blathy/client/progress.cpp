#include "apps/blathy/client/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;

// Short reads show nothing at all.
constexpr auto before_first = 500ms;
constexpr auto between = 100ms;

std::string size_text(double octets) {
    if (octets < 1e3) return fmt::format("{:.0f} B", octets);
    return octets < 1e6 ? fmt::format("{:.1f} kB", octets / 1e3) : fmt::format("{:.1f} MB", octets / 1e6);
}

}  // namespace

Progress::Progress(std::uint64_t expected)
    : expected_(expected), enabled_(::isatty(STDERR_FILENO) == 1), start_(Clock::now()), next_(start_ + before_first) {}

void Progress::add_octets(std::size_t octets) {
    octets_ += octets;
    if (!enabled_) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + between;
    draw(now);
}

std::string progress_line(std::uint64_t rows, std::uint64_t expected, std::uint64_t octets,
                          std::chrono::duration<double> elapsed) {
    constexpr std::size_t width = 30;
    std::string line;
    if (expected > 0) {
        const auto filled = static_cast<std::size_t>(std::min(rows, expected) * width / expected);
        line = fmt::format("[{:#<{}}{:.<{}}] {} of {} rows", "", filled, "", width - filled, rows, expected);
    } else {
        line = fmt::format("{} rows", rows);
    }
    line += ", " + size_text(static_cast<double>(octets));
    if (elapsed.count() > 0) line += ", " + size_text(static_cast<double>(octets) / elapsed.count()) + "/s";
    return line;
}

void Progress::draw(Clock::time_point now) {
    std::fprintf(stderr, "\r\x1B[K%s", progress_line(rows_, expected_, octets_, now - start_).c_str());
    drawn_ = true;
}

void Progress::finish() {
    if (drawn_) std::fputs("\r\x1B[K", stderr);
    drawn_ = false;
}

}  // namespace blathy::apps
