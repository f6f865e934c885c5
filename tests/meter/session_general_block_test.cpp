// General block transfer (Green Book 9.4.6.13) as the meter's server does it: requests that come in blocks, and answers
// that leave in blocks.
#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/block_transfer/block_transfer.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using test::all_conformance;
using test::Bench;
using test::Client;
using test::get_clock;
using test::Manager;
using test::Octets;
using test::Reader;

using Apdus = std::vector<std::string>;

const std::string clock_answer = "C401C100090C07EA060F010E000000FF8880";
const std::string get_objects = "C001C1000F0000280000FF0200";
const std::string set_zone = "C101C100080000010000FF0300";
const std::string aborted = "E0800000000000";

struct GeneralBlocks : testing::Test {
    Bench bench;
    Reader reader{bench, 17, all_conformance};
    Manager manager{bench, 200, all_conformance};

    [[nodiscard]] int zone_min() const { return bench.meter.clock().settings().time_zone_min; }
};

TEST_F(GeneralBlocks, TakeThePlaceOfTheServicesOwnWhereTheyAreNegotiated) {
    EXPECT_EQ(reader.ask_all(get_clock), (Apdus{"E008000100000AC401C100090C07EA060F"}));
    EXPECT_EQ(reader.ask_all("E0 81 0001 0001 00"), (Apdus{"E0880002000108010E000000FF8880"}));
    EXPECT_EQ(reader.ask_all("E0 81 0002 0002 00"), Apdus{}) << "what acknowledges the last block needs no answer";
}

TEST_F(GeneralBlocks, AreNotUsedForAnAnswerThatFitsUnlessTheClientUsesThem) {
    EXPECT_EQ(reader.ask_all("C001C100080000010000FF0900"), (Apdus{"C401C1001601"}));
    EXPECT_EQ(reader.ask_all("E0 81 0001 0000 0D C001C100080000010000FF0900"), (Apdus{"E0880001000106C401C1001601"}));
    Reader wider(bench, 18, all_conformance);
    EXPECT_EQ(wider.ask_all(get_clock), (Apdus{clock_answer}));
    EXPECT_EQ(wider.ask_all("E0 81 0001 0000 0D" + get_clock), (Apdus{"E008000100010BC401C100090C07EA060F01"}));
    EXPECT_EQ(wider.ask_all("E0 81 0002 0001 00"), (Apdus{"E0880002000207"
                                                          "0E000000FF8880"}));
}

TEST_F(GeneralBlocks, LeaveInStreamsAsLongAsTheClientsWindow) {
    Reader small(bench, 12, all_conformance);
    EXPECT_EQ(small.ask_all(get_clock), (Apdus{"E0080001000005C401C10009"}));
    EXPECT_EQ(small.ask_all("E0 82 0001 0001 00"), (Apdus{"E04800020001050C07EA060F", "E0080003000105010E000000"}));
    EXPECT_EQ(small.ask_all("E0 82 0002 0003 00"), (Apdus{"E088000400020"
                                                          "3FF8880"}));
}

TEST_F(GeneralBlocks, ThatWereLostAreSentAgain) {
    Reader small(bench, 12, all_conformance);
    ASSERT_EQ(small.ask_all(get_clock).size(), 1U);
    const Apdus rest = small.ask_all("E0 8A 0001 0001 00");
    ASSERT_EQ(rest.size(), 3U);
    EXPECT_EQ(small.ask_all("E0 81 0002 0001 00"), (Apdus{"E00800020002050C07EA060F"})) << "the first of them";
    EXPECT_EQ(small.ask_all("E0 8A 0003 0002 00"), (Apdus{"E0480003000305010E000000", "E0880004000303FF8880"}));
}

TEST_F(GeneralBlocks, OfARequestAreAcknowledgedAndPutTogether) {
    EXPECT_EQ(manager.ask_all("E0 08 0001 0000 07 C101C100080000"), (Apdus{"E0880001000100"}));
    EXPECT_EQ(manager.ask_all("E0 48 0002 0001 05 010000FF03"), Apdus{}) << "in a stream";
    EXPECT_EQ(zone_min(), -60);
    EXPECT_EQ(manager.ask_all("E0 88 0003 0001 04 0010FF88"), (Apdus{"E0880002000304C501C100"}));
    EXPECT_EQ(zone_min(), -120);
}

