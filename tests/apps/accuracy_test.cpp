// `blathy accuracy` and its reports.
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/accuracy/reports.hpp"
#include "apps/blathy/accuracy/type_test.hpp"
#include "meter/models/sed102.hpp"

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using apps::TypeTest;

// Two meters at three points, without running any.
TypeTest made_up() {
    TypeTest test{.options = {.model = &meter::sed102, .meters = 2, .seed = 7}, .points = {}, .errors = {}};
    test.points = world::type_test::plan(meter::sed102);
    test.points.resize(3);
    test.errors = {0.1, -0.2, 0.0, 0.3, 0.9, -0.1};
    test.points[0].limit = 1.5;
    test.points[1].limit = 1.0;
    test.points[2].limit = 1.0;
    return test;
}

TEST(AccuracyReport, FindsTheWorstAndCountsWhatIsBeyond) {
    TypeTest test = made_up();
    EXPECT_EQ(test.failures(), 0U);
    EXPECT_EQ(test.beyond_goal(), 1U);
    const TypeTest::Worst worst = test.worst(0, 3);
    EXPECT_EQ(worst.point, 1U);
    EXPECT_EQ(test.seed(worst.meter), 8U);
    EXPECT_DOUBLE_EQ(worst.share, 0.9);
    test.errors[5] = 1.2;
    EXPECT_EQ(test.failures(), 1U);
    test.errors[0] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(test.failures(), 2U);
}

TEST(AccuracyReport, ShowsAFailureAsOne) {
    TypeTest test = made_up();
    EXPECT_NE(apps::text_report(test).find("every point within its limit; 1 beyond the goal"), std::string::npos);
    test.errors[4] = 1.5;
    EXPECT_NE(apps::text_report(test).find("FAILED"), std::string::npos);
    EXPECT_NE(apps::html_report(test).find("1 failed"), std::string::npos);
    EXPECT_NE(apps::html_report(test).find("class=\"fail\""), std::string::npos);
}

TEST(AccuracyReport, JsonHasEveryErrorOfEveryMeter) {
    const auto json = nlohmann::json::parse(apps::json_report(made_up()));
    ASSERT_EQ(json.at("points").size(), 6U);
    const auto& last = json.at("points").at(4);
    EXPECT_EQ(last.at("model"), "SED102");
    EXPECT_EQ(last.at("error"), 0.9);
    EXPECT_EQ(last.at("seed"), 8);
    EXPECT_EQ(last.at("limit"), 1.0);
    EXPECT_TRUE(last.contains("current"));
    EXPECT_TRUE(last.contains("power_factor"));
    EXPECT_EQ(json.at("worst_ratio"), 0.9);
}

TEST(AccuracyReport, HtmlNeedsNothingElse) {
    const std::string html = apps::html_report(made_up());
    EXPECT_EQ(html.find("http"), std::string::npos);
    EXPECT_EQ(html.find("<script"), std::string::npos);
    EXPECT_EQ(html.find("<link"), std::string::npos);
    EXPECT_NE(html.find("<svg"), std::string::npos);
}

TEST(AccuracyCommand, RefusesAModelThatIsNoProduct) {
    const Outcome outcome = run({BLATHY_PROGRAM, "accuracy", "--model", "SED303"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("SM120B2"), std::string::npos);
}

}  // namespace
}  // namespace blathy::test
