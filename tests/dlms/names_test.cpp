#include "dlms/names.hpp"

#include <array>

#include <gtest/gtest.h>

#include "dlms/obis_names.hpp"

namespace blathy::dlms {
namespace {

std::string describe(const Obis& obis) {
    std::array<char, max_obis_description> room{};
    return std::string(describe_obis(obis, room));
}

TEST(Names, ClassesAndTheirMembers) {
    EXPECT_EQ(class_name(3), "Register");
    EXPECT_EQ(class_name(151), "LTE monitoring");
    EXPECT_EQ(class_name(2), "");
    EXPECT_EQ(attribute_name(3, 1), "logical_name");
    EXPECT_EQ(attribute_name(3, 3), "scaler_unit");
    EXPECT_EQ(attribute_name(3, 4), "");
    EXPECT_EQ(attribute_name(3, 0), "");
    EXPECT_EQ(attribute_name(3, -128), "");
    EXPECT_EQ(attribute_name(2, 1), "");
    EXPECT_EQ(attribute_name(5, 9), "number_of_periods");
    EXPECT_EQ(attribute_name(15, 9), "security_setup_reference");
    EXPECT_EQ(attribute_name(20, 10), "activate_passive_calendar_time");
    EXPECT_EQ(attribute_name(111, 19), "max_provision_period");
    EXPECT_EQ(method_name(70, 2), "remote_reconnect");
    EXPECT_EQ(method_name(70, 3), "");
    EXPECT_EQ(method_name(70, 0), "");
    EXPECT_EQ(method_name(64, 8), "remove_certificate");
}

TEST(Names, NumbersOfTheApplicationLayer) {
    EXPECT_EQ(apdu_name(0xC8), "glo-get-request");
    EXPECT_EQ(apdu_name(0xC6), "");
    EXPECT_EQ(data_type_name(18), "long-unsigned");
    EXPECT_EQ(data_type_name(7), "");
    EXPECT_EQ(data_access_result_name(17), "long-set-aborted");
    EXPECT_EQ(action_result_name(15), "long-action-aborted");
    EXPECT_EQ(action_result_name(17), "");
    EXPECT_EQ(action_result_name(250), "other-reason");
    EXPECT_EQ(conformance_bit_name(21), "selective-access");
    EXPECT_EQ(conformance_bit_name(24), "");
    EXPECT_EQ(unit_name(30), "Wh");
    EXPECT_EQ(unit_name(255), "");
}

TEST(ObisNames, Electricity) {
    EXPECT_EQ(describe({1, 0, 1, 8, 0}), "Active energy import (+A) total");
    EXPECT_EQ(describe({1, 0, 2, 8, 2}), "Active energy export (-A) rate 2");
    EXPECT_EQ(describe({1, 0, 41, 8, 0}), "Active energy import (+A) L2 total");
    EXPECT_EQ(describe({1, 0, 1, 9, 0}), "Active energy import (+A), since last billing reset");
    EXPECT_EQ(describe({1, 0, 3, 29, 0}), "Reactive energy import (+R), in recording interval 1");
    EXPECT_EQ(describe({1, 0, 1, 7, 0}), "Active power import (+P), instantaneous");
    EXPECT_EQ(describe({1, 0, 1, 6, 1, 101}), "Active power import (+P), maximum 1, rate 1, last billing period");
    EXPECT_EQ(describe({1, 0, 1, 6, 0, 103}), "Active power import (+P), maximum 1, billing period 3 back");
    EXPECT_EQ(describe({1, 0, 1, 2, 0}), "Active power import (+P), cumulative maximum 1");
    EXPECT_EQ(describe({1, 0, 32, 7, 0}), "Voltage L1, instantaneous");
    EXPECT_EQ(describe({1, 0, 72, 7, 5}), "Voltage L3, instantaneous, harmonic 5");
    EXPECT_EQ(describe({1, 0, 31, 7, 1}), "Current L1, instantaneous, fundamental");
    EXPECT_EQ(describe({1, 0, 52, 7, 124}), "Voltage L2, instantaneous, total harmonic distortion");
    EXPECT_EQ(describe({1, 0, 11, 7, 125}), "Current, instantaneous, total demand distortion");
    EXPECT_EQ(describe({1, 0, 12, 7, 126}), "Voltage, instantaneous, all harmonics");
    EXPECT_EQ(describe({1, 0, 12, 7, 127}), "Voltage, instantaneous, all harmonics to nominal value");
    EXPECT_EQ(describe({1, 0, 31, 24, 0}), "Current L1, current average 3");
    EXPECT_EQ(describe({1, 0, 12, 31, 0}), "Voltage, under limit threshold");
    EXPECT_EQ(describe({1, 0, 12, 45, 0}), "Voltage, time threshold for missing magnitude");
    EXPECT_EQ(describe({1, 0, 1, 49, 0}), "Active power import (+P), average in recording interval 1");
    EXPECT_EQ(describe({1, 0, 1, 55, 0}), "Active power import (+P), test average");
    EXPECT_EQ(describe({1, 0, 1, 58, 0}), "Active energy import (+A), time integral 4");
    EXPECT_EQ(describe({1, 0, 14, 7, 0}), "Supply frequency, instantaneous");
    EXPECT_EQ(describe({1, 0, 91, 7, 0}), "Neutral current, instantaneous");
    EXPECT_EQ(describe({1, 0, 124, 7, 0}), "Voltage L1-L2, instantaneous");
    EXPECT_EQ(describe({1, 0, 81, 7, 15}), "Phase angle I(L2) to U(L2)");
    EXPECT_EQ(describe({1, 0, 81, 7, 3}), "");
    EXPECT_EQ(describe({1, 1, 1, 8, 0}), "Active energy import (+A) total, channel 1");
    EXPECT_EQ(describe({1, 0, 1, 59, 0}), "");
    EXPECT_EQ(describe({1, 0, 1, 47, 0}), "");
    EXPECT_EQ(describe({1, 0, 200, 7, 0}), "");
}

TEST(ObisNames, EverythingElse) {
    EXPECT_EQ(describe({0, 0, 1, 0, 0}), "Clock");
    EXPECT_EQ(describe({0, 0, 40, 0, 0}), "Current association");
    EXPECT_EQ(describe({0, 0, 40, 0, 3}), "Association 3");
    EXPECT_EQ(describe({0, 0, 42, 0, 0}), "COSEM logical device name");
    EXPECT_EQ(describe({0, 0, 96, 1, 0}), "Device identifier 1");
    EXPECT_EQ(describe({0, 0, 99, 98, 1}), "Event log 1");
    EXPECT_EQ(describe({0, 4, 25, 9, 0}), "Push setup 4");
    EXPECT_EQ(describe({0, 1, 22, 0, 0}), "IEC HDLC setup 2");
    EXPECT_EQ(describe({1, 0, 99, 1, 0}), "Load profile with recording period 1");
    EXPECT_EQ(describe({1, 0, 0, 2, 0}), "Active firmware identifier");
    EXPECT_EQ(describe({1, 0, 94, 98, 69}), "Country specific object of country 98");
    EXPECT_EQ(describe({1, 0, 99, 2, 128}), "Form of the buffer of load profile 2");
    EXPECT_EQ(describe({1, 0, 99, 133, 0}), "Profile of average values");
    EXPECT_EQ(describe({0, 0, 96, 60, 5}), "Relay: wear");
    EXPECT_EQ(describe({0, 0, 96, 52, 12}), "Bypass, duration of the last");
    EXPECT_EQ(describe({0, 0, 96, 52, 14}), "");
    EXPECT_EQ(describe({0, 0, 96, 52, 60}), "");
    EXPECT_EQ(describe({7, 0, 3, 0, 0}), "");
}

// Every code fits the buffer, and a smaller buffer cuts.
TEST(ObisNames, FitTheirBuffer) {
    std::size_t longest = 0;
    for (int a = 0; a < 2; ++a) {
        for (int c = 0; c < 256; ++c) {
            for (int d = 0; d < 256; ++d) {
                for (const int e : {0, 1, 26, 255}) {
                    for (const int f : {99, 125, 126, 255}) {
                        std::array<char, 2 * max_obis_description> room{};
                        longest = std::max(longest, describe_obis({a, 255, c, d, e, f}, room).size());
                    }
                }
            }
        }
    }
    EXPECT_GT(longest, 60U);
    EXPECT_LE(longest, max_obis_description);
    std::array<char, 5> small{};
    EXPECT_EQ(describe_obis({0, 0, 1, 0, 0}, small), "Clock");
    EXPECT_EQ(describe_obis({0, 0, 41, 0, 0}, small), "SAP a");
}

}  // namespace
}  // namespace blathy::dlms
