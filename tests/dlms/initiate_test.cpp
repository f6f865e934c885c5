#include "dlms/initiate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

// The conformance block 007E1F of the Green Book's examples.
constexpr Conformance example_conformance(Conformance::priority_management, Conformance::attribute_0_with_get,
                                          Conformance::block_transfer_with_get, Conformance::block_transfer_with_set,
                                          Conformance::block_transfer_with_action, Conformance::multiple_references,
                                          Conformance::get, Conformance::set, Conformance::selective_access,
                                          Conformance::event_notification, Conformance::action);

TEST(Conformance, CountsBitsFromTheFirstOneSent) {
    EXPECT_EQ(example_conformance.bits(), 0x007E1FU);
    EXPECT_EQ(Conformance(Conformance::general_protection).bits(), 0x400000U);
    EXPECT_EQ(Conformance(Conformance::action).bits(), 0x000001U);
    EXPECT_TRUE(example_conformance.has(Conformance::get));
    EXPECT_FALSE(example_conformance.has(Conformance::access));
    EXPECT_TRUE(Conformance().empty());
    EXPECT_EQ(Conformance::from_bits(0xFFFF'FFFF).bits(), 0xFF'FFFFU) << "there are 24";
    EXPECT_EQ((example_conformance & Conformance(Conformance::get, Conformance::access)),
              Conformance(Conformance::get));
}

TEST(InitiateRequest, PlainExampleOfTheGreenBook) {
    const auto request = expect_vector(read_initiate_request, "01000000065F1F0400007E1F04B0");
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->dedicated_key.empty());
    EXPECT_TRUE(request->response_allowed);
    EXPECT_EQ(request->quality_of_service, std::nullopt);
    EXPECT_EQ(request->version, 6);
    EXPECT_EQ(request->conformance, example_conformance);
    EXPECT_EQ(request->client_max_receive_pdu_size, 1200);
}

TEST(InitiateRequest, ExampleWithADedicatedKey) {
    const auto request =
        expect_vector(read_initiate_request, "01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0");
    ASSERT_TRUE(request);
    EXPECT_EQ(to_hex(request->dedicated_key), "00112233445566778899AABBCCDDEEFF");
}

TEST(InitiateRequest, WithEveryOptionalField) {
    const auto request = expect_vector(read_initiate_request, "01 00 0100 01FE 07 5F1F0400FFFFFF 0000");
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->response_allowed);
    EXPECT_EQ(request->quality_of_service, -2);
    EXPECT_EQ(request->version, 7);
    EXPECT_EQ(request->client_max_receive_pdu_size, 0) << "no limit";
}

TEST(InitiateRequest, TakesADefaultThatIsSentAndTheShortTag) {
    const auto explicit_default = read_initiate_request(from_hex("0100 01FF 00 06 5F1F0400007E1F 04B0"));
    ASSERT_TRUE(explicit_default);
    EXPECT_TRUE(explicit_default->response_allowed);
    const auto short_tag = read_initiate_request(from_hex("0100 00 00 06 5F0400007E1F 04B0"));
    ASSERT_TRUE(short_tag);
    EXPECT_EQ(short_tag->conformance, example_conformance);
}

TEST(InitiateRequest, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "08000000065F1F0400007E1F04B0",  // another tag
             "01020000065F1F0400007E1F04B0",  // a flag that is neither 0 nor 1
             "01000200065F1F0400007E1F04B0",  //
             "01000002065F1F0400007E1F04B0",  //
             "01000000065E1F0400007E1F04B0",  // not the conformance block's tag
             "01000000065F1F0300007E1F04B0",  // not its length
             "01000000065F1F0401007E1F04B0",  // unused bits in a string of 24
             "010184FFFFFFFF0000065F1F0400007E1F04B0",
         }) {
        EXPECT_FALSE(read_initiate_request(from_hex(hex))) << hex;
    }
}

TEST(InitiateResponse, PlainExamplesOfTheGreenBook) {
    const auto response = expect_vector(read_initiate_response, "0800065F1F040000501F01F40007");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->quality_of_service, std::nullopt);
    EXPECT_EQ(response->version, 6);
    EXPECT_EQ(response->conformance.bits(), 0x00501FU);
    EXPECT_EQ(response->server_max_receive_pdu_size, 500);
    EXPECT_EQ(response->vaa_name, vaa_name_logical_names);

    const auto deciphered = expect_vector(read_initiate_response, "0800065F1F0400007C1F04000007");
    ASSERT_TRUE(deciphered);
    EXPECT_EQ(deciphered->conformance.bits(), 0x007C1FU);
    EXPECT_EQ(deciphered->server_max_receive_pdu_size, 1024);
}

TEST(InitiateError, IsAConfirmedServiceError) {
    EXPECT_EQ(to_hex(written_by(
                  [](ByteWriter& out) { write_confirmed_service_error(out, InitiateError::dlms_version_too_low); })),
              "0E010601");
    expect_exact(read_initiate_error, from_hex("0E010601"));
    EXPECT_EQ(read_initiate_error(from_hex("0E010603")), InitiateError::pdu_size_too_short);
    EXPECT_FALSE(read_initiate_error(from_hex("0E050601"))) << "the error of a read";
    EXPECT_FALSE(read_initiate_error(from_hex("0E010501"))) << "an access error";
}

RC_GTEST_PROP(InitiateRequest, ComesBack, ()) {
    Arena arena;
    InitiateRequest request;
    request.dedicated_key = arena.octets(40);
    request.response_allowed = arena.flag();
    if (arena.flag()) request.quality_of_service = static_cast<std::int8_t>(arena.u8());
    request.version = arena.u8();
    request.conformance = Conformance::from_bits(arena.u32());
    request.client_max_receive_pdu_size = arena.u16();
    const Octets octets = encode(request);
    const auto decoded = read_initiate_request(octets);
    RC_ASSERT(decoded && same(*decoded, request));
}

RC_GTEST_PROP(InitiateResponse, ComesBack, ()) {
    Arena arena;
    InitiateResponse response;
    if (arena.flag()) response.quality_of_service = static_cast<std::int8_t>(arena.u8());
    response.version = arena.u8();
    response.conformance = Conformance::from_bits(arena.u32());
    response.server_max_receive_pdu_size = arena.u16();
    response.vaa_name = arena.u16();
    const Octets octets = encode(response);
    const auto decoded = read_initiate_response(octets);
    RC_ASSERT(decoded && same(*decoded, response));
}

RC_GTEST_PROP(Initiate, DecodersAreTotal, (Octets octets)) {
    RC_ASSERT(is_total(read_initiate_response, octets));
    RC_ASSERT(is_total(read_initiate_request, octets));
    octets.insert(octets.begin(), *rc::gen::element<std::uint8_t>(0x01, 0x08));
    RC_ASSERT(is_total(read_initiate_response, octets));
    RC_ASSERT(is_total(read_initiate_request, octets));
}

}  // namespace
}  // namespace blathy::dlms
