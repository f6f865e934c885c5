#include <set>

#include <gtest/gtest.h>

#include "meter/security/secured_association.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/flash.hpp"

namespace blathy::meter::security {
namespace {

using namespace testing;
using dlms::ApduTag;
using dlms::AssociationResult;
using dlms::Diagnostic;
using dlms::UserDiagnostic;
using test::MemoryFlash;

// Exception-responses: service not allowed, and why.
const std::string not_possible = "D80101";
const std::string not_supported = "D80102";
const std::string other_reason = "D80103";
std::string replayed(std::uint32_t expected) {
    std::array<std::uint8_t, 7> room{};
    ByteWriter out(room);
    out.u16(0xD801);
    out.u8(6);
    out.u32(expected);
    return hex(out.written());
}

class SecuredAssociationTest : public ::testing::Test {
  protected:
    MemoryFlash flash{4, 4096};
    Secured meter{flash};
    Server server{meter};
    HeadEnd client{server};

    void SetUp() override { meter.provision(); }
    Diagnostic lls(std::string_view password, AccessPort port = AccessPort::network) {
        Server there(meter, 1, port);
        HeadEnd guesser(there);
        guesser.keys.password = KeyOctets(as_bytes(password));
        const auto diagnostic = guesser.open(Mechanism::low_level, false);
        result = guesser.result;
        return diagnostic;
    }
    AssociationResult result = AssociationResult::accepted;
};

// Passes 1 to 4 on the wire: AARE with diagnostic 14, the title and the challenge; then the ACTION and its answer.
TEST_F(SecuredAssociationTest, APPL_OPEN_3_HighLevelSecurity) {
    const Octets aarq = client.aarq(Mechanism::high_level_gmac, false, client.challenge);
    const Octets aare = server.send(aarq);
    EXPECT_EQ(hex(aare),
              "6156A109060760857405080101A203020100A305A10302010EA40A04084D4D4D0000BC614E88020780890760857405080205"
              "AA128010254A6F94B9DE03284D7297BCE1062B50BE10040E0800065F1F0400FFFFFF04000007");
    EXPECT_EQ(client.read_aare(aare), Diagnostic(UserDiagnostic::authentication_required));
    const Octets answer = server.send(client.pass_3(Mechanism::high_level_gmac));
    EXPECT_EQ(hex(answer).substr(0, 26),
              "C701C1000100"
              "0911"
              "1000000000");
    EXPECT_EQ(answer.size(), 25U);
    EXPECT_EQ(hex(server.send(hex(get_invocation_counter))), its_answer);
}

TEST_F(SecuredAssociationTest, EveryMechanismOpensInPlainAndCiphered) {
    for (const bool ciphered : {false, true}) {
        for (const Mechanism mechanism : {Mechanism::high_level_md5, Mechanism::high_level_sha1,
                                          Mechanism::high_level_gmac, Mechanism::high_level_sha256}) {
            ASSERT_TRUE(client.associate(mechanism, ciphered)) << static_cast<int>(mechanism) << ciphered;
            EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), ciphered)), its_answer);
            EXPECT_EQ(server.association.mechanism(), mechanism);
        }
        EXPECT_EQ(client.open(Mechanism::low_level, ciphered), Diagnostic(UserDiagnostic::none));
        EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), ciphered)), its_answer);
    }
}

TEST_F(SecuredAssociationTest, ThePublicClientNeedsNothing) {
    Server open_to_all(meter, 16);
    HeadEnd anybody(open_to_all);
    EXPECT_EQ(anybody.open(Mechanism::none, false), Diagnostic(UserDiagnostic::none));
    EXPECT_EQ(hex(open_to_all.send(hex(get_invocation_counter))), its_answer);
    EXPECT_EQ(anybody.open(Mechanism::low_level, false), Diagnostic(UserDiagnostic::mechanism_not_recognized));
    EXPECT_EQ(anybody.open(Mechanism::none, true), Diagnostic(UserDiagnostic::application_context_not_supported));
}

TEST_F(SecuredAssociationTest, RefusesWithTheExactDiagnostic) {
    EXPECT_EQ(client.open(Mechanism::none), Diagnostic(UserDiagnostic::authentication_required));
    EXPECT_EQ(client.result, AssociationResult::rejected_permanent);
    EXPECT_EQ(client.open(Mechanism::high_level_manufacturer), Diagnostic(UserDiagnostic::mechanism_not_recognized));
    EXPECT_EQ(client.open(Mechanism::high_level_ecdsa), Diagnostic(UserDiagnostic::mechanism_not_recognized));
    auto keys = meter.keys().keys(role).value();
    keys.mechanisms = Mechanisms(Mechanism::high_level_gmac);
    ASSERT_TRUE(meter.keys().change(role, keys));
    EXPECT_EQ(client.open(Mechanism::high_level_md5), Diagnostic(UserDiagnostic::mechanism_not_recognized));
    EXPECT_EQ(client.open(Mechanism::low_level), Diagnostic(UserDiagnostic::mechanism_not_recognized));

    client.own_title = server_title;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::calling_ap_title_not_recognized));
    keys.client_title = client_title;
    ASSERT_TRUE(meter.keys().change(role, keys));
    client.own_title = title("4D4D4D0000000002");
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::calling_ap_title_not_recognized));
    client.own_title = client_title;

    Server nowhere(meter, 77);
    EXPECT_EQ(HeadEnd(nowhere).open(Mechanism::low_level), Diagnostic(UserDiagnostic::no_reason));
    Server without_aarq(meter, 102);
    EXPECT_EQ(HeadEnd(without_aarq).open(Mechanism::low_level), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_FALSE(server.association.is_open());
}

