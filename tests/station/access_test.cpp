#include "station/service/access.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::AccessKind;
using dlms::Conformance;
using dlms::LongInvokeId;
using dlms::Obis;
using test::clock_time;
using test::context_of;
using test::Conversation;
using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr dlms::MethodDescriptor adjust{8, Obis(0, 0, 1, 0, 0), 1};
constexpr LongInvokeId invoke = LongInvokeId::make(1);

struct Accessed {
    Conversation talk;
    std::vector<AccessReply> replies;
};

Accessed access(std::vector<AccessItem> items, std::vector<std::string_view> answers, LongInvokeId id = invoke,
                const Context& context = context_of()) {
    AccessExchange exchange(context, id, std::move(items));
    Conversation talk(exchange, std::move(answers));
    return {std::move(talk), exchange.replies()};
}

std::vector<AccessItem> one_of_each() {
    return {AttributeTarget{clock_time, std::nullopt},
            Assignment{{{1, Obis(0, 0, 42, 0, 0), 2}, std::nullopt}, hex("1105")}, MethodTarget{adjust, hex("0F00")},
            AttributeTarget{{7, Obis(1, 0, 99, 1, 0), 2}, Selection{2, hex("1101")}},
            Assignment{{{1, Obis(0, 0, 42, 0, 0), 2}, Selection{1, hex("1102")}}, hex("1106")}};
}

// One request with each of the five choices, and null-data as the value of a GET.
TEST(Access, EncodesGetSetAndActionInTheirOrder) {
    const Accessed done = access(one_of_each(), {});
    EXPECT_THAT(done.talk.requests, ElementsAre("D9C000000100"
                                                "05"
                                                "0100080000010000FF02"
                                                "02000100002A0000FF02"
                                                "0300080000010000FF01"
                                                "0400070100630100FF02021101"
                                                "05000100002A0000FF02011102"
                                                "05"
                                                "00"
                                                "1105"
                                                "0F00"
                                                "00"
                                                "1106"));
}

TEST(Access, ReturnsAsManyRepliesInTheirOrder) {
    const Accessed done = access(one_of_each(), {"DAC000000100"
                                                 "00"
                                                 "05 110A 00 00 0100 00"
                                                 "05 0100 0203 0300 0100 0200"});
    ASSERT_TRUE(done.talk.done);
    ASSERT_EQ(done.replies.size(), 5U);
    EXPECT_EQ(done.replies[0].data, hex("110A"));
    EXPECT_TRUE(done.replies[0].succeeded());
    EXPECT_EQ(done.replies[1].kind, AccessKind::set);
    EXPECT_THAT(refusal(done.replies[1]).text, HasSubstr("read-write-denied"));
    EXPECT_EQ(done.replies[2].kind, AccessKind::action);
}

// A self-descriptive response repeats the specifications.
TEST(Access, TakesASelfDescriptiveResponse) {
    const Accessed done = access({AttributeTarget{clock_time, std::nullopt}},
                                 {"DAC000000100 01 01 0100080000010000FF02 01 1107 01 0100"});
    ASSERT_TRUE(done.talk.done);
    EXPECT_EQ(done.replies[0].data, hex("1107"));
}

TEST(Access, RefusesWhatIsNotAnAnswerToIt) {
    const auto error_of = [](std::string_view answer) {
        const Accessed done = access({AttributeTarget{clock_time, std::nullopt}}, {answer});
        return done.talk.error ? done.talk.error->text : std::string("no error");
    };
    EXPECT_THAT(error_of("DAC000000100 00 00 00"), HasSubstr("0 results for an ACCESS of 1"));
    EXPECT_THAT(error_of("DAC000000100 00 02 1107 1107 02 0100 0100"), HasSubstr("2 results for an ACCESS of 1"));
    EXPECT_THAT(error_of("DAC000000100 00 01 1107 01 0200"), HasSubstr("another service"));
    EXPECT_THAT(error_of("DAC000000100 00 01 11"), HasSubstr("malformed access-response"));
    EXPECT_THAT(error_of("D80202"), HasSubstr("service not supported"));
}

TEST(Access, WaitsForTheAnswerWithItsInvokeId) {
    const Accessed done = access({AttributeTarget{clock_time, std::nullopt}},
                                 {"DAC000000200 00 01 1106 01 0100", "DAC000000100 00 01 1107 01 0100"});
    ASSERT_TRUE(done.talk.done);
    EXPECT_EQ(done.replies[0].data, hex("1107"));
}

TEST(Access, MayStopAtTheFirstFailureIfItWasToldTo) {
    constexpr std::string_view one_of_two = "DAE000000100 00 01 00 01 0104";
    const std::vector<AccessItem> two(2, AttributeTarget{clock_time, std::nullopt});
    const Accessed stopped = access(two, {one_of_two}, LongInvokeId::make(1, true, true, false, true));
    ASSERT_TRUE(stopped.talk.done);
    EXPECT_EQ(stopped.replies.size(), 1U);
    EXPECT_TRUE(access(two, {one_of_two}).talk.error);
}

TEST(Access, NeedsItsConformanceBit) {
    const Accessed done =
        access({AttributeTarget{clock_time, std::nullopt}}, {}, invoke, context_of(0xFFFF, Conformance()));
    ASSERT_TRUE(done.talk.error);
    EXPECT_EQ(done.talk.error->kind, ErrorKind::not_negotiated);
    EXPECT_THAT(done.talk.error->text, HasSubstr("access"));
}

TEST(Access, IsOnlyRepeatedWhenItOnlyReads) {
    EXPECT_TRUE(AccessExchange(context_of(), invoke, {AttributeTarget{clock_time, std::nullopt}}).repeatable());
    EXPECT_FALSE(AccessExchange(context_of(), invoke, one_of_each()).repeatable());
}

}  // namespace
}  // namespace blathy::station
