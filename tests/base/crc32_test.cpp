#include "base/crc32.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blathy {
namespace {

// The check value of the CRC-32/ISO-HDLC entry of every catalogue.
TEST(Crc32, HasTheCheckValue) {
    EXPECT_EQ(crc32(as_bytes("123456789")), 0xCBF43926U);
    EXPECT_EQ(crc32({}), 0U);
}

RC_GTEST_PROP(Crc32, ContinuesWhereItStopped, (const std::vector<std::uint8_t>& octets)) {
    const auto at = *rc::gen::inRange<std::size_t>(0, octets.size() + 1);
    RC_ASSERT(crc32(Bytes(octets).subspan(at), crc32(Bytes(octets).first(at))) == crc32(octets));
}

RC_GTEST_PROP(Crc32, FindsEveryChangedBit, (std::vector<std::uint8_t> octets)) {
    RC_PRE(!octets.empty());
    const std::uint32_t before = crc32(octets);
    const auto bit = *rc::gen::inRange<std::size_t>(0, octets.size() * 8);
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ (1U << (bit % 8)));
    RC_ASSERT(crc32(octets) != before);
}

TEST(Crc32, PutsAnyOneBitRight) {
    std::vector<std::uint8_t> octets(300);
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(i * 7);
    const auto whole = octets;
    const std::uint32_t check = crc32(whole);
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
        octets[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_TRUE(correct_one_bit(octets, crc32(octets) ^ check)) << bit;
        ASSERT_EQ(octets, whole) << bit;
    }
    for (unsigned bit = 0; bit < 32; ++bit) ASSERT_TRUE(correct_one_bit(octets, std::uint32_t{1} << bit));
    EXPECT_EQ(octets, whole);
}

TEST(Crc32, TwoBitsAreNotTakenForOne) {
    std::vector<std::uint8_t> octets(40);
    const std::uint32_t check = crc32(octets);
    for (std::size_t first = 0; first < octets.size() * 8; ++first) {
        for (std::size_t second = first + 1; second < octets.size() * 8; ++second) {
            octets[first / 8] ^= static_cast<std::uint8_t>(1U << (first % 8));
            octets[second / 8] ^= static_cast<std::uint8_t>(1U << (second % 8));
            const auto rotten = octets;
            ASSERT_FALSE(correct_one_bit(octets, crc32(octets) ^ check)) << first << ", " << second;
            ASSERT_EQ(octets, rotten);
            octets.assign(octets.size(), 0);
        }
    }
}

}  // namespace
}  // namespace blathy
