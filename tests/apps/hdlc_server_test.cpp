// Many lines at one meter, over TCP and UDP: none of them, slow, silent or rude, is another's trouble.

#include "apps/blathy/meter/hdlc_server.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/blathy/meter/listen.hpp"
#include "apps/blathy/meter/udp_server.hpp"
#include "apps/blathy/meter/wrapper_server.hpp"
#include "meter/models/sed302.hpp"

#include "tests/apps/wpdus.hpp"
#include "tests/support/flash.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::apps {
namespace {

using namespace wpdus;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::hex;
using test::TcpClient;

const auto snrm = hex("7EA0070321930F017E");
const auto ua = hex("7EA00721037301407E");

class TwoWayTraffic final : public TrafficObserver {
  public:
    void on_frame(std::string_view, Direction direction, Bytes frame) override {
        seen.push_back((direction == Direction::to_meter ? "> " : "< ") + hex(frame));
    }
    std::vector<std::string> seen;
};

template <class Server>
class ServerTest : public testing::Test {
  protected:
    void listen(std::string_view url, const LinkLimits& limits = {}) {
        auto listening = listen_at(poller_, *station::parse_url(url, station::UrlUse::listen), meter_, limits, taken_);
        ASSERT_TRUE(listening) << listening.error();
        server_.reset(static_cast<Server*>(listening->release()));
    }
    // Lets the server do all that it can do now.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            poller_.wait(milliseconds{1});
            server_->after_wait();
            server_->run_timers(std::chrono::steady_clock::now());
        }
    }

    test::MemoryFlash flash_{4, 4096};
    meter::Store store_{flash_};
    meter::Meter meter_{meter::sed302, meter::Identity(meter::sed302, 1), {}, store_, std::nullopt};
    Poller poller_;
    TakenLines taken_;
    std::unique_ptr<Server> server_;
};

class HdlcServerTest : public ServerTest<HdlcServer> {
  protected:
    TcpClient connected() {
        TcpClient client(server_->port());
        client.send(snrm);
        settle();
        EXPECT_EQ(client.receive(ua.size()), ua);
        return client;
    }
};

TEST_F(HdlcServerTest, ServesManyLinesAtOnce) {
    listen("hdlc+tcp://127.0.0.1:0");
    std::vector<TcpClient> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(connected());
    EXPECT_EQ(server_->connections(), 200U);
    for (TcpClient& client : clients) {
        client.send(hex("7EA00703215303C77E"));
        settle();
        EXPECT_EQ(client.receive(ua.size()), ua);
    }
}

TEST_F(HdlcServerTest, AFrameThatNeverEndsBlocksNobodyAndIsCutOff) {
    listen("hdlc+tcp://127.0.0.1:0");
    TcpClient endless(server_->port());
    endless.send(hex("7EA7FF03"));
    const std::vector<std::uint8_t> filler(4096, 0x55);
    for (int i = 0; i < 100; ++i) endless.send(filler);
    const TcpClient other = connected();
    EXPECT_EQ(server_->connections(), 2U);
    // Octets are no sign of life, answers are: none has had one for this long.
    server_->close_idle_connections(std::chrono::steady_clock::now() + seconds{31});
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HdlcServerTest, AClientThatSendsAnOctetAtATimeIsServed) {
    listen("hdlc+tcp://127.0.0.1:0");
    TcpClient slow(server_->port());
    for (const std::uint8_t octet : snrm) {
        slow.send(Bytes(&octet, 1));
        settle();
    }
    EXPECT_EQ(slow.receive(ua.size()), ua);
}

TEST_F(HdlcServerTest, ClosesWhoeverIsIdle) {
    listen("hdlc+tcp://127.0.0.1:0");
    const TcpClient stranger(server_->port());
    settle();
    const auto now = std::chrono::steady_clock::now();
    server_->close_idle_connections(now + seconds{29});
    EXPECT_FALSE(stranger.is_closed());
    server_->close_idle_connections(now + seconds{60});
    EXPECT_TRUE(stranger.is_closed());
    settle();
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HdlcServerTest, OneTooManyTakesThePlaceOfTheFirstWithoutAnAssociation) {
    listen("hdlc+tcp://127.0.0.1:0", {.connections = 3});
    std::vector<TcpClient> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(connected());
    const TcpClient next = connected();
    EXPECT_TRUE(clients[0].is_closed());
    EXPECT_FALSE(clients[1].is_closed());
    EXPECT_FALSE(clients[2].is_closed());
    EXPECT_EQ(server_->connections(), 3U);
}

TEST_F(HdlcServerTest, GoesOnAcceptingAfterManyConnections) {
    listen("hdlc+tcp://127.0.0.1:0");
    for (int i = 0; i < 3000; ++i) {
        const TcpClient client(server_->port());
        if (i % 3 != 0) client.send(Bytes(snrm).first(static_cast<std::size_t>(i) % snrm.size()));
        if (i % 50 == 0) settle();
    }
    settle();
    EXPECT_EQ(server_->connections(), 0U);
    const TcpClient client = connected();
}

