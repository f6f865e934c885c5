#include "dlms/obis.hpp"

#include <gtest/gtest.h>

namespace blathy::dlms {
namespace {

TEST(Obis, ReadsEverySpellingInUse) {
    const Obis energy(1, 0, 1, 8, 0, 255);
    for (const char* text : {"1-0:1.8.0.255", "1-0:1.8.0*255", "1-0:1.8.0", "1.0.1.8.0.255", "1.0.1.8.0", "1.8.0"}) {
        EXPECT_EQ(parse_obis(text), energy) << text;
    }
    EXPECT_EQ(parse_obis("0-0:1.0.0.101"), Obis(0, 0, 1, 0, 0, 101));
}

TEST(Obis, RefusesWhatIsNoObisCode) {
    for (const char* text : {"", "1", "1.8", "1-0:1.8", "1-0:1.8.0.256", "1-0:1.8.0.255.1", "1-0:1.8.0.255 ", " 1.8.0",
                             "1-0:1.8.-1", "1:0-1.8.0.255", "1..8.0", "1.8.0.", "a.b.c", "1-0:1.8.0-255"}) {
        EXPECT_EQ(parse_obis(text), std::nullopt) << text;
    }
}

TEST(Obis, WritesTheStandardSpelling) {
    EXPECT_EQ(ObisText(Obis(1, 0, 1, 8, 0)).view(), "1-0:1.8.0.255");
    EXPECT_EQ(ObisText(Obis(255, 255, 255, 255, 255, 255)).view(), "255-255:255.255.255.255");
}

}  // namespace
}  // namespace blathy::dlms