TEST_F(SecuredAssociationTest, AContextWithoutKeysIsNotSupported) {
    auto keys = meter.keys().keys(role).value();
    keys.unicast = {};
    ASSERT_TRUE(meter.keys().change(role, keys));
    EXPECT_EQ(client.open(Mechanism::low_level), Diagnostic(UserDiagnostic::application_context_not_supported));
    EXPECT_EQ(client.open(Mechanism::high_level_gmac, false), Diagnostic(UserDiagnostic::mechanism_not_recognized));
    EXPECT_EQ(client.open(Mechanism::low_level, false), Diagnostic(UserDiagnostic::none));
}

TEST_F(SecuredAssociationTest, Recipe17ChallengesThatAreNone) {
    for (const std::string_view challenge : {"", "4B353669566167"}) {
        client.challenge = hex(challenge);
        EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
        EXPECT_FALSE(server.association.is_open());
    }
    client.challenge = Octets(65, 0x11);
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
    // What the client sends is what the server would have chosen: it proves nothing to repeat that.
    meter.entropy.fixed = 0x22;
    client.challenge = Octets(16, 0x22);
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_EQ(client.result, AssociationResult::rejected_transient);
    meter.entropy.works = false;
    client.challenge = hex("4B35366956616759");
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_FALSE(server.association.is_open());
}

TEST_F(SecuredAssociationTest, Recipe17NothingIsServedBeforePass3) {
    for (const bool ciphered : {false, true}) {
        ASSERT_EQ(client.open(Mechanism::high_level_gmac, ciphered).code, 14);
        EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), ciphered)), not_possible);
        EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x0C), ciphered)), not_possible);
        // Another method of the association, and the right one in a list.
        EXPECT_EQ(hex(client.ask(hex("C301C1000F0000280000FF02010900"), ciphered)), not_possible);
        EXPECT_EQ(hex(client.ask(hex("C303C101000F0000280000FF01010900"), ciphered)), not_possible);
        EXPECT_EQ(server.served, 0);
    }
}

TEST_F(SecuredAssociationTest, Recipe17AWrongProofEndsIt) {
    for (const Mechanism mechanism : {Mechanism::high_level_gmac, Mechanism::high_level_sha256}) {
        ASSERT_EQ(client.open(mechanism).code, 14);
        Octets proof = client.pass_3(mechanism);
        proof.back() ^= 1;
        EXPECT_EQ(hex(client.ask(proof)), "C701C1FA00");
        EXPECT_FALSE(server.association.is_open());
        proof.back() ^= 1;
        EXPECT_EQ(hex(client.ask(proof)), not_possible);
    }
    EXPECT_EQ(meter.events[SecurityEvent::wrong_password], 2);
}

TEST_F(SecuredAssociationTest, Recipe17AProofOfAnotherSessionIsWorthNothing) {
    ASSERT_EQ(client.open(Mechanism::high_level_gmac, false).code, 14);
    const Octets proof = client.pass_3(Mechanism::high_level_gmac);
    ASSERT_EQ(server.send(proof)[3], 0);
    ASSERT_EQ(client.open(Mechanism::high_level_gmac, false).code, 14);
    EXPECT_EQ(hex(server.send(proof)), "C701C1FA00");
    EXPECT_FALSE(server.association.is_open());
}

// The counter of a proof is one of its key's: not one that was taken before, nor that of the request around it.
TEST_F(SecuredAssociationTest, AProofHasACounterOfItsOwn) {
    for (const bool old : {true, false}) {
        client.counter = meter.keys().expected(role, Counted::unicast) + 10;
        ASSERT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
        const std::uint32_t next = client.counter;
        if (old) client.counter = next - 1;
        const Octets proof = client.pass_3(Mechanism::high_level_gmac);
        client.counter = next;
        EXPECT_EQ(hex(client.ask(proof)), "C701C1FA00") << old;
    }
    // One that is higher than the request's is taken as well.
    ASSERT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
    const std::uint32_t next = client.counter;
    client.counter = next + 5;
    const Octets proof = client.pass_3(Mechanism::high_level_gmac);
    client.counter = next;
    EXPECT_EQ(hex(client.ask(proof)).substr(0, 16), "C701C10001000911");
    EXPECT_EQ(client.get(), replayed(next + 6));
}

// The server's own proof, sent back to it in the next session.
TEST_F(SecuredAssociationTest, Recipe17AReflectedProofIsWorthNothing) {
    ASSERT_EQ(client.open(Mechanism::high_level_gmac, false).code, 14);
    const Octets answer = server.send(client.pass_3(Mechanism::high_level_gmac));
    client.challenge = client.server_challenge;
    ASSERT_EQ(client.open(Mechanism::high_level_gmac, false).code, 14);
    Octets reflected = hex("C301C1000F0000280000FF01010911");
    reflected.insert(reflected.end(), answer.begin() + 8, answer.end());
    EXPECT_EQ(hex(server.send(reflected)), "C701C1FA00");
}

