// Many clients at one meter: none of them, slow, silent or rude, is another's trouble.

#include "apps/blathy/meter/wrapper_server.hpp"

#include <memory>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/fleet_meter.hpp"
#include "bench/wire/conversations.hpp"
#include "tests/apps/wpdus.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::apps {
namespace {

using namespace wpdus;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::hex;
using test::TcpClient;

// A GET of the object list, by the public client.
const auto get_objects = hex("000100100001000D C001C1 000F 0000280000FF 02 00");

class WrapperServerTest : public testing::Test {
  protected:
    void listen(const LinkLimits& limits = {}) {
        station::Url url;
        url.host = "127.0.0.1";
        auto listening = WrapperServer::listen(poller_, url, meter_, limits);
        ASSERT_TRUE(listening) << listening.error();
        server_ = std::move(*listening);
    }
    // Lets the server do all that it can do now.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            poller_.wait(milliseconds{1});
            server_->after_wait();
        }
    }
    TcpClient associated() {
        TcpClient client(server_->port());
        client.send(aarq);
        settle();
        EXPECT_EQ(client.receive(aare_size).size(), aare_size);
        return client;
    }
    void expect_service(TcpClient& client) {
        client.send(get_name);
        settle();
        EXPECT_EQ(client.receive(name_answer.size()), name_answer);
    }

    // Of the client that collects data, with the password that everybody knows.
    TcpClient proven() {
        const bench::Conversation conversation = bench::energy_by_wrapper();
        const bench::Exchange& association = conversation.greeting.front();
        TcpClient client(server_->port());
        client.send(Bytes(association.request));
        settle();
        EXPECT_EQ(client.receive(association.answer).size(), association.answer);
        return client;
    }
    bool is_served(TcpClient& client) {
        const bench::Exchange get = bench::energy_by_wrapper().requests.front();
        client.send(Bytes(get.request));
        settle();
        return client.receive_now().size() == get.answer;
    }

    bench::FleetMeter fleet_meter_{1};
    meter::Meter& meter_ = fleet_meter_.meter;
    Poller poller_;
    std::unique_ptr<WrapperServer> server_;
};

TEST_F(WrapperServerTest, ServesManyClientsAtOnce) {
    listen();
    std::vector<TcpClient> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(associated());
    for (TcpClient& client : clients) client.send(get_name);
    settle();
    for (TcpClient& client : clients) EXPECT_EQ(client.receive(name_answer.size()), name_answer);
    EXPECT_EQ(server_->connections(), 200U);
}

TEST_F(WrapperServerTest, AClientThatSendsAnOctetAtATimeBlocksNobody) {
    listen();
    TcpClient slow = associated();
    TcpClient other = associated();
    for (std::size_t i = 0; i < get_name.size(); ++i) {
        slow.send(Bytes(get_name).subspan(i, 1));
        expect_service(other);
    }
    EXPECT_EQ(slow.receive(name_answer.size()), name_answer);
}

TEST_F(WrapperServerTest, AClientThatDoesNotReadBlocksNobodyAndLosesNothing) {
    listen();
    TcpClient deaf = associated();
    TcpClient other = associated();
    // Far more answers than the buffers of both sides take.
    constexpr int requests = 2000;
    for (int i = 0; i < requests; ++i) {
        deaf.send(get_objects);
        if (i % 100 == 0) expect_service(other);
    }
    expect_service(other);
    const auto first = deaf.receive(8);
    ASSERT_EQ(first.size(), 8U);
    const std::size_t answer = 8 + first[6] * 256U + first[7];
    std::size_t received = first.size();
    while (received < requests * answer) {
        settle();
        const auto more = deaf.receive_now();
        ASSERT_FALSE(more.empty()) << "after " << received << " octets";
        received += more.size();
    }
    EXPECT_EQ(received, requests * answer);
}