TEST_F(GeneralBlocks, OfARequestMayComeInAnyOrderAndTwice) {
    EXPECT_EQ(manager.ask_all("E0 48 0001 0000 07 C101C100080000"), Apdus{});
    EXPECT_EQ(manager.ask_all("E0 88 0003 0000 04 0010FF88"), (Apdus{"E0810001000100"})) << "one is missing";
    EXPECT_EQ(zone_min(), -60);
    const std::string answer = "E0880002000304C501C100";
    EXPECT_EQ(manager.ask_all("E0 08 0002 0001 05 010000FF03"), (Apdus{answer}));
    EXPECT_EQ(zone_min(), -120);
    bench.meter.configure({});
    EXPECT_EQ(manager.ask_all("E0 88 0003 0000 04 0010FF88"), (Apdus{answer})) << "the answer was lost";
    EXPECT_EQ(zone_min(), -60) << "and is not made anew";
}

TEST_F(GeneralBlocks, WithoutTheBitAreNotAllowed) {
    Reader without(bench);
    EXPECT_EQ(without.ask("E0 81 0001 0000 0D" + get_clock), "D80102");
    EXPECT_EQ(without.ask("E0 80 0000 0000 00"), "D80102");
}

TEST_F(GeneralBlocks, OutsideAnAssociationAreNotAllowed) {
    Client client(bench.meter);
    EXPECT_EQ(client.ask("E0 81 0001 0000 0D" + get_clock), "D80101");
    ASSERT_EQ(reader.ask(get_clock).substr(0, 2), "E0");
    ASSERT_EQ(reader.ask("6200"), "6303800100");
    EXPECT_EQ(reader.ask("E0 81 0001 0001 00"), "D80101");
}

TEST_F(GeneralBlocks, ThatAreMalformedAreRefused) {
    for (const char* block :
         {"E0", "E081", "E0810001", "E08100010000", "E0810001000001", "E0810001000001C000", "E081000100008480000000"}) {
        EXPECT_EQ(reader.ask(block), "D80103") << block;
    }
}

TEST_F(GeneralBlocks, ThatMakeNoServiceAreRefusedInABlock) {
    EXPECT_EQ(reader.ask("E0 81 0001 0000 02 6200"), "E0880001000103D80202");
    EXPECT_TRUE(reader.session().association().is_open());
    EXPECT_EQ(reader.ask("E0 81 0001 0000 07 E0810001000000"), "E0880001000103D80202") << "blocks within blocks";
    EXPECT_EQ(reader.ask("E0 81 0001 0000 02 C001"), "E0880001000103D80103");
    EXPECT_EQ(reader.ask("E0 81 0001 0000 05 C001C10008"), "E0880001000103D80103");
}

TEST_F(GeneralBlocks, APlainRequestEndsTheExchange) {
    ASSERT_EQ(reader.ask_all(get_clock).size(), 1U);
    EXPECT_EQ(reader.ask_all("C001C100080000010000FF0900"), (Apdus{"C401C1001601"}));
    EXPECT_EQ(reader.ask_all("E0 81 0001 0001 00"), Apdus{});
    // Also one that has begun to come.
    EXPECT_EQ(manager.ask_all("E0 08 0001 0000 07 C101C100080000"), (Apdus{"E0880001000100"}));
    EXPECT_EQ(manager.ask_all("C001C100080000010000FF0900"), (Apdus{"C401C1001601"}));
    EXPECT_EQ(manager.ask_all("E0 88 0002 0001 09 010000FF030010FF88"), (Apdus{"E0810001000000"})) << "one is missing";
    EXPECT_EQ(zone_min(), -60);
}

TEST_F(GeneralBlocks, ANewAssociationEndsTheExchange) {
    ASSERT_EQ(reader.ask_all(get_clock).size(), 1U);
    ASSERT_TRUE(reader.open(test::management_password, 17, all_conformance));
    EXPECT_EQ(reader.ask_all("E0 81 0001 0001 00"), Apdus{});
    EXPECT_TRUE(reader.more().empty());
}

TEST_F(GeneralBlocks, AFirstBlockBeginsAnewWhateverWasUnderWay) {
    ASSERT_EQ(reader.ask_all(get_clock).size(), 1U);
    EXPECT_EQ(reader.ask_all("E0 81 0001 0000 0D C001C100080000010000FF0900"), (Apdus{"E0880001000106C401C1001601"}));
    EXPECT_EQ(reader.ask_all("E0 81 0001 0000 0D C001C100080000010000FF0400"), (Apdus{"E0880001000106C401C1001180"}));
}