TEST_F(SecuredAssociationTest, EveryProtectionThatAuthenticatesIsAnsweredAlike) {
    ASSERT_TRUE(client.associate());
    for (const Protection protection : {Protection::authenticated, Protection::authenticated_and_encrypted}) {
        client.protection = protection;
        const Octets request = client.cipher(hex(get_invocation_counter), client.how());
        const Octets answer = server.send(request);
        ASSERT_EQ(answer[0], 0xCC);
        EXPECT_EQ(answer[2], static_cast<std::uint8_t>(protection));
        EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);
    }
}

TEST_F(SecuredAssociationTest, EncryptionAloneIsNotEnough) {
    ASSERT_TRUE(client.associate());
    client.protection = Protection::encrypted;
    const auto expected = meter.keys().expected(role, Counted::unicast);
    EXPECT_EQ(client.get(), not_possible);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), expected);
    EXPECT_EQ(meter.events[SecurityEvent::weak_protection], 1);
}

// Whoever wants encryption without proof has to say so.
TEST_F(SecuredAssociationTest, APolicyOfEncryptionAloneTakesIt) {
    meter.set_policy(role, Rights::encrypted_request | Rights::encrypted_response);
    client.protection = Protection::encrypted;
    ASSERT_TRUE(client.associate());
    const Octets answer = server.send(client.cipher(hex(get_invocation_counter), client.how()));
    EXPECT_EQ(answer[2], 0x20);
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);
    client.protection = Protection::authenticated;
    EXPECT_EQ(client.get(), not_possible);
}

TEST_F(SecuredAssociationTest, RightsMayAskMoreOfAnAnswerThanItsRequestHad) {
    ASSERT_TRUE(client.associate());
    client.protection = Protection::authenticated;
    const Octets request = client.cipher(hex(get_invocation_counter), client.how());
    Octets room(request.size());
    ASSERT_TRUE(server.association.unprotect(meter.around(), request, room));
    EXPECT_EQ(server.association.request_bits(), Rights::authenticated_request);
    server.association.demand_in_answer({Rights::read | Rights::encrypted_response});
    Octets answer(64);
    ByteWriter out(answer);
    out.bytes(hex(its_answer));
    ASSERT_TRUE(server.association.protect(out, 0));
    EXPECT_EQ(answer[2], 0x30);
    EXPECT_EQ(hex(client.decipher(out.written()).value()), its_answer);
}

TEST_F(SecuredAssociationTest, AProofUnderTheDedicatedKeyIsAnsweredUnderIt) {
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    auto as = client.how();
    as.key = ServiceKey::dedicated;
    ASSERT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
    Octets answer = server.send(client.cipher(client.pass_3(Mechanism::high_level_gmac), as));
    EXPECT_EQ(answer[0], 0xD7);
    EXPECT_EQ(hex(client.decipher(answer).value()).substr(0, 16), "C701C10001000911");
    client.dedicated_key.back() ^= 1;
    ASSERT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
    Octets proof = client.pass_3(Mechanism::high_level_gmac);
    proof.back() ^= 1;
    answer = server.send(client.cipher(proof, as));
    EXPECT_EQ(hex(client.decipher(answer).value()), "C701C1FA00");
}

TEST_F(SecuredAssociationTest, GeneralFormsAreAnsweredInTheirForm) {
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    ASSERT_TRUE(client.associate());
    auto as = client.how();
    as.general = ApduTag::general_glo_ciphering;
    Octets answer = server.send(client.cipher(hex(get_invocation_counter), as));
    EXPECT_EQ(hex(answer).substr(0, 20), "DB08" + hex(server_title));
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);

    as.general = ApduTag::general_ciphering;
    answer = server.send(client.cipher(hex(get_invocation_counter), as));
    EXPECT_EQ(hex(answer).substr(0, 56),
              "DD080102030405060708"
              "08" +
                  hex(server_title) + "08" + hex(client_title));
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);

    as.key = ServiceKey::dedicated;
    as.general = ApduTag::general_ded_ciphering;
    answer = server.send(client.cipher(hex(get_invocation_counter), as));
    EXPECT_EQ(answer[0], 0xDC);
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);
}

TEST_F(SecuredAssociationTest, ARequestIsDecipheredWhereItIs) {
    ASSERT_TRUE(client.associate());
    std::vector<HeadEnd::How> forms(3, client.how());
    forms[1].general = ApduTag::general_glo_ciphering;
    forms[2].general = ApduTag::general_ciphering;
    for (const auto& form : forms) {
        Octets apdu = client.cipher(hex(get_invocation_counter), form);
        const auto plain = server.association.unprotect(meter.around(), apdu, apdu);
        ASSERT_TRUE(plain);
        EXPECT_EQ(hex(*plain), get_invocation_counter);
        Octets answer(128);
        ByteWriter out(answer);
        out.bytes(hex(its_answer));
        ASSERT_TRUE(server.association.protect(out, 0));
        EXPECT_EQ(hex(client.decipher(out.written()).value()), its_answer);
        if (form.general == ApduTag::general_ciphering) {
            EXPECT_EQ(hex(out.written().first(10)), "DD080102030405060708");
        }
    }
}

TEST_F(SecuredAssociationTest, AnotherClientsTitleIsRefused) {
    ASSERT_TRUE(client.associate());
    client.own_title = title("4D4D4D0000000002");
    for (const ApduTag tag : {ApduTag::general_glo_ciphering, ApduTag::general_ciphering}) {
        auto as = client.how();
        as.general = tag;
        EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), deciphering_error);
    }
}

