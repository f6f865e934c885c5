#include <nlohmann/json.hpp>

#include "apps/blathy/accuracy/reports.hpp"

namespace blathy::apps {
namespace {

using Json = nlohmann::ordered_json;
namespace tt = world::type_test;

Json entry(const TypeTest& test, std::size_t meter, std::size_t n) {
    const tt::Point& point = test.points[n];
    Json json = {{"model", test.options.model->name},
                 {"test", tt::title(*test.options.model, point)},
                 {"quantity", point.quantity == tt::Quantity::active ? "active" : "reactive"},
                 {"network", test.options.model->networks[point.network].name},
                 {"current", point.current_a},
                 {"power_factor", point.factor},
                 {"inductive", point.inductive},
                 {"limit", point.limit},
                 {"error", test.error(meter, n)},
                 {"unit", tt::unit(point)},
                 {"share", test.share(meter, n)},
                 {"goal", point.goal},
                 {"edition", point.edition},
                 {"seed", test.seed(meter)}};
    if (point.element >= 0) json["element"] = point.element + 1;
    return json;
}

}  // namespace

std::string json_report(const TypeTest& test) {
    const TypeTest::Worst worst = test.worst(0, test.points.size());
    Json json = {{"model", test.options.model->name},
                 {"meters", test.options.meters},
                 {"seed", test.options.seed},
                 {"points_each", test.points.size()},
                 {"failures", test.failures()},
                 {"beyond_goal", test.beyond_goal()},
                 {"worst_ratio", worst.share},
                 {"worst", entry(test, worst.meter, worst.point)},
                 {"points", Json::array()}};
    for (std::size_t meter = 0; meter < test.options.meters; ++meter) {
        for (std::size_t n = 0; n < test.points.size(); ++n) json["points"].push_back(entry(test, meter, n));
    }
    return json.dump(1, ' ') + "\n";
}

}  // namespace blathy::apps