TEST_F(GeneralBlocks, ThatAbortEndTheExchangeInSilence) {
    ASSERT_EQ(reader.ask_all(get_clock).size(), 1U);
    EXPECT_EQ(reader.ask_all("E0 80 0000 0000 00"), Apdus{});
    EXPECT_EQ(reader.ask_all("E0 81 0001 0001 00"), Apdus{});
    EXPECT_EQ(reader.ask_all(get_clock).size(), 1U);
}

TEST_F(GeneralBlocks, ThatSayWhatIsImpossibleAreAborted) {
    for (const char* block : {"E0 81 0002 0002 00",          // acknowledges what was not sent
                              "E0 81 0064 0001 00",          // out of every window
                              "E0 81 0002 0001 02 0000"}) {  // octets behind a request that was complete
        ASSERT_EQ(reader.ask_all("E0 81 0001 0000 0D" + get_clock).size(), 1U);
        EXPECT_EQ(reader.ask_all(block), (Apdus{aborted})) << block;
        EXPECT_EQ(reader.ask_all("E0 81 0002 0001 00"), Apdus{});
    }
}

TEST_F(GeneralBlocks, OfARequestThatIsTooLongAreAborted) {
    const std::string block(2 * 512, '0');
    for (int number = 1; number <= 7; ++number) {
        const std::string head = "E0 08 000" + std::to_string(number) + " 0000 820200";
        ASSERT_EQ(manager.ask_all(head + block).size(), 1U) << number;
    }
    EXPECT_EQ(manager.ask_all("E0 08 0008 0000 01 00"), (Apdus{aborted}));
}

TEST_F(GeneralBlocks, AnUnconfirmedRequestIsSilentButDone) {
    EXPECT_EQ(manager.ask_all("E0 88 0001 0000 10 C1018100080000010000FF030010FF88"), Apdus{});
    EXPECT_EQ(zone_min(), -120);
}

// A client with the same protocol on its side. Blocks for which `lost` says so do not arrive; then its time-out helps.
template <class Lost>
std::optional<Octets> exchange(Client& client, Bytes request, bool in_blocks, std::uint8_t window, std::size_t longest,
                               Lost&& lost) {
    Octets room(0x100000);  // of a dictionary many times over
    std::uint32_t now_ms = 0;
    dlms::BlockTransfer transfer(room, {.block_size = 30, .window = window, .timeout_ms = 1000, .attempts = 20});
    std::deque<Octets> to_client;
    const auto to_server = [&](const Octets& apdu) {
        if (lost()) return;
        for (Octets answer = client.send(apdu); !answer.empty(); answer = client.more()) {
            EXPECT_LE(answer.size(), longest);
            if (!lost()) to_client.push_back(answer);
        }
    };
    const auto send_due = [&] {
        Octets memory(300);
        while (true) {
            ByteWriter out(memory);
            if (!transfer.next(out, now_ms)) return;
            to_server({out.written().begin(), out.written().end()});
        }
    };
    if (in_blocks) {
        transfer.send(request, dlms::BlockTransfer::Service::request);
        send_due();
    } else {
        for (int attempt = 0; to_client.empty() && attempt < 20; ++attempt) {
            to_server({request.begin(), request.end()});
        }
    }
    for (int step = 0; step < 20'000 && !transfer.aborted(); ++step) {
        if (to_client.empty()) {
            now_ms += 1001;
            (void)transfer.tick(now_ms);
            send_due();
            continue;
        }
        const Octets apdu = to_client.front();
        to_client.pop_front();
        if (apdu[0] != 0xE0) return apdu;
        const auto block = dlms::read_general_block(apdu);
        if (!block) return std::nullopt;
        ++now_ms;
        if (transfer.receive(*block, now_ms) == dlms::BlockTransfer::Event::message) {
            return Octets(transfer.message().begin(), transfer.message().end());
        }
        send_due();
    }
    return std::nullopt;
}

constexpr std::uint16_t general_block_pdu_sizes[] = {12,  13,  17,  40,   134,  135,  136,   200,
                                                     264, 265, 300, 1033, 1034, 2000, 65535, 0};
constexpr std::uint8_t windows[] = {1, 3, 63};

const auto nothing_is_lost = [] { return false; };

