#include "base/text.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace blathy {
namespace {

TEST(Text, PutsTextAndNumbersTogether) {
    Text<64> text;
    text << "1-0:" << 1 << '.' << std::uint8_t{8} << " = " << -42 << " Wh";
    EXPECT_EQ(text.view(), "1-0:1.8 = -42 Wh");
    EXPECT_FALSE(text.cut());
}

TEST(Text, WritesTheExtremesOfItsWidestNumbers) {
    Text<64> text;
    text << std::numeric_limits<std::int64_t>::min() << ' ' << std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(text.view(), "-9223372036854775808 18446744073709551615");
}

TEST(Text, CutsWhatDoesNotFitAndSaysSo) {
    Text<4> text;
    text << "abc";
    EXPECT_FALSE(text.cut());
    text << "def";
    EXPECT_EQ(text.view(), "abcd");
    EXPECT_TRUE(text.cut());
    text << "";
    EXPECT_TRUE(text.cut()) << "once cut, always cut";
}

TEST(Text, PadsWithZeros) {
    Text<32> text;
    text.padded(7, 2) << ':';
    text.padded(123, 2) << ':';
    text.padded(0, 3);
    EXPECT_EQ(text.view(), "07:123:000");
}

TEST(Text, WritesHex) {
    const std::array<std::uint8_t, 3> octets = {0x00, 0xAF, 0x9C};
    Text<16> text;
    text.hex(octets) << ' ';
    text.hex(std::uint8_t{0x5E});
    EXPECT_EQ(text.view(), "00AF9C 5E");
}

TEST(Text, IsEmptyAtFirst) {
    Text<1> text;
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(text.size(), 0U);
}

}  // namespace
}  // namespace blathy
