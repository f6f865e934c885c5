#include "station/service/get.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Conformance;
using dlms::Obis;
using test::c1;
using test::clock_target;
using test::context_of;
using test::Conversation;
using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;

const AttributeTarget device_name_target{{1, Obis(0, 0, 42, 0, 0), 2}, std::nullopt};

struct Got {
    Conversation talk;
    std::string value;
};

Got get(std::vector<std::string_view> answers, const Context& context = context_of(),
        const AttributeTarget& target = clock_target) {
    std::string value;
    GetExchange exchange(context, c1, target, [&](Bytes piece) -> Result<void, Error> {
        value += hex_text(piece);
        return {};
    });
    return {Conversation(exchange, std::move(answers)), value};
}

TEST(Get, ReadsAnInvocationCounter) {
    const Got got = get({"C401C1000600001391"}, context_of(), {{1, Obis(0, 0, 43, 1, 0), 2}, std::nullopt});
    EXPECT_THAT(got.talk.requests, ElementsAre("C001C1000100002B0100FF0200"));
    EXPECT_TRUE(got.talk.done);
    EXPECT_EQ(got.value, "0600001391");
}

TEST(Get, SendsTheSelectionOfTheStandardsExample) {
    const Selection selection{1, hex("0204 0204 120008 09060000010000FF 0F02 120000 090C07E10A010700000000FFC480"
                                     "090C07E10A010701000000FFC480 0100")};
    const Got got = get({}, context_of(), {{7, Obis(1, 0, 99, 1, 0), 2}, selection});
    EXPECT_THAT(got.talk.requests,
                ElementsAre("C001C100070100630100FF02010102040204120008"
                            "09060000010000FF0F02120000090C07E10A010700000000FFC480090C07E10A010701000000FFC4800100"));
}

TEST(Get, NamesTheRefusal) {
    const Got got = get({"C401C10104"});
    ASSERT_TRUE(got.talk.error);
    EXPECT_EQ(got.talk.error->kind, ErrorKind::refused);
    EXPECT_EQ(got.talk.error->code, 4U);
    EXPECT_THAT(got.talk.error->text, HasSubstr("object-undefined"));
}

TEST(Get, PutsBlocksTogether) {
    const Got got = get({"C402C1000000000100020906", "C402C10000000002000200AB", "C402C101000000030001CD"});
    EXPECT_THAT(got.talk.requests, ElementsAre("C001C100080000010000FF0200", "C002C100000001", "C002C100000002"));
    EXPECT_TRUE(got.talk.done);
    EXPECT_EQ(got.value, "090600ABCD");
}

TEST(Get, TakesALastBlockWithoutOctets) {
    const Got got = get({"C402C10000000001000105", "C402C101000000020000"});
    EXPECT_TRUE(got.talk.done);
    EXPECT_EQ(got.value, "05");
}

TEST(Get, RefusesBlocksOutOfOrder) {
    for (const std::string_view second :
         {"C402C10000000001000105", "C402C10000000003000105", "C402C10000000000000105"}) {
        const Got got = get({"C402C10000000001000105", second});
        ASSERT_TRUE(got.talk.error) << second;
        EXPECT_EQ(got.talk.error->kind, ErrorKind::protocol);
        EXPECT_THAT(got.talk.error->text, HasSubstr("instead of block 2"));
    }
}

TEST(Get, RefusesAFirstBlockThatIsNotTheFirst) {
    EXPECT_THAT(get({"C402C10000000002000105"}).talk.error->text, HasSubstr("instead of block 1"));
}

TEST(Get, RefusesAnEmptyBlockThatWouldGoOnForEver) {
    EXPECT_THAT(get({"C402C100000000010000"}).talk.error->text, HasSubstr("empty block"));
}

