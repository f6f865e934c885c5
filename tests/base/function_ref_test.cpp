#include "base/function_ref.hpp"

#include <gtest/gtest.h>

namespace blathy {
namespace {

int call(FunctionRef<int(int)> function, int argument) {
    return function(argument);
}

TEST(FunctionRef, CallsALambdaThatChangesWhatItCaptured) {
    int sum = 0;
    auto add = [&sum](int value) { return sum += value; };
    EXPECT_EQ(call(add, 3), 3);
    EXPECT_EQ(call(add, 4), 7);
    EXPECT_EQ(sum, 7);
}

TEST(FunctionRef, CallsAConstantAndATemporary) {
    const auto twice = [](int value) { return 2 * value; };
    EXPECT_EQ(call(twice, 21), 42);
    EXPECT_EQ(call([](int value) { return -value; }, 1), -1);
}

TEST(FunctionRef, RefersAndDoesNotCopy) {
    struct Counter {
        int calls = 0;
        int operator()(int) { return ++calls; }
    } counter;
    const FunctionRef<int(int)> reference(counter);
    reference(0);
    const FunctionRef<int(int)> copy = reference;
    copy(0);
    EXPECT_EQ(counter.calls, 2);
}

TEST(FunctionRef, DropsAResultThatNobodyWants) {
    int calls = 0;
    auto count = [&calls] { return ++calls; };
    const FunctionRef<void()> reference(count);
    reference();
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace blathy
