#include "apps/blathy/meter/clock_chip.hpp"

#include <fstream>

namespace blathy::apps {
namespace {

using std::chrono::milliseconds;

// Differences below this are the jitter of two clocks that agree.
constexpr milliseconds tolerance{500};

meter::UtcTime host_time() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

ClockChip::ClockChip(std::optional<std::filesystem::path> directory) {
    if (!directory) return;
    path_ = *directory / "clock-offset-ms";
    std::ifstream in(*path_);
    if (std::int64_t offset_ms = 0; in >> offset_ms) offset_ = milliseconds{offset_ms};
}

meter::UtcTime ClockChip::now() const {
    return host_time() + offset_;
}

bool ClockChip::follow(meter::UtcTime now) {
    const auto offset = now - host_time();
    if (std::chrono::abs(offset - offset_) < tolerance) return true;
    offset_ = offset;
    if (!path_) return true;
    // Written beside and renamed, so that it is always one whole number.
    auto fresh = *path_;
    fresh += ".new";
    std::ofstream out(fresh, std::ios::trunc);
    out << offset_.count() << '\n';
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(fresh, *path_, error);
    return out && !error;
}

}  // namespace blathy::apps
