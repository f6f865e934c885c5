#include <cmath>
#include <numbers>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/metrology/cordic.hpp"
#include "meter/metrology/scale.hpp"

namespace blathy::meter {
namespace {

constexpr double turn = 4294967296.0;

RC_GTEST_PROP(Cordic, UnitVectorIsCosineAndSine, (std::uint32_t angle)) {
    const double radians = angle / turn * 2 * std::numbers::pi;
    const Vector found = unit_vector(angle);
    RC_ASSERT(std::abs(found.x * 0x1p-30 - std::cos(radians)) < 0x1p-29);
    RC_ASSERT(std::abs(found.y * 0x1p-30 - std::sin(radians)) < 0x1p-29);
}

RC_GTEST_PROP(Cordic, DirectionIsTheArcTangentOfLargeAndSmallVectors, (std::uint32_t angle)) {
    const double radians = angle / turn * 2 * std::numbers::pi;
    for (const double length : {0x1p20, 0x1p40, 0x1p61}) {
        const auto x = static_cast<std::int64_t>(length * std::cos(radians));
        const auto y = static_cast<std::int64_t>(length * std::sin(radians));
        const auto off = static_cast<std::int32_t>(direction(x, y) - angle);
        RC_ASSERT(std::abs(off / turn) < (length < 0x1p21 ? 4e-7 : 1e-8));
    }
}

TEST(Cordic, DirectionOfTheAxesAndOfNothing) {
    const auto near = [](std::uint32_t a, std::uint32_t b) { return std::abs(static_cast<std::int32_t>(a - b)) < 40; };
    EXPECT_TRUE(near(direction(1, 0), 0));
    EXPECT_TRUE(near(direction(0, 1), 1U << 30));
    EXPECT_TRUE(near(direction(-1, 0), 1U << 31));
    EXPECT_TRUE(near(direction(0, -1), 3U << 30));
    EXPECT_EQ(direction(0, 0), 0U);
}

RC_GTEST_PROP(SquareRoot, IsTheLargestWhoseSquareFits, (std::uint64_t value)) {
    const std::uint64_t root = square_root(value);
    RC_ASSERT(root * root <= value);
    RC_ASSERT(root == 0xffff'ffff || (root + 1) * (root + 1) > value);
}

TEST(SquareRoot, AtTheEnds) {
    EXPECT_EQ(square_root(0), 0U);
    EXPECT_EQ(square_root(1), 1U);
    EXPECT_EQ(square_root(0xffff'fffe'0000'0000), 0xffff'fffeU);
    EXPECT_EQ(square_root(0xffff'ffff'ffff'ffff), 0xffff'ffffU);
}

RC_GTEST_PROP(ScaleProperty, IsTheRatio, ()) {
    const auto numerator = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 45);
    const auto denominator = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 45);
    const Scale scale = Scale::ratio(numerator, denominator);
    const double truth = static_cast<double>(numerator) / static_cast<double>(denominator);
    const auto value = [](Scale s) { return std::ldexp(s.mantissa, -s.shift); };
    RC_ASSERT((scale.mantissa >> 31) == 1U);
    RC_ASSERT(std::abs(value(scale) / truth - 1) < 0x1p-30);
    RC_ASSERT(std::abs(value(scale.inverse()) * truth - 1) < 0x1p-29);
    RC_ASSERT(std::abs(value(scale * scale) / truth / truth - 1) < 0x1p-28);
}

TEST(Scale, AppliesToBothSignsAndRounds) {
    EXPECT_EQ(Scale::ratio(1, 3).apply(300), 100);
    EXPECT_EQ(Scale::ratio(1, 3).apply(-300), -100);
    EXPECT_EQ(Scale::ratio(1, 4).apply(7), 2);
    EXPECT_EQ(Scale::ratio(1000, 1).apply(-123'456'789'012), -123'456'789'012'000);
    EXPECT_EQ(Scale::ratio(1, 1, -40).apply(std::int64_t{5} << 40), 5);
}

}  // namespace
}  // namespace blathy::meter