TEST_F(HdlcServerTest, AClientThatFloodsAndDoesNotReadBlocksNobody) {
    listen("hdlc+tcp://127.0.0.1:0");
    TcpClient deaf(server_->port());
    TcpClient other = connected();
    // Every SNRM is answered, far beyond what the buffers of both sides take.
    std::vector<std::uint8_t> flood;
    for (int i = 0; i < 400; ++i) flood.insert(flood.end(), snrm.begin(), snrm.end());
    const auto rr = hex("7EA00703211115A67E");
    const auto rr_answer = hex("7EA007210311D5EC7E");
    for (int i = 0; i < 1000; ++i) {
        deaf.send_now(flood);
        if (i % 100 != 0) continue;
        other.send(rr);
        settle();
        EXPECT_EQ(other.receive(rr.size()).size(), rr_answer.size());
    }
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HdlcServerTest, AnswersWhatCameBeforeAHalfClose) {
    listen("hdlc+tcp://127.0.0.1:0");
    TcpClient client(server_->port());
    client.send(snrm);
    client.end_sending();
    settle();
    EXPECT_EQ(client.receive(ua.size()), ua);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HdlcServerTest, ShowsItsFramesWhole) {
    listen("hdlc+tcp://127.0.0.1:0");
    TwoWayTraffic observer;
    server_->observe(&observer);
    TcpClient client(server_->port());
    client.send(Bytes(snrm).first(4));
    settle();
    client.send(Bytes(snrm).subspan(4));
    settle();
    EXPECT_EQ(client.receive(ua.size()), ua);
    EXPECT_EQ(observer.seen, (std::vector<std::string>{"> " + hex(snrm), "< " + hex(ua)}));
}

// A socket that speaks to a UDP server on this machine.
class UdpClient {
  public:
    explicit UdpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    }
    void send(Bytes datagram) const { (void)socket_.write(datagram); }
    // The datagram that waits; empty if none does.
    [[nodiscard]] std::vector<std::uint8_t> receive() const {
        std::vector<std::uint8_t> datagram(0x1'0000);
        const ssize_t size = ::recv(socket_.descriptor(), datagram.data(), datagram.size(), MSG_DONTWAIT);
        datagram.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        return datagram;
    }

  private:
    Socket socket_;
};

class UdpServerTest : public ServerTest<UdpServer> {
  protected:
    std::vector<std::uint8_t> ask(const UdpClient& client, Bytes datagram) {
        client.send(datagram);
        settle();
        return client.receive();
    }
};

TEST_F(UdpServerTest, EachPeerHasItsOwnAssociation) {
    listen("udp://127.0.0.1:0");
    const UdpClient client(server_->port());
    const UdpClient other(server_->port());
    EXPECT_EQ(ask(client, aarq).size(), aare_size);
    EXPECT_EQ(ask(client, get_name), name_answer);
    EXPECT_NE(ask(other, get_name), name_answer);
    EXPECT_EQ(ask(client, get_name), name_answer);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(UdpServerTest, WhatIsNoWholeWpduMakesNoPeer) {
    listen("udp://127.0.0.1:0");
    const UdpClient client(server_->port());
    auto long_by_one = aarq;
    long_by_one.push_back(0);
    EXPECT_THAT(ask(client, Bytes(aarq).first(aarq.size() - 1)), testing::IsEmpty());
    EXPECT_THAT(ask(client, long_by_one), testing::IsEmpty());
    EXPECT_THAT(ask(client, hex("00")), testing::IsEmpty());
    EXPECT_THAT(ask(client, hex("0002001000010000")), testing::IsEmpty());
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_EQ(ask(client, aarq).size(), aare_size);
}

TEST_F(UdpServerTest, ATooLongRequestHarmsNoneAfterIt) {
    listen("udp://127.0.0.1:0");
    const UdpClient client(server_->port());
    auto request = hex("0001001000012000");
    request.resize(8 + 0x2000);
    EXPECT_THAT(ask(client, request), testing::Not(testing::IsEmpty()));
    EXPECT_EQ(ask(client, aarq).size(), aare_size);
}

// Whoever floods one link does not keep the others waiting.
TEST_F(UdpServerTest, AFloodOfDatagramsBlocksNobody) {
    listen("udp://127.0.0.1:0");
    auto wrapper = WrapperServer::listen(poller_, *station::parse_url("tcp://127.0.0.1:0", station::UrlUse::listen),
                                         meter_, LinkLimits{});
    ASSERT_TRUE(wrapper) << wrapper.error();
    const UdpClient flooding(server_->port());
    TcpClient client((*wrapper)->port());
    for (int i = 0; i < 2; ++i) poller_.wait(milliseconds{10});  // until it is accepted
    for (int i = 0; i < 150; ++i) flooding.send(aarq);
    client.send(aarq);
    poller_.wait(milliseconds{10});
    EXPECT_EQ(client.receive_now().size(), aare_size) << "and the other link has not been emptied meanwhile";
    std::size_t answers = 0;
    while (!flooding.receive().empty()) ++answers;
    EXPECT_LT(answers, 150U);
}

TEST_F(UdpServerTest, ForgetsThePeerThatWasSilentForTheLongest) {
    listen("udp://127.0.0.1:0", {.connections = 3});
    const UdpClient first(server_->port());
    const UdpClient second(server_->port());
    const UdpClient third(server_->port());
    for (const UdpClient* client : {&first, &second, &third}) EXPECT_EQ(ask(*client, aarq).size(), aare_size);
    EXPECT_EQ(ask(first, get_name), name_answer);
    const UdpClient fourth(server_->port());
    EXPECT_EQ(ask(fourth, aarq).size(), aare_size);
    EXPECT_EQ(server_->connections(), 3U);
    EXPECT_EQ(ask(first, get_name), name_answer);
    EXPECT_NE(ask(second, get_name), name_answer) << "its association is gone";
}

TEST_F(UdpServerTest, ForgetsPeersThatAreIdle) {
    listen("udp://127.0.0.1:0", {.idle = seconds{180}});
    const UdpClient client(server_->port());
    EXPECT_EQ(ask(client, aarq).size(), aare_size);
    server_->close_idle_connections(std::chrono::steady_clock::now() + seconds{179});
    EXPECT_EQ(server_->connections(), 1U);
    server_->close_idle_connections(std::chrono::steady_clock::now() + seconds{181});
    EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace blathy::apps
