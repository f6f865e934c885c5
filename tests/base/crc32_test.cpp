#include "base/crc32.hpp"

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

}  // namespace
}  // namespace blathy
