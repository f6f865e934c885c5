#include "dlms/apdu/access.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/data.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

// The ACCESS request of the Green Book's examples of general-ciphering: two GETs and two SETs of an activity calendar.
constexpr std::string_view example =
    "D94000000000040100010000600100FF020100080000010000FF0202001400000D0000FF0702001400000D0000FF08040000010402030901"
    "00090CFFFFFFFFFFFFFF00000000000901FF0203090101090CFFFFFFFFFFFFFF00000000000901FF0203090102090CFFFFFFFFFFFFFF0000"
    "0000000901FF0203090103090CFFFFFFFFFFFFFF00000000000901FF0104020809010011FF11FF11FF11FF11FF11FF11FF02080901011102"
    "110211021102110211021102"
    "020809010211FF11FF11FF11FF11FF11FF11FF02080901031102110211021102110211021102";

TEST(LongInvokeId, HasItsBits) {
    const LongInvokeId example_invoke{0x40000000};
    EXPECT_EQ(example_invoke.id(), 0U);
    EXPECT_TRUE(example_invoke.confirmed());
    EXPECT_FALSE(example_invoke.high_priority());
    EXPECT_FALSE(example_invoke.self_descriptive());
    EXPECT_FALSE(example_invoke.break_on_error());
    EXPECT_EQ(LongInvokeId::make(0x123456).value, 0xC0123456U);
    EXPECT_EQ(LongInvokeId::make(0xFF123456, false, false).value, 0x00123456U) << "an id has 24 bits";
    EXPECT_EQ(LongInvokeId::make(1, false, false, true, false).value, 0x10000001U);
    EXPECT_EQ(LongInvokeId::make(1, false, false, false, true).value, 0x20000001U);
    EXPECT_TRUE(LongInvokeId{0x10000000}.self_descriptive());
    EXPECT_TRUE(LongInvokeId{0x20000000}.break_on_error());
    EXPECT_TRUE(LongInvokeId{0x80000000}.high_priority());
}

TEST(AccessRequest, ExampleOfTheGreenBook) {
    EXPECT_EQ(from_hex(example).size(), 218U);
    const auto request = expect_vector(read_access_request, example);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->invoke.value, 0x40000000U);
    EXPECT_TRUE(request->date_time.empty());
    EXPECT_EQ(request->specifications.count, 4U);
    EXPECT_EQ(request->data.count, 4U);

    ByteReader in(request->specifications.encoded);
    const auto target = [&]() -> AttributeDescriptor {
        const AccessSpecification specification = read_access_specification(in);
        if (const auto* get = std::get_if<AccessGet>(&specification)) return get->target.attribute;
        return std::get<AccessSet>(specification).target.attribute;
    };
    EXPECT_EQ(target(), (AttributeDescriptor{1, Obis(0, 0, 96, 1, 0), 2}));
    EXPECT_EQ(target(), (AttributeDescriptor{8, Obis(0, 0, 1, 0, 0), 2}));
    EXPECT_EQ(target(), (AttributeDescriptor{20, Obis(0, 0, 13, 0, 0), 7}));
    EXPECT_EQ(target(), (AttributeDescriptor{20, Obis(0, 0, 13, 0, 0), 8}));
    EXPECT_TRUE(in.ok() && in.at_end());

    DataReader data(request->data.encoded);
    data.null_data();
    data.null_data();
    EXPECT_EQ(data.array(), 4U);
}

TEST(AccessRequest, WithSelectionsAndAnAction) {
    const auto request = expect_vector(
        read_access_request,
        "D9 E0000001 0C07E7071E0717173B00FF8880 03 04 0007 0100630100FF 02 02 0204 0600000001 0600000000 120001 120000"
        "05 0007 0100630100FF 03 01 00  03 0046 00006003 0AFF 02  03 00 0100 0F00");
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->invoke.break_on_error());
    EXPECT_TRUE(read_date_time(request->date_time));
    ByteReader in(request->specifications.encoded);
    const AccessSpecification get = read_access_specification(in);
    ASSERT_TRUE(std::holds_alternative<AccessGet>(get));
    ASSERT_TRUE(std::get<AccessGet>(get).target.access);
    EXPECT_EQ(std::get<AccessGet>(get).target.access->selector, 2);
    const AccessSpecification set = read_access_specification(in);
    ASSERT_TRUE(std::holds_alternative<AccessSet>(set));
    EXPECT_TRUE(std::get<AccessSet>(set).target.access);
    const AccessSpecification action = read_access_specification(in);
    ASSERT_TRUE(std::holds_alternative<AccessAction>(action));
    EXPECT_EQ(std::get<AccessAction>(action).target, (MethodDescriptor{70, Obis(0, 0, 96, 3, 10), 2}));
}

