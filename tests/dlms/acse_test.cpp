#include "dlms/acse/acse.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/acse/ber.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

constexpr std::string_view initiate_request = "01000000065F1F0400007E1F04B0";
constexpr std::string_view ciphered_initiate_request =
    "21303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855";

// The examples of the Green Book, 11.3 and following.
TEST(Aarq, WithoutSecurity) {
    const auto aarq = expect_vector(read_aarq, "601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0");
    ASSERT_TRUE(aarq);
    EXPECT_TRUE(aarq->version_1);
    EXPECT_EQ(aarq->context, static_cast<std::uint8_t>(ApplicationContext::logical_names));
    EXPECT_FALSE(aarq->authentication_unit);
    EXPECT_EQ(aarq->mechanism, std::nullopt);
    EXPECT_EQ(to_hex(aarq->user_information), initiate_request);
}

TEST(Aarq, WithLowLevelSecurity) {
    const auto aarq = expect_vector(read_aarq,
                                    "6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10"
                                    "040E01000000065F1F0400007E1F04B0");
    ASSERT_TRUE(aarq);
    EXPECT_TRUE(aarq->authentication_unit);
    EXPECT_EQ(aarq->mechanism, static_cast<std::uint8_t>(Mechanism::low_level));
    EXPECT_EQ(as_text(aarq->authentication_value), "12345678");
    EXPECT_EQ(to_hex(aarq->user_information), initiate_request);
}

TEST(Aarq, WithHighLevelSecurity) {
    const auto aarq = expect_vector(read_aarq,
                                    "6036A1090607608574050801018A0207808B0760857405080205AC0A80084B35366956616759BE10"
                                    "040E01000000065F1F0400007E1F04B0");
    ASSERT_TRUE(aarq);
    EXPECT_EQ(aarq->mechanism, static_cast<std::uint8_t>(Mechanism::high_level_gmac));
    EXPECT_EQ(as_text(aarq->authentication_value), "K56iVagY");
}

TEST(Aarq, Ciphered) {
    const auto aarq = expect_vector(
        read_aarq,
        "6066A109060760857405080103A60A04084D4D4D0000BC614E8A0207808B0760857405080201AC0A80083132333435363738BE340432"
        "21303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855");
    ASSERT_TRUE(aarq);
    EXPECT_EQ(aarq->context, static_cast<std::uint8_t>(ApplicationContext::logical_names_ciphered));
    EXPECT_EQ(to_hex(aarq->calling_ap_title), "4D4D4D0000BC614E");
    EXPECT_EQ(to_hex(aarq->user_information), ciphered_initiate_request);
}

TEST(Aarq, NamesAUser) {
    const auto aarq = read_aarq(from_hex("6010 A109060760857405080101 A903020142"));
    ASSERT_TRUE(aarq);
    EXPECT_EQ(aarq->calling_ae_invocation_id, 0x42);
    // 200 as BER has it, and as many write it.
    EXPECT_EQ(read_aarq(from_hex("6006 A904020200C8"))->calling_ae_invocation_id, 200);
    EXPECT_EQ(read_aarq(from_hex("6005 A9030201C8"))->calling_ae_invocation_id, 200);
    EXPECT_FALSE(read_aarq(from_hex("6006 A904020201C8"))) << "456 is no user id";
    EXPECT_FALSE(read_aarq(from_hex("6004 A9020200"))) << "an integer has an octet";
}

TEST(Aarq, TellsWhetherTheClientSpeaksVersion1) {
    EXPECT_TRUE(read_aarq(from_hex("6004 80020780"))->version_1);
    EXPECT_TRUE(read_aarq(from_hex("6004 800202C4"))->version_1);
    EXPECT_FALSE(read_aarq(from_hex("6004 80020740"))->version_1);
    EXPECT_FALSE(read_aarq(from_hex("6003 800107"))) << "no bits";
    EXPECT_FALSE(read_aarq(from_hex("6004 80020880"))) << "eight unused bits";
}

