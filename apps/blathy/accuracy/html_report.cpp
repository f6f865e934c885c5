#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "apps/blathy/accuracy/reports.hpp"
#include "meter/identity.hpp"

namespace blathy::apps {
namespace {

namespace tt = world::type_test;

constexpr const char* head = R"html(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ --text: #1b2125; --muted: #5a656d; --edge: #d5dade; --grid: #e9ecee; --curve: #1d6fb8; --limit: #b3261e; --goal: #b98500;
  --good: #1c7c4a; --bad: #b3261e; }}
* {{ box-sizing: border-box; }}
body {{ font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; color: var(--text);
  max-width: 1080px; margin: 0 auto; padding: 32px 24px; background: #fff; }}
h1 {{ font-size: 26px; font-weight: 600; margin: 0; letter-spacing: -0.01em; }}
h2 {{ font-size: 17px; font-weight: 600; margin: 36px 0 12px; }}
h3 {{ font-size: 14px; font-weight: 600; margin: 22px 0 6px; break-after: avoid; }}
p {{ margin: 6px 0; }} .muted {{ color: var(--muted); }}
.facts {{ display: flex; flex-wrap: wrap; gap: 12px 40px; margin: 20px 0 0; padding: 16px 0; border-block: 1px solid var(--edge); }}
.facts span {{ display: block; color: var(--muted); font-size: 12px; }} .facts div {{ font-size: 19px; font-weight: 500; }}
.good {{ color: var(--good); }} .bad {{ color: var(--bad); font-weight: 600; }}
.charts {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 20px 24px; }}
figure {{ margin: 0; break-inside: avoid; }} figcaption {{ font-size: 13px; font-weight: 600; margin-bottom: 2px; }}
svg {{ width: 100%; height: auto; display: block; }} svg text {{ font-size: 10px; fill: var(--muted); }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th {{ text-align: left; font-weight: 500; color: var(--muted); font-size: 12px; border-bottom: 1px solid var(--edge); padding: 4px 8px 4px 0; }}
td {{ padding: 3px 8px 3px 0; border-bottom: 1px solid var(--grid); vertical-align: baseline; }} tr {{ break-inside: avoid; }}
.n {{ text-align: right; white-space: nowrap; }} thead {{ display: table-header-group; }}
.bar {{ width: 130px; }} .bar i {{ display: block; height: 6px; border-radius: 3px; background: var(--grid); position: relative; overflow: hidden; }}
.bar b {{ position: absolute; inset: 0 auto 0 0; background: var(--good); border-radius: 3px; }} .bar b.over {{ background: var(--goal); }} .bar b.fail {{ background: var(--bad); }}
figcaption::first-letter, h3::first-letter, td:first-child::first-letter {{ text-transform: uppercase; }}
@media print {{ body {{ padding: 0; max-width: none; font-size: 10pt; }} @page {{ size: A4; margin: 16mm; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }} }}
</style>
)html";

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            default:
                safe += c;
        }
    }
    return safe;
}

// Lowest and highest error of all meters at a current, and the limit there.
struct CurvePoint {
    double current_a;
    double lowest;
    double highest;
    double mean;
    double limit;
};

struct ErrorCurve {
    std::string title;
    double goal = 0.25;
    std::vector<CurvePoint> points;
};

// A curve for each network, quantity and power factor of balanced loads, and one for the dynamic range.
std::vector<ErrorCurve> curves(const TypeTest& test) {
    std::vector<ErrorCurve> found;
    std::map<std::string, std::size_t> index;
    for (std::size_t n = 0; n < test.points.size(); ++n) {
        const tt::Point& point = test.points[n];
        if (point.element >= 0) continue;
        std::string title = tt::title(*test.options.model, point);
        if (point.kind == tt::Kind::error) {
            const bool active = point.quantity == tt::Quantity::active;
            title += fmt::format(", {} {:g}", active ? "power factor" : "sine", point.factor);
            if (point.factor < 1 || !active) title += point.inductive ? " inductive" : " capacitive";
        } else if (point.kind != tt::Kind::dynamic_range) {
            continue;
        }
        const auto [at, added] = index.try_emplace(title, found.size());
        if (added) found.push_back({.title = title, .goal = point.goal, .points = {}});
        CurvePoint at_current{point.current_a, test.error(0, n), test.error(0, n), 0, point.limit};
        for (std::size_t meter = 0; meter < test.options.meters; ++meter) {
            const double error = test.error(meter, n);
            at_current.lowest = std::min(at_current.lowest, error);
            at_current.highest = std::max(at_current.highest, error);
            at_current.mean += error / static_cast<double>(test.options.meters);
        }
        found[at->second].points.push_back(at_current);
    }
    for (ErrorCurve& curve : found) std::ranges::sort(curve.points, {}, &CurvePoint::current_a);
    return found;
}