// The control octet's compression bit, and suites that are not in use.
TEST_F(SecuredAssociationTest, ControlOctetsThatAreRefused) {
    ASSERT_TRUE(client.associate());
    const std::vector<std::pair<std::uint8_t, std::string>> cases = {
        {0xB0, not_supported}, {0x31, deciphering_error}, {0x3F, deciphering_error}, {0x70, deciphering_error}};
    for (const auto& [octet, refusal] : cases) {
        Octets request = client.cipher(hex(get_invocation_counter), client.how());
        request[2] = octet;
        EXPECT_EQ(hex(server.send(request)), refusal) << int{octet};
    }
    // Neither authenticated nor encrypted: there is no tag then.
    EXPECT_EQ(hex(server.send(hex("C8120000001000C0010000080000010000FF0200"))), deciphering_error);
    EXPECT_EQ(hex(server.send(hex("C805300000"))), other_reason);
    EXPECT_EQ(hex(server.send(hex("DF00"))), not_supported);
}

TEST_F(SecuredAssociationTest, FraCount_1_ReplayIsRefusedInSessionInANewOneAndAfterRestart) {
    ASSERT_TRUE(client.associate());
    ASSERT_EQ(client.get(), its_answer);
    const Octets request = client.sent.back();
    const std::uint32_t last = client.counter - 1;
    EXPECT_EQ(hex(server.send(request)), replayed(last + 1));
    client.counter = last - 1;
    EXPECT_EQ(client.get(), replayed(last + 1));
    client.counter = last + 1;
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(server.send(request)), replayed(client.counter));
    meter.restart();
    client.counter = meter.keys().last_received(role, Counted::unicast) + 1;
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(server.send(request)), replayed(client.counter));
    EXPECT_EQ(meter.events[SecurityEvent::replay], 4);
    EXPECT_EQ(server.served, 1);
}

// Recipe 14: every ciphered APDU of a session, once more: nothing of it is served.
TEST_F(SecuredAssociationTest, Recipe14AWholeSessionAgain) {
    ASSERT_TRUE(client.associate());
    for (int i = 0; i < 3; ++i) ASSERT_EQ(client.get(), its_answer);
    const auto session = client.sent;
    ASSERT_TRUE(client.associate());
    for (const bool restart : {false, true}) {
        if (restart) meter.restart();
        for (const Octets& apdu : session) {
            const Octets answer = server.send(apdu);
            if (apdu[0] == 0x60) {
                EXPECT_EQ(client.read_aare(answer), Diagnostic(UserDiagnostic::authentication_failure));
            } else {
                EXPECT_EQ(answer[0], 0xD8);
            }
        }
    }
    EXPECT_EQ(server.served, 3);
}

TEST_F(SecuredAssociationTest, FraCount_3_TheServersCountersOnlyGrow) {
    for (int i = 0; i < 3; ++i) {
        client.dedicated_key = hex(i == 1 ? "0123456789ABCDEF0123456789ABCDEF" : "");
        ASSERT_TRUE(client.associate());
        auto as = client.how();
        if (i == 1) as.key = ServiceKey::dedicated;
        for (int k = 0; k < 5; ++k) ASSERT_EQ(hex(client.ask(hex(get_invocation_counter), as)), its_answer);
        meter.restart();
        client.counter = meter.keys().last_received(role, Counted::unicast) + 1;
    }
    const std::set<std::uint32_t> different(client.server_counters.begin(), client.server_counters.end());
    EXPECT_EQ(different.size(), client.server_counters.size());
    EXPECT_GE(different.size(), 15U);
}

TEST_F(SecuredAssociationTest, Recipe15RefusedFramesMoveNoCounter) {
    ASSERT_TRUE(client.associate());
    const auto expected = meter.keys().expected(role, Counted::unicast);
    Octets request = client.cipher(hex(get_invocation_counter), client.how());
    // The counter far ahead: the tag is then wrong.
    request[3] = 0x7F;
    EXPECT_EQ(hex(server.send(request)), deciphering_error);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), expected);
    EXPECT_EQ(client.get(), its_answer);
}

// The last number there is: a proof with it would be good for ever.
TEST_F(SecuredAssociationTest, Recipe15NoProofWithTheLastCounter) {
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(client.open(Mechanism::high_level_gmac, false).code, 14);
        client.counter = last_counter;
        EXPECT_EQ(hex(server.send(client.pass_3(Mechanism::high_level_gmac))), refused);
    }
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 0U);
}

// Encryption alone authenticates nobody: what a stranger's octets become is no request for an association, and moves no
// counter.
TEST_F(SecuredAssociationTest, Recipe15StrangersMoveNoCounterWhereEncryptionIsEnough) {
    auto keys = client.keys;
    keys.policy = Rights::encrypted_request;
    ASSERT_TRUE(meter.keys().change(role, keys));
    client.protection = Protection::encrypted;
    auto owner = client.keys;
    client.keys.unicast = KeyOctets(hex("5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A"));
    for (std::uint32_t i = 0; i < 2000; ++i) {
        client.counter = 0xFFFF'F000 + i;
        EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
    }
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 0U);
    client.keys = owner;
    client.counter = 0;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), 1U);
}

