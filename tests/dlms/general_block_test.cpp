#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/apdu/block_transfer.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(GeneralBlock, FirstOfAPushInTheField) {
    // What a meter's unconfirmed push begins with: streaming, window 0.
    const auto block = expect_vector(read_general_block, "E0 40 0001 0000 05 0F007C83D3");
    ASSERT_TRUE(block);
    EXPECT_FALSE(block->last);
    EXPECT_TRUE(block->streaming);
    EXPECT_EQ(block->window, 0);
    EXPECT_EQ(block->number, 1);
    EXPECT_EQ(block->acknowledged, 0);
    EXPECT_EQ(to_hex(block->data), "0F007C83D3");
}

TEST(GeneralBlock, HasItsControlBits) {
    const auto acknowledgement = expect_vector(read_general_block, "E0 BF 0002 FFFE 00");
    ASSERT_TRUE(acknowledgement);
    EXPECT_TRUE(acknowledgement->last);
    EXPECT_FALSE(acknowledgement->streaming);
    EXPECT_EQ(acknowledgement->window, 63);
    EXPECT_EQ(acknowledgement->acknowledged, 0xFFFE);
    EXPECT_TRUE(acknowledgement->data.empty());
}

TEST(GeneralBlock, Aborts) {
    const auto abort = expect_vector(read_general_block, "E0 80 0000 0000 00");
    ASSERT_TRUE(abort);
    EXPECT_TRUE(abort->is_abort());
    EXPECT_EQ(hex_of(GeneralBlock::abort()), "E0800000000000");
    for (const char* hex :
         {"E0800001000000", "E0800000000100", "E0C00000000000", "E0000000000000", "E080000000000142"}) {
        EXPECT_FALSE(read_general_block(from_hex(hex))->is_abort()) << hex;
    }
}

TEST(GeneralBlock, RefusesWhatIsMalformed) {
    EXPECT_FALSE(read_general_block(from_hex("E1 40 0001 0000 00")));
    EXPECT_FALSE(read_general_block(from_hex("E0 40 0001 0000 84FFFFFFFF 00")));
}

TEST(GeneralBlock, HoldsAsMuchAsAnApduHasRoomFor) {
    EXPECT_EQ(max_block_data(7), 0U);
    EXPECT_EQ(max_block_data(8), 1U);
    EXPECT_EQ(max_block_data(134), 127U);
    EXPECT_EQ(max_block_data(135), 127U) << "128 octets take a length of two, which is one too many";
    EXPECT_EQ(max_block_data(136), 128U);
    EXPECT_EQ(max_block_data(1200), 1191U);
    for (std::size_t size = 8; size < 700; ++size) {
        const Octets data(max_block_data(size));
        GeneralBlock block;
        block.data = data;
        EXPECT_LE(encode(block).size(), size);
        EXPECT_GE(encode(block).size() + 1, size) << "at most one octet is left over";
    }
}

RC_GTEST_PROP(GeneralBlock, ComesBack, ()) {
    Arena arena;
    GeneralBlock block;
    block.last = arena.flag();
    block.streaming = arena.flag();
    block.window = *rc::gen::inRange<std::uint8_t>(0, 64);
    block.number = arena.u16();
    block.acknowledged = arena.u16();
    block.data = arena.octets(300);
    const Octets octets = encode(block);
    const auto decoded = read_general_block(octets);
    RC_ASSERT(decoded && same(*decoded, block));
}

RC_GTEST_PROP(GeneralBlock, DecoderIsTotal, (Octets octets)) {
    octets.insert(octets.begin(), 0xE0);
    RC_ASSERT(is_total(read_general_block, octets));
}

}  // namespace
}  // namespace blathy::dlms
