#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/blathy/accuracy/reports.hpp"

namespace blathy::apps {
namespace {

namespace tt = world::type_test;

std::string limits_text(const TypeTest& test, const PointGroup& group) {
    double lowest = test.points[group.first].limit;
    double highest = lowest;
    for (std::size_t n = group.first; n < group.end; ++n) {
        lowest = std::min(lowest, test.points[n].limit);
        highest = std::max(highest, test.points[n].limit);
    }
    const std::string_view unit = tt::unit(test.points[group.first]);
    return lowest == highest ? fmt::format("{:g} {}", lowest, unit)
                             : fmt::format("{:g}..{:g} {}", lowest, highest, unit);
}

// Columns are counted in characters, of which a degree sign is one.
std::string padded(const std::string& text, std::size_t width) {
    const auto characters =
        static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
    return text + std::string(width > characters ? width - characters : 0, ' ');
}

}  // namespace

std::string place_text(const tt::Point& point) {
    if (point.current_a == 0) return "no current";
    if (point.kind == tt::Kind::reading) {
        if (point.reading == tt::Reading::voltage) return fmt::format("{:g} % Un", point.level * 100);
        if (point.reading == tt::Reading::frequency) return fmt::format("{:g} Hz", point.level);
    }
    std::string text =
        point.current_a < 1 ? fmt::format("{:g} mA", point.current_a * 1e3) : fmt::format("{:g} A", point.current_a);
    text += fmt::format(", {}{:g}", point.quantity == tt::Quantity::active ? "" : "sin ", point.factor);
    if (point.factor < 1 || point.quantity == tt::Quantity::reactive) text += point.inductive ? " ind" : " cap";
    return text;
}

std::string text_report(const TypeTest& test) {
    constexpr std::size_t title_width = 66;
    std::string text = fmt::format("{} {:>6}  {:<16} {:>11}  {:>8}  {:<22} {}\n", padded("test", title_width), "points",
                                   "limit", "worst error", "of limit", "at", "seed");
    for (const PointGroup& group : groups(test)) {
        const TypeTest::Worst worst = test.worst(group.first, group.end);
        text += fmt::format("{} {:>6}  {:<16} {:>+11.4f}  {:>7.1f}%  {:<22} {}{}\n", padded(group.title, title_width),
                            group.end - group.first, limits_text(test, group), worst.error, worst.share * 100,
                            place_text(test.points[worst.point]), test.seed(worst.meter),
                            worst.share <= 1 ? "" : "  FAILED");
    }
    const std::size_t failures = test.failures();
    const std::size_t beyond = test.beyond_goal();
    text += fmt::format("\n{} {}, {} points each, {:.1f} s: ", test.options.meters,
                        test.options.meters == 1 ? "meter" : "meters", test.points.size(), test.elapsed.count());
    text += failures == 0 ? std::string("every point within its limit")
                          : fmt::format("{} points beyond their limit", failures);
    text += beyond == 0 ? ", and within the goal of a quarter of it\n" : fmt::format("; {} beyond the goal\n", beyond);
    return text;
}

}  // namespace blathy::apps
