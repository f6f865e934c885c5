#include "dlms/apdu/action.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(ActionRequest, WithoutData) {
    const auto request = expect_vector_of<ActionRequestNormal>(read_action_request, "C301C0000F0000280000FF0100");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->invoke.octet, 0xC0);
    EXPECT_EQ(request->target.method, (MethodDescriptor{15, Obis(0, 0, 40, 0, 0), 1}));
    EXPECT_TRUE(request->target.parameters.empty());
}

TEST(ActionRequest, ThirdPassOfHighLevelSecurity) {
    const auto request = expect_vector_of<ActionRequestNormal>(
        read_action_request, "c301c1000f0000280000ff0101091110012345677d52391c407e3a45210f000e");
    ASSERT_TRUE(request);
    EXPECT_EQ(to_hex(request->target.parameters), "091110012345677D52391C407E3A45210F000E");
}

TEST(ActionRequest, InBlocks) {
    const auto next = expect_vector_of<ActionRequestNextPblock>(read_action_request, "C302C100000002");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->block_number, 2U);
    const auto first = expect_vector_of<ActionRequestWithFirstPblock>(
        read_action_request, "C304C1 0012 00002C0000FF 02 00 00000001 02 0202");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->method, (MethodDescriptor{18, Obis(0, 0, 44, 0, 0), 2}));
    const auto first_of_list = expect_vector_of<ActionRequestWithListAndFirstPblock>(
        read_action_request, "C305C1 01 0012 00002C0000FF 02 00 00000001 02 0202");
    ASSERT_TRUE(first_of_list);
    EXPECT_EQ(first_of_list->methods.count, 1U);
    const auto block = expect_vector_of<ActionRequestWithPblock>(read_action_request, "C306C1 01 00000002 01 00");
    ASSERT_TRUE(block);
    EXPECT_TRUE(block->block.last);
}

TEST(ActionRequest, WithList) {
    const auto request = expect_vector_of<ActionRequestWithList>(
        read_action_request, "C303C1 02 0046 00006003 0AFF 01 0003 0100010800FF 01 02 0F00 0F00");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->methods.count, 2U);
    EXPECT_EQ(to_hex(request->parameters.encoded), "0F000F00");
}

TEST(ActionRequest, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "C307C1000F0000280000FF0100",          // no such choice
             "C301C1000F0000280000FF0102",          // neither absent nor present
             "C301C1000F0000280000FF0101",          // present, and nothing there
             "C303C1 01 0046 00006003 0AFF 01 00",  // a method without its parameters
             "C303C1 84FFFFFFFF",                   // a count without elements
         }) {
        EXPECT_FALSE(read_action_request(from_hex(hex))) << hex;
    }
}

TEST(ActionResponse, WithoutData) {
    const auto response = expect_vector_of<ActionResponseNormal>(read_action_response, "C701C00000");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->outcome.result, ActionResult::success);
    EXPECT_FALSE(response->outcome.returned);
}

TEST(ActionResponse, WithADataAccessError) {
    const auto response = expect_vector_of<ActionResponseNormal>(read_action_response, "C701C0000101FA");
    ASSERT_TRUE(response);
    ASSERT_TRUE(response->outcome.returned);
    EXPECT_EQ(response->outcome.returned->result, DataAccessResult::other_reason);
}

TEST(ActionResponse, FourthPassOfHighLevelSecurity) {
    const auto response = expect_vector_of<ActionResponseNormal>(read_action_response,
                                                                 "c701c10001000911101a9190bc0a587217bcd2bcd4fddb7143");
    ASSERT_TRUE(response);
    ASSERT_TRUE(response->outcome.returned);
    EXPECT_EQ(to_hex(response->outcome.returned->data), "0911101A9190BC0A587217BCD2BCD4FDDB7143");
}

TEST(ActionResponse, OfEveryOtherKind) {
    const auto block = expect_vector_of<ActionResponseWithPblock>(read_action_response, "C702C1 01 00000001 02 0F05");
    ASSERT_TRUE(block);
    EXPECT_EQ(to_hex(block->block.raw), "0F05");
    const auto list = expect_vector_of<ActionResponseWithList>(read_action_response, "C703C1 02 0000 03 01 00 1101");
    ASSERT_TRUE(list);
    ByteReader in(list->outcomes.encoded);
    EXPECT_EQ(read_action_outcome(in).result, ActionResult::success);
    EXPECT_EQ(read_action_outcome(in).result, ActionResult::read_write_denied);
    EXPECT_TRUE(in.ok() && in.at_end());
    const auto next = expect_vector_of<ActionResponseNextPblock>(read_action_response, "C704C100000009");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->block_number, 9U);
    EXPECT_FALSE(read_action_response(from_hex("C705C10000")));
}

RC_GTEST_PROP(ActionRequest, ComesBack, ()) {
    Arena arena;
    ActionRequest request;
    const std::size_t count = arena.count();
    const auto methods = [&] { return arena.list(count, [&] { return arena.method(); }); };
    switch (*rc::gen::inRange(0, 6)) {
        case 0:
            request = ActionRequestNormal{arena.invoke(), {arena.method(), arena.flag() ? arena.data() : Bytes{}}};
            break;
        case 1:
            request = ActionRequestNextPblock{arena.invoke(), arena.u32()};
            break;
        case 2:
            request = ActionRequestWithList{arena.invoke(), methods(), arena.values(count)};
            break;
        case 3:
            request = ActionRequestWithFirstPblock{arena.invoke(), arena.method(), arena.block()};
            break;
        case 4:
            request = ActionRequestWithListAndFirstPblock{arena.invoke(), methods(), arena.block()};
            break;
        default:
            request = ActionRequestWithPblock{arena.invoke(), arena.block()};
            break;
    }
    const Octets octets = encode(request);
    const auto decoded = read_action_request(octets);
    RC_ASSERT(decoded && same(*decoded, request));
}

RC_GTEST_PROP(ActionResponse, ComesBack, ()) {
    Arena arena;
    ActionResponse response;
    switch (*rc::gen::inRange(0, 4)) {
        case 0:
            response = ActionResponseNormal{arena.invoke(), arena.outcome()};
            break;
        case 1:
            response = ActionResponseWithPblock{arena.invoke(), arena.block()};
            break;
        case 2:
            response =
                ActionResponseWithList{arena.invoke(), arena.list(arena.count(), [&] { return arena.outcome(); })};
            break;
        default:
            response = ActionResponseNextPblock{arena.invoke(), arena.u32()};
            break;
    }
    const Octets octets = encode(response);
    const auto decoded = read_action_response(octets);
    RC_ASSERT(decoded && same(*decoded, response));
}

RC_GTEST_PROP(Action, DecodersAreTotal, (Octets octets)) {
    const auto choice = *rc::gen::inRange<std::uint8_t>(0, 8);
    octets.insert(octets.begin(), {0xC3, choice, 0xC1});
    RC_ASSERT(is_total(read_action_request, octets));
    octets[0] = 0xC7;
    RC_ASSERT(is_total(read_action_response, octets));
}

}  // namespace
}  // namespace blathy::dlms
