#include <gtest/gtest.h>

#include "meter/metrology/no_load.hpp"

namespace blathy::meter {
namespace {

constexpr std::int64_t start_threshold = 100;
constexpr std::int64_t stop_threshold = 80;

std::int64_t pass(NoLoadGate& gate, std::int64_t power, int windows) {
    std::int64_t energy = 0;
    for (int w = 0; w < windows; ++w) energy += gate.pass(power, power, start_threshold, stop_threshold);
    return energy;
}

TEST(NoLoadGate, LetsNothingThroughBelowTheStartThreshold) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, start_threshold - 1, 1000), 0);
    EXPECT_EQ(pass(gate, -(start_threshold - 1), 1000), 0);
    EXPECT_FALSE(gate.open());
}

TEST(NoLoadGate, OpensAfterASecondAtTheThresholdAndGivesWhatItHeld) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, start_threshold, NoLoadGate::windows_averaged - 1), 0);
    EXPECT_EQ(pass(gate, start_threshold, 1), start_threshold * NoLoadGate::windows_averaged);
    EXPECT_TRUE(gate.open());
    EXPECT_EQ(pass(gate, start_threshold, 10), start_threshold * 10);
}

TEST(NoLoadGate, OpensForExportAlike) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, -start_threshold, NoLoadGate::windows_averaged),
              -start_threshold * NoLoadGate::windows_averaged);
}

TEST(NoLoadGate, OpensAtOnceForPowerBeyondDoubt) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, 10, 2), 0);
    EXPECT_EQ(pass(gate, start_threshold * NoLoadGate::beyond_doubt, 1),
              20 + start_threshold * NoLoadGate::beyond_doubt);
}

TEST(NoLoadGate, NoiseOfEitherSignDoesNotOpenIt) {
    NoLoadGate gate;
    std::int64_t energy = 0;
    for (int w = 0; w < 1000; ++w) energy += pass(gate, w % 2 == 0 ? 3 * start_threshold : -3 * start_threshold, 1);
    EXPECT_EQ(energy, 0);
}

TEST(NoLoadGate, StaysOpenBetweenTheThresholds) {
    NoLoadGate gate;
    pass(gate, start_threshold, NoLoadGate::windows_averaged);
    EXPECT_EQ(pass(gate, stop_threshold, 600), stop_threshold * 600);
    EXPECT_TRUE(gate.open());
}

TEST(NoLoadGate, ClosesAfterASecondBelowTheStopThreshold) {
    NoLoadGate gate;
    pass(gate, start_threshold, NoLoadGate::windows_averaged);
    EXPECT_EQ(pass(gate, stop_threshold - 1, NoLoadGate::windows_averaged),
              (stop_threshold - 1) * NoLoadGate::windows_averaged);
    EXPECT_FALSE(gate.open());
    EXPECT_EQ(pass(gate, stop_threshold - 1, 600), 0);
}

}  // namespace
}  // namespace blathy::meter
