// A hundred thousand connections come and go, half of them rudely, in every state of a conversation. What the server
// holds at the end is what it held at the beginning: no descriptor and no octet more.

#include <array>
#include <filesystem>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "apps/blathy/listen/stream_listener.hpp"
#include "apps/blathy/meter/hdlc_server.hpp"
#include "apps/blathy/meter/udp_server.hpp"
#include "apps/blathy/meter/wrapper_server.hpp"
#include "apps/blathy/net/connect.hpp"
#include "meter/models/sed302.hpp"
#include "meter/server/hdlc_port.hpp"

#include "tests/support/flash.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/tcp_client.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/allocator_interface.h>
#endif

namespace blathy::apps {
namespace {

using std::chrono::milliseconds;
using test::hex;
using test::TcpClient;

// Octets of the heap that are in use.
std::size_t allocated() {
#ifdef __SANITIZE_ADDRESS__
    return __sanitizer_get_current_allocated_bytes();
#else
    return ::mallinfo2().uordblks;
#endif
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// One way of a client to begin: what it sends, and how many octets of answer it waits for.
struct Beginning {
    std::vector<std::uint8_t> sends;
    std::size_t answer = 0;
};

std::vector<std::uint8_t> first(std::size_t count, Bytes octets) {
    return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(count)};
}

class Churn : public testing::Test {
  protected:
    static constexpr std::size_t at_once = 100;

    // Whose connections come and go: how many it has, and what it does between two waits.
    struct Served {
        std::function<std::size_t()> connections;
        std::function<void()> after_wait;
        std::uint16_t port;
    };

    static Served served(LinkServer& server, std::uint16_t port) {
        return {[&] { return server.connections(); },
                [&] {
                    server.after_wait();
                    server.run_timers(std::chrono::steady_clock::now());
                },
                port};
    }

    // `connections` clients, so many at a time, each of which begins in one of the ways given and leaves.
    void churn(const Served& server, const std::vector<Beginning>& ways, std::size_t connections) {
        // Once, so that what is allocated once is.
        crowd(server, ways, 0);
        const std::size_t allocated_before = allocated();
        const std::size_t descriptors_before = open_descriptors();
        for (std::size_t done = 0; done < connections && !HasFatalFailure(); done += at_once) {
            crowd(server, ways, done / at_once);
        }
        EXPECT_EQ(server.connections(), 0U);
        EXPECT_EQ(open_descriptors(), descriptors_before);
        EXPECT_LT(allocated(), allocated_before + 4096);
    }

    test::MemoryFlash flash_{4, 4096};
    meter::Store store_{flash_};
    meter::Meter meter_{meter::sed302, meter::Identity(meter::sed302, 1), {}, store_, std::nullopt};
    Poller poller_;

  private:
    template <class Done>
    void serve(const Served& server, Done&& done) {
        for (int idle = 0; !done() && idle < 10'000; ++idle) {
            poller_.wait(milliseconds{idle == 0 ? 0 : 1});
            server.after_wait();
        }
        ASSERT_TRUE(done());
    }