TEST(Aarq, TellsWhetherNamesAreOfDlms) {
    EXPECT_EQ(read_aarq(from_hex("600B A109060760857405080109"))->context, 9);
    EXPECT_EQ(read_aarq(from_hex("600B A109060760857405080201"))->context, 0) << "the name of a mechanism";
    EXPECT_EQ(read_aarq(from_hex("600A A1080606608574050801"))->context, 0) << "too short";
    EXPECT_EQ(read_aarq(from_hex("6009 8B0760857405080207"))->mechanism, 7);
    EXPECT_EQ(read_aarq(from_hex("6009 8B0760857405080101"))->mechanism, 0xFF) << "the name of a context";
    EXPECT_EQ(read_aarq(from_hex("6002 8B00"))->mechanism, 0xFF);
    EXPECT_FALSE(read_aarq(from_hex("600B A109050760857405080101"))) << "no object identifier";
}

TEST(Aarq, SeesThatAServerIsCalledByName) {
    const auto aarq = read_aarq(from_hex("6010 A20604040102 0304 A30604040506 0708"));
    ASSERT_TRUE(aarq);
    EXPECT_TRUE(aarq->called_title_present);
    EXPECT_TRUE(aarq->called_qualifier_present);
}

TEST(Aarq, PassesOverFieldsThatItDoesNotUse) {
    const auto aarq = read_aarq(from_hex("6020 A109060760857405080101 A403020101 A503020102 A803020103 BD0401020304"));
    ASSERT_TRUE(aarq);
    EXPECT_EQ(aarq->context, 1);
    EXPECT_TRUE(read_aarq(from_hex("6003 9E0142"))) << "a context tag that nobody has defined";
}

TEST(Aarq, RefusesAFieldThatComesTwice) {
    EXPECT_FALSE(read_aarq(from_hex("6016 A109060760857405080101 A109060760857405080101")));
    EXPECT_FALSE(read_aarq(from_hex("6008 8A020780 AA020780"))) << "the same tag number, constructed";
}

TEST(Aarq, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "",                                //
             "60",                              //
             "6080A1090607608574050801010000",  // indefinite length
             "6083000000",                      // a length of three octets
             "6002 0400",                       // a universal tag
             "6002 4400",                       // an application tag
             "6006 BE0404030102",               // user information of another type
             "6006 BE0404050102",               // longer than its field
             "6006 BE0404010102",               // something behind it
             "6003 8A0107",                     // requirements without bits
             "6006 AC0481023132",               // an authentication value that is no character string
             "6006 A60403024D4D",               // a title that is no octet-string
             "61 00",                           // an AARE
         }) {
        EXPECT_FALSE(read_aarq(from_hex(hex))) << hex;
    }
}

TEST(Aare, Accepted) {
    const auto aare = expect_vector(
        read_aare, "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007");
    ASSERT_TRUE(aare);
    EXPECT_EQ(aare->context, 1);
    EXPECT_EQ(aare->result, AssociationResult::accepted);
    EXPECT_EQ(aare->diagnostic, Diagnostic(UserDiagnostic::none));
    EXPECT_EQ(aare->mechanism, std::nullopt);
    EXPECT_EQ(to_hex(aare->user_information), "0800065F1F040000501F01F40007");
}

TEST(Aare, ContextNotSupported) {
    const auto aare = expect_vector(
        read_aare, "6129A109060760857405080101A203020101A305A103020102BE10040E0800065F1F040000501F01F40007");
    ASSERT_TRUE(aare);
    EXPECT_EQ(aare->result, AssociationResult::rejected_permanent);
    EXPECT_EQ(aare->diagnostic, Diagnostic(UserDiagnostic::application_context_not_supported));
}

TEST(Aare, DlmsVersionTooLow) {
    const auto aare = expect_vector(read_aare, "611FA109060760857405080101A203020101A305A103020101BE0604040E010601");
    ASSERT_TRUE(aare);
    EXPECT_EQ(aare->diagnostic, Diagnostic(UserDiagnostic::no_reason));
    EXPECT_EQ(to_hex(aare->user_information), "0E010601");
}

