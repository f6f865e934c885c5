// Opening and releasing associations, APDU by APDU. The groups are those of the application layer's conformance test,
// DLMS UA 1001-6; APDUs without another source are those of the Green Book's examples.
#include <gtest/gtest.h>

#include "tests/meter/association_testing.hpp"
#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using namespace association_test;
using test::Bench;
using test::Client;
using test::get_clock;
using test::octet_hex;

const std::string not_allowed = "D80101";

std::string initiate_error(int error) {
    return rejected_by_user(1, "BE0604040E0106" + octet_hex(static_cast<std::size_t>(error)));
}

struct PublicClient : testing::Test {
    Bench bench;
    Client client{bench.meter, test::public_client_sap};
};

struct ManagementClient : testing::Test {
    ManagementClient() {
        auto keys = security::demo_keys(Role::management);
        keys.password = security::KeyOctets(as_bytes("12345678"));
        if (!bench.meter.security().keys().change(Role::management, keys)) std::abort();
    }
    Bench bench;
    Client client{bench.meter, test::management_client_sap};
    // The functional unit, a mechanism, and "12345678".
    const std::string unit = "8A020780";
    const std::string low_level = "8B0760857405080201";
    const std::string password = "AC0A80083132333435363738";
};

using APPL_IDLE_N1 = PublicClient;

TEST_F(APPL_IDLE_N1, DataServicesBeforeAnAssociationAreNotAllowed) {
    EXPECT_EQ(client.ask(get_clock), not_allowed);
    EXPECT_EQ(client.ask("C002C100000001"), not_allowed);
    EXPECT_EQ(client.ask("C101C100080000010000FF0200090C07E50118FF0E303950FFC400"), not_allowed);
    EXPECT_EQ(client.ask("C301C100080000010000FF01010F00"), not_allowed);
    EXPECT_FALSE(client.session().association().is_open());
}

TEST_F(APPL_IDLE_N1, WhatIsNoServiceIsNotAllowedEither) {
    for (const char* apdu : {"00", "01", "0F", "C2", "C4", "D9", "DB", "E0", "FF"}) {
        EXPECT_EQ(client.ask(apdu), not_allowed) << apdu;
    }
}

TEST_F(APPL_IDLE_N1, NothingIsDoneBeforeAnAssociation) {
    (void)client.ask("C101C100080000010000FF0200090C07E50118FF0E303950FFC400");
    EXPECT_EQ(bench.meter.clock().now(), test::bench_time);
}

TEST_F(APPL_IDLE_N1, AnEmptyApduHasNoAnswer) {
    EXPECT_EQ(client.ask(""), "");
}

using APPL_OPEN_1 = PublicClient;

TEST_F(APPL_OPEN_1, ThePublicClientNeedsNoAuthentication) {
    EXPECT_EQ(client.ask("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"), accepted);
    EXPECT_TRUE(client.session().association().is_open());
    EXPECT_EQ(client.session().association().role(), Role::public_client);
    EXPECT_EQ(client.session().association().client_max_receive_pdu_size(), 0x04B0);
    EXPECT_EQ(client.ask(get_clock).substr(0, 12), "C401C100090C");
}

TEST_F(APPL_OPEN_1, UnknownClientsAndLogicalDevicesAreRejected) {
    for (const auto& [sap, device] : {std::pair{4, 1}, {0, 1}, {17, 1}, {0x66, 1}, {16, 0}, {16, 2}, {16, 0x7F}}) {
        Client other(bench.meter, static_cast<std::uint16_t>(sap), static_cast<std::uint16_t>(device));
        EXPECT_EQ(other.ask(aarq(plain_context + initiate)), rejected_by_user(1)) << sap << ", " << device;
        EXPECT_EQ(other.ask(get_clock), not_allowed);
    }
}

TEST_F(APPL_OPEN_1, ARequestWithinAnAssociationBeginsAnew) {
    ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
    EXPECT_EQ(client.ask(aarq(plain_context + "BE10040E01000000065F1F0400007E1F0080")), accepted);
    EXPECT_EQ(client.session().association().client_max_receive_pdu_size(), 0x80);
}

TEST_F(APPL_OPEN_1, ARejectedRequestWithinAnAssociationEndsIt) {
    ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
    EXPECT_EQ(client.ask(aarq("A109060760857405080103" + initiate)), rejected_by_user(2));
    EXPECT_EQ(client.ask(get_clock), not_allowed);
}

