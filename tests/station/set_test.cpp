#include "station/service/set.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::Obis;
using test::c1;
using test::clock_target;
using test::context_of;
using test::Conversation;
using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;

const AttributeTarget message{{1, Obis(0, 0, 96, 13, 0), 2}, std::nullopt};

struct SetOutcome {
    Conversation talk;
    std::vector<DataAccessResult> results;
};

SetOutcome set(std::vector<Assignment> assignments, std::vector<std::string_view> answers,
               const Context& context = context_of()) {
    SetExchange exchange(context, c1, std::move(assignments));
    Conversation talk(exchange, std::move(answers));
    return {std::move(talk), exchange.results()};
}

// Fourteen octets. In requests of 20 the first block holds one of them, the next one eleven.
Assignment long_message() {
    return {message, hex("090C000102030405060708090A0B")};
}
constexpr std::size_t short_requests = 20;

TEST(Set, WritesTheClock) {
    const SetOutcome outcome = set({{clock_target, hex("090C07E50118FF0E303950FFC400")}}, {"C501C100"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C101C100080000010000FF0200090C07E50118FF0E303950FFC400"));
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::success));
}

TEST(Set, ReportsTheRefusal) {
    const SetOutcome outcome = set({{clock_target, hex("00")}}, {"C501C10C"});
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::type_unmatched));
}

TEST(Set, SendsALongValueInBlocks) {
    const SetOutcome outcome =
        set({long_message()}, {"C502C100000001", "C502C100000002", "C503C10000000003"}, context_of(short_requests));
    EXPECT_THAT(outcome.talk.requests,
                ElementsAre("C102C100010000600D00FF020000000000010109", "C103C100000000020B0C00010203040506070809",
                            "C103C10100000003020A0B"));
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::success));
}

TEST(Set, RefusesAWrongAcknowledgement) {
    for (const std::string_view answer : {"C502C100000002", "C502C100000000", "C503C10000000001", "C501C100"}) {
        const SetOutcome outcome = set({long_message()}, {answer}, context_of(short_requests));
        ASSERT_TRUE(outcome.talk.error) << answer;
        EXPECT_EQ(outcome.talk.error->kind, ErrorKind::protocol) << answer;
    }
}

TEST(Set, EndsWhenTheMeterBreaksOff) {
    for (const std::string_view abort : {"C501C111", "C503C11100000001"}) {
        const SetOutcome outcome = set({long_message()}, {abort}, context_of(short_requests));
        EXPECT_EQ(outcome.talk.error->kind, ErrorKind::refused) << abort;
        EXPECT_EQ(outcome.talk.error->code, 17U);
    }
}

TEST(Set, AcknowledgesNothingThatWasNotSentInBlocks) {
    EXPECT_EQ(set({{clock_target, hex("00")}}, {"C502C100000001"}).talk.error->kind, ErrorKind::protocol);
}

TEST(Set, RefusesALongValueWithoutBlockTransfer) {
    const auto outcome = set({long_message()}, {}, context_of(short_requests, Conformance(Conformance::set)));
    EXPECT_EQ(outcome.talk.error->kind, ErrorKind::limit);
}

TEST(Set, RefusesAMeterThatTakesNotEvenOneOctet) {
    EXPECT_EQ(set({long_message()}, {}, context_of(19)).talk.error->kind, ErrorKind::limit);
}

TEST(Set, WritesAList) {
    const SetOutcome outcome = set({{clock_target, hex("00")}, {message, hex("0901AA")}}, {"C505C1020003"});
    EXPECT_THAT(outcome.talk.requests, ElementsAre("C104C10200080000010000FF020000010000600D00FF020002000901AA"));
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::success, DataAccessResult::read_write_denied));
}

TEST(Set, WritesAListInBlocks) {
    const SetOutcome outcome = set({{clock_target, hex("00")}, {message, hex("0908AABBCCDDEEFF0011")}},
                                   {"C502C100000001", "C504C102000000000002"}, context_of(33));
    ASSERT_EQ(outcome.talk.requests.size(), 2U);
    EXPECT_EQ(outcome.talk.requests[0], "C105C10200080000010000FF020000010000600D00FF0200000000000103020009");
    EXPECT_EQ(outcome.talk.requests[1], "C103C101000000020908AABBCCDDEEFF0011");
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::success, DataAccessResult::success));
}

TEST(Set, RefusesAnotherNumberOfResults) {
    for (const std::string_view answer : {"C505C10100", "C505C103000000", "C501C100"}) {
        EXPECT_EQ(set({{clock_target, hex("00")}, {message, hex("00")}}, {answer}).talk.error->kind,
                  ErrorKind::protocol)
            << answer;
    }
}

TEST(Set, HearsARefusalOfTheWholeList) {
    const SetOutcome outcome = set({{clock_target, hex("00")}, {message, hex("00")}}, {"C501C1FA"});
    EXPECT_EQ(outcome.talk.error->kind, ErrorKind::refused);
}

TEST(Set, RefusesWhatIsNotNegotiated) {
    const Context get_only = context_of(100, Conformance(Conformance::get));
    EXPECT_EQ(set({{clock_target, hex("00")}}, {}, get_only).talk.error->kind, ErrorKind::not_negotiated);
    const Context set_only = context_of(100, Conformance(Conformance::set));
    EXPECT_EQ(set({{clock_target, hex("00")}, {message, hex("00")}}, {}, set_only).talk.error->kind,
              ErrorKind::not_negotiated);
}

TEST(Set, WaitsForTheAnswerWithItsInvokeId) {
    const SetOutcome outcome = set({{clock_target, hex("00")}}, {"C501C203", "C401C1000600001391", "C501C100"});
    EXPECT_TRUE(outcome.talk.done);
    EXPECT_THAT(outcome.results, ElementsAre(DataAccessResult::success));
}

TEST(Set, RefusesWhatIsMalformed) {
    for (const std::string_view answer : {"C5", "C501C1", "C501C10000", "C506C100", "C502C1000000", "C505C10200"}) {
        EXPECT_EQ(set({{clock_target, hex("00")}}, {answer}).talk.error->kind, ErrorKind::protocol) << answer;
    }
}

}  // namespace
}  // namespace blathy::station
