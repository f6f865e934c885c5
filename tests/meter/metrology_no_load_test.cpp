#include <gtest/gtest.h>

#include "meter/metrology/no_load.hpp"

namespace blathy::meter {
namespace {

constexpr std::int64_t start = 100;
constexpr std::int64_t stop = 80;

std::int64_t pass(NoLoadGate& gate, std::int64_t power, int windows) {
    std::int64_t energy = 0;
    for (int w = 0; w < windows; ++w) energy += gate.pass(power, power, start, stop);
    return energy;
}

TEST(NoLoadGate, LetsNothingThroughBelowTheStartThreshold) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, start - 1, 1000), 0);
    EXPECT_EQ(pass(gate, -(start - 1), 1000), 0);
    EXPECT_FALSE(gate.open());
}

TEST(NoLoadGate, OpensAfterASecondAtTheThresholdAndGivesWhatItHeld) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, start, NoLoadGate::windows_averaged - 1), 0);
    EXPECT_EQ(pass(gate, start, 1), start * NoLoadGate::windows_averaged);
    EXPECT_TRUE(gate.open());
    EXPECT_EQ(pass(gate, start, 10), start * 10);
}

TEST(NoLoadGate, OpensForExportAlike) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, -start, NoLoadGate::windows_averaged), -start * NoLoadGate::windows_averaged);
}

TEST(NoLoadGate, OpensAtOnceForPowerBeyondDoubt) {
    NoLoadGate gate;
    EXPECT_EQ(pass(gate, 10, 2), 0);
    EXPECT_EQ(pass(gate, start * NoLoadGate::beyond_doubt, 1), 20 + start * NoLoadGate::beyond_doubt);
}

TEST(NoLoadGate, NoiseOfEitherSignDoesNotOpenIt) {
    NoLoadGate gate;
    std::int64_t energy = 0;
    for (int w = 0; w < 1000; ++w) energy += pass(gate, w % 2 == 0 ? 3 * start : -3 * start, 1);
    EXPECT_EQ(energy, 0);
}

TEST(NoLoadGate, StaysOpenBetweenTheThresholds) {
    NoLoadGate gate;
    pass(gate, start, NoLoadGate::windows_averaged);
    EXPECT_EQ(pass(gate, stop, 600), stop * 600);
    EXPECT_TRUE(gate.open());
}

TEST(NoLoadGate, ClosesAfterASecondBelowTheStopThreshold) {
    NoLoadGate gate;
    pass(gate, start, NoLoadGate::windows_averaged);
    EXPECT_EQ(pass(gate, stop - 1, NoLoadGate::windows_averaged), (stop - 1) * NoLoadGate::windows_averaged);
    EXPECT_FALSE(gate.open());
    EXPECT_EQ(pass(gate, stop - 1, 600), 0);
}

}  // namespace
}  // namespace blathy::meter
