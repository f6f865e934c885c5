#include "dlms/apdu/set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/data.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(SetRequest, NormalForTheClock) {
    const auto request =
        expect_vector_of<SetRequestNormal>(read_set_request, "C101C100080000010000FF0200090C07E50118FF0E303950FFC400");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->target.attribute, (AttributeDescriptor{8, Obis(0, 0, 1, 0, 0), 2}));
    DataReader value(request->value);
    const DateTime time = value.date_time();
    EXPECT_EQ(time.date, (Date{2021, 1, 24, not_specified}));
    EXPECT_EQ(time.time, (Time{14, 48, 57, 80}));
    EXPECT_EQ(time.deviation_min, -60);
    EXPECT_TRUE(value.complete());
}

TEST(SetRequest, ClearsATamperRegister) {
    const auto request = expect_vector_of<SetRequestNormal>(read_set_request, "C101C1000101005E6245FF0200120000");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->target.attribute, (AttributeDescriptor{1, Obis(1, 0, 94, 98, 69), 2}));
    EXPECT_EQ(to_hex(request->value), "120000");
}

TEST(SetRequest, InBlocks) {
    const auto first = expect_vector_of<SetRequestWithFirstDatablock>(
        read_set_request, "C102C1 0007 0100630100FF 03 00 00 00000001 03 010203");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->block.number, 1U);
    EXPECT_EQ(to_hex(first->block.raw), "010203");
    const auto next = expect_vector_of<SetRequestWithDatablock>(read_set_request, "C103C1 01 00000002 01 04");
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->block.last);
}

TEST(SetRequest, OfSeveralAttributes) {
    const auto request = expect_vector_of<SetRequestWithList>(
        read_set_request, "C104C1 02 0001 0000600100FF 02 00 0008 0000010000FF 03 00 02 090141 100000");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->targets.count, 2U);
    EXPECT_EQ(to_hex(request->values.encoded), "090141100000");
    const auto blocks = expect_vector_of<SetRequestWithListAndFirstDatablock>(
        read_set_request, "C105C1 01 0001 0000600100FF 02 00 00 00000001 02 0100");
    ASSERT_TRUE(blocks);
    EXPECT_EQ(blocks->targets.count, 1U);
}

TEST(SetRequest, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "C106C1000101005E6245FF0200120000",                // no such choice
             "C101C1000101005E6245FF020012000000",              // two values
             "C101C1000101005E6245FF0200",                      // none
             "C104C1 01 0001 0000600100FF 02 00 02 1101 1102",  // more values than attributes
             "C104C1 01 0001 0000600100FF 02 00 00",            // and fewer
             "C103C1 01 00000002 84FFFFFFFF 04",                // a block longer than its APDU
         }) {
        EXPECT_FALSE(read_set_request(from_hex(hex))) << hex;
    }
}

TEST(SetResponse, OfEveryKind) {
    const auto normal = expect_vector_of<SetResponseNormal>(read_set_response, "C501C100");
    ASSERT_TRUE(normal);
    EXPECT_EQ(normal->result, DataAccessResult::success);
    const auto block = expect_vector_of<SetResponseDatablock>(read_set_response, "C502C100000001");
    ASSERT_TRUE(block);
    EXPECT_EQ(block->block_number, 1U);
    const auto last = expect_vector_of<SetResponseLastDatablock>(read_set_response, "C503C1 0C 00000002");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->result, DataAccessResult::type_unmatched);
    EXPECT_EQ(last->block_number, 2U);
    const auto last_of_list =
        expect_vector_of<SetResponseLastDatablockWithList>(read_set_response, "C504C1 02 00 FA 00000003");
    ASSERT_TRUE(last_of_list);
    EXPECT_EQ(to_hex(last_of_list->results), "00FA");
    const auto list = expect_vector_of<SetResponseWithList>(read_set_response, "C505C1 03 00 03 04");
    ASSERT_TRUE(list);
    EXPECT_EQ(to_hex(list->results), "000304");
    EXPECT_FALSE(read_set_response(from_hex("C506C100")));
}

RC_GTEST_PROP(SetRequest, ComesBack, ()) {
    Arena arena;
    SetRequest request;
    const std::size_t count = arena.count();
    switch (*rc::gen::inRange(0, 5)) {
        case 0:
            request = SetRequestNormal{arena.invoke(), arena.selection(), arena.data()};
            break;
        case 1:
            request = SetRequestWithFirstDatablock{arena.invoke(), arena.selection(), arena.block()};
            break;
        case 2:
            request = SetRequestWithDatablock{arena.invoke(), arena.block()};
            break;
        case 3:
            request = SetRequestWithList{arena.invoke(), arena.list(count, [&] { return arena.selection(); }),
                                         arena.values(count)};
            break;
        default:
            request = SetRequestWithListAndFirstDatablock{
                arena.invoke(), arena.list(count, [&] { return arena.selection(); }), arena.block()};
            break;
    }
    const Octets octets = encode(request);
    const auto decoded = read_set_request(octets);
    RC_ASSERT(decoded && same(*decoded, request));
}

RC_GTEST_PROP(SetResponse, ComesBack, ()) {
    Arena arena;
    SetResponse response;
    const auto result = static_cast<DataAccessResult>(arena.u8());
    switch (*rc::gen::inRange(0, 5)) {
        case 0:
            response = SetResponseNormal{arena.invoke(), result};
            break;
        case 1:
            response = SetResponseDatablock{arena.invoke(), arena.u32()};
            break;
        case 2:
            response = SetResponseLastDatablock{arena.invoke(), result, arena.u32()};
            break;
        case 3:
            response = SetResponseLastDatablockWithList{arena.invoke(), arena.octets(), arena.u32()};
            break;
        default:
            response = SetResponseWithList{arena.invoke(), arena.octets()};
            break;
    }
    const Octets octets = encode(response);
    const auto decoded = read_set_response(octets);
    RC_ASSERT(decoded && same(*decoded, response));
}

RC_GTEST_PROP(Set, DecodersAreTotal, (Octets octets)) {
    const auto choice = *rc::gen::inRange<std::uint8_t>(0, 7);
    octets.insert(octets.begin(), {0xC1, choice, 0xC1});
    RC_ASSERT(is_total(read_set_request, octets));
    octets[0] = 0xC5;
    RC_ASSERT(is_total(read_set_response, octets));
}

}  // namespace
}  // namespace blathy::dlms
