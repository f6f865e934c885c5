// What a meter pushes, as it comes out at the other end of the wire.

#include "apps/blathy/meter/push_sender.hpp"

#include <array>

#include <gtest/gtest.h>

#include "dlms/hdlc/frame.hpp"
#include "meter/models/sed302.hpp"

#include "tests/support/flash.hpp"
#include "tests/support/hex.hpp"

namespace blathy::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::hex;
using Octets = std::vector<std::uint8_t>;

// 1 January 2026 at 01:00, where the clock of a new meter stands that knows no time.
const std::string apdu =
    "0F00000001"
    "0C07EA01010401000000FFC401"
    "0202"
    "09060004190900FF"
    "0910424C5445443330323030303030303031";

class PushSenderTest : public testing::Test {
  protected:
    void configure(meter::PushTransport transport, const std::string& destination) {
        meter::PushSettings settings;
        (void)settings.objects.add({{40, dlms::Obis(0, 4, 25, 9, 0), 1}, 0});
        (void)settings.objects.add({{1, dlms::Obis(0, 0, 42, 0, 0), 2}, 0});
        settings.transport = transport;
        for (const char character : destination) {
            (void)settings.destination.add(static_cast<std::uint8_t>(character));
        }
        settings.client_sap = 2;
        settings.number_of_retries = 1;
        ASSERT_TRUE(meter::keep_push_settings(store_, meter::PushSetup::alarm, settings));
        ASSERT_EQ(meter_.outbox().push(meter_, meter::PushSetup::alarm), dlms::ActionResult::success);
    }
    // To 127.0.0.1, at the port of this socket.
    static std::string at(const Socket& socket) { return "127.0.0.1:" + std::to_string(local_port(socket)); }

    void run() {
        for (int i = 0; i < 20; ++i) {
            sender_.take_from(meter_, now_);
            poller_.wait(milliseconds{1});
            sender_.after_wait(now_);
        }
    }
    void pass(seconds time) {
        meter::Interval interval;
        interval.duration_us = static_cast<std::uint32_t>(std::chrono::microseconds{time}.count());
        (void)meter_.advance(interval);
    }
    // All that came over one connection, which the sender has ended.
    std::string received(const Socket& listener) {
        run();
        bool out_of_descriptors = false;
        const auto accepted = accept_tcp(listener, out_of_descriptors);
        if (!accepted) return "no connection";
        Octets octets;
        std::array<std::uint8_t, 4096> room{};
        while (const auto count = accepted->socket.read(room)) {
            if (*count == 0) return "still open after " + hex(octets);
            octets.insert(octets.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        return hex(octets);
    }

    test::MemoryFlash flash_{4, 4096};
    meter::Store store_{flash_};
    meter::Meter meter_{meter::sed302, meter::Identity(meter::sed302, 1), {}, store_, std::nullopt};
    Poller poller_;
    PushSender sender_{poller_};
    PushSender::Time now_ = std::chrono::steady_clock::now();
};

struct SentFrames final : TrafficObserver {
    void on_frame(std::string_view peer, Direction direction, Bytes frame) override {
        EXPECT_EQ(direction, Direction::from_meter);
        frames.push_back(std::string(peer) + " " + hex(frame));
    }
    std::vector<std::string> frames;
};

TEST_F(PushSenderTest, ByTcpTheApduComesInTheWrapper) {
    const auto listener = listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listener);
    SentFrames observer;
    sender_.observe(&observer);
    configure(meter::PushTransport::tcp, at(*listener));
    EXPECT_EQ(received(*listener), "000100010002002E" + apdu);
    EXPECT_TRUE(meter_.outbox().empty());
    EXPECT_EQ(sender_.under_way(), 0U);
    EXPECT_EQ(observer.frames, std::vector{at(*listener) + " 000100010002002E" + apdu});
}

TEST_F(PushSenderTest, ByUdpTheWrapperComesInADatagram) {
    const auto socket = listen_udp("127.0.0.1", 0);
    ASSERT_TRUE(socket);
    configure(meter::PushTransport::udp, at(*socket));
    run();
    std::array<std::uint8_t, 4096> room{};
    const auto count = socket->read(room);
    ASSERT_TRUE(count);
    EXPECT_EQ(hex(Bytes(room).first(*count)), "000100010002002E" + apdu);
    EXPECT_TRUE(meter_.outbox().empty());
}

TEST_F(PushSenderTest, AsHdlcTheApduComesInAnUiFrame) {
    const auto listener = listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listener);
    configure(meter::PushTransport::hdlc, at(*listener));
    const Octets octets = hex(received(*listener));
    ASSERT_GT(octets.size(), 2U);
    EXPECT_EQ(octets.front(), 0x7E);
    EXPECT_EQ(octets.back(), 0x7E);
    const auto frame = dlms::hdlc::decode_frame(Bytes(octets).subspan(1, octets.size() - 2));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->control, 0x13);
    EXPECT_EQ(frame->destination, dlms::hdlc::one_octet_address(2));
    EXPECT_EQ(frame->source, dlms::hdlc::one_octet_address(1));
    EXPECT_EQ(hex(frame->information), "E6E700" + apdu);
}