TEST_F(APPL_OPEN_1, EveryTruncationIsRejectedByTheProvider) {
    const auto whole = test::hex(aarq(plain_context + initiate));
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_EQ(test::hex(client.send(Bytes(whole).first(size))), rejected("A203020101")) << size;
    }
    EXPECT_EQ(client.ask(aarq(plain_context + initiate) + "00"), rejected("A203020101"));
}

TEST_F(APPL_OPEN_1, AFieldThatComesTwiceIsRejectedByTheProvider) {
    EXPECT_EQ(client.ask(aarq(plain_context + plain_context + initiate)), rejected("A203020101"));
}

// The identification of a user is not used here, and does no harm.
TEST_F(PublicClient, APPL_OPEN_2_AUserIdentificationIsAccepted) {
    EXPECT_EQ(client.ask(aarq(plain_context + "A903020117" + initiate)), accepted);
}

using APPL_OPEN_4 = PublicClient;

TEST_F(APPL_OPEN_4, ProtocolVersion1IsAcceptedWhetherOrNotItIsAlone) {
    for (const char* version : {"80020780", "800206C0", "80020084"}) {
        EXPECT_EQ(client.ask(aarq(version + plain_context + initiate)), accepted) << version;
    }
}

TEST_F(APPL_OPEN_4, WithoutProtocolVersion1ThereIsNoCommonAcseVersion) {
    for (const char* version : {"80020640", "80020284", "80020700"}) {
        const bool common = std::string_view(version) == "80020284";
        EXPECT_EQ(client.ask(aarq(version + plain_context + initiate)), common ? accepted : rejected("A203020102"))
            << version;
    }
}

using APPL_OPEN_5 = PublicClient;

TEST_F(APPL_OPEN_5, OnlyLogicalNamesWithoutCipheringAreSupported) {
    for (int context = 0; context <= 5; ++context) {
        const std::string name = "A1090607608574050801" + octet_hex(static_cast<std::size_t>(context));
        EXPECT_EQ(client.ask(aarq(name + initiate)), context == 1 ? accepted : rejected_by_user(2)) << context;
    }
}

TEST_F(APPL_OPEN_5, ContextsOfOthersAndNoneAtAllAreNotSupported) {
    EXPECT_EQ(client.ask(aarq("A109060760857405080201" + initiate)), rejected_by_user(2));
    EXPECT_EQ(client.ask(aarq("A1080606608574050801" + initiate)), rejected_by_user(2));
    EXPECT_EQ(client.ask(aarq(initiate)), rejected_by_user(2));
}

TEST_F(APPL_OPEN_5, ACipheredRequestIsNotSupported) {
    EXPECT_EQ(
        client.ask("6066A109060760857405080103A60A04084D4D4D0000BC614E8A0207808B0760857405080201AC0A80083132333435"
                   "363738BE34043221303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB"
                   "204D39EE6FDB8E356855"),
        rejected_by_user(2, "88020780890760857405080201"));
}

TEST_F(PublicClient, APPL_OPEN_6_TitlesQualifiersAndInvocationIdsDoNoHarm) {
    for (const char* field : {"A203040100", "A303040100", "A403020101", "A503020101", "A60A04084D4D4D0000BC614E",
                              "A703040100", "A803020101", "A903020101"}) {
        EXPECT_EQ(client.ask(aarq(plain_context + field + initiate)), accepted) << field;
    }
}

using APPL_OPEN_7 = ManagementClient;

TEST_F(APPL_OPEN_7, LowLevelSecurityWithThePasswordIsAccepted) {
    EXPECT_EQ(
        client.ask("6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000065F"
                   "1F0400007E1F04B0"),
        "6136" + plain_context + "A203020100A305A103020100" + "88020780890760857405080201" + initiate_response);
    EXPECT_EQ(client.session().association().role(), Role::management);
    EXPECT_EQ(client.session().association().mechanism(), dlms::Mechanism::low_level);
}

TEST_F(APPL_OPEN_7, AWrongPasswordFails) {
    const std::string failure = rejected_by_user(13, "88020780890760857405080201");
    for (const char* wrong :
         {"AC0A80083132333435363739", "AC09800731323334353637", "AC0B8009313233343536373800", "AC028000", ""}) {
        EXPECT_EQ(client.ask(aarq(plain_context + unit + low_level + test::hex(test::hex(wrong)) + initiate)), failure)
            << wrong;
        EXPECT_EQ(client.ask(get_clock), not_allowed);
        ASSERT_TRUE(client.open("12345678")) << "so that none of them has to wait";
        ASSERT_EQ(client.ask("6200"), "6303800100");
    }
}

