#include "station/association.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using test::Conversation;
using testing::ElementsAre;
using testing::HasSubstr;

AssociationOptions options_of_the_vectors() {
    AssociationOptions options;
    options.conformance = dlms::Conformance::from_bits(0x007E1F);
    options.max_receive_pdu_octets = 0x04B0;
    return options;
}

TEST(Association, AsksWithoutSecurity) {
    AssociationRequest request(options_of_the_vectors());
    const Conversation talk(request, {"6129A109060760857405080101A203020100A305A103020100"
                                      "BE10040E0800065F1F040000501F01F40007"});
    EXPECT_THAT(talk.requests, ElementsAre("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"));
    ASSERT_TRUE(talk.done);
    EXPECT_EQ(request.agreed().conformance.bits(), 0x00501FU);
    EXPECT_EQ(request.agreed().max_request_octets, 0x01F4U);
    EXPECT_EQ(request.agreed().max_response_octets, 0x04B0U);
}

TEST(Association, OffersAllThatTheClientCanDo) {
    AssociationRequest request(AssociationOptions{});
    const Conversation talk(request, {});
    EXPECT_THAT(talk.requests, ElementsAre("601DA109060760857405080101BE10040E01000000065F1F040000FEDFFFFF"));
}

TEST(Association, AsksWithThePassword) {
    AssociationOptions options = options_of_the_vectors();
    options.password = to_octets(as_bytes("12345678"));
    AssociationRequest request(options);
    const Conversation talk(request, {});
    EXPECT_THAT(talk.requests,
                ElementsAre("6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738"
                            "BE10040E01000000065F1F0400007E1F04B0"));
}

TEST(Association, ToleratesAProtocolVersionAndALimitOfZero) {
    AssociationRequest request(options_of_the_vectors());
    const Conversation talk(request, {"612D80020780A109060760857405080101A203020100A305A103020100"
                                      "BE10040E0800065F1F0400FF501F00000007"});
    ASSERT_TRUE(talk.done) << talk.error->text;
    EXPECT_EQ(request.agreed().max_request_octets, 0xFFFFU);
    EXPECT_EQ(request.agreed().conformance.bits(), 0x00501FU) << "no more than was proposed";
}

struct Refusal {
    const char* answer;
    ErrorKind kind;
    std::uint32_t code;
    const char* says;
};
class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, SaysWhy) {
    AssociationRequest request(options_of_the_vectors());
    const Conversation talk(request, {GetParam().answer});
    ASSERT_TRUE(talk.error);
    EXPECT_EQ(talk.error->kind, GetParam().kind);
    EXPECT_EQ(talk.error->code, GetParam().code);
    EXPECT_THAT(talk.error->text, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Association, Refused,
    testing::Values(
        Refusal{"6129A109060760857405080101A203020101A305A103020102BE10040E0800065F1F040000501F01F40007",
                ErrorKind::association, 2, "application context name not supported"},
        Refusal{"611FA109060760857405080101A203020101A305A103020101BE0604040E010601", ErrorKind::association, 1,
                "DLMS version too low"},
        Refusal{"6117A109060760857405080101A203020101A305A10302010D", ErrorKind::association, 13, "check the password"},
        Refusal{"6117A109060760857405080101A203020102A305A10302010D", ErrorKind::association, 13, "for now"},
        Refusal{"6117A109060760857405080101A203020101A305A203020102", ErrorKind::association, 2, "ACSE version"},
        // HLS pass 2, which was not asked for.
        Refusal{"6142A109060760857405080101A203020100A305A10302010E88020780890760857405080205AA0A8008503677524A323146"
                "BE10040E0800065F1F040000501F01F40007",
                ErrorKind::association, 14, "high-level"},
        // Accepted, but without an initiate-response, with another context, another version, short names.
        Refusal{"6117A109060760857405080101A203020100A305A103020100", ErrorKind::protocol, 0, "initiate-response"},
        Refusal{"6129A109060760857405080103A203020100A305A103020100BE10040E0800065F1F040000501F01F40007",
                ErrorKind::protocol, 0, "context"},
        Refusal{"6129A109060760857405080101A203020100A305A103020100BE10040E0800055F1F040000501F01F40007",
                ErrorKind::protocol, 0, "version 5"},
        Refusal{"6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F4FA00",
                ErrorKind::protocol, 0, "short names"},
        Refusal{"0E010603", ErrorKind::association, 3, "too short"},
        Refusal{"D80101", ErrorKind::exception, 0x0101, "not allowed"}, Refusal{"61", ErrorKind::protocol, 0, "AARE"},
        Refusal{"6103A10906", ErrorKind::protocol, 0, "AARE"}, Refusal{"7E", ErrorKind::protocol, 0, "tag 7E"},
        Refusal{"", ErrorKind::protocol, 0, "empty"}));

TEST(Association, RefusesItsOwnImpossibleLimit) {
    AssociationOptions options;
    options.max_receive_pdu_octets = 11;
    AssociationRequest request(options);
    const Conversation talk(request, {});
    ASSERT_TRUE(talk.error);
    EXPECT_EQ(talk.error->kind, ErrorKind::usage);
}

TEST(Association, OverlooksAnswersToWhatWasAskedBefore) {
    AssociationRequest request(options_of_the_vectors());
    const Conversation talk(request, {"C401C1000600001391",
                                      "6129A109060760857405080101A203020100A305A103020100"
                                      "BE10040E0800065F1F040000501F01F40007"});
    EXPECT_TRUE(talk.done);
    EXPECT_EQ(talk.requests.size(), 1U);
}

TEST(Release, AcceptsAnyAnswer) {
    for (const char* answer : {"6303800100", "6300", "63", "63038001FF", "6328800100BE2304212800"}) {
        ReleaseRequest request(test::context_of());
        const Conversation talk(request, {answer});
        EXPECT_THAT(talk.requests, ElementsAre("6203800100"));
        EXPECT_TRUE(talk.done) << answer;
    }
}

TEST(Release, PassesOverALateAnswer) {
    ReleaseRequest request(test::context_of());
    const Conversation talk(request, {"C401C1000600001391", "6303800100"});
    EXPECT_TRUE(talk.done);
}

}  // namespace
}  // namespace blathy::station