    void crowd(const Served& server, const std::vector<Beginning>& ways, std::size_t round) {
        std::vector<TcpClient> clients;
        clients.reserve(at_once);
        for (std::size_t i = 0; i < at_once; ++i) clients.emplace_back(server.port);
        serve(server, [&] { return server.connections() == at_once; });
        const auto way_of = [&](std::size_t i) -> const Beginning& { return ways[(i + round) % ways.size()]; };
        for (std::size_t i = 0; i < at_once; ++i) clients[i].send(way_of(i).sends);
        std::array<std::size_t, at_once> got{};
        serve(server, [&] {
            bool complete = true;
            for (std::size_t i = 0; i < at_once; ++i) {
                if (got[i] < way_of(i).answer) got[i] += clients[i].receive_now(4096).size();
                complete = complete && got[i] >= way_of(i).answer;
            }
            return complete;
        });
        // One in ten takes its leave; the others are gone.
        for (std::size_t i = 0; i < at_once; ++i) {
            if (i % 10 != 0) clients[i].crash();
        }
        clients.clear();
        serve(server, [&] { return server.connections() == 0; });
    }
};

TEST_F(Churn, AHundredThousandConnectionsOfTheWrapperLeaveNothingBehind) {
    station::Url url;
    url.host = "127.0.0.1";
    auto server = WrapperServer::listen(poller_, url, meter_, {});
    ASSERT_TRUE(server) << server.error();
    const auto aarq = hex("000100100001001F 601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0");
    auto and_get = aarq;
    // The object list, of which the client takes 1200 octets at a time: a transfer that is never finished.
    for (const std::uint8_t octet : hex("000100100001000D C001C1 000F 0000280000FF 02 00")) and_get.push_back(octet);
    const std::vector<Beginning> ways = {
        {}, {first(5, aarq), 0}, {first(aarq.size() - 1, aarq), 0}, {aarq, 8 + 43}, {and_get, 8 + 43 + 8 + 100},
    };
    churn(served(**server, (*server)->port()), ways, 100'000);
}

TEST_F(Churn, AHundredThousandLinesOfHdlcLeaveNothingBehind) {
    station::Url url;
    url.host = "127.0.0.1";
    const auto make_port = [this] {
        return std::make_unique<LinePortOf<meter::HdlcPort>>(meter_, meter::HdlcPortSettings{.turnaround_ms = 0});
    };
    auto server = HdlcServer::listen(poller_, url, make_port, {});
    ASSERT_TRUE(server) << server.error();
    const auto snrm = hex("7EA0070321930F017E");
    const std::vector<Beginning> ways = {{}, {first(snrm.size() - 2, snrm), 0}, {snrm, 9}, {hex("7EA7FF0223"), 0}};
    churn(served(**server, (*server)->port()), ways, 100'000);
}

// Meters that begin to push and are gone: with the head of a push, with most of it, with a general block that others
// should follow.
TEST_F(Churn, AHundredThousandMetersThatBeginToPushLeaveNothingBehind) {
    auto socket = listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(socket) << socket.error();
    const std::uint16_t port = local_port(*socket);
    ReceivedPushes pushes({}, 0, std::nullopt);
    constexpr std::size_t max_connections = 1000;
    StreamListener listener(std::move(*socket), station::PushReceiver::Framing::wrapper, max_connections, pushes,
                            poller_);
    ASSERT_TRUE(poller_.watch(listener.descriptor(), listener, Poller::Interest::readable));
    const auto push = hex("0001000100400006 0F0000000100");
    const std::vector<Beginning> ways = {{},
                                         {first(5, push), 0},
                                         {first(push.size() - 1, push), 0},
                                         {hex("000100010040000B E0400001000004 0F000000"), 0}};
    churn({[&] { return listener.connections(); }, [&] { listener.after_wait(); }, port}, ways, 100'000);
    EXPECT_THAT(pushes.summary({}), testing::StartsWith("0 pushes from 0 senders"));
}

// Peers of datagrams take no leave: the server forgets those that were silent for the longest.
TEST_F(Churn, TwentyThousandPeersOfUdpLeaveNothingBehind) {
    constexpr std::size_t remembered = 100;
    station::Url url;
    url.host = "127.0.0.1";
    auto server = UdpServer::listen(poller_, url, meter_, {.connections = remembered});
    ASSERT_TRUE(server) << server.error();
    const auto aarq = hex("000100100001001F 601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0");
    const auto come_and_go = [&](std::size_t peers) {
        for (std::size_t peer = 0; peer < peers; ++peer) {
            const auto socket = connect_udp("127.0.0.1", (*server)->port());
            ASSERT_TRUE(socket && socket->write(aarq) == aarq.size());
            poller_.wait(milliseconds{10});
            (*server)->after_wait();
        }
    };
    come_and_go(2 * remembered);
    EXPECT_EQ((*server)->connections(), remembered);
    const std::size_t allocated_before = allocated();
    const std::size_t descriptors_before = open_descriptors();
    come_and_go(20'000);
    EXPECT_EQ((*server)->connections(), remembered);
    EXPECT_EQ(open_descriptors(), descriptors_before);
    EXPECT_LT(allocated(), allocated_before + 4096);
}

}  // namespace
}  // namespace blathy::apps