TEST_F(APPL_OPEN_7, AfterThreeWrongPasswordsTheNextHasToWait) {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(client.open("wrong"));
    EXPECT_EQ(client.ask(aarq(plain_context + unit + low_level + password + initiate)),
              "6124" + plain_context + "A203020102A305A10302010D88020780890760857405080201");
    Interval interval;
    interval.duration_us = 1'000'000;
    bench.meter.advance(interval);
    EXPECT_TRUE(client.open("12345678"));
}

TEST_F(APPL_OPEN_7, AnOverlongPasswordFails) {
    std::string offer;
    for (int i = 0; i < 200; ++i) offer += "31";
    const std::string value = "AC81CB8081C8" + offer;
    const std::string fields = plain_context + unit + low_level + value + initiate;
    EXPECT_EQ(client.ask("6081" + octet_hex(fields.size() / 2) + fields),
              rejected_by_user(13, "88020780890760857405080201"));
}

TEST_F(APPL_OPEN_7, TheManagementClientMustAuthenticateItself) {
    EXPECT_EQ(client.ask(aarq(plain_context + initiate)), rejected_by_user(14));
    EXPECT_EQ(client.ask(aarq(plain_context + unit + "8B0760857405080200" + initiate)),
              rejected_by_user(14, "88020780890760857405080200"));
}

TEST_F(APPL_OPEN_7, WithoutTheFunctionalUnitItsFieldsMeanNothing) {
    EXPECT_EQ(client.ask(aarq(plain_context + low_level + password + initiate)), rejected_by_user(14));
    EXPECT_EQ(client.ask(aarq(plain_context + "8A020700" + low_level + password + initiate)), rejected_by_user(14));
}

TEST_F(APPL_OPEN_7, TheFunctionalUnitNeedsAMechanism) {
    EXPECT_EQ(client.ask(aarq(plain_context + unit + initiate)), rejected_by_user(12));
    EXPECT_EQ(client.ask(aarq(plain_context + unit + password + initiate)), rejected_by_user(12));
}

TEST_F(APPL_OPEN_7, HighLevelSecurityThatIsBoundToTitlesNeedsOne) {
    EXPECT_EQ(
        client.ask("6036A1090607608574050801018A0207808B0760857405080205AC0A80084B35366956616759BE10040E01000000065F"
                   "1F0400007E1F04B0"),
        rejected_by_user(3, "88020780890760857405080205"));
}

TEST_F(APPL_OPEN_7, AMechanismThatIsNotOfDlmsIsNotNamedInTheAnswer) {
    EXPECT_EQ(client.ask(aarq(plain_context + unit + "8B0760857405080101" + password + initiate)),
              rejected_by_user(11));
    EXPECT_EQ(client.ask(aarq(plain_context + unit + "8B022A03" + password + initiate)), rejected_by_user(11));
}

TEST_F(APPL_OPEN_7, ThePublicClientHasNoPassword) {
    Client public_client(bench.meter, test::public_client_sap);
    EXPECT_EQ(public_client.ask(aarq(plain_context + unit + low_level + password + initiate)),
              rejected_by_user(11, "88020780890760857405080201"));
    EXPECT_EQ(public_client.ask(aarq(plain_context + unit + "8B0760857405080200" + initiate)),
              "6136" + plain_context + "A203020100A305A103020100" + "88020780890760857405080200" + initiate_response);
}

// A dedicated key means nothing where nothing is ciphered.
TEST_F(PublicClient, APPL_OPEN_9_ADedicatedKeyWithoutCipheringIsNotUsed) {
    const std::string key = "00112233445566778899AABBCCDDEEFF";
    EXPECT_EQ(client.ask(aarq(plain_context + "BE21041F010110" + key + "0000065F1F0400007E1F04B0")), accepted);
    EXPECT_EQ(client.ask(get_clock).substr(0, 8), "C401C100");
}

TEST_F(PublicClient, APPL_OPEN_11_AQualityOfServiceIsAnsweredWithOne) {
    EXPECT_EQ(client.ask(aarq(plain_context + "BE11040F0100000105065F1F0400007E1F04B0")),
              "612A" + plain_context + "A203020100A305A103020100" + "BE11040F080100065F1F0400007E1F08000007");
}

TEST_F(PublicClient, APPL_OPEN_12_VersionsOfDlmsBelow6AreTooLow) {
    EXPECT_EQ(client.ask(aarq(plain_context + "BE10040E01000000055F1F0400007E1F04B0")),
              "611FA109060760857405080101A203020101A305A103020101BE0604040E010601");
    EXPECT_EQ(client.ask(aarq(plain_context + "BE10040E01000000005F1F0400007E1F04B0")), initiate_error(1));
    EXPECT_EQ(client.ask(aarq(plain_context + "BE10040E01000000075F1F0400007E1F04B0")), accepted);
}

