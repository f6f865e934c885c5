#include "apps/blathy/client/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;

// Short reads show nothing at all.
constexpr auto before_first = 500ms;
constexpr auto between = 100ms;

}  // namespace

Progress::Progress(std::uint64_t expected, std::string unit)
    : expected_(expected),
      unit_(std::move(unit)),
      enabled_(::isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + before_first) {}

void Progress::advance() {
    ++count_;
    if (!enabled_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + between;
    draw();
}

void Progress::draw() {
    constexpr std::size_t width = 30;
    std::string line = std::to_string(count_);
    if (expected_ > 0) {
        const auto filled = static_cast<std::size_t>(std::min(count_, expected_) * width / expected_);
        line = "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " + line + " of " +
               std::to_string(expected_);
    }
    std::fprintf(stderr, "\r\x1B[K%s %s", line.c_str(), unit_.c_str());
    drawn_ = true;
}

void Progress::finish() {
    if (drawn_) std::fputs("\r\x1B[K", stderr);
    drawn_ = false;
}

}  // namespace blathy::apps
