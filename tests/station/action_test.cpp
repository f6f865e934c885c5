#include "station/service/action.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::ActionResult;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::Obis;
using test::context_of;
using test::Conversation;
using test::hex;
using testing::ElementsAre;

constexpr dlms::InvokeId c0{0xC0};
constexpr dlms::MethodDescriptor hls_pass_3{15, Obis(0, 0, 40, 0, 0), 1};
constexpr dlms::MethodDescriptor enter_token{115, Obis(0, 0, 19, 40, 0), 1};

struct CallOutcome {
    Conversation talk;
    std::vector<ActionReply> replies;
};

CallOutcome call(std::vector<MethodTarget> invocations, std::vector<std::string_view> answers,
                 const Context& context = context_of()) {
    ActionExchange exchange(context, c0, std::move(invocations));
    Conversation talk(exchange, std::move(answers));
    return {std::move(talk), exchange.replies()};
}

TEST(Action, InvokesWithoutParameters) {
    const CallOutcome outcome = call({{hls_pass_3, {}}}, {"C701C00000"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C301C0000F0000280000FF0100"));
    ASSERT_EQ(outcome.replies.size(), 1U);
    EXPECT_EQ(outcome.replies[0].result, ActionResult::success);
    EXPECT_FALSE(outcome.replies[0].returned);
}

TEST(Action, PassesAndReturnsData) {
    const CallOutcome outcome = call({{hls_pass_3, hex("091110012345677D52391C407E3A45210F000E")}},
                                     {"C701C0000100091110 01234567 1A9190BC0A587217BCD2BCD4"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C301C0000F0000280000FF0101091110012345677D52391C407E3A45210F000E"));
    ASSERT_TRUE(outcome.replies[0].returned);
    EXPECT_EQ(**outcome.replies[0].returned, hex("091110012345671A9190BC0A587217BCD2BCD4"));
}

TEST(Action, TellsThatTheReturnedDataCannotBeHad) {
    const CallOutcome outcome = call({{hls_pass_3, {}}}, {"C701C0000101FA"});
    ASSERT_TRUE(outcome.replies[0].returned);
    EXPECT_EQ(outcome.replies[0].returned->error(), DataAccessResult::other_reason);
}

TEST(Action, ReportsTheRefusal) {
    EXPECT_EQ(call({{hls_pass_3, {}}}, {"C701C00300"}).replies[0].result, ActionResult::read_write_denied);
}

TEST(Action, SendsLongParametersInBlocks) {
    const CallOutcome outcome =
        call({{enter_token, hex("0908AABBCCDD00112233")}}, {"C704C000000001", "C701C00000"}, context_of(22));
    EXPECT_THAT(outcome.talk.requests,
                ElementsAre("C304C000730000132800FF010000000001040908AABB", "C306C0010000000206CCDD00112233"));
}

TEST(Action, PutsReturnedBlocksTogether) {
    const CallOutcome outcome = call({{enter_token, {}}}, {"C702C0000000000103000100", "C702C0010000000204 0902ABCD"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C301C000730000132800FF0100", "C302C000000001"));
    ASSERT_EQ(outcome.replies.size(), 1U) << outcome.talk.error->text;
    EXPECT_EQ(**outcome.replies[0].returned, hex("0902ABCD"));
}

TEST(Action, TakesBareReturnParametersInBlocks) {
    const CallOutcome outcome =
        call({{enter_token, {}}}, {"C702C00000000001020906", "C702C0010000000206 010203040506"});
    ASSERT_EQ(outcome.replies.size(), 1U);
    EXPECT_EQ(**outcome.replies[0].returned, hex("0906010203040506"));
}

TEST(Action, RefusesBlocksOutOfOrder) {
    for (const std::string_view second : {"C702C00000000001020906", "C702C00000000003020906", "C702C0000000000200"}) {
        const CallOutcome outcome = call({{enter_token, {}}}, {"C702C00000000001020906", second});
        EXPECT_EQ(outcome.talk.error->kind, ErrorKind::protocol) << second;
    }
}

TEST(Action, RefusesMalformedReturnParameters) {
    EXPECT_EQ(call({{enter_token, {}}}, {"C702C0010000000102FF02"}).talk.error->kind, ErrorKind::protocol);
}

TEST(Action, RefusesAWrongAcknowledgement) {
    const MethodTarget target{enter_token, hex("0908AABBCCDD00112233")};
    for (const std::string_view answer :
         {"C704C000000002", "C704C000000000", "C701C00000", "C703C0010000", "C702C0010000000102 0000"}) {
        EXPECT_EQ(call({target}, {answer}, context_of(22)).talk.error->kind, ErrorKind::protocol) << answer;
    }
    EXPECT_EQ(call({{enter_token, {}}}, {"C704C000000001"}).talk.error->kind, ErrorKind::protocol);
}

TEST(Action, EndsWhenTheMeterBreaksOff) {
    const MethodTarget target{enter_token, hex("0908AABBCCDD00112233")};
    const CallOutcome outcome = call({target}, {"C701C00F00"}, context_of(22));
    EXPECT_EQ(outcome.talk.error->kind, ErrorKind::refused);
    EXPECT_EQ(outcome.talk.error->code, 15U);
}

TEST(Action, InvokesAList) {
    const CallOutcome outcome = call({{hls_pass_3, {}}, {enter_token, hex("1105")}}, {"C703C002000003 00"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C303C002000F0000280000FF0100730000132800FF0102001105"));
    ASSERT_EQ(outcome.replies.size(), 2U);
    EXPECT_EQ(outcome.replies[1].result, ActionResult::read_write_denied);
}

TEST(Action, RefusesAnotherNumberOfResults) {
    for (const std::string_view answer : {"C703C0010000", "C701C00000", "C703C00300000000 0000"}) {
        EXPECT_EQ(call({{hls_pass_3, {}}, {enter_token, {}}}, {answer}).talk.error->kind, ErrorKind::protocol)
            << answer;
    }
}

TEST(Action, RefusesWhatIsNotNegotiated) {
    const Context get_only = context_of(100, Conformance(Conformance::get));
    EXPECT_EQ(call({{hls_pass_3, {}}}, {}, get_only).talk.error->kind, ErrorKind::not_negotiated);
    const Context action_only = context_of(100, Conformance(Conformance::action));
    EXPECT_EQ(call({{hls_pass_3, {}}}, {"C702C0010000000102 0000"}, action_only).talk.error->kind,
              ErrorKind::not_negotiated);
    EXPECT_EQ(call({{hls_pass_3, {}}, {enter_token, {}}}, {}, action_only).talk.error->kind, ErrorKind::not_negotiated);
}

TEST(Action, RefusesWhatIsMalformed) {
    for (const std::string_view answer :
         {"C7", "C701C0", "C701C000", "C701C00002", "C705C000", "C702C00200000001 00"}) {
        EXPECT_EQ(call({{hls_pass_3, {}}}, {answer}).talk.error->kind, ErrorKind::protocol) << answer;
    }
}

TEST(Action, RefusesMoreThanTheLimit) {
    Context context = context_of();
    context.max_value_octets = 3;
    const CallOutcome outcome = call({{enter_token, {}}}, {"C702C000000000010400010009"}, context);
    EXPECT_EQ(outcome.talk.error->kind, ErrorKind::limit);
}

}  // namespace
}  // namespace blathy::station