TEST(AccessRequest, RefusesWhatIsMalformed) {
    for (const char* hex : {
             "DA 40000000 00 00 00",                                // a response
             "D9 40000000 00 01 06 0001 0000600100FF 02 01 00",     // no such choice
             "D9 40000000 00 01 00 0001 0000600100FF 02 01 00",     //
             "D9 40000000 00 01 01 0001 0000600100FF 02 00",        // no value for it
             "D9 40000000 00 01 01 0001 0000600100FF 02 02 00 00",  // two
             "D9 40000000 04 07E70101 00 00",                       // a date-time of four octets
             "D9 40000000 0C07E70D1E0717173B00FF8880 00 00",        // of month 13
             "D9 40000000 00 84FFFFFFFF",                           // a count without elements
         }) {
        EXPECT_FALSE(read_access_request(from_hex(hex))) << hex;
    }
    EXPECT_TRUE(read_access_request(from_hex("D9 40000000 00 00 00"))) << "nothing to do is well-formed";
}

TEST(AccessResponse, ToTheExample) {
    const auto response =
        expect_vector(read_access_response,
                      "DA 40000000 00 00 04 0904 31323334 090C07E7071E0717173B00FF8880 00 00  04 0100 0100 0200 0203");
    ASSERT_TRUE(response);
    EXPECT_FALSE(response->specifications);
    EXPECT_EQ(response->data.count, 4U);
    ByteReader in(response->results.encoded);
    EXPECT_EQ(read_access_result(in), (AccessResult{AccessKind::get, 0}));
    EXPECT_EQ(read_access_result(in), (AccessResult{AccessKind::get, 0}));
    EXPECT_EQ(read_access_result(in), (AccessResult{AccessKind::set, 0}));
    EXPECT_EQ(read_access_result(in), (AccessResult{AccessKind::set, 3}));
}

TEST(AccessResponse, SelfDescriptive) {
    const auto response =
        expect_vector(read_access_response, "DA 50000000 00 01 01 03 0046 00006003 0AFF 02 01 00 01 03FA");
    ASSERT_TRUE(response);
    ASSERT_TRUE(response->specifications);
    EXPECT_EQ(response->specifications->count, 1U);
    EXPECT_EQ(to_hex(response->results.encoded), "03FA");
}

TEST(AccessResponse, RefusesListsThatDoNotAgree) {
    for (const char* hex : {
             "DA 40000000 00 00 01 00 00",            // a value without a result
             "DA 40000000 00 00 01 00 02 0100 0100",  // two results for one value
             "DA 40000000 00 01 00 01 00 01 0100",    // no specification for either
             "DA 40000000 00 00 01 00 01 0000",       // a result of no service
             "DA 40000000 00 00 01 00 01 0400",       //
             "DA 40000000 00 02 01 00 01 0100",       // neither absent nor present
         }) {
        EXPECT_FALSE(read_access_response(from_hex(hex))) << hex;
    }
}

RC_GTEST_PROP(AccessRequest, ComesBack, ()) {
    Arena arena;
    AccessRequest request;
    request.invoke = arena.long_invoke();
    request.date_time = arena.optional_date_time();
    const std::size_t count = arena.count();
    request.specifications = arena.list(count, [&] { return arena.specification(); });
    request.data = arena.values(count);
    const Octets octets = encode(request);
    const auto decoded = read_access_request(octets);
    RC_ASSERT(decoded && same(*decoded, request));
}

RC_GTEST_PROP(AccessResponse, ComesBack, ()) {
    Arena arena;
    AccessResponse response;
    response.invoke = arena.long_invoke();
    response.date_time = arena.optional_date_time();
    const std::size_t count = arena.count();
    if (arena.flag()) response.specifications = arena.list(count, [&] { return arena.specification(); });
    response.data = arena.values(count);
    response.results = arena.list(count, [&] { return arena.access_result(); });
    const Octets octets = encode(response);
    const auto decoded = read_access_response(octets);
    RC_ASSERT(decoded && same(*decoded, response));
}

RC_GTEST_PROP(AccessSpecification, ComesBack, ()) {
    Arena arena;
    const AccessSpecification specification = arena.specification();
    const Octets octets = written_by([&](ByteWriter& out) { write(out, specification); });
    ByteReader in(octets);
    const AccessSpecification decoded = read_access_specification(in);
    RC_ASSERT(in.ok() && in.at_end());
    RC_ASSERT(same(decoded, specification));
}

RC_GTEST_PROP(Access, DecodersAreTotal, (Octets octets)) {
    const Octets head = from_hex("D94000000000");
    octets.insert(octets.begin(), head.begin(), head.end());
    RC_ASSERT(is_total(read_access_request, octets));
    octets[0] = 0xDA;
    RC_ASSERT(is_total(read_access_response, octets));
}

}  // namespace
}  // namespace blathy::dlms