TEST(Get, RefusesALongerValueThanTheLimit) {
    Context context = context_of();
    context.max_value_octets = 3;
    const Got got = get({"C402C100000000010002AABB", "C402C100000000020002CCDD"}, context);
    ASSERT_TRUE(got.talk.error);
    EXPECT_EQ(got.talk.error->kind, ErrorKind::limit);
    EXPECT_EQ(got.value, "AABB") << "nothing beyond the limit is passed on";
}

TEST(Get, RefusesMoreBlocksThanTheLimit) {
    Context context = context_of();
    context.max_blocks = 2;
    const Got got = get({"C402C10000000001000109", "C402C10000000002000103", "C402C1010000000300020102"}, context);
    ASSERT_TRUE(got.talk.error);
    EXPECT_EQ(got.talk.error->kind, ErrorKind::limit);
    EXPECT_THAT(got.talk.error->text, HasSubstr("more than 2 blocks"));
    EXPECT_EQ(got.value, "0903");
}

TEST(Get, HearsThatTheMeterBreaksOff) {
    for (const std::string_view abort : {"C402C10100000000010F", "C401C1010F"}) {
        const Got got = get({"C402C10000000001000105", abort});
        ASSERT_TRUE(got.talk.error) << abort;
        EXPECT_EQ(got.talk.error->kind, ErrorKind::refused);
        EXPECT_EQ(got.talk.error->code, 15U);
    }
}

TEST(Get, RefusesAValueInTheMiddleOfBlocks) {
    EXPECT_EQ(get({"C402C10000000001000105", "C401C1000600001391"}).talk.error->kind, ErrorKind::protocol);
}

TEST(Get, WaitsForTheAnswerWithItsInvokeId) {
    const Got got = get({"C401C2000600000000", "C402C20100000001000105", "C403C2010000", "C501C100", "C701C10000",
                         "0F400000010C07EA0A07030E3611FFFED40000", "C401C1000600001391"});
    EXPECT_TRUE(got.talk.done);
    EXPECT_EQ(got.talk.requests.size(), 1U);
    EXPECT_EQ(got.value, "0600001391");
}

TEST(Get, RefusesWhatIsNotNegotiated) {
    const auto refused = [](const Context& context, const AttributeTarget& target,
                            std::vector<std::string_view> answers) {
        const Got got = get(std::move(answers), context, target);
        return got.talk.error && got.talk.error->kind == ErrorKind::not_negotiated;
    };
    EXPECT_TRUE(refused(context_of(100, Conformance(Conformance::set)), clock_target, {}));
    EXPECT_TRUE(refused(context_of(100, Conformance(Conformance::get)),
                        {{7, Obis(1, 0, 99, 1, 0), 2}, Selection{2, hex("00")}}, {}));
    EXPECT_TRUE(refused(context_of(100, Conformance(Conformance::get)), clock_target, {"C402C10000000001000105"}));
    const AttributeTarget whole_clock{{8, Obis(0, 0, 1, 0, 0), 0}, {}};
    EXPECT_TRUE(refused(context_of(100, Conformance(Conformance::get)), whole_clock, {}));
    const auto asked = get({}, context_of(100), whole_clock);
    EXPECT_EQ(asked.talk.requests.front(), "C001C100080000010000FF0000");
}

TEST(Get, RefusesARequestThatIsTooLongForTheMeter) {
    EXPECT_EQ(get({}, context_of(12)).talk.error->kind, ErrorKind::limit);
    EXPECT_EQ(get({}, context_of(13)).talk.requests.size(), 1U);
}

TEST(Get, RefusesAnAnswerThatIsLongerThanAgreed) {
    Context context = context_of();
    context.max_response_octets = 8;
    EXPECT_EQ(get({"C401C1000600001391"}, context).talk.error->kind, ErrorKind::protocol);
}

TEST(Get, RefusesWhatIsMalformed) {
    for (const std::string_view answer :
         {"C4", "C401", "C401C1", "C401C100", "C401C10006000013", "C401C100060000139100", "C401C102", "C404C100",
          "C402C1020000000100", "C402C100000000010005AA", "C401C10100", "C401C1000184FFFFFFFF00", "C301C100", "D8",
          "D80199", "0E", "CC00"}) {
        const Got got = get({answer});
        ASSERT_TRUE(got.talk.error) << answer;
        EXPECT_NE(got.talk.error->text, "") << answer;
    }
}