TEST_F(GeneralBlocks, CarryTheVeryOctetsOfTheWholeAnswer) {
    Reader unlimited(bench, 0);
    const std::string list = "C003C103" + get_clock.substr(6) + get_objects.substr(6) + "00080000FE0000FF0200";
    const std::string access =
        "D9 50000001 00 03 01000F0000280000FF02 0100080000FE0000FF02 0100080000010000FF00 03 000000";
    for (const std::string& request : {get_clock, get_objects, list, access}) {
        const Octets whole = unlimited.send(test::hex(request));
        for (const std::uint16_t size : general_block_pdu_sizes) {
            Reader other(bench, size, all_conformance);
            const std::size_t longest = size == 0 ? 0xFFFF : size;
            for (const std::uint8_t window : windows) {
                for (const bool in_blocks : {false, true}) {
                    EXPECT_EQ(exchange(other, test::hex(request), in_blocks, window, longest, nothing_is_lost), whole)
                        << request << " size " << size << " window " << int{window};
                }
            }
        }
    }
}

TEST_F(GeneralBlocks, CarryResultsThatHaveNoBlocksOfTheirOwn) {
    std::string targets;
    std::string values;
    std::string results;
    for (int i = 0; i < 60; ++i) {
        targets += i % 7 == 0 ? "00080000FE0000FF0200" : "00080000010000FF0300";
        values += "10FF88";
        results += i % 7 == 0 ? "04" : "00";
    }
    Manager small(bench, 30, all_conformance);
    const Octets set = test::hex("C104C13C" + targets + "3C" + values);
    for (const bool in_blocks : {false, true}) {
        const auto answer = exchange(small, set, in_blocks, 4, 30, nothing_is_lost);
        ASSERT_TRUE(answer);
        EXPECT_EQ(test::hex(*answer), "C505C13C" + results);
    }
    std::string methods;
    std::string parameters;
    std::string outcomes;
    for (int i = 0; i < 60; ++i) {
        methods += "00080000010000FF06";
        parameters += "100001";
        outcomes += "0000";
    }
    const Octets action = test::hex("C303C13C" + methods + "3C" + parameters);
    for (const bool in_blocks : {false, true}) {
        const auto answer = exchange(small, action, in_blocks, 4, 30, nothing_is_lost);
        ASSERT_TRUE(answer);
        EXPECT_EQ(test::hex(*answer), "C703C13C" + outcomes);
    }
    EXPECT_EQ(bench.meter.clock().now(), test::bench_time + seconds{120});
}

TEST_F(GeneralBlocks, LetAnAccessBeOfAnySize) {
    std::string specifications;
    std::string values;
    for (int i = 0; i < 20; ++i) {
        specifications += i == 10 ? "0200080000010000FF03" : "01000F0000280000FF02";
        values += i == 10 ? "10FF88" : "00";
    }
    const Octets request = test::hex("D9 40000001 00 14" + specifications + "14" + values);
    const auto answer = exchange(manager, request, false, 8, 200, nothing_is_lost);
    ASSERT_TRUE(answer);
    const auto response = dlms::read_access_response(*answer);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->results.count, 20U);
    EXPECT_GT(response->data.encoded.size(), 10'000U);
    EXPECT_EQ(zone_min(), -120);
}

RC_GTEST_PROP(GeneralBlocksProperty, CarryAnAnswerOverALinkThatLosesBlocks, ()) {
    static Bench bench;
    const auto size = *rc::gen::inRange<std::uint16_t>(12, 1500);
    const auto window = static_cast<std::uint8_t>(*rc::gen::inRange(1, 64));
    const auto one_in = *rc::gen::inRange(3, 20);
    const auto in_blocks = *rc::gen::arbitrary<bool>();
    std::uint32_t random = *rc::gen::arbitrary<std::uint32_t>();
    const auto lost = [&] {
        random = random * 1'664'525U + 1'013'904'223U;
        return (random >> 16U) % static_cast<unsigned>(one_in) == 0;
    };
    Reader unlimited(bench, 0);
    Reader other(bench, size, all_conformance);
    const std::string request = "C003C102" + get_objects.substr(6) + get_clock.substr(6);
    const auto answer = exchange(other, test::hex(request), in_blocks, window, size, lost);
    RC_ASSERT(answer.has_value());
    RC_ASSERT(*answer == unlimited.send(test::hex(request)));
}

}  // namespace
}  // namespace blathy::meter