// Any one octet of a protected APDU changed in any one bit: it is refused, and nothing is served.
TEST_F(SecuredAssociationTest, EveryFlippedBitIsRefused) {
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    ASSERT_TRUE(client.associate());
    std::vector<HeadEnd::How> forms(6, client.how());
    forms[1].protection = Protection::authenticated;
    forms[2].general = ApduTag::general_glo_ciphering;
    forms[3].general = ApduTag::general_ciphering;
    forms[4].key = ServiceKey::dedicated;
    forms[5].key = ServiceKey::dedicated;
    forms[5].general = ApduTag::general_ded_ciphering;
    for (const auto& form : forms) {
        const Octets request = client.cipher(hex(get_invocation_counter), form);
        for (std::size_t i = 0; i < request.size(); ++i) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Octets altered = request;
                altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
                if (altered[0] == 0x60 || altered[0] == 0x62) continue;  // no ciphered APDU any more
                const Octets answer = server.send(altered);
                ASSERT_TRUE(!answer.empty() && answer[0] == 0xD8) << i << " " << bit << " " << hex(answer);
            }
        }
        ASSERT_EQ(server.served, static_cast<int>(&form - forms.data()));
        EXPECT_EQ(hex(client.decipher(server.send(request)).value()), its_answer);
    }
}

TEST_F(SecuredAssociationTest, EveryFlippedBitOfACipheredAarqIsRefused) {
    const Octets aarq = client.aarq(Mechanism::high_level_gmac, true, client.challenge);
    const auto expected = meter.keys().expected(role, Counted::unicast);
    // The last octets are the ciphered initiate: 0x21, its length, control, counter, text and tag.
    for (std::size_t i = aarq.size() - 33; i < aarq.size(); ++i) {
        Octets altered = aarq;
        altered[i] ^= 0x01;
        const auto aare = dlms::read_aare(server.send(altered));
        ASSERT_TRUE(aare);
        EXPECT_NE(aare->result, AssociationResult::accepted) << i;
    }
    EXPECT_EQ(meter.keys().expected(role, Counted::unicast), expected);
    EXPECT_EQ(client.read_aare(server.send(aarq)).code, 14);
}

// What stands around the ciphered initiate is not protected by itself: altered, it opens nothing, or the passes that
// follow fail; but for what means nothing.
TEST_F(SecuredAssociationTest, AnAlteredAarqOpensNothing) {
    std::vector<std::size_t> meaningless;
    const std::size_t size = client.aarq(Mechanism::high_level_gmac, true, client.challenge).size();
    for (std::size_t i = 0; i < size - 33; ++i) {
        bool opens = false;
        for (unsigned bit = 0; bit < 8; ++bit) {
            server.association.close();
            Octets altered = client.aarq(Mechanism::high_level_gmac, true, client.challenge);
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            const Octets answer = altered[0] == 0x60 ? server.send(altered) : Octets{};
            const auto aare = dlms::read_aare(answer);
            if (!aare || aare->result != AssociationResult::accepted) continue;
            ASSERT_EQ(client.read_aare(answer).code, 14) << i;
            opens = opens || client.prove();
        }
        if (opens) meaningless.push_back(i);
    }
    // Of the bit string of the authentication unit the bits behind its first one, and how many of them there are.
    EXPECT_LE(meaningless.size(), 2U) << ::testing::PrintToString(meaningless);
}

TEST_F(SecuredAssociationTest, EveryFlippedBitOfACipheredRlrqIsRefused) {
    ASSERT_TRUE(client.associate());
    const Octets initiate = client.cipher(hex("01000000065F1F0400007E1F04B0"), client.how());
    Octets rlrq(128);
    ByteWriter out(rlrq);
    dlms::write_rlrq(out, {std::uint8_t{0}, initiate});
    rlrq.resize(out.size());
    for (std::size_t i = rlrq.size() - initiate.size(); i < rlrq.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Octets altered = rlrq;
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            const auto rlre = dlms::read_rlre(server.send(altered));
            ASSERT_TRUE(rlre) << i;
            EXPECT_EQ(rlre->reason, std::uint8_t{1}) << i;
            EXPECT_TRUE(rlre->user_information.empty());
            ASSERT_TRUE(server.association.is_open()) << i << " " << bit;
        }
    }
    EXPECT_EQ(client.get(), its_answer);
    // Its counter has been overtaken by now: a release that was held back releases nothing either.
    EXPECT_EQ(dlms::read_rlre(server.send(rlrq))->reason, std::uint8_t{1});
    EXPECT_TRUE(server.association.is_open());
}

TEST_F(SecuredAssociationTest, EveryFlippedBitOfABroadcastIsIgnored) {
    Server pre_established(meter, 102);
    HeadEnd sender(pre_established);
    ASSERT_TRUE(pre_established.association.open_pre_established(meter.around(), pre_established.offer,
                                                                 pre_established.caller()));
    for (const auto general : {std::optional<ApduTag>{}, std::optional(ApduTag::general_glo_ciphering),
                               std::optional(ApduTag::general_ciphering)}) {
        auto as = sender.how();
        as.key_set = KeySet::broadcast;
        as.general = general;
        const int served = pre_established.served;
        const Octets broadcast = sender.cipher(hex(get_invocation_counter), as);
        const auto expected = meter.keys().expected(Role::pre_established, Counted::broadcast);
        for (std::size_t i = 0; i < broadcast.size(); ++i) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Octets altered = broadcast;
                altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
                if (altered[0] == 0x60 || altered[0] == 0x62) continue;
                (void)pre_established.send(altered);
                ASSERT_EQ(pre_established.served, served) << i << " " << bit;
            }
        }
        EXPECT_EQ(meter.keys().expected(Role::pre_established, Counted::broadcast), expected);
        EXPECT_TRUE(pre_established.send(broadcast).empty());
        EXPECT_EQ(pre_established.served, served + 1);
    }
}

