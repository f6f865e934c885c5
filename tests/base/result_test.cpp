#include "base/result.hpp"

#include <gtest/gtest.h>

namespace blathy {
namespace {

enum class Fault { too_big };

Result<int, Fault> halve(int value) {
    if (value > 100) return fail(Fault::too_big);
    return value / 2;
}

TEST(Result, HoldsAValueOrTheReasonWhyThereIsNone) {
    EXPECT_EQ(halve(10), 5);
    ASSERT_FALSE(halve(101).has_value());
    EXPECT_EQ(halve(101).error(), Fault::too_big);
}

TEST(Result, OfAnLvalueErrorHoldsACopy) {
    const Fault fault = Fault::too_big;
    const Result<void, Fault> result = fail(fault);
    EXPECT_EQ(result.error(), Fault::too_big);
}

}  // namespace
}  // namespace blathy