TEST(Get, EndsWithAnExceptionOfTheMeter) {
    const Got got = get({"D80202"});
    EXPECT_EQ(got.talk.error->kind, ErrorKind::exception);
    EXPECT_EQ(got.talk.error->code, 0x0202U);
}

TEST(Get, EndsWithAnErrorOfTheSink) {
    GetExchange exchange(context_of(), c1, clock_target, [](Bytes) -> Result<void, Error> {
        return fail(Error{ErrorKind::usage, 7, "enough"});
    });
    const Conversation talk(exchange, {"C402C10000000001000105"});
    EXPECT_EQ(talk.error->code, 7U);
}

struct GotList {
    Conversation talk;
    std::vector<GetResult> results;
};

GotList get_list(std::vector<std::string_view> answers, const Context& context = context_of()) {
    GetListExchange exchange(context, c1, {clock_target, device_name_target});
    Conversation talk(exchange, std::move(answers));
    return {std::move(talk), exchange.results()};
}

TEST(GetList, ReadsSeveralAttributes) {
    const GotList got = get_list({"C403C1020006000013910104"});
    EXPECT_THAT(got.talk.requests, ElementsAre("C003C1020008000001"
                                               "0000FF0200000100002A0000FF0200"));
    ASSERT_EQ(got.results.size(), 2U);
    EXPECT_EQ(got.results[0].data, hex("0600001391"));
    EXPECT_EQ(got.results[1].result, dlms::DataAccessResult::object_undefined);
}

TEST(GetList, ReadsThemInBlocks) {
    const GotList got = get_list({"C402C10000000001000402000600", "C402C1010000000200050013910104"});
    EXPECT_EQ(got.talk.requests.back(), "C002C100000001");
    ASSERT_EQ(got.results.size(), 2U);
    EXPECT_EQ(got.results[0].data, hex("0600001391"));
}

TEST(GetList, RefusesAnotherNumberOfResults) {
    for (const std::string_view answer :
         {"C403C101000600001391", "C403C10300000000 0000", "C403C100", "C402C1010000000100070100060000 1391"}) {
        const GotList got = get_list({answer});
        ASSERT_TRUE(got.talk.error) << answer;
        EXPECT_EQ(got.talk.error->kind, ErrorKind::protocol);
        EXPECT_TRUE(got.results.empty());
    }
}

TEST(GetList, RefusesResultsThatEndEarlyOrLate) {
    for (const std::string_view answer :
         {"C402C101000000010006020006000013", "C402C101000000010009020006000013910104FF",
          "C402C10100000001000A84FFFFFFFF0006000013"}) {
        EXPECT_EQ(get_list({answer}).talk.error->kind, ErrorKind::protocol) << answer;
    }
}

TEST(GetList, HearsARefusalOfTheWhole) {
    for (const std::string_view answer : {"C401C101FA", "C402C1010000000001FA"}) {
        const GotList got = get_list({answer});
        EXPECT_EQ(got.talk.error->kind, ErrorKind::refused);
        EXPECT_EQ(got.talk.error->code, 250U);
    }
}

TEST(GetList, IsNotSentUnlessNegotiated) {
    const GotList got = get_list({}, context_of(100, Conformance(Conformance::get)));
    EXPECT_EQ(got.talk.error->kind, ErrorKind::not_negotiated);
}

TEST(GetList, CountsItsOctetsExactly) {
    const std::size_t size = 3 + 1 + 2 * encoded_size(clock_target);
    EXPECT_EQ(get_list({}, context_of(size)).talk.requests.size(), 1U);
    EXPECT_TRUE(get_list({}, context_of(size - 1)).talk.error);
}

}  // namespace
}  // namespace blathy::station