TEST_F(SecuredAssociationTest, Recipe17NothingInPlainWithinACipheredAssociation) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(server.send(hex(get_invocation_counter))), not_possible);
    EXPECT_EQ(meter.events[SecurityEvent::weak_protection], 1);
    EXPECT_EQ(server.served, 0);
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuredAssociationTest, NothingCipheredWithinAnAssociationInPlain) {
    ASSERT_TRUE(client.associate(Mechanism::high_level_gmac, false));
    EXPECT_EQ(client.get(), not_supported);
    EXPECT_EQ(server.served, 0);
}

TEST_F(SecuredAssociationTest, SecDataX_P1_GlobalAndDedicatedKeys) {
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    ASSERT_TRUE(client.associate());
    auto dedicated = client.how();
    dedicated.key = ServiceKey::dedicated;
    const std::uint32_t global_counter = client.counter;
    // A dedicated key's requests may begin with 0.
    client.counter = 0;
    const Octets answer = server.send(client.cipher(hex(get_invocation_counter), dedicated));
    EXPECT_EQ(answer[0], 0xD4);
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), dedicated)), its_answer);
    EXPECT_EQ(hex(server.send(client.sent.back())), replayed(2));
    client.counter = global_counter;
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuredAssociationTest, SecDataX_N1_WrongKeys) {
    ASSERT_TRUE(client.associate());
    const auto right = client.keys;
    client.keys.unicast = KeyOctets(hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"));
    EXPECT_EQ(client.get(), deciphering_error);
    client.keys = right;
    client.keys.authentication = KeyOctets(hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"));
    EXPECT_EQ(client.get(), deciphering_error);
    client.keys = right;
    // A GET under the tag of a SET.
    Octets request = client.cipher(hex(get_invocation_counter), client.how());
    request[0] = 0xC9;
    EXPECT_EQ(hex(server.send(request)), deciphering_error);
    EXPECT_EQ(meter.events[SecurityEvent::deciphering_failed], 3);
    EXPECT_EQ(client.get(), its_answer);
}

TEST_F(SecuredAssociationTest, DedKey_N1_RefusedUses) {
    // A dedicated key is used that was not agreed.
    ASSERT_TRUE(client.associate());
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    auto as = client.how();
    as.key = ServiceKey::dedicated;
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), deciphering_error);
    // Of a wrong size; the unicast key; and not encrypted on its way.
    client.dedicated_key = hex("0123456789ABCDEF");
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_EQ(hex(client.user_information), "0E010600");
    client.dedicated_key.assign(client.keys.unicast.octets().begin(), client.keys.unicast.octets().end());
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    client.protection = Protection::authenticated;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    client.protection = Protection::none;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
    // Once it is taken, another one than that; and it is over with the association, and not taken again.
    client.protection = Protection::authenticated_and_encrypted;
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), its_answer);
    const Octets agreed = client.dedicated_key;
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEE");
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), deciphering_error);
    client.dedicated_key.clear();
    ASSERT_TRUE(client.associate());
    client.dedicated_key = agreed;
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), deciphering_error);
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
}

// One key, another, and the first again: whoever recorded what was asked with it finds no association to ask it in.
TEST_F(SecuredAssociationTest, Recipe17ADedicatedKeyThatComesBack) {
    const Octets first = hex("0123456789ABCDEF0123456789ABCDEF");
    auto as = client.how();
    as.key = ServiceKey::dedicated;
    client.dedicated_key = first;
    ASSERT_TRUE(client.associate());
    ASSERT_EQ(hex(client.ask(hex(get_invocation_counter), as)), its_answer);
    const Octets recorded = client.sent.back();
    client.dedicated_key = hex("00112233445566778899AABBCCDDEE00");
    ASSERT_TRUE(client.associate());
    ASSERT_EQ(hex(client.ask(hex(get_invocation_counter), as)), its_answer);
    const int served = server.served;
    client.dedicated_key = first;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_EQ(hex(client.user_information), "0E010600") << "for a reason that the client is told";
    EXPECT_EQ(hex(server.send(recorded)).substr(0, 2), "D8");
    meter.restart();
    client.counter = meter.keys().expected(role, Counted::unicast);
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::no_reason));
    EXPECT_EQ(hex(server.send(recorded)).substr(0, 2), "D8");
    EXPECT_EQ(server.served, served);
    client.dedicated_key = hex("00112233445566778899AABBCCDDEE01");
    EXPECT_TRUE(client.associate());
}