TEST(Aare, SecondPassOfHighLevelSecurity) {
    const auto aare = expect_vector(read_aare,
                                    "6142A109060760857405080101A203020100A305A10302010E88020780890760857405080205AA0A80"
                                    "08503677524A323146BE10040E0800065F1F040000501F01F40007");
    ASSERT_TRUE(aare);
    EXPECT_EQ(aare->result, AssociationResult::accepted);
    EXPECT_EQ(aare->diagnostic, Diagnostic(UserDiagnostic::authentication_required));
    EXPECT_EQ(aare->mechanism, static_cast<std::uint8_t>(Mechanism::high_level_gmac));
    EXPECT_EQ(as_text(aare->authentication_value), "P6wRJ21F");
}

TEST(Aare, NoCommonVersion) {
    const auto aare = expect_vector(read_aare, "6117 A109060760857405080101 A203020101 A305A203020102");
    ASSERT_TRUE(aare);
    EXPECT_EQ(aare->diagnostic, Diagnostic(ProviderDiagnostic::no_common_acse_version));
}

TEST(Aare, RefusesADiagnosticOfNobody) {
    EXPECT_FALSE(read_aare(from_hex("6107 A305A003020100")));
    EXPECT_FALSE(read_aare(from_hex("6109 A307A1030201000000")));
}

TEST(Aare, WithoutAResultIsARejection) {
    const auto aare = read_aare(from_hex("6100"));
    ASSERT_TRUE(aare);
    EXPECT_NE(aare->result, AssociationResult::accepted);
}

TEST(Release, Plain) {
    expect_exact(read_rlrq, from_hex("6203800100"));
    EXPECT_EQ(read_rlrq(from_hex("6203800100"))->reason, 0);
    EXPECT_EQ(read_rlre(from_hex("6303800101"))->reason, 1);
    EXPECT_EQ(to_hex(written_by([](ByteWriter& out) { write_rlrq(out, {.reason = 0, .user_information = {}}); })),
              "6203800100");
    EXPECT_EQ(to_hex(written_by([](ByteWriter& out) { write_rlre(out, {.reason = 30, .user_information = {}}); })),
              "630380011E");
}