// Error over the logarithm of the current. The limit's steps are where the class's rows begin.
std::string chart(const ErrorCurve& curve) {
    constexpr double width = 340;
    constexpr double height = 190;
    constexpr double left = 38;
    constexpr double right = 8;
    constexpr double top = 8;
    constexpr double bottom = 24;
    double reach = 0;
    for (const CurvePoint& c : curve.points)
        reach = std::max({reach, c.limit, std::abs(c.lowest), std::abs(c.highest)});
    reach *= 1.12;
    const double first = std::log10(curve.points.front().current_a) - 0.1;
    const double last = std::log10(curve.points.back().current_a) + 0.1;
    const auto x = [&](double current_a) {
        return left + (std::log10(current_a) - first) / (last - first) * (width - left - right);
    };
    const auto y = [&](double error) { return top + (1 - error / reach) / 2 * (height - top - bottom); };

    std::string svg = fmt::format(R"(<svg viewBox="0 0 {} {}" role="img">)", width, height);
    for (int decade = static_cast<int>(std::ceil(first)); decade <= static_cast<int>(std::floor(last)); ++decade) {
        const double at = x(std::pow(10, decade));
        const double amperes = std::pow(10, decade);
        svg += fmt::format(R"(<line x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}" stroke="#e9ecee"/>)", at, top,
                           height - bottom);
        svg += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", at, height - 8,
                           amperes < 1 ? fmt::format("{:g} mA", amperes * 1e3) : fmt::format("{:g} A", amperes));
    }
    // A round step that gives two to four lines to either side.
    const double magnitude = std::pow(10, std::floor(std::log10(reach)));
    const double lines = reach / magnitude;
    const double step = magnitude * (lines > 5 ? 2 : lines > 2 ? 1 : 0.5);
    const int outermost = static_cast<int>(reach / step);
    for (int line = -outermost; line <= outermost; ++line) {
        const double level = line * step;
        svg += fmt::format(R"(<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" stroke="{}"/>)", left, width - right,
                           y(level), y(level), line == 0 ? "#c3cacf" : "#f1f3f4");
        svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{:g}</text>)", left - 5, y(level) + 3, level);
    }
    const auto steps = [&](double share, const char* stroke, const char* dashes) {
        for (const double sign : {1.0, -1.0}) {
            std::string path;
            for (std::size_t n = 0; n < curve.points.size(); ++n) {
                const double level = y(sign * curve.points[n].limit * share);
                const double from = n == 0 ? left : x(curve.points[n].current_a);
                const double to = n + 1 < curve.points.size() ? x(curve.points[n + 1].current_a) : width - right;
                path += fmt::format("{}{:.1f} {:.1f}L{:.1f} {:.1f}", n == 0 ? "M" : "L", from, level, to, level);
            }
            svg += fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-dasharray="{}"/>)", path, stroke, dashes);
        }
    };
    steps(1, "#b3261e", "none");
    if (curve.goal < 1) steps(curve.goal, "#b98500", "3 3");
    std::string band;
    std::string middle;
    for (const CurvePoint& c : curve.points) {
        band += fmt::format("{:.1f},{:.1f} ", x(c.current_a), y(c.highest));
        middle += fmt::format("{:.1f},{:.1f} ", x(c.current_a), y(c.mean));
    }
    for (auto c = curve.points.rbegin(); c != curve.points.rend(); ++c) {
        band += fmt::format("{:.1f},{:.1f} ", x(c->current_a), y(c->lowest));
    }
    svg += fmt::format(
        R"(<polygon points="{}" fill="#1d6fb8" fill-opacity="0.22" stroke="#1d6fb8" stroke-opacity="0.4"/>)", band);
    svg += fmt::format(R"(<polyline points="{}" fill="none" stroke="#1d6fb8" stroke-width="1.6"/>)", middle);
    for (const CurvePoint& c : curve.points) {
        svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="2" fill="#1d6fb8"/>)", x(c.current_a), y(c.mean));
    }
    return fmt::format("<figure><figcaption>{}</figcaption>{}</svg></figure>\n", escaped(curve.title), svg);
}

std::string bar(double share, double goal) {
    const char* kind = share > 1 ? " class=\"fail\"" : share > goal ? " class=\"over\"" : "";
    return fmt::format(R"(<td class="bar"><i><b{} style="width:{:.1f}%"></b></i></td><td class="n">{:.1f} %</td>)",
                       kind, std::min(share, 1.0) * 100, share * 100);
}