using APPL_OPEN_13 = PublicClient;

TEST_F(APPL_OPEN_13, OnlyWhatBothSupportIsNegotiated) {
    for (const auto& [proposed, negotiated] :
         {std::pair{"FFFFFF", "60FEDF"}, {"001E1D", "001E1D"}, {"000010", "000010"}, {"811E1D", "001E1D"}}) {
        EXPECT_EQ(
            client.ask(aarq(plain_context + "BE10040E01000000065F1F0400" + proposed + "04B0")),
            "6129" + plain_context + "A203020100A305A103020100" + "BE10040E0800065F1F0400" + negotiated + "08000007");
    }
}

TEST_F(APPL_OPEN_13, NothingInCommonIsIncompatible) {
    for (const char* proposed : {"000000", "1C0120", "9F0120"}) {
        EXPECT_EQ(client.ask(aarq(plain_context + "BE10040E01000000065F1F0400" + proposed + "04B0")), initiate_error(2))
            << proposed;
    }
}

TEST_F(APPL_OPEN_13, TheOneOctetFormOfTheTagIsUnderstood) {
    EXPECT_EQ(client.ask(aarq(plain_context + "BE0F040D01000000065F0400007E1F04B0")), accepted);
}

TEST_F(APPL_OPEN_13, WithoutGetInTheBlockThereIsNoGet) {
    ASSERT_TRUE(client.open({}, 0xFFFF, 0x00000C));  // set and selective access
    EXPECT_EQ(client.ask(get_clock), "D80102");
}

using APPL_OPEN_14 = PublicClient;

TEST_F(APPL_OPEN_14, PduSizesBelow12AreTooShortButZeroIsNoLimit) {
    for (const auto& [size, ok] :
         {std::pair{"0000", true}, {"0001", false}, {"000B", false}, {"000C", true}, {"0080", true}, {"FFFF", true}}) {
        const std::string answer = client.ask(aarq(plain_context + "BE10040E01000000065F1F0400007E1F" + size));
        EXPECT_EQ(answer, ok ? accepted : initiate_error(3)) << size;
        EXPECT_EQ(client.session().association().is_open(), ok);
    }
}

TEST_F(PublicClient, AnInitiateRequestThatIsNoneIsAnInitiateError) {
    for (const char* information : {"", "BE020400", "BE03040101", "BE10040E02000000065F1F0400007E1F04B0",
                                    "BE11040F01000000065F1F0400007E1F04B000", "BE10040E01000000065F1F0401007E1F04B0",
                                    "BE10040E01000200065F1F0400007E1F04B0"}) {
        EXPECT_EQ(client.ask(aarq(plain_context + information)), initiate_error(0)) << information;
    }
}

struct UnconfirmedAssociation : PublicClient {
    const std::string silent_initiate = "BE11040F0100010000065F1F0400007E1F04B0";
};

TEST_F(UnconfirmedAssociation, IsOpenWithoutAnAnswer) {
    EXPECT_EQ(client.ask(aarq(plain_context + silent_initiate)), "");
    EXPECT_TRUE(client.session().association().is_open());
}

TEST_F(UnconfirmedAssociation, IsRefusedInSilenceToo) {
    EXPECT_EQ(client.ask(aarq("A109060760857405080102" + silent_initiate)), "");
    EXPECT_FALSE(client.session().association().is_open());
    Client manager(bench.meter, test::management_client_sap);
    EXPECT_EQ(manager.ask(aarq(plain_context + silent_initiate)), "");
    EXPECT_EQ(manager.ask(get_clock), not_allowed);
}

TEST_F(UnconfirmedAssociation, AResponseAllowedThatSaysSoIsAnswered) {
    EXPECT_EQ(client.ask(aarq(plain_context + "BE11040F0100010100065F1F0400007E1F04B0")), accepted);
}

using APPL_REL_P1 = PublicClient;

TEST_F(APPL_REL_P1, EveryFormOfReleaseRequestEndsTheAssociation) {
    for (const char* request :
         {"6203800100", "6203800101", "620380011E", "6200", "6215800100BE10040E01000000065F1F0400007E1F04B0"}) {
        ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
        EXPECT_EQ(client.ask(request), "6303800100") << request;
        EXPECT_EQ(client.ask(get_clock), not_allowed);
    }
}