TEST_F(PushSenderTest, TriesAgainWhereNobodyListened) {
    std::uint16_t port = 0;
    {
        const auto listener = listen_tcp("127.0.0.1", 0);
        ASSERT_TRUE(listener);
        port = local_port(*listener);
    }
    configure(meter::PushTransport::tcp, "127.0.0.1:" + std::to_string(port));
    run();
    EXPECT_EQ(sender_.under_way(), 0U);
    EXPECT_FALSE(meter_.outbox().empty());
    const auto listener = listen_tcp("127.0.0.1", port);
    ASSERT_TRUE(listener) << listener.error();
    EXPECT_EQ(received(*listener), "no connection");
    pass(seconds{60});
    EXPECT_EQ(received(*listener).substr(0, 26), "000100010002002E0F00000001");
    EXPECT_TRUE(meter_.outbox().empty());
}

TEST_F(PushSenderTest, GivesUpAnAddressThatIsNone) {
    for (const char* destination :
         {"meter.example:4059", "192.0.2.7:0", "192.0.2.7:99999", "192.0.2.7:", "[::1", ":1"}) {
        configure(meter::PushTransport::tcp, destination);
        run();
        EXPECT_FALSE(meter_.outbox().empty()) << destination;
        pass(seconds{60});
        run();
        EXPECT_TRUE(meter_.outbox().empty()) << destination;
    }
}

TEST_F(PushSenderTest, DoesNotWaitForeverForAConnection) {
    // A listener whose queue is full takes no more connections, and refuses none.
    const auto listener = listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listener);
    ASSERT_EQ(::listen(listener->descriptor(), 0), 0);
    std::vector<Socket> others;
    for (int i = 0; i < 2; ++i) {
        Socket other(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        ASSERT_EQ(::getsockname(listener->descriptor(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        (void)::connect(other.descriptor(), reinterpret_cast<sockaddr*>(&address), size);
        others.push_back(std::move(other));
    }
    configure(meter::PushTransport::tcp, at(*listener));
    run();
    EXPECT_EQ(sender_.under_way(), 1U);
    now_ += PushSender::time_out;
    run();
    EXPECT_EQ(sender_.under_way(), 1U);
    now_ += milliseconds{1};
    run();
    EXPECT_EQ(sender_.under_way(), 0U);
    EXPECT_FALSE(meter_.outbox().empty());
}

TEST(PushDestination, IsAnAddressWithOrWithoutAPort) {
    const auto is = [](const char* text, const char* address, std::uint16_t port) {
        return parse_push_destination(text) == PushDestination{address, port};
    };
    EXPECT_TRUE(is("192.0.2.7", "192.0.2.7", 4059));
    EXPECT_TRUE(is("192.0.2.7:1", "192.0.2.7", 1));
    EXPECT_TRUE(is("192.0.2.7:65535", "192.0.2.7", 65535));
    EXPECT_TRUE(is("2001:db8::1", "2001:db8::1", 4059));
    EXPECT_TRUE(is("[2001:db8::1]", "2001:db8::1", 4059));
    EXPECT_TRUE(is("[2001:db8::1]:99", "2001:db8::1", 99));
    for (const char* text : {"", ":", ":4059", "[]:1", "[::1", "[::1]x", "[::1]:", "192.0.2.7:", "192.0.2.7:0",
                             "192.0.2.7:65536", "192.0.2.7:1x", "192.0.2.7:-1"}) {
        EXPECT_FALSE(parse_push_destination(text)) << text;
    }
}

}  // namespace
}  // namespace blathy::apps
