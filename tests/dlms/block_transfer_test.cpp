#include "dlms/block_transfer/block_transfer.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec_testing.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;
using Event = BlockTransfer::Event;
using Service = BlockTransfer::Service;

Octets counting(std::size_t size) {
    Octets octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return octets;
}

// One side with memory for what it receives. `sent()` drains what is due, as hex.
struct Side {
    explicit Side(const BlockTransferParameters& parameters, std::size_t room_size = 1000)
        : room(room_size), transfer(room, parameters) {}

    Event receive(std::string_view hex) {
        const Octets octets = from_hex(hex);
        const auto block = read_general_block(octets);
        return transfer.receive(*block, now_ms);
    }
    std::string next() {
        Octets memory(2000);
        ByteWriter out(memory);
        return transfer.next(out, now_ms) ? to_hex(out.written()) : "";
    }
    std::vector<std::string> all() {
        std::vector<std::string> blocks;
        for (std::string block = next(); !block.empty(); block = next()) blocks.push_back(block);
        return blocks;
    }

    Octets room;
    BlockTransfer transfer;
    std::uint32_t now_ms = 0;
};

using Blocks = std::vector<std::string>;

constexpr BlockTransferParameters three_octets{.block_size = 3, .window = 3, .timeout_ms = 1000, .attempts = 2};

// The client asked in a plain APDU, and the response is eight octets long.
TEST(BlockTransferServer, SendsOneBlockUntilTheClientStatesItsWindow) {
    Side server(three_octets);
    server.transfer.send(from_hex(""), Service::response);
    EXPECT_TRUE(server.all().empty()) << "nothing is nothing";
    const Octets response = from_hex("C401C10009020102");
    server.transfer.send(response, Service::response);
    EXPECT_EQ(server.all(), (Blocks{"E0030001000003C401C1"}));
    EXPECT_EQ(server.receive("E0 83 0001 0001 00"), Event::send);
    EXPECT_EQ(server.all(), (Blocks{"E0430002000103000902", "E08300030001020102"}));
    EXPECT_TRUE(server.transfer.all_sent());
}

TEST(BlockTransferServer, TakesAWindowOf0ForOneBlockATime) {
    Side server(three_octets);
    const Octets response = counting(9);
    server.transfer.send(response, Service::response);
    EXPECT_EQ(server.all().size(), 1U);
    server.receive("E0 80 0001 0001 00");
    EXPECT_EQ(server.all().size(), 1U);
    server.receive("E0 80 0002 0002 00");
    EXPECT_EQ(server.all(), (Blocks{"E08300030002032A3138"}));
}

TEST(BlockTransferServer, FollowsAWindowThatChanges) {
    Side server(three_octets);
    const Octets response = counting(60);
    server.transfer.send(response, Service::response);
    EXPECT_EQ(server.all().size(), 1U);
    server.receive("E0 85 0001 0001 00");
    EXPECT_EQ(server.all().size(), 5U);
    server.receive("E0 82 0002 0006 00");
    EXPECT_EQ(server.all().size(), 2U);
    server.receive("E0 BF 0003 0008 00");
    const Blocks rest = server.all();
    ASSERT_EQ(rest.size(), 12U) << "all there is";
    EXPECT_EQ(rest.front().substr(0, 14), "E0430009000303");
    EXPECT_EQ(rest.back().substr(0, 14), "E0830014000303");
}

TEST(BlockTransferServer, SendsLostBlocksAgain) {
    Side server(three_octets);
    const Octets response = counting(30);
    server.transfer.send(response, Service::response);
    server.all();
    server.receive("E0 84 0001 0001 00");
    EXPECT_EQ(server.all().size(), 4U) << "2 to 5, of which the client misses 3 and 4";
    server.receive("E0 82 0002 0002 00");
    const Blocks again = server.all();
    ASSERT_EQ(again.size(), 2U);
    EXPECT_EQ(again[0].substr(0, 10), "E043000300");
    EXPECT_EQ(again[1].substr(0, 10), "E003000400");
    server.receive("E0 84 0003 0005 00");
    EXPECT_EQ(server.all().front().substr(0, 10), "E043000600");
}