TEST_F(SecuredAssociationTest, SYMSEC_REL_N1_WeakReleaseReleasesNothing) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(server.send(hex("6203800100"))), "6303800101");
    EXPECT_EQ(hex(server.send(hex("6215800100BE10040E01000000065F1F0400007E1F04B0"))), "6303800101");
    EXPECT_EQ(hex(server.send(hex("62"))), "6303800101");
    client.protection = Protection::encrypted;
    const auto release = [&] {
        const Octets initiate = client.cipher(hex("01000000065F1F0400007E1F04B0"), client.how());
        Octets room(128);
        ByteWriter out(room);
        dlms::write_rlrq(out, {std::uint8_t{0}, initiate});
        room.resize(out.size());
        return room;
    };
    EXPECT_EQ(hex(server.send(release())), "6303800101");
    EXPECT_TRUE(server.association.is_open());
    client.protection = Protection::authenticated_and_encrypted;
    EXPECT_EQ(client.get(), its_answer);
    const Octets answer = server.send(release());
    EXPECT_FALSE(server.association.is_open());
    const auto rlre = dlms::read_rlre(answer);
    ASSERT_TRUE(rlre);
    EXPECT_EQ(rlre->reason, std::uint8_t{0});
    const auto initiate = client.decipher(rlre->user_information);
    ASSERT_TRUE(initiate);
    EXPECT_TRUE(dlms::read_initiate_response(*initiate));
    EXPECT_EQ(client.get(), not_possible);
}

TEST_F(SecuredAssociationTest, AnAssociationInPlainIsReleasedInPlain) {
    ASSERT_TRUE(client.associate(Mechanism::high_level_gmac, false));
    EXPECT_EQ(hex(server.send(hex("6203800100"))), "6303800100");
    EXPECT_FALSE(server.association.is_open());
}

TEST_F(SecuredAssociationTest, SecPol_3_APolicyIsNotToBeGoneBelow) {
    for (const Mechanism mechanism : {Mechanism::low_level, Mechanism::high_level_gmac}) {
        Server early(meter);
        HeadEnd before(early);
        meter.set_policy(role, 0);
        before.counter = meter.keys().expected(role, Counted::unicast) + 1;
        if (mechanism == Mechanism::low_level) {
            ASSERT_EQ(before.open(mechanism, false).code, 0);
        } else {
            ASSERT_TRUE(before.associate(mechanism, false));
        }
        meter.set_policy(role, 0x2C);
        // What is open in plain is of no more use, and nothing is opened in plain.
        EXPECT_EQ(hex(early.send(hex(get_invocation_counter))), not_possible);
        EXPECT_EQ(client.open(mechanism, false), Diagnostic(UserDiagnostic::application_context_not_supported));
    }
    client.counter = meter.keys().expected(role, Counted::unicast) + 1;
    client.protection = Protection::none;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
    client.protection = Protection::authenticated;
    EXPECT_EQ(client.open(Mechanism::high_level_gmac), Diagnostic(UserDiagnostic::authentication_failure));
    client.protection = Protection::authenticated_and_encrypted;
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(client.get(), its_answer);
    client.protection = Protection::authenticated;
    EXPECT_EQ(client.get(), not_possible);
    // The others go on as they were.
    Server reading(meter, 2);
    EXPECT_EQ(HeadEnd(reading).open(Mechanism::low_level, false), Diagnostic(UserDiagnostic::none));
    Server open_to_all(meter, 16);
    EXPECT_EQ(HeadEnd(open_to_all).open(Mechanism::none, false), Diagnostic(UserDiagnostic::none));
}

TEST_F(SecuredAssociationTest, APolicyForAnswersIsKeptWhateverTheRequestHas) {
    meter.set_policy(role, Rights::authenticated_request | Rights::authenticated_response | Rights::encrypted_response);
    ASSERT_TRUE(client.associate());
    client.protection = Protection::authenticated;
    const Octets answer = server.send(client.cipher(hex(get_invocation_counter), client.how()));
    EXPECT_EQ(answer[2], 0x30);
    EXPECT_EQ(hex(client.decipher(answer).value()), its_answer);
}

TEST_F(SecuredAssociationTest, Suite2HasKeysOf32Octets) {
    auto keys = example_keys();
    keys.suite = Suite::p384_aes256_gcm;
    const Octets key(32, 0x5A);
    keys.unicast = KeyOctets(key);
    keys.authentication = KeyOctets(Octets(32, 0xA5));
    ASSERT_TRUE(meter.keys().change(role, keys));
    client.keys = keys;
    client.dedicated_key = Octets(32, 0x77);
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(client.get(), its_answer);
    auto as = client.how();
    as.key = ServiceKey::dedicated;
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), its_answer);
    // The same keys under suite 0 are none.
    keys.suite = Suite::aes128_gcm;
    ASSERT_TRUE(meter.keys().change(role, keys));
    EXPECT_EQ(client.get(), deciphering_error);
}

TEST_F(SecuredAssociationTest, ThePreEstablishedAssociationTakesBroadcastsAndIsSilent) {
    Server pre_established(meter, 102);
    HeadEnd sender(pre_established);
    ASSERT_TRUE(pre_established.association.open_pre_established(meter.around(), pre_established.offer,
                                                                 pre_established.caller()));
    auto as = sender.how();
    as.key_set = KeySet::broadcast;
    EXPECT_TRUE(sender.ask(hex(get_invocation_counter), as).empty());
    EXPECT_EQ(pre_established.served, 1);
    EXPECT_TRUE(pre_established.send(sender.sent.back()).empty());
    as.general = ApduTag::general_ciphering;
    EXPECT_TRUE(sender.ask(hex(get_invocation_counter), as).empty());
    EXPECT_EQ(pre_established.served, 2);
    EXPECT_EQ(meter.events[SecurityEvent::replay], 1);
    // Unicast is answered.
    EXPECT_EQ(sender.get(), its_answer);
    // Nobody else takes a broadcast.
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), as)), deciphering_error);
    EXPECT_FALSE(server.association.open_pre_established(meter.around(), server.offer, server.caller()));
}