TEST(Release, WithoutAReason) {
    const auto request = read_rlrq(from_hex("6200"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->reason, std::nullopt);
    EXPECT_EQ(to_hex(written_by([](ByteWriter& out) { write_rlrq(out, {}); })), "6200");
    EXPECT_FALSE(read_rlrq(from_hex("62"))) << "no length";
    EXPECT_FALSE(read_rlrq(from_hex("620000")));
}

TEST(Release, Ciphered) {
    const Octets request = from_hex("6239800100BE340432" + std::string(ciphered_initiate_request));
    expect_exact(read_rlrq, request);
    const auto rlrq = read_rlrq(request);
    ASSERT_TRUE(rlrq);
    EXPECT_EQ(to_hex(rlrq->user_information), ciphered_initiate_request);
    EXPECT_EQ(written_by([&](ByteWriter& out) { write_rlrq(out, *rlrq); }), request);

    const Octets response =
        from_hex("6328800100BE230421281F3001234567891214A0845E475714383F65BC19745CA235906525E4F3E1C893");
    expect_exact(read_rlre, response);
    const auto rlre = read_rlre(response);
    ASSERT_TRUE(rlre);
    EXPECT_EQ(written_by([&](ByteWriter& out) { write_rlre(out, *rlre); }), response);
    EXPECT_FALSE(read_rlrq(response)) << "a response is no request";
}

TEST(Ber, LengthsUpToTwoOctets) {
    for (const std::size_t size : {0U, 0x7FU, 0x80U, 0xFFU, 0x100U, 0x1234U}) {
        const Octets content(size, 0xA5);
        const Octets octets = written_by([&](ByteWriter& out) { ber::write(out, 0x04, content); });
        ByteReader in(octets);
        const ber::Element element = ber::read(in);
        EXPECT_TRUE(in.ok() && in.at_end()) << size;
        EXPECT_EQ(element.tag, 0x04);
        EXPECT_TRUE(equal(element.content, content)) << size;
    }
    std::array<std::uint8_t, 8> room{};
    ByteWriter out(room);
    ber::write_header(out, 0x04, 0x10000);
    EXPECT_FALSE(out.ok()) << "no APDU is that long";
}

TEST(Aarq, WithACertificateTakesLongLengths) {
    const Octets certificate(600, 0x42);
    const Octets title(8, 0x11);
    Aarq aarq;
    aarq.context = 3;
    aarq.calling_ap_title = title;
    aarq.calling_ae_qualifier = certificate;
    aarq.user_information = title;
    const Octets octets = encode(aarq);
    EXPECT_EQ(octets[1], 0x82);
    const auto decoded = read_aarq(octets);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(same(*decoded, aarq));
}

RC_GTEST_PROP(Aarq, ComesBack, ()) {
    Arena arena;
    Aarq aarq;
    aarq.context = arena.u8();
    aarq.calling_ap_title = arena.octets(16);
    aarq.calling_ae_qualifier = arena.octets(300);
    if (arena.flag()) aarq.calling_ae_invocation_id = arena.u8();
    if (arena.flag()) {
        aarq.mechanism = arena.u8();
        aarq.authentication_unit = true;
        aarq.authentication_value = arena.octets(64);
    }
    aarq.user_information = arena.octets(300);
    const Octets octets = encode(aarq);
    const auto decoded = read_aarq(octets);
    RC_ASSERT(decoded && same(*decoded, aarq));
}

RC_GTEST_PROP(Aare, ComesBack, ()) {
    Arena arena;
    Aare aare;
    aare.context = arena.u8();
    aare.result = static_cast<AssociationResult>(arena.u8());
    aare.diagnostic = arena.flag() ? Diagnostic(static_cast<UserDiagnostic>(arena.u8()))
                                   : Diagnostic(static_cast<ProviderDiagnostic>(arena.u8()));
    aare.responding_ap_title = arena.octets(16);
    aare.responding_ae_qualifier = arena.octets(300);
    if (arena.flag()) {
        aare.mechanism = arena.u8();
        aare.authentication_value = arena.octets(64);
    }
    aare.user_information = arena.octets(300);
    const Octets octets = encode(aare);
    const auto decoded = read_aare(octets);
    RC_ASSERT(decoded && same(*decoded, aare));
}

RC_GTEST_PROP(Release, ComesBack, ()) {
    Arena arena;
    Release release;
    if (arena.flag()) release.reason = arena.u8();
    release.user_information = arena.octets(300);
    const Octets request = written_by([&](ByteWriter& out) { write_rlrq(out, release); });
    const Octets response = written_by([&](ByteWriter& out) { write_rlre(out, release); });
    const auto rlrq = read_rlrq(request);
    const auto rlre = read_rlre(response);
    RC_ASSERT(rlrq && same(*rlrq, release));
    RC_ASSERT(rlre && same(*rlre, release));
}

// Fields in any order and with any content, in an envelope that is right.
RC_GTEST_PROP(Acse, DecodersAreTotal, ()) {
    Octets fields = written_by([](ByteWriter& out) {
        const int count = *rc::gen::inRange(0, 6);
        for (int i = 0; i < count; ++i) {
            const auto tag = *rc::gen::element<std::uint8_t>(0x80, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0x88,
                                                             0x89, 0x8A, 0x8B, 0xAA, 0xAC, 0xBE, 0xBD);
            const auto inner = *rc::gen::element<std::uint8_t>(0x02, 0x04, 0x06, 0x80, 0xA1, 0xA2);
            if (*rc::gen::arbitrary<bool>()) {
                ber::write(out, tag, inner, any_octets(10));
            } else {
                ber::write(out, tag, any_octets(10));
            }
        }
    });
    for (const std::uint8_t tag : from_hex("60616263")) {
        const Octets octets = written_by([&](ByteWriter& out) { ber::write(out, tag, fields); });
        (void)read_aarq(octets);
        (void)read_rlrq(octets);
        (void)read_rlre(octets);
        if (auto aare = read_aare(octets)) {
            // Without a mechanism an authentication value means nothing, and is not written.
            if (!aare->mechanism) aare->authentication_value = {};
            const Octets again = encode(*aare);
            const auto second = read_aare(again);
            RC_ASSERT(second && same(*second, *aare));
        }
    }
}

}  // namespace
}  // namespace blathy::dlms