TEST(BlockTransferServer, SendsItsLastBlockAgain) {
    Side server(three_octets);
    const Octets response = counting(6);
    server.transfer.send(response, Service::response);
    server.all();
    server.receive("E0 83 0001 0001 00");
    const Blocks last = server.all();
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(server.transfer.tick(60'000), Event::wait) << "an exchange is over with its last block";
    EXPECT_EQ(server.receive("E0 83 0002 0001 00"), Event::send) << "unless the client misses it";
    EXPECT_EQ(server.all(), Blocks{"E08300020002"
                                   "03"
                                   "151C23"});
}

TEST(BlockTransferServer, AbortsOnAnAcknowledgementOfWhatItNeverSent) {
    Side server(three_octets);
    const Octets response = counting(30);
    server.transfer.send(response, Service::response);
    server.all();
    EXPECT_EQ(server.receive("E0 83 0001 0002 00"), Event::aborted);
    EXPECT_EQ(server.all(), (Blocks{"E0800000000000"}));
    EXPECT_EQ(server.receive("E0 83 0002 0001 00"), Event::wait) << "it is over";
    EXPECT_TRUE(server.all().empty());
}

TEST(BlockTransferServer, AbortsOnAnAcknowledgementThatIsTakenBack) {
    Side server(three_octets);
    const Octets response = counting(30);
    server.transfer.send(response, Service::response);
    server.all();
    server.receive("E0 83 0001 0001 00");
    server.all();
    server.receive("E0 83 0002 0003 00");
    server.all();
    EXPECT_EQ(server.receive("E0 83 0003 0002 00"), Event::aborted);
}

TEST(BlockTransferServer, IsNotMisledByALateAcknowledgement) {
    Side server(three_octets);
    const Octets response = counting(30);
    server.transfer.send(response, Service::response);
    server.all();
    server.receive("E0 83 0001 0001 00");
    server.all();
    server.receive("E0 83 0002 0003 00");
    EXPECT_EQ(server.all().size(), 3U);
    EXPECT_EQ(server.receive("E0 83 0001 0001 00"), Event::wait);
    EXPECT_EQ(server.receive("E0 83 0002 0003 00"), Event::wait) << "doubled on its way";
}

TEST(BlockTransferServer, IsAbortedByTheClient) {
    Side server(three_octets);
    const Octets response = counting(30);
    server.transfer.send(response, Service::response);
    server.all();
    EXPECT_EQ(server.receive("E0 80 0000 0000 00"), Event::aborted);
    EXPECT_TRUE(server.all().empty()) << "and does not answer that";
}

TEST(BlockTransferServer, PullsWhatItSends) {
    Side server(three_octets);
    const Octets response = counting(20);
    Octets kept(9);
    std::size_t pulled = 0;
    // Two octets a time, across the borders of blocks.
    auto pull = [&](MutableBytes room) {
        const std::size_t count = std::min<std::size_t>({2, room.size(), response.size() - pulled});
        std::copy_n(response.begin() + static_cast<std::ptrdiff_t>(pulled), count, room.begin());
        pulled += count;
        return Pulled{count, pulled == response.size()};
    };
    const auto all = [&] {
        Blocks blocks;
        Octets memory(100);
        for (ByteWriter out(memory); server.transfer.next(out, 0, pull); out = ByteWriter(memory)) {
            blocks.push_back(to_hex(out.written()));
        }
        return blocks;
    };
    server.transfer.send_pulled(kept, Service::response);
    EXPECT_EQ(all(), Blocks{"E0030001000003" + to_hex(Bytes(response).first(3))});
    EXPECT_EQ(pulled, 3U) << "no more than is sent";
    server.receive("E0 BF 0001 0001 00");
    EXPECT_EQ(all().size(), 3U) << "as many as can be kept, whatever the window";
    server.receive("E0 82 0002 0001 00");
    EXPECT_EQ(all(), (Blocks{"E0430002000203" + to_hex(Bytes(response).subspan(3, 3)),
                             "E0030003000203" + to_hex(Bytes(response).subspan(6, 3))}))
        << "out of what was kept";
    EXPECT_EQ(pulled, 12U);
    server.receive("E0 83 0003 0004 00");
    EXPECT_EQ(all(), (Blocks{"E0430005000303" + to_hex(Bytes(response).subspan(12, 3)),
                             "E0430006000303" + to_hex(Bytes(response).subspan(15, 3)),
                             "E0830007000302" + to_hex(Bytes(response).subspan(18, 2))}));
    EXPECT_TRUE(server.transfer.all_sent());
}

TEST(BlockTransferServer, AbortsWhenThePullFails) {
    for (const std::size_t octets : {std::size_t{0}, std::size_t{4}, static_cast<std::size_t>(-1)}) {
        Side server(three_octets);
        Octets kept(9);
        server.transfer.send_pulled(kept, Service::response);
        Octets memory(100);
        ByteWriter out(memory);
        EXPECT_TRUE(server.transfer.next(out, 0, [octets](MutableBytes) { return Pulled{octets, false}; }));
        EXPECT_EQ(to_hex(out.written()), "E0800000000000") << octets;
        EXPECT_TRUE(server.transfer.aborted());
    }
}

TEST(BlockTransferServer, NeedsMemoryToPullInto) {
    Side server(three_octets);
    Octets kept;
    server.transfer.send_pulled(kept, Service::response);
    EXPECT_FALSE(server.transfer.due());
}

TEST(BlockTransferClient, AcknowledgesEachStream) {
    Side client(three_octets);
    EXPECT_EQ(client.receive("E0 03 0001 0000 03 C401C1"), Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0830001000100"});
    EXPECT_EQ(client.receive("E0 43 0002 0001 03 000902"), Event::wait);
    EXPECT_EQ(client.receive("E0 83 0003 0001 02 0102"), Event::message);
    EXPECT_EQ(to_hex(client.transfer.message()), "C401C10009020102");
    EXPECT_TRUE(client.all().empty()) << "the last block of an exchange needs no acknowledgement";
}

TEST(BlockTransferClient, NamesTheFirstGapAndItsSize) {
    Side client({.block_size = 3, .window = 6, .timeout_ms = 1000});
    client.receive("E0 03 0001 0000 01 01");
    client.all();
    client.receive("E0 43 0002 0001 01 02");
    client.receive("E0 43 0005 0001 01 05");
    EXPECT_EQ(client.receive("E0 03 0007 0001 01 07"), Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0820002000200"}) << "3 and 4";
    client.receive("E0 43 0003 0002 01 03");
    EXPECT_EQ(client.receive("E0 03 0004 0002 01 04"), Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0810003000500"}) << "then 6";
    EXPECT_EQ(client.receive("E0 03 0006 0003 01 06"), Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0860004000700"}) << "then on with the full window";
    EXPECT_EQ(client.receive("E0 83 0008 0004 01 08"), Event::message);
    EXPECT_EQ(to_hex(client.transfer.message()), "0102030405060708");
}

TEST(BlockTransferClient, PutsBlocksOfAnySizeInOrder) {
    Side client({.block_size = 3, .window = 8});
    client.receive("E0 40 0003 0000 04 00010203");
    client.receive("E0 40 0002 0000 01 AA");
    client.receive("E0 80 0005 0000 02 FFFE");
    client.receive("E0 40 0001 0000 05 1011121314");
    EXPECT_EQ(client.receive("E0 40 0004 0000 03 B0B1B2"), Event::message);
    EXPECT_EQ(to_hex(client.transfer.message()), "1011121314AA00010203B0B1B2FFFE");
}

TEST(BlockTransferClient, TakesADoubledBlockOnce) {
    Side client({.block_size = 3, .window = 8});
    client.receive("E0 40 0001 0000 01 01");
    client.receive("E0 40 0001 0000 01 01");
    client.receive("E0 40 0003 0000 01 03");
    client.receive("E0 40 0003 0000 01 99");
    EXPECT_EQ(client.receive("E0 80 0004 0000 01 04"), Event::send);
    EXPECT_EQ(client.receive("E0 00 0002 0000 01 02"), Event::message);
    EXPECT_EQ(to_hex(client.transfer.message()), "01020304");
}

TEST(BlockTransferClient, AnswersADoubledEndOfAStreamOnlyOnce) {
    Side client(three_octets);
    client.now_ms = 10'000;
    client.receive("E0 03 0001 0000 01 01");
    EXPECT_EQ(client.all(), Blocks{"E0830001000100"});
    client.now_ms += 10;
    EXPECT_EQ(client.receive("E0 03 0001 0000 01 01"), Event::wait) << "the network doubled it";
    client.now_ms += 600;
    EXPECT_EQ(client.receive("E0 03 0001 0000 01 01"), Event::send) << "the server has heard nothing";
    EXPECT_EQ(client.all(), Blocks{"E0830002000100"});
}

TEST(BlockTransferClient, AnswersAStreamThatIgnoresItsWindow) {
    Side client(three_octets);
    EXPECT_EQ(client.receive("E0 40 0001 0000 01 01"), Event::wait);
    EXPECT_EQ(client.receive("E0 40 0002 0000 01 02"), Event::wait);
    EXPECT_EQ(client.receive("E0 40 0003 0000 01 03"), Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0830001000300"});
}

TEST(BlockTransferClient, AsksAgainAfterSilenceAndGivesUp) {
    Side client(three_octets);
    client.now_ms = 5000;
    client.receive("E0 03 0001 0000 01 01");
    client.all();
    EXPECT_EQ(client.transfer.tick(5999), Event::wait);
    EXPECT_EQ(client.transfer.tick(6000), Event::send);
    client.now_ms = 6000;
    EXPECT_EQ(client.all(), Blocks{"E0830002000100"});
    EXPECT_EQ(client.transfer.tick(7000), Event::send);
    client.now_ms = 7000;
    client.all();
    EXPECT_EQ(client.transfer.tick(8000), Event::aborted);
    EXPECT_EQ(client.all(), (Blocks{"E0800000000000"}));
    EXPECT_EQ(client.transfer.tick(80'000), Event::wait);
}

TEST(BlockTransferClient, CountsOnAClockThatWraps) {
    Side client(three_octets);
    client.now_ms = 0xFFFF'FF00;
    client.receive("E0 03 0001 0000 01 01");
    client.all();
    EXPECT_EQ(client.transfer.tick(0x2E7), Event::wait);
    EXPECT_EQ(client.transfer.tick(0x2E8), Event::send);
}

TEST(BlockTransferClient, NeverAsksUnlessSpokenToWithoutATimeout) {
    Side client({.block_size = 3, .window = 3, .timeout_ms = 0});
    client.receive("E0 43 0002 0000 01 01");
    EXPECT_EQ(client.transfer.tick(0x7FFF'FFFF), Event::wait);
}

TEST(BlockTransferClient, AbortsOnNonsense) {
    struct Case {
        const char* what;
        std::vector<const char*> blocks;
    };
    for (const auto& [what, blocks] : std::vector<Case>{
             {"a number out of every window", {"E0 40 0041 0000 01 01"}},
             {"and one that only acknowledges", {"E0 80 0041 0000 00"}},
             {"octets behind the last block", {"E0 80 0002 0000 01 02", "E0 40 0003 0000 01 03"}},
             {"a last block before others", {"E0 40 0003 0000 01 03", "E0 80 0002 0000 01 02"}},
             {"two last blocks", {"E0 80 0003 0000 01 03", "E0 80 0002 0000 01 02"}},
             {"more than fits", {"E0 40 0001 0000 05 0102030405", "E0 40 0003 0000 04 01020304"}},
         }) {
        Side client(three_octets, 8);
        for (std::size_t i = 0; i + 1 < blocks.size(); ++i) client.receive(blocks[i]);
        EXPECT_EQ(client.receive(blocks.back()), Event::aborted) << what;
        EXPECT_EQ(client.all(), (Blocks{"E0800000000000"})) << what;
    }
}

TEST(BlockTransferClient, FillsItsMemoryToTheLastOctet) {
    Side client({.block_size = 3, .window = 8}, 8);
    client.receive("E0 40 0002 0000 03 060708");
    EXPECT_EQ(client.receive("E0 40 0001 0000 05 0102030405"), Event::wait);
    EXPECT_EQ(client.receive("E0 40 0004 0000 00"), Event::wait) << "an acknowledgement takes no room";
    EXPECT_EQ(client.receive("E0 80 0003 0000 01 09"), Event::aborted);
}

TEST(BlockTransferClient, ListensToAPushWithoutAWord) {
    // LB and STR are both set in the last block, as a meter in the field has it.
    Side listener({.block_size = 0, .window = 0, .timeout_ms = 1000, .attempts = 1});
    EXPECT_EQ(listener.receive("E0 40 0001 0000 02 0F00"), Event::wait);
    EXPECT_EQ(listener.receive("E0 40 0002 0000 02 0000"), Event::wait);
    EXPECT_EQ(listener.receive("E0 C0 0003 0000 03 000000"), Event::message);
    EXPECT_EQ(to_hex(listener.transfer.message()), "0F000000000000");
    listener.transfer.reset();
    listener.receive("E0 40 0002 0000 02 0F00");
    EXPECT_EQ(listener.transfer.tick(1000), Event::wait);
    EXPECT_EQ(listener.transfer.tick(2000), Event::aborted);
    EXPECT_TRUE(listener.all().empty());
}

TEST(BlockTransferPush, IsOneStreamThatNobodyAcknowledges) {
    Side meter(three_octets);
    const Octets push = counting(8);
    meter.transfer.send_unconfirmed(push);
    EXPECT_EQ(meter.all(), (Blocks{"E0400001000003" + to_hex(Bytes(push).first(3)),
                                   "E0400002000003" + to_hex(Bytes(push).subspan(3, 3)),
                                   "E0800003000002" + to_hex(Bytes(push).subspan(6))}));
    EXPECT_EQ(meter.transfer.tick(60'000), Event::wait);
}

TEST(BlockTransfer, OfARequestAndItsResponse) {
    Side client(three_octets);
    Side server(three_octets);
    const Octets request = counting(7);
    const Octets response = counting(5);
    client.transfer.send(request, Service::request);
    EXPECT_EQ(client.all(), Blocks{"E0030001000003"
                                   "00070E"});
    EXPECT_EQ(server.receive("E0030001000003"
                             "00070E"),
              Event::send);
    EXPECT_EQ(server.all(), Blocks{"E0830001000100"});
    EXPECT_EQ(client.receive("E0830001000100"), Event::send);
    EXPECT_EQ(client.all(), (Blocks{"E0430002000103"
                                    "151C23",
                                    "E0830003000101"
                                    "2A"}));
    server.receive(
        "E0430002000103"
        "151C23");
    EXPECT_EQ(server.receive("E0830003000101"
                             "2A"),
              Event::message);
    EXPECT_EQ(server.transfer.message().size(), request.size());
    EXPECT_TRUE(equal(server.transfer.message(), request));
    // The numbers go on, and the first block acknowledges the request.
    server.transfer.send(response, Service::response);
    EXPECT_EQ(server.all(), Blocks{"E0030002000303"
                                   "00070E"});
    EXPECT_EQ(client.receive("E0030002000303"
                             "00070E"),
              Event::send);
    EXPECT_EQ(client.all(), Blocks{"E0830004000200"});
    EXPECT_EQ(server.receive("E0830004000200"), Event::send);
    EXPECT_EQ(server.all(), Blocks{"E0830003000402"
                                   "151C"});
    EXPECT_EQ(client.receive("E0830003000402"
                             "151C"),
              Event::message);
    EXPECT_TRUE(equal(client.transfer.message(), response));
}

TEST(BlockTransfer, OfARequestIsRepeatedUntilTheResponseBegins) {
    Side client(three_octets);
    const Octets request = counting(3);
    client.transfer.send(request, Service::request);
    EXPECT_EQ(client.all(), Blocks{"E0830001000003"
                                   "00070E"});
    EXPECT_EQ(client.transfer.tick(1000), Event::send);
    client.now_ms = 1000;
    EXPECT_EQ(client.all(), Blocks{"E0830001000003"
                                   "00070E"});
    client.receive("E0 83 0001 0001 00");
    EXPECT_EQ(client.transfer.tick(2000), Event::send) << "an acknowledgement alone is not the response";
    client.now_ms = 2000;
    client.all();
    EXPECT_EQ(client.receive("E0 83 0002 0001 01 42"), Event::message);
    EXPECT_EQ(client.transfer.tick(60'000), Event::wait);
}

TEST(BlockTransfer, SaysAcknowledgementsAgainThatTheOtherSideMisses) {
    Side server(three_octets);
    server.receive("E0 03 0001 0000 01 01");
    server.all();
    server.receive("E0 03 0002 0001 01 02");
    server.all();
    EXPECT_EQ(server.receive("E0 83 0003 0001 01 03"), Event::message);
    const Octets response = counting(2);
    server.transfer.send(response, Service::response);
    EXPECT_EQ(server.all(), Blocks{"E0830003000302"
                                   "0007"});
    // The client has seen neither acknowledgement, and asks for what came before block 3.
    EXPECT_EQ(server.receive("E0 82 0004 0000 00"), Event::send);
    EXPECT_EQ(server.all(), (Blocks{"E0430001000400", "E0030002000400"}));
    EXPECT_EQ(server.receive("E0 83 0005 0002 00"), Event::send);
    EXPECT_EQ(server.all(), Blocks{"E0830003000502"
                                   "0007"});
    EXPECT_EQ(server.receive("E0 83 0006 FFFF 00"), Event::aborted) << "there was none before block 1";
}

TEST(BlockTransfer, BeginsWithBlock1ThatAcknowledgesNothing) {
    const auto begins = [](std::string_view hex) {
        const Octets octets = from_hex(hex);
        return BlockTransfer::begins_exchange(*read_general_block(octets));
    };
    EXPECT_TRUE(begins("E0 03 0001 0000 01 01"));
    EXPECT_FALSE(begins("E0 03 0002 0000 01 01"));
    EXPECT_FALSE(begins("E0 83 0001 0001 01 01"));
    EXPECT_FALSE(begins("E0 83 0001 0000 00"));
}

// A message of more blocks than there are numbers, every 1000th of which is lost.
TEST(BlockTransfer, GoesOnBehindBlock65535) {
    const Octets apdu = counting(65536 + 70);
    for (const std::uint8_t window : {std::uint8_t{1}, std::uint8_t{63}}) {
        Side server({.block_size = 1, .window = window});
        Side client({.block_size = 1, .window = window, .timeout_ms = 1}, apdu.size());
        Octets kept(20);
        std::size_t pulled = 0;
        auto pull = [&](MutableBytes room) {
            room[0] = apdu[pulled++];
            return Pulled{1, pulled == apdu.size()};
        };
        server.transfer.send_pulled(kept, Service::response);
        Octets memory(20);
        std::uint32_t sent = 0;
        Event event = Event::wait;
        for (std::uint32_t now_ms = 0; now_ms < 1'000'000 && event != Event::message; ++now_ms) {
            for (ByteWriter out(memory); server.transfer.next(out, now_ms, pull); out = ByteWriter(memory)) {
                if (++sent % 1000 == 0) continue;
                event = client.transfer.receive(*read_general_block(out.written()), now_ms);
                ASSERT_NE(event, Event::aborted);
            }
            client.transfer.tick(now_ms);
            for (ByteWriter out(memory); client.transfer.next(out, now_ms); out = ByteWriter(memory)) {
                ASSERT_NE(server.transfer.receive(*read_general_block(out.written()), now_ms), Event::aborted);
            }
        }
        ASSERT_EQ(event, Event::message) << "window " << int{window};
        EXPECT_GT(sent, 65536U + 70U) << "blocks were lost and sent again";
        EXPECT_TRUE(equal(client.transfer.message(), apdu));
    }
}

// A network that loses, doubles and reorders, and two sides that talk until the response is complete.
struct Weather {
    unsigned lose_percent;
    unsigned double_percent;
    unsigned reorder_percent;
};

bool exchange(std::uint64_t seed, const Weather& weather, std::uint8_t client_window, std::uint8_t server_window,
              const Octets& request, const Octets& response, std::size_t kept_blocks) {
    std::mt19937_64 random(seed);
    const auto happens = [&](unsigned percent) { return random() % 100 < percent; };
    constexpr std::size_t block_size = 5;
    Side client({.block_size = block_size, .window = client_window, .timeout_ms = 100, .attempts = 200},
                response.size());
    Side server({.block_size = block_size, .window = server_window, .timeout_ms = 130, .attempts = 200},
                request.size());
    Octets kept(kept_blocks * block_size);
    std::size_t pulled = 0;
    auto pull = [&](MutableBytes room) {
        const std::size_t count = std::min({room.size(), response.size() - pulled, std::size_t{1} + random() % 7});
        std::copy_n(response.begin() + static_cast<std::ptrdiff_t>(pulled), count, room.begin());
        pulled += count;
        return Pulled{count, pulled == response.size()};
    };
    std::deque<Octets> to_server;
    std::deque<Octets> to_client;
    const auto put = [&](std::deque<Octets>& line, Bytes block) {
        if (happens(weather.lose_percent)) return;
        const std::size_t copies = happens(weather.double_percent) ? 2 : 1;
        for (std::size_t i = 0; i < copies; ++i) {
            const std::size_t back = happens(weather.reorder_percent) ? random() % (line.size() + 1) : 0;
            line.insert(line.end() - static_cast<std::ptrdiff_t>(back), Octets(block.begin(), block.end()));
        }
    };
    client.transfer.send(request, Service::request);
    bool served = false;
    Octets memory(64);
    for (std::uint32_t now_ms = 0; now_ms < 2'000'000; ++now_ms) {
        for (ByteWriter out(memory); client.transfer.next(out, now_ms); out = ByteWriter(memory)) {
            put(to_server, out.written());
        }
        for (ByteWriter out(memory); server.transfer.next(out, now_ms, pull); out = ByteWriter(memory)) {
            put(to_client, out.written());
        }
        if (!to_server.empty()) {
            const auto event = server.transfer.receive(*read_general_block(to_server.front()), now_ms);
            if (event == Event::aborted) return false;
            if (event == Event::message && !served) {
                if (!equal(server.transfer.message(), request)) return false;
                served = true;
                server.transfer.send_pulled(kept, Service::response);
            }
            to_server.pop_front();
        }
        if (!to_client.empty()) {
            const auto event = client.transfer.receive(*read_general_block(to_client.front()), now_ms);
            if (event == Event::aborted) return false;
            if (event == Event::message) return served && equal(client.transfer.message(), response);
            to_client.pop_front();
        }
        if (client.transfer.tick(now_ms) == Event::aborted || server.transfer.tick(now_ms) == Event::aborted)
            return false;
    }
    return false;
}

RC_GTEST_PROP(BlockTransfer, ArrivesWholeThroughAnyNetwork, ()) {
    const Weather weather{*rc::gen::inRange(0U, 40U), *rc::gen::inRange(0U, 40U), *rc::gen::inRange(0U, 40U)};
    const auto client_window = *rc::gen::inRange<std::uint8_t>(1, 64);
    const auto server_window = *rc::gen::inRange<std::uint8_t>(1, 64);
    const Octets request = counting(*rc::gen::inRange<std::size_t>(1, 300));
    const Octets response = counting(*rc::gen::inRange<std::size_t>(1, 1500));
    const auto kept_blocks = *rc::gen::inRange<std::size_t>(1, 70);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(exchange(seed, weather, client_window, server_window, request, response, kept_blocks));
}

// Whatever a peer says, memory stays within its bounds and an exchange comes to an end.
RC_GTEST_PROP(BlockTransfer, StandsAnyPeer, ()) {
    Side side({.block_size = 4, .window = *rc::gen::inRange<std::uint8_t>(0, 64), .timeout_ms = 50}, 64);
    const Octets apdu = counting(100);
    if (*rc::gen::arbitrary<bool>()) side.transfer.send(apdu, Service::request);
    const auto steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
        const Octets data(*rc::gen::inRange<std::size_t>(0, 12), 0x5A);
        GeneralBlock block;
        block.last = *rc::gen::inRange(0, 8) == 0;
        block.streaming = *rc::gen::arbitrary<bool>();
        block.window = *rc::gen::inRange<std::uint8_t>(0, 64);
        block.number = *rc::gen::inRange<std::uint16_t>(0, 80);
        block.acknowledged = *rc::gen::inRange<std::uint16_t>(0, 30);
        block.data = data;
        side.now_ms += *rc::gen::inRange(0U, 60U);
        (void)side.transfer.receive(block, side.now_ms);
        (void)side.transfer.tick(side.now_ms);
        RC_ASSERT(side.transfer.message().size() <= 64U);
        RC_ASSERT(side.all().size() <= 64U);
    }
}

}  // namespace
}  // namespace blathy::dlms
