// What an association did not negotiate is refused: every bit of the conformance block, by itself and by its absence.
#include <gtest/gtest.h>

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Conformance;
using test::Bench;
using test::Client;

constexpr std::uint32_t mask(int bit) {
    return 1U << (23 - bit);
}

// Every service there is, but no other way than its own to send or ask for more.
constexpr std::uint32_t services =
    mask(Conformance::get) | mask(Conformance::set) | mask(Conformance::action) | mask(Conformance::access);

struct Probe {
    const char* name;
    int bit;
    std::uint32_t others;  // negotiated in both cases
    std::uint16_t pdu_size;
    const char* request;
    const char* with;  // the answer, or its beginning
    const char* without;
};

constexpr std::uint16_t any_size = 0xFFFF;

// The clock of 18 octets does not fit 17. All that is written is a time zone of 10FFC4, which is the one that it has.
const Probe probes[] = {
    {"GeneralBlockTransferOfARequest", 2, services, any_size, "E0 81 0001 0000 0D C001C100080000010000FF0900",
     "E0880001000106C401C1001601", "D80102"},
    {"GeneralBlockTransferOfAnAnswer", 2, services, 17, "C001C100080000010000FF0200", "E00800010000", "C401C1010E"},
    {"Attribute0WithSet", 8, services, any_size, "C101C100080000010000FF0000 0209 0000000000000000 00", "C501C100",
     "C501C103"},
    {"PriorityManagement", 9, services, any_size, "C001C100080000010000FF0900", "C401C1001601", "C401C1001601"},
    {"Attribute0WithGet", 10, services, any_size, "C001C100080000010000FF0000", "C401C100020909060000010000FF",
     "C401C10103"},
    {"BlockTransferWithGet", 11, services, 17, "C001C100080000010000FF0200", "C402C10000000001", "C401C1010E"},
    {"BlockTransferWithGetNext", 11, services, any_size, "C002C100000001", "C402C101000000010110", "D80102"},
    {"BlockTransferWithSet", 12, services, any_size, "C102C100080000010000FF0300 01 00000001 03 10FFC4",
     "C503C10000000001", "D80102"},
    {"BlockTransferWithSetNext", 12, services, any_size, "C103C1 01 00000001 03 10FFC4", "C503C11200000001", "D80102"},
    {"BlockTransferWithAction", 13, services, any_size, "C304C100080000010000FF06 01 00000001 03 100000", "C701C10000",
     "D80102"},
    {"BlockTransferWithActionNext", 13, services, any_size, "C306C1 01 00000001 03 100000", "C701C11000", "D80102"},
    {"BlockTransferWithActionAnswer", 13, services, any_size, "C302C100000001", "C701C11000", "D80102"},
    {"MultipleReferencesWithGet", 14, services, any_size, "C003C101 00080000010000FF0900", "C403C101001601", "D80102"},
    {"MultipleReferencesWithSet", 14, services, any_size, "C104C101 00080000010000FF0300 01 10FFC4", "C505C10100",
     "D80102"},
    {"MultipleReferencesWithSetInBlocks", 14, services | mask(Conformance::block_transfer_with_set), any_size,
     "C105C101 00080000010000FF0300 01 00000001 04 0110FFC4", "C504C1010000000001", "D80102"},
    {"MultipleReferencesWithAction", 14, services, any_size, "C303C101 00080000010000FF06 01 100000", "C703C1010000",
     "D80102"},
    {"MultipleReferencesWithActionInBlocks", 14, services | mask(Conformance::block_transfer_with_action), any_size,
     "C305C101 00080000010000FF06 01 00000001 04 01100000", "C703C1010000", "D80102"},
    {"Access", 17, mask(Conformance::get), any_size, "D9 40000000 00 01 0100080000010000FF09 01 00",
     "DA4000000000000116 01 01 0100", "D80102"},
    {"Get", 19, mask(Conformance::set), any_size, "C001C100080000010000FF0900", "C401C1001601", "D80102"},
    {"Set", 20, mask(Conformance::get), any_size, "C101C100080000010000FF030010FFC4", "C501C100", "D80102"},
    {"Action", 23, mask(Conformance::get), any_size, "C301C100080000010000FF0601100000", "C701C10000", "D80102"},
};

class EachBit : public testing::TestWithParam<Probe> {};
INSTANTIATE_TEST_SUITE_P(Conformance, EachBit, testing::ValuesIn(probes),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(EachBit, IsUsedIfItWasNegotiatedAndRefusedIfNot) {
    const Probe& probe = GetParam();
    Bench bench;
    Client client(bench.meter, test::management_client_sap);
    ASSERT_TRUE(client.open(test::management_password, probe.pdu_size, probe.others | mask(probe.bit)));
    const std::string expected = test::hex(test::hex(probe.with));
    EXPECT_EQ(client.ask(probe.request).substr(0, expected.size()), expected);
    ASSERT_TRUE(client.open(test::management_password, probe.pdu_size, probe.others));
    EXPECT_EQ(client.ask(probe.request), probe.without);
    // The others make no difference: it is this bit that was missing.
    const std::uint32_t blocks = mask(Conformance::general_block_transfer);
    const std::uint32_t all_but_this = test::all_conformance & ~mask(probe.bit) & ~blocks;
    if (probe.pdu_size != any_size || probe.others == mask(Conformance::get)) return;
    ASSERT_TRUE(client.open(test::management_password, probe.pdu_size, all_but_this));
    EXPECT_EQ(client.ask(probe.request), probe.without);
}

// Selective access is for attributes that know it; without the bit the refusal is the same for all. General protection
// is seen in ciphered associations only, and notifications are what the meter sends unasked.
TEST(ConformanceBits, EveryBitThatTheServerOffersIsProbed) {
    std::uint32_t probed = mask(Conformance::selective_access) | mask(Conformance::general_protection) |
                           mask(Conformance::data_notification) | mask(Conformance::event_notification);
    for (const Probe& probe : probes) probed |= mask(probe.bit);
    EXPECT_EQ(server_conformance.bits() & ~probed, 0U);
}

TEST(ConformanceBits, NothingOfShortNamesIsOffered) {
    constexpr std::uint32_t short_names = mask(3) | mask(4) | mask(5) | mask(15) | mask(18);
    constexpr std::uint32_t reserved = mask(0) | mask(7);
    EXPECT_EQ(server_conformance.bits() & (short_names | reserved), 0U);
}

}  // namespace
}  // namespace blathy::meter