TEST_F(WrapperServerTest, ClosesWhoeverIsIdle) {
    listen({.idle = seconds{180}, .idle_before_association = seconds{30}});
    TcpClient stranger(server_->port());
    TcpClient dripping(server_->port());
    dripping.send(Bytes(aarq).first(10));
    TcpClient client = associated();
    const auto now = std::chrono::steady_clock::now();

    server_->close_idle_connections(now + seconds{29});
    EXPECT_FALSE(stranger.is_closed());
    server_->close_idle_connections(now + seconds{60});
    EXPECT_TRUE(stranger.is_closed());
    EXPECT_TRUE(dripping.is_closed());
    EXPECT_FALSE(client.is_closed());
    expect_service(client);
    server_->close_idle_connections(now + seconds{200});
    EXPECT_TRUE(client.is_closed());
    settle();
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(WrapperServerTest, TakesNoMoreThanItsLimitAndThenAgain) {
    listen({.connections = 3});
    std::vector<TcpClient> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(proven());
    TcpClient surplus(server_->port());
    settle();
    EXPECT_TRUE(surplus.is_closed());
    clients.pop_back();
    settle();
    TcpClient next = associated();
    expect_service(next);
}

// Nor by associating as the public client, which anybody can.
TEST_F(WrapperServerTest, PublicClientsMakeRoomForWhoeverComes) {
    listen({.connections = 4});
    TcpClient client = proven();
    std::vector<TcpClient> crowd;
    for (int i = 0; i < 50; ++i) crowd.push_back(associated());
    EXPECT_EQ(server_->connections(), 4U);
    EXPECT_TRUE(is_served(client));
    TcpClient other = proven();
    EXPECT_TRUE(is_served(other));
    EXPECT_TRUE(is_served(client));
    EXPECT_TRUE(crowd.front().is_closed());
    expect_service(crowd.back());
}

// Nobody keeps others out by connecting often and saying nothing.
TEST_F(WrapperServerTest, SilentConnectionsMakeRoomForNewOnes) {
    listen({.connections = 4});
    TcpClient client = associated();
    std::vector<TcpClient> silent;
    for (int i = 0; i < 50; ++i) {
        silent.emplace_back(server_->port());
        settle();
    }
    EXPECT_EQ(server_->connections(), 4U);
    expect_service(client);
    TcpClient other = associated();
    expect_service(other);
    expect_service(client);
}

// The system gives no more descriptors; the server goes on, and so does whoever had an association.
TEST_F(WrapperServerTest, GoesOnAcceptingWhenTheSystemHasNoDescriptorLeft) {
    listen();
    std::vector<TcpClient> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(associated());
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    // Sockets of clients made beforehand, so that only the server's side runs out.
    std::vector<TcpClient> waiting;
    for (int i = 0; i < 20; ++i) waiting.emplace_back(server_->port());
    const int next_descriptor = ::dup(0);
    ::close(next_descriptor);
    const rlimit tight{static_cast<rlim_t>(next_descriptor), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    for (int i = 0; i < 5; ++i) settle();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_LE(server_->connections(), 10U);
    EXPECT_FALSE(waiting.back().is_closed()) << "the one that came last has a place";
    waiting.back().send(aarq);
    settle();
    EXPECT_EQ(waiting.back().receive(aare_size).size(), aare_size);
}

TEST_F(WrapperServerTest, ClosesWhatIsNotTheWrapperAndGoesOn) {
    listen();
    TcpClient browser(server_->port());
    browser.send("GET / HTTP/1.1\r\nHost: meter\r\n\r\n");
    settle();
    EXPECT_TRUE(browser.is_closed());
    TcpClient client = associated();
    expect_service(client);
}

TEST_F(WrapperServerTest, AnswersWhatCameBeforeAHalfClose) {
    listen();
    TcpClient client = associated();
    client.send(get_name);
    client.send(get_name);
    client.end_sending();
    settle();
    EXPECT_EQ(client.receive(name_answer.size()), name_answer);
    EXPECT_EQ(client.receive(name_answer.size()), name_answer);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace blathy::apps
