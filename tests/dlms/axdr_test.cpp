#include "dlms/axdr.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec_testing.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

std::string length_hex(std::size_t length) {
    return to_hex(written_by([&](ByteWriter& out) { write_length(out, length); }));
}

TEST(AxdrLength, TakesAsFewOctetsAsItCan) {
    EXPECT_EQ(length_hex(0), "00");
    EXPECT_EQ(length_hex(0x7F), "7F");
    EXPECT_EQ(length_hex(0x80), "8180");
    EXPECT_EQ(length_hex(0xFF), "81FF");
    EXPECT_EQ(length_hex(0x100), "820100");
    EXPECT_EQ(length_hex(0xFFFF), "82FFFF");
    EXPECT_EQ(length_hex(0x10000), "8400010000");
    EXPECT_EQ(length_hex(0xFFFFFFFF), "84FFFFFFFF");
}

TEST(AxdrLength, IsReadInEveryFormOfUpToFourOctets) {
    for (const char* hex : {"05", "8105", "820005", "83000005", "8400000005"}) {
        const Octets octets = from_hex(hex);
        ByteReader in(octets);
        EXPECT_EQ(read_length(in), 5U) << hex;
        EXPECT_TRUE(in.ok() && in.at_end()) << hex;
    }
}

TEST(AxdrLength, RefusesNoOctetsAndMoreThanFour) {
    for (const char* hex : {"", "80", "81", "8201", "84FFFFFF", "850000000001", "FF"}) {
        const Octets octets = from_hex(hex);
        ByteReader in(octets);
        EXPECT_EQ(read_length(in), 0U) << hex;
        EXPECT_FALSE(in.ok()) << hex;
    }
}

TEST(AxdrOctets, AreNotReadBeyondTheirEnd) {
    const Octets octets = from_hex("84FFFFFFFF 00");
    ByteReader in(octets);
    EXPECT_TRUE(read_octets(in).empty());
    EXPECT_FALSE(in.ok());
}

RC_GTEST_PROP(AxdrLength, IsReadAsItWasWritten, (std::uint32_t length)) {
    const Octets octets = written_by([&](ByteWriter& out) { write_length(out, length); });
    RC_ASSERT(octets.size() == length_size(length));
    ByteReader in(octets);
    RC_ASSERT(read_length(in) == length);
    RC_ASSERT(in.ok() && in.at_end());
}

}  // namespace
}  // namespace blathy::dlms
