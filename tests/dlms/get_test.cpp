#include "dlms/apdu/get.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/data.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(InvokeId, HasItsBits) {
    EXPECT_EQ(InvokeId::make(1).octet, 0xC1);
    EXPECT_EQ(InvokeId::make(0x1F, false, false).octet, 0x0F);
    EXPECT_EQ(InvokeId::make(2, true, false).octet, 0x42);
    const InvokeId invoke{0x85};
    EXPECT_EQ(invoke.id(), 5);
    EXPECT_FALSE(invoke.confirmed());
    EXPECT_TRUE(invoke.high_priority());
}

TEST(GetRequest, NormalForTheInvocationCounter) {
    const auto request = expect_vector_of<GetRequestNormal>(read_get_request, "C001C1000100002B0100FF0200");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->invoke, InvokeId::make(1));
    EXPECT_EQ(request->target.attribute, (AttributeDescriptor{1, Obis(0, 0, 43, 1, 0), 2}));
    EXPECT_FALSE(request->target.access);
}

TEST(GetRequest, NormalForTheClock) {
    const auto request = expect_vector_of<GetRequestNormal>(read_get_request, "C0010000080000010000FF0200");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->invoke.octet, 0x00);
    EXPECT_EQ(request->target.attribute, (AttributeDescriptor{8, Obis(0, 0, 1, 0, 0), 2}));
}

TEST(GetRequest, WithARangeOfAProfile) {
    const auto request = expect_vector_of<GetRequestNormal>(
        read_get_request,
        "C001C100070100630100FF02 01 01 0204 0204 120008 09060000010000FF 0F02 120000 "
        "090C07E10A010700000000FFC480 090C07E10A010701000000FFC480 0100");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->target.attribute, (AttributeDescriptor{7, Obis(1, 0, 99, 1, 0), 2}));
    ASSERT_TRUE(request->target.access);
    EXPECT_EQ(request->target.access->selector, 1);
    DataReader range(request->target.access->parameters);
    range.structure(4);
    range.structure(4);
    EXPECT_EQ(range.long_unsigned(), 8);
    EXPECT_EQ(range.logical_name(), Obis(0, 0, 1, 0, 0));
    EXPECT_EQ(range.integer(), 2);
    EXPECT_EQ(range.long_unsigned(), 0);
    EXPECT_EQ(range.date_time().time.hour, 0);
    EXPECT_EQ(range.date_time().time.hour, 1);
    EXPECT_EQ(range.array(), 0U);
    EXPECT_TRUE(range.complete());
}

TEST(GetRequest, Next) {
    const auto request = expect_vector_of<GetRequestNext>(read_get_request, "C002C100000001");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->block_number, 1U);
}

TEST(GetRequest, WithList) {
    const auto request =
        expect_vector_of<GetRequestWithList>(read_get_request, "C003C1020001 00002A0000FF0200 0008 0000010000FF0200");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->targets.count, 2U);
    ByteReader in(request->targets.encoded);
    EXPECT_EQ(read_attribute_selection(in).attribute, (AttributeDescriptor{1, Obis(0, 0, 42, 0, 0), 2}));
    EXPECT_EQ(read_attribute_selection(in).attribute, (AttributeDescriptor{8, Obis(0, 0, 1, 0, 0), 2}));
    EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(GetRequest, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "C000C1000100002B0100FF0200",        // no such choice
             "C004C1000100002B0100FF0200",        //
             "C101C1000100002B0100FF0200",        // another service
             "C001C1000100002B0100FF0202",        // neither absent nor present
             "C001C1000100002B0100FF0201 01",     // a selection without parameters
             "C001C1000100002B0100FF0201 01 07",  // and with parameters of no type
             "C003C184FFFFFFFF",                  // a count without elements
             "C003C102000100002A0000FF0200",      // one element fewer
         }) {
        EXPECT_FALSE(read_get_request(from_hex(hex))) << hex;
    }
}

TEST(GetResponse, NormalWithData) {
    const auto response = expect_vector_of<GetResponseNormal>(read_get_response, "C401C10006 00001391");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->result.result, DataAccessResult::success);
    DataReader data(response->result.data);
    EXPECT_EQ(data.double_long_unsigned(), 5009U);
}

