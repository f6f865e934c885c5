// The virtual type test: its plan holds every point of the tables, and calibrated meters pass.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm307.hpp"
#include "world/type_test/bench.hpp"
#include "world/type_test/plan.hpp"

namespace blathy::world::type_test {
namespace {

using meter::Model;

std::size_t count(const std::vector<Point>& points, auto&& condition) {
    return static_cast<std::size_t>(std::ranges::count_if(points, condition));
}

class Models : public testing::TestWithParam<const Model*> {};

TEST_P(Models, PlansEveryRowOfItsClasses) {
    const Model& model = *GetParam();
    const std::vector<Point> points = plan(model);
    const double basic_a = model.basic_current_ma / 1e3;
    for (const ErrorLimit& row : error_limits()) {
        const bool active = row.quantity == Quantity::active;
        if (row.accuracy_class != (active ? model.active_class : model.reactive_class)) continue;
        if (row.loading == Loading::single_phase && model.phases == 1) continue;
        const auto of_row = [&](const Point& point) {
            return point.kind == Kind::error && point.network == 0 && point.quantity == row.quantity &&
                   (point.element >= 0) == (row.loading == Loading::single_phase) && point.factor == row.factor &&
                   point.inductive == row.inductive && point.limit == row.percent;
        };
        const std::size_t elements = row.loading == Loading::single_phase ? model.phases : 1;
        // Where the row begins, and at Imax unless it ends before.
        EXPECT_EQ(count(points,
                        [&](const Point& p) { return of_row(p) && std::abs(p.current_a - row.from * basic_a) < 1e-9; }),
                  elements);
        if (row.below == 0) {
            EXPECT_EQ(
                count(points, [&](const Point& p) { return of_row(p) && p.current_a == model.max_current_ma / 1e3; }),
                elements);
        }
    }
    for (std::size_t network = 0; network < model.networks.size(); ++network) {
        const auto of_network = [&](Kind kind) {
            return count(points, [&](const Point& p) { return p.kind == kind && p.network == network; });
        };
        EXPECT_EQ(of_network(Kind::starting), 2U);
        EXPECT_EQ(of_network(Kind::no_load), 1U);
        EXPECT_EQ(of_network(Kind::constant), 1U);
        EXPECT_EQ(of_network(Kind::dynamic_range), 11U);
    }
    std::set<Influence> seen;
    for (const Point& point : points) {
        EXPECT_GT(point.limit, 0);
        EXPECT_FALSE(point.edition.empty()) << title(model, point);
        seen.insert(point.influence);
    }
    EXPECT_EQ(seen.contains(Influence::half_wave), model.connection == meter::Connection::direct);
    EXPECT_EQ(seen.contains(Influence::reversed_sequence), model.phases == 3);
}

// The first and the last point of every test, which are the smallest and the largest current; `blathy accuracy` runs
// them all. The no-load test takes half an hour of meter time and is left to it.
TEST_P(Models, AMeterIsWithinAQuarterOfItsLimits) {
    const Model& model = *GetParam();
    const Specimen specimen = make_specimen(model, 42);
    std::map<std::string, std::pair<const Point*, const Point*>> ends;
    const std::vector<Point> points = plan(model);
    for (const Point& point : points) {
        if (point.kind == Kind::no_load || point.kind == Kind::repeatability || point.kind == Kind::dips) continue;
        const auto [at, added] = ends.try_emplace(title(model, point), &point, &point);
        at->second.second = &point;
    }
    for (const auto& [name, pair] : ends) {
        for (const Point* point : {pair.first, pair.second}) {
            const double error = run(model, specimen, *point);
            EXPECT_LE(std::abs(error), point->limit * point->goal) << name << ", " << point->current_a << " A";
            if (pair.first == pair.second) break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(TypeTest, Models, testing::ValuesIn(meter::all_models().begin(), meter::all_models().end()),
                         [](const auto& model) { return std::string(model.param->name); });

TEST(TypeTest, TheSamePointGivesTheSameErrorInAnyOrder) {
    const Specimen specimen = make_specimen(meter::sed102, 3);
    const std::vector<Point> points = plan(meter::sed102);
    const double first = run(meter::sed102, specimen, points[5]);
    (void)run(meter::sed102, specimen, points[0]);
    EXPECT_EQ(run(meter::sed102, specimen, points[5]), first);
}

// The bench shows what is wrong: an uncalibrated meter fails, and so does one with a wrong constant.
TEST(TypeTest, AMeterThatWasNotCalibratedFails) {
    Specimen specimen = make_specimen(meter::sed302, 1);
    specimen.calibration = {};
    std::size_t failures = 0;
    std::size_t runs = 0;
    for (const Point& point : plan(meter::sed302)) {
        if (point.kind != Kind::error || point.factor != 0.5 || point.element >= 0) continue;
        ++runs;
        failures += std::abs(run(meter::sed302, specimen, point)) > point.limit ? 1U : 0U;
    }
    EXPECT_EQ(failures, runs);
}

TEST(TypeTest, AMeterWithoutItsTransformersConstantFailsTheFrequencyTest) {
    Specimen specimen = make_specimen(meter::sed302, 1);
    // The lead at 50 Hz as a plain delay, as a meter would have it that knows no transformer.
    for (std::size_t k = 0; k < 3; ++k) {
        meter::PhaseCalibration& phase = specimen.calibration.phase[k];
        phase.current_delay_ns +=
            static_cast<std::int32_t>(std::atan(phase.current_corner_uhz / 50e6) / (2 * 3.14159265358979 * 50) * 1e9);
        phase.current_corner_uhz = 0;
    }
    for (const Point& point : plan(meter::sed302)) {
        if (point.influence != Influence::frequency || point.level != 49) continue;
        if (point.factor != 0.5 || point.quantity != Quantity::active) continue;
        EXPECT_GT(std::abs(run(meter::sed302, specimen, point)), point.limit * point.goal) << point.current_a;
    }
}

// Two elements measure what three do: the sum of both is the power of all three phases.
TEST(TypeTest, TwoElementsAreLoadedThirtyDegreesToEitherSide) {
    const auto points = plan(meter::sm307);
    const auto half = std::ranges::find_if(points, [](const Point& p) {
        return p.network == 2 && p.kind == Kind::error && p.element < 0 && p.factor == 0.5 && p.inductive &&
               p.current_a == 1;
    });
    ASSERT_NE(half, points.end());
    const Specimen specimen = make_specimen(meter::sm307, 8);
    EXPECT_LE(std::abs(run(meter::sm307, specimen, *half)), half->limit / 4);
}

}  // namespace
}  // namespace blathy::world::type_test