TEST_F(SecuredAssociationTest, AnAnswerFitsTheLimitProtected) {
    client.dedicated_key = hex("0123456789ABCDEF0123456789ABCDEF");
    ASSERT_TRUE(client.associate());
    std::vector<HeadEnd::How> forms(3, client.how());
    forms[1].general = ApduTag::general_glo_ciphering;
    forms[2].general = ApduTag::general_ciphering;
    for (const auto& form : forms) {
        for (const std::size_t limit : {100U, 200U, 300U, 1024U}) {
            const Octets request = client.cipher(hex(get_invocation_counter), form);
            Octets room(request.size());
            ASSERT_TRUE(server.association.unprotect(meter.around(), request, room));
            Octets answer(1100);
            ByteWriter out(answer);
            const std::size_t size = server.association.answer_limit(limit);
            ASSERT_GT(size, limit / 4);
            out.u8(0xC4);
            for (std::size_t i = 1; i < size; ++i) out.u8(static_cast<std::uint8_t>(i));
            ASSERT_TRUE(server.association.protect(out, 0));
            EXPECT_LE(out.size(), limit);
            EXPECT_GE(out.size() + 2, limit);
            EXPECT_TRUE(client.decipher(out.written()));
            // One request, one answer: its counter is used up.
            ByteWriter again(answer);
            again.u8(0xC4);
            EXPECT_FALSE(server.association.protect(again, 0));
        }
    }
}

TEST_F(SecuredAssociationTest, AStreamedAnswerIsTheSameAsAWholeOne) {
    ASSERT_TRUE(client.associate());
    for (const std::size_t size : {1U, 16U, 500U, 5000U}) {
        const Octets request = client.cipher(hex(get_invocation_counter), client.how());
        Octets room(request.size());
        ASSERT_TRUE(server.association.unprotect(meter.around(), request, room));
        OutgoingStream stream;
        ASSERT_TRUE(server.association.start_stream(stream, 0xC4, size));
        Octets plain(size, 0x3C);
        plain[0] = 0xC4;
        std::size_t given = 0;
        const auto pull = [&](MutableBytes into) -> dlms::Pulled {
            const std::size_t count = std::min(into.size(), plain.size() - given);
            std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(given), count, into.begin());
            given += count;
            return {count, given == plain.size()};
        };
        Octets whole;
        for (bool end = false; !end;) {
            std::array<std::uint8_t, 77> piece{};
            const auto pulled = stream.pull(piece, pull);
            ASSERT_GT(pulled.octets, 0U);
            whole.insert(whole.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(pulled.octets));
            end = pulled.end;
        }
        EXPECT_EQ(client.decipher(whole), plain);
        EXPECT_FALSE(server.association.start_stream(stream, 0xC4, size));
    }
}

TEST_F(SecuredAssociationTest, AnExceptionLeavesInPlain) {
    ASSERT_TRUE(client.associate());
    const Octets request = client.cipher(hex(get_invocation_counter), client.how());
    Octets room(request.size());
    ASSERT_TRUE(server.association.unprotect(meter.around(), request, room));
    Octets answer(16);
    ByteWriter out(answer);
    out.bytes(hex(not_possible));
    EXPECT_TRUE(server.association.protect(out, 0));
    EXPECT_EQ(hex(out.written()), not_possible);
}

TEST_F(SecuredAssociationTest, Recipe18GuessingAPasswordTakesLonger) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(lls("wrong").code, 13);
    EXPECT_EQ(result, AssociationResult::rejected_permanent);
    EXPECT_EQ(meter.events[SecurityEvent::wrong_password], 3);
    // Even the right one waits, unseen.
    EXPECT_EQ(lls("12345678").code, 13);
    EXPECT_EQ(result, AssociationResult::rejected_transient);
    EXPECT_EQ(lls("12345678", AccessPort::optical).code, 0);
    meter.restart();
    EXPECT_EQ(lls("12345678").code, 13);
    meter.uptime_s += 1;
    EXPECT_EQ(lls("12345678").code, 0);
    EXPECT_EQ(meter.events[SecurityEvent::wrong_password], 3);
    EXPECT_EQ(lls("").code, 13);
}

TEST_F(SecuredAssociationTest, Recipe18ProofsOfASecretAreGuessesToo) {
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(client.open(Mechanism::high_level_sha256, false).code, 14);
        Octets proof = client.pass_3(Mechanism::high_level_sha256);
        proof.back() ^= 1;
        EXPECT_EQ(hex(server.send(proof)), "C701C1FA00");
    }
    EXPECT_EQ(client.open(Mechanism::high_level_sha256, false).code, 13);
    EXPECT_EQ(client.result, AssociationResult::rejected_transient);
    // Keys can't be guessed, so that nobody is kept out by whoever tries.
    EXPECT_TRUE(client.associate(Mechanism::high_level_gmac));
    meter.uptime_s += 1;
    EXPECT_TRUE(client.associate(Mechanism::high_level_sha256, false));
}

TEST_F(SecuredAssociationTest, Recipe20BeforeAnAssociationNothingIsLookedAt) {
    EXPECT_EQ(client.get(), not_possible);
    EXPECT_EQ(hex(server.send(hex(get_invocation_counter))), not_possible);
    EXPECT_EQ(meter.events.counts.size(), 0U);
}

}  // namespace
}  // namespace blathy::meter::security