TEST(GetResponse, NormalWithAnError) {
    const auto response = expect_vector_of<GetResponseNormal>(read_get_response, "C401C10101");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->result.result, DataAccessResult::hardware_fault);
    EXPECT_TRUE(response->result.data.empty());
}

TEST(GetResponse, WithDatablock) {
    const auto block =
        expect_vector_of<GetResponseWithDatablock>(read_get_response, "C402C1 00 00000001 00 04 01020304");
    ASSERT_TRUE(block);
    EXPECT_FALSE(block->block.last);
    EXPECT_EQ(block->block.number, 1U);
    EXPECT_EQ(to_hex(block->block.raw), "01020304");

    const auto error = expect_vector_of<GetResponseWithDatablock>(read_get_response, "C402C1 01 00000007 01 13");
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->block.last);
    EXPECT_EQ(error->result, DataAccessResult::data_block_number_invalid);
}

TEST(GetResponse, TakesAnyOctetButZeroForTrue) {
    const auto response = read_get_response(from_hex("C402C1 FF 00000001 00 00"));
    ASSERT_TRUE(response);
    EXPECT_TRUE(std::get<GetResponseWithDatablock>(*response).block.last);
}

TEST(GetResponse, WithList) {
    const auto response =
        expect_vector_of<GetResponseWithList>(read_get_response, "C403C102 00 09083030303030303031 01 04");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->results.count, 2U);
    ByteReader in(response->results.encoded);
    EXPECT_EQ(to_hex(read_get_data_result(in).data), "09083030303030303031");
    EXPECT_EQ(read_get_data_result(in).result, DataAccessResult::object_undefined);
}

TEST(GetResponse, RefusesAnErrorThatIsNone) {
    EXPECT_FALSE(read_get_response(from_hex("C401C10100")));
    EXPECT_FALSE(read_get_response(from_hex("C402C101000000010100")));
    EXPECT_FALSE(read_get_response(from_hex("C401C10200")));
}

RC_GTEST_PROP(GetRequest, ComesBack, ()) {
    Arena arena;
    GetRequest request;
    switch (*rc::gen::inRange(0, 3)) {
        case 0:
            request = GetRequestNormal{arena.invoke(), arena.selection()};
            break;
        case 1:
            request = GetRequestNext{arena.invoke(), arena.u32()};
            break;
        default:
            request = GetRequestWithList{arena.invoke(), arena.list(arena.count(), [&] { return arena.selection(); })};
            break;
    }
    const Octets octets = encode(request);
    const auto decoded = read_get_request(octets);
    RC_ASSERT(decoded && same(*decoded, request));
}

RC_GTEST_PROP(GetResponse, ComesBack, ()) {
    Arena arena;
    GetResponse response;
    switch (*rc::gen::inRange(0, 4)) {
        case 0:
            response = GetResponseNormal{arena.invoke(), arena.get_data_result()};
            break;
        case 1:
            response = GetResponseWithDatablock{arena.invoke(), arena.block(), DataAccessResult::success};
            break;
        case 2:
            response = GetResponseWithDatablock{arena.invoke(), {arena.flag(), arena.u32(), {}}, arena.error()};
            break;
        default:
            response =
                GetResponseWithList{arena.invoke(), arena.list(arena.count(), [&] { return arena.get_data_result(); })};
            break;
    }
    const Octets octets = encode(response);
    const auto decoded = read_get_response(octets);
    RC_ASSERT(decoded && same(*decoded, response));
}

RC_GTEST_PROP(Get, DecodersAreTotal, (Octets octets)) {
    const auto choice = *rc::gen::inRange<std::uint8_t>(0, 5);
    octets.insert(octets.begin(), {0xC0, choice, 0xC1});
    RC_ASSERT(is_total(read_get_request, octets));
    octets[0] = 0xC4;
    RC_ASSERT(is_total(read_get_response, octets));
}

}  // namespace
}  // namespace blathy::dlms