TEST_F(APPL_REL_P1, AReleaseThatCannotBeReadIsStillARelease) {
    for (const char* request : {"62", "6201", "6203800200", "62038001", "620380010000"}) {
        ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
        EXPECT_EQ(client.ask(request), "6303800100") << request;
        EXPECT_FALSE(client.session().association().is_open());
    }
}

TEST_F(APPL_REL_P1, AReleaseWithoutAnAssociationIsAnsweredAndChangesNothing) {
    EXPECT_EQ(client.ask("6203800100"), "6303800100");
    EXPECT_EQ(client.ask(get_clock), not_allowed);
    EXPECT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
}

TEST_F(APPL_REL_P1, AnAssociationCanBeOpenedAgainAndAgain) {
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
        ASSERT_EQ(client.ask("6200"), "6303800100");
    }
}

using APPL_DATA_LN_N4 = PublicClient;

TEST_F(APPL_DATA_LN_N4, ServicesThatAreNotThereAreUnknown) {
    ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
    for (int tag = 0; tag <= 0xFF; ++tag) {
        if (tag == 0x60 || tag == 0x62 || tag == 0xC0 || tag == 0xC1 || tag == 0xC3 || tag == 0xD9 || tag == 0xE0)
            continue;
        // What is ciphered is known, and not allowed here.
        const bool ciphered = dlms::security::is_ciphered(static_cast<std::uint8_t>(tag)) || tag == 0xDF;
        EXPECT_EQ(client.ask(octet_hex(static_cast<std::size_t>(tag)) + "01C1"), ciphered ? "D80102" : "D80202") << tag;
    }
    EXPECT_TRUE(client.session().association().is_open());
}

TEST_F(APPL_DATA_LN_N4, ServicesThatWereNotNegotiatedAreNotAllowed) {
    const std::string set_clock = "C101C100080000010000FF0200090C07E50118FF0E303950FFC400";
    const std::string shift_clock = "C301C100080000010000FF0601100000";
    ASSERT_TRUE(client.open({}, 0xFFFF, 0x000010));  // get only
    EXPECT_EQ(client.ask(set_clock), "D80102");
    EXPECT_EQ(client.ask(shift_clock), "D80102");
    EXPECT_EQ(client.ask("C003C10100080000010000FF0200"), "D80102");  // no multiple references
    EXPECT_EQ(client.ask("C002C100000001"), "D80102");                // no block transfer
    ASSERT_TRUE(client.open({}, 0xFFFF, 0x000019));                   // get, set, action
    EXPECT_EQ(client.ask("C104C10100080000010000FF0200010900"), "D80102");
    EXPECT_EQ(client.ask("C102C100080000010000FF02000100000001020900"), "D80102");
    EXPECT_EQ(client.ask("C103C101000000010109"), "D80102");
    EXPECT_EQ(client.ask("C303C10100080000010000FF01010F00"), "D80102");
    EXPECT_EQ(client.ask("C304C100080000010000FF010100000001020F00"), "D80102");
    EXPECT_EQ(client.ask("C306C10100000001020F00"), "D80102");
    EXPECT_EQ(client.ask("C302C100000001"), "D80102");
}

TEST_F(APPL_DATA_LN_N4, TruncatedAndOverlongRequestsAreMalformed) {
    ASSERT_EQ(client.ask(aarq(plain_context + initiate)), accepted);
    for (const char* request :
         {"C001C100080000010000FF0200", "C001C100080000010000FF0201011203E8", "C002C100000001",
          "C003C10200080000010000FF020000080000010000FF0300", "C101C100080000010000FF0200090C07E50118FF0E303950FFC400",
          "C102C100080000010000FF02000000000001020900", "C103C100000000020109", "C104C10100080000010000FF03000110 0000",
          "C105C10100080000010000FF03000100000001020100", "C301C100080000010000FF01010F00", "C302C100000001",
          "C303C10100080000010000FF01010F00", "C304C100080000010000FF010100000001020F00",
          "C305C10100080000010000FF01010000000103010F00", "C306C10100000001020F00"}) {
        const auto octets = test::hex(request);
        for (std::size_t size = 1; size < octets.size(); ++size) {
            EXPECT_EQ(test::hex(client.send(Bytes(octets).first(size))), "D80103") << request << " cut to " << size;
        }
        EXPECT_EQ(client.ask(request + std::string("00")), "D80103") << request;
    }
    for (const char* service : {"C0", "C1", "C3"}) {
        for (const char* choice : {"00", "07", "FF"}) {
            EXPECT_EQ(client.ask(std::string(service) + choice + "C100080000010000FF0200"), "D80103");
        }
    }
}

}  // namespace
}  // namespace blathy::meter
