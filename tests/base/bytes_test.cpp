#include "base/bytes.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blathy {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets copy_of(Bytes octets) {
    return {octets.begin(), octets.end()};
}

TEST(ByteReader, ReadsTheMostSignificantOctetFirst) {
    const Octets octets = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F};
    ByteReader in(octets);
    EXPECT_EQ(in.u8(), 0x01);
    EXPECT_EQ(in.u16(), 0x0203);
    EXPECT_EQ(in.u32(), 0x04050607U);
    EXPECT_EQ(in.u64(), 0x08090A0B0C0D0E0FU);
    EXPECT_TRUE(in.ok());
    EXPECT_TRUE(in.at_end());
    EXPECT_EQ(in.consumed().size(), 15U);
    EXPECT_TRUE(in.rest().empty());
}

TEST(ByteReader, ReadsNegativeNumbers) {
    const Octets octets(15, 0xFF);
    ByteReader in(octets);
    EXPECT_EQ(in.i8(), -1);
    EXPECT_EQ(in.i16(), -1);
    EXPECT_EQ(in.i32(), -1);
    EXPECT_EQ(in.i64(), -1);
}

TEST(ByteReader, YieldsZerosPastTheEndAndStaysBad) {
    const Octets octets = {0xAA, 0xBB};
    ByteReader in(octets);
    EXPECT_EQ(in.u32(), 0U);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.remaining(), 2U) << "a read that fails takes nothing";
    EXPECT_EQ(in.u8(), 0) << "what comes after a failure is zero, although an octet is there";
    EXPECT_TRUE(in.bytes(1).empty());
    EXPECT_FALSE(in.ok());
}

TEST(ByteReader, PeeksWithoutTaking) {
    const Octets octets = {0x42};
    ByteReader in(octets);
    EXPECT_EQ(in.peek_u8(), 0x42);
    EXPECT_EQ(in.peek_u8(), 0x42);
    in.skip(1);
    EXPECT_EQ(in.peek_u8(), 0);
    EXPECT_TRUE(in.ok()) << "peeking is no read";
}

TEST(ByteReader, RefusesASizeThatWouldWrap) {
    const Octets octets = {1, 2, 3};
    ByteReader in(octets);
    in.skip(1);
    EXPECT_TRUE(in.bytes(static_cast<std::size_t>(-1)).empty());
    EXPECT_FALSE(in.ok());
}

TEST(ByteReader, OfNothingIsAtItsEnd) {
    ByteReader in{Bytes{}};
    EXPECT_TRUE(in.at_end());
    EXPECT_TRUE(in.ok());
    EXPECT_TRUE(in.bytes(0).empty());
    EXPECT_TRUE(in.ok());
}

TEST(ByteWriter, DropsWhatDoesNotFitAsAWhole) {
    std::array<std::uint8_t, 3> room{};
    ByteWriter out(room);
    out.u16(0x1234);
    out.u16(0x5678);
    EXPECT_FALSE(out.ok());
    EXPECT_EQ(copy_of(out.written()), (Octets{0x12, 0x34}));
    out.u8(0x9A);
    EXPECT_EQ(out.size(), 2U) << "nothing is written behind a gap";
}

TEST(ByteWriter, InsertsBeforeWhatIsThere) {
    std::array<std::uint8_t, 8> room{};
    ByteWriter out(room);
    out.u16(0xAABB);
    out.u16(0xCCDD);
    out.insert(2, Octets{1, 2, 3});
    EXPECT_TRUE(out.ok());
    EXPECT_EQ(copy_of(out.written()), (Octets{0xAA, 0xBB, 1, 2, 3, 0xCC, 0xDD}));
    out.insert(0, Octets{1, 2});
    EXPECT_FALSE(out.ok());
    EXPECT_EQ(copy_of(out.written()), (Octets{0xAA, 0xBB, 1, 2, 3, 0xCC, 0xDD}));
}

TEST(ByteWriter, RefusesToInsertBehindItsEnd) {
    std::array<std::uint8_t, 8> room{};
    ByteWriter out(room);
    out.insert(1, Octets{1});
    EXPECT_FALSE(out.ok());
}

TEST(ByteWriter, LetsAWrittenLengthBePatched) {
    std::array<std::uint8_t, 4> room{};
    ByteWriter out(room);
    out.u8(0);
    out.u16(0xBEEF);
    out.since(0)[0] = 2;
    EXPECT_EQ(copy_of(out.written()), (Octets{2, 0xBE, 0xEF}));
}

TEST(ByteWriter, RewindsPastAnOverflow) {
    std::array<std::uint8_t, 2> room{};
    ByteWriter out(room);
    out.u8(1);
    out.u32(2);
    out.rewind(1);
    out.u8(3);
    EXPECT_TRUE(out.ok());
    EXPECT_EQ(copy_of(out.written()), (Octets{1, 3}));
    out.rewind(7);
    EXPECT_EQ(out.size(), 2U) << "there is nothing to rewind to";
}

RC_GTEST_PROP(ByteWriter, WritesWhatAReaderReads,
              (std::uint8_t a, std::uint16_t b, std::uint32_t c, std::uint64_t d, std::int8_t e, std::int16_t f,
               std::int32_t g, std::int64_t h)) {
    std::array<std::uint8_t, 30> room{};
    ByteWriter out(room);
    out.u8(a), out.u16(b), out.u32(c), out.u64(d);
    out.i8(e), out.i16(f), out.i32(g), out.i64(h);
    RC_ASSERT(out.ok() && out.room_left() == 0U);
    ByteReader in(out.written());
    RC_ASSERT(in.u8() == a && in.u16() == b && in.u32() == c && in.u64() == d);
    RC_ASSERT(in.i8() == e && in.i16() == f && in.i32() == g && in.i64() == h);
    RC_ASSERT(in.ok() && in.at_end());
}

TEST(Bytes, CompareByContentAndLength) {
    const Octets a = {1, 2, 3};
    const Octets b = {1, 2, 3};
    EXPECT_TRUE(equal(a, b));
    EXPECT_FALSE(equal(a, Bytes(b).first(2)));
    EXPECT_TRUE(equal({}, {}));
    EXPECT_EQ(as_text(as_bytes("OBIS")), "OBIS");
}

}  // namespace
}  // namespace blathy