std::string facts(const TypeTest& test) {
    const meter::Model& model = *test.options.model;
    const TypeTest::Worst worst = test.worst(0, test.points.size());
    const auto fact = [](std::string_view name, const std::string& value) {
        return fmt::format("<div><span>{}</span>{}</div>", name, value);
    };
    const std::size_t failures = test.failures();
    const std::size_t beyond = test.beyond_goal();
    std::string html = R"(<div class="facts">)";
    html += fact("verdict", failures == 0 ? R"(<b class="good">passed</b>)"
                                          : fmt::format(R"(<b class="bad">{} failed</b>)", failures));
    html += fact("meters", std::to_string(test.options.meters));
    html += fact("points each", std::to_string(test.points.size()));
    html += fact("largest share of a limit", fmt::format("{:.1f} %", worst.share * 100));
    html += fact("beyond the goal", std::to_string(beyond));
    html += fact("class, active / reactive", fmt::format("{} / {}", model.active_class, model.reactive_class));
    html += fact("current", fmt::format("{:g} ({:g}) A", model.basic_current_ma / 1e3, model.max_current_ma / 1e3));
    html += fact("seeds", fmt::format("{} to {}", test.seed(0), test.seed(test.options.meters - 1)));
    return html + "</div>\n";
}

std::string summary_table(const TypeTest& test) {
    std::string html =
        "<h2>Summary</h2>\n<table><thead><tr><th>test<th class=\"n\">points<th class=\"n\">worst error<th>at<th "
        "class=\"n\">seed<th colspan=\"2\">share of limit</tr></thead>\n";
    for (const PointGroup& group : groups(test)) {
        const TypeTest::Worst worst = test.worst(group.first, group.end);
        const tt::Point& point = test.points[worst.point];
        html += fmt::format(R"(<tr><td>{}<td class="n">{}<td class="n">{:+.4f} {}<td>{}<td class="n">{}{}</tr>)"
                            "\n",
                            escaped(group.title), group.end - group.first, worst.error, tt::unit(point),
                            place_text(point), test.seed(worst.meter), bar(worst.share, point.goal));
    }
    return html + "</table>\n";
}

std::string point_tables(const TypeTest& test) {
    std::string html = "<h2>Every point</h2>\n";
    for (const PointGroup& group : groups(test)) {
        html += fmt::format("<h3>{} <span class=\"muted\">{}</span></h3>\n", escaped(group.title),
                            escaped(test.points[group.first].edition));
        html +=
            "<table><thead><tr><th>at<th class=\"n\">limit<th class=\"n\">lowest<th class=\"n\">highest<th "
            "class=\"n\">worst seed<th colspan=\"2\">share of limit</tr></thead>\n";
        for (std::size_t n = group.first; n < group.end; ++n) {
            const tt::Point& point = test.points[n];
            double lowest = test.error(0, n);
            double highest = lowest;
            for (std::size_t meter = 1; meter < test.options.meters; ++meter) {
                lowest = std::min(lowest, test.error(meter, n));
                highest = std::max(highest, test.error(meter, n));
            }
            const TypeTest::Worst worst = test.worst_of(n);
            html += fmt::format(
                R"(<tr><td>{}<td class="n">&plusmn;{:g} {}<td class="n">{:+.4f}<td class="n">{:+.4f}<td class="n">{}{}</tr>)"
                "\n",
                place_text(point), point.limit, tt::unit(point), lowest, highest, test.seed(worst.meter),
                bar(worst.share, point.goal));
        }
        html += "</table>\n";
    }
    return html;
}

}  // namespace

std::string html_report(const TypeTest& test) {
    const meter::Model& model = *test.options.model;
    std::string html = fmt::format(fmt::runtime(head), fmt::arg("title", fmt::format("{} type test", model.name)));
    html += fmt::format("<h1>{} type test</h1>\n<p class=\"muted\">{}. Blathy {}.</p>\n", model.name,
                        escaped(model.title), meter::firmware_version);
    html += facts(test);
    html +=
        "<p class=\"muted\">Meters are simulated with the tolerances of production, calibrated, and measured against "
        "the "
        "closed form of the signals at their terminals. Curves: mean error, and the range of all meters; red the limit "
        "of "
        "the class, dashed the goal of the house.</p>\n<h2>Error curves, in per cent</h2>\n<div class=\"charts\">\n";
    for (const ErrorCurve& curve : curves(test)) html += chart(curve);
    html += "</div>\n";
    html += summary_table(test);
    html += point_tables(test);
    return html + "</html>\n";
}

}  // namespace blathy::apps
