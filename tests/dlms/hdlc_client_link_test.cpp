#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "dlms/hdlc/client_link.hpp"

#include "tests/dlms/hdlc_frames.hpp"
#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::hdlc {
namespace {

using namespace frames_test;
using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;
using Kind = ClientEvent::Kind;
using Failure = ClientEvent::Failure;

class HdlcClient : public ::testing::Test {
  protected:
    HdlcClient() {
        settings_.client = 16;
        settings_.server = two_octet_address(1, 17);
        request_ = from_hex(get_apdu);
    }
    ClientLink& link() {
        if (!link_) link_.emplace(settings_, frame_buffer_, response_buffer_);
        return *link_;
    }
    std::string listen() {
        std::string sent;
        std::array<std::uint8_t, frame_octets(2030)> room;
        while (const std::size_t size = link().transmit(room, now_ms_)) sent += to_hex(Bytes(room).first(size));
        return sent;
    }
    // Feeds what the server sends and returns what the client sends then.
    std::string hear(std::string_view hex) {
        const Octets octets = from_hex(hex);
        Bytes input(octets);
        while (const auto event = link().receive(input, now_ms_)) {
            event_ = event->kind;
            failure_ = event->failure;
            apdu_ = to_hex(event->apdu);
            ++events_;
        }
        return listen();
    }
    std::string wait(std::uint32_t ms) {
        now_ms_ += ms;
        return hear("");
    }
    void connect() {
        EXPECT_TRUE(link().connect(now_ms_));
        EXPECT_EQ(listen(), snrm);
        EXPECT_EQ(hear(ua), silence);
        EXPECT_EQ(event_, Kind::connected);
    }
    std::string request() {
        EXPECT_TRUE(link().request(request_, now_ms_));
        return listen();
    }

    ClientSettings settings_;
    Octets frame_buffer_ = Octets(frame_octets(128));
    Octets response_buffer_ = Octets(512);
    Octets request_;
    std::uint32_t now_ms_ = 0xFFFF'FF00;
    Kind event_{};
    Failure failure_{};
    std::string apdu_;
    int events_ = 0;

  private:
    std::optional<ClientLink> link_;
};

TEST_F(HdlcClient, ConnectsAsksAndDisconnects) {
    EXPECT_FALSE(link().request(request_, now_ms_));
    EXPECT_FALSE(link().disconnect(now_ms_));
    connect();
    EXPECT_FALSE(link().connect(now_ms_));
    EXPECT_EQ(request(), get);
    EXPECT_TRUE(link().is_busy());
    EXPECT_FALSE(link().request(request_, now_ms_));
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(event_, Kind::response);
    EXPECT_EQ(apdu_, answer_apdu);
    EXPECT_EQ(request(), "7EA01A02232132F672E6E600C001C100080000010000FF0200601A7E");
    EXPECT_EQ(hear("7EA01F210223526DF7E6E700C401C100090C07D20C04030A060BFF007800F1A67E"), silence);
    EXPECT_TRUE(link().disconnect(now_ms_));
    EXPECT_EQ(listen(), disc);
    EXPECT_EQ(hear(ua), silence);
    EXPECT_EQ(event_, Kind::disconnected);
    EXPECT_FALSE(link().is_connected());
    EXPECT_EQ(events_, 4);
}

TEST_F(HdlcClient, ProposesWhatIsNotDefaultAndTakesWhatIsAnswered) {
    settings_.parameters = {64, 96, 1, 1};
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), "7EA01F0223219321E081801205014006016007040000000108040000000117997E");
    hear("7EA01F21022373E6C781801205019A06019A070400000001080400000001CCA27E");
    EXPECT_EQ(event_, Kind::connected);
    EXPECT_EQ(link().negotiated(), (Parameters{64, 96, 1, 1}));
}

TEST_F(HdlcClient, RepeatsSnrmAndGivesUp) {
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), snrm);
    EXPECT_EQ(link().wake_after_ms(now_ms_), settings_.response_timeout_ms);
    EXPECT_EQ(wait(settings_.response_timeout_ms - 1), silence);
    EXPECT_EQ(wait(1), snrm);
    EXPECT_EQ(wait(settings_.response_timeout_ms), snrm);
    EXPECT_EQ(events_, 0);
    EXPECT_EQ(wait(settings_.response_timeout_ms), silence);
    EXPECT_EQ(event_, Kind::failed);
    EXPECT_EQ(failure_, Failure::no_answer);
    EXPECT_FALSE(link().is_busy());
}

TEST_F(HdlcClient, ReportsARefusal) {
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), snrm);
    EXPECT_EQ(hear(dm), silence);
    EXPECT_EQ(failure_, Failure::refused);
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear(dm), silence);
    EXPECT_EQ(failure_, Failure::refused);
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear("7EA00D2102239704C4B000087DC97E"), silence);
    EXPECT_EQ(failure_, Failure::rejected);
    EXPECT_FALSE(link().is_connected());
}

TEST_F(HdlcClient, RefusesAMalformedUa) {
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), snrm);
    Frame frame;
    const Octets information = from_hex("818014050280");
    frame.destination = one_octet_address(16);
    frame.source = two_octet_address(1, 17);
    frame.control = 0x73;
    frame.information = information;
    std::array<std::uint8_t, 64> room;
    EXPECT_EQ(hear(to_hex(Bytes(room).first(encode_frame(frame, room)))), silence);
    EXPECT_EQ(failure_, Failure::bad_answer);
}

TEST_F(HdlcClient, RepeatsARequestThatNobodyAcknowledged) {
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(wait(settings_.response_timeout_ms), get);
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(apdu_, answer_apdu);
}

TEST_F(HdlcClient, PollsAServerThatIsNotReady) {
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear(rr1), silence) << "it has the request";
    EXPECT_EQ(link().wake_after_ms(now_ms_), settings_.busy_poll_ms);
    EXPECT_EQ(wait(settings_.busy_poll_ms - 1), silence);
    EXPECT_EQ(wait(1), rr0_poll);
    EXPECT_EQ(hear("7EA0082102233548647E"), silence) << "RNR";
    EXPECT_EQ(wait(settings_.busy_poll_ms), rr0_poll);
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(apdu_, answer_apdu);
}

TEST_F(HdlcClient, GivesUpAServerThatIsNeverReady) {
    connect();
    EXPECT_EQ(request(), get);
    int polls = 0;
    while (events_ == 1 && polls < 10'000) {
        EXPECT_EQ(hear(rr1), silence);
        if (wait(settings_.busy_poll_ms) == rr0_poll) ++polls;
    }
    EXPECT_EQ(failure_, Failure::no_answer);
    EXPECT_EQ(polls, static_cast<int>(settings_.stall_timeout_ms / settings_.busy_poll_ms) - 1);
}

TEST_F(HdlcClient, IgnoresALateAnswerToAnEarlierPoll) {
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(wait(settings_.response_timeout_ms), get);
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(events_, 2);
    EXPECT_EQ(hear(answer), silence) << "the second copy, while nothing is outstanding";
    EXPECT_EQ(request(), "7EA01A02232132F672E6E600C001C100080000010000FF0200601A7E");
    EXPECT_EQ(hear(answer), silence) << "and a third, while the next request is";
    EXPECT_EQ(events_, 2);
    EXPECT_EQ(hear("7EA01F210223526DF7E6E700C401C100090C07D20C04030A060BFF007800F1A67E"), silence);
    EXPECT_EQ(events_, 3);
}

TEST_F(HdlcClient, FetchesSegmentAfterSegment) {
    settings_.parameters = {32, 32, 1, 1};
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), "7EA01F0223219321E081801205012006012007040000000108040000000145277E");
    hear("7EA01F21022373E6C781801205012006012007040000000108040000000145277E");
    request_.clear();
    for (int i = 0; i <= 0x3C; ++i) request_.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(request(), "7EA82A022321106F85E6E600000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C7BD97E");
    EXPECT_EQ(hear(rr1), "7EA02A0223211225871D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C437D7E");
    EXPECT_EQ(hear("7EA82A21022350A207E6E700808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C74EF7E"),
              "7EA00802232131A5E27E");
    EXPECT_EQ(wait(settings_.response_timeout_ms), "7EA00802232131A5E27E") << "the next one got lost";
    EXPECT_EQ(hear("7EA82A21022352B0249D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBC03807E"),
              "7EA00802232151A3817E");
    EXPECT_EQ(hear("7EA02A21022354DE60BDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCC6427E"),
              silence);
    std::string whole;
    for (int i = 0x80; i <= 0xDC; ++i) whole += to_hex(Octets{static_cast<std::uint8_t>(i)});
    EXPECT_EQ(apdu_, whole);
}

TEST_F(HdlcClient, AsksForWhatIsMissingInAWindow) {
    settings_.parameters = {32, 32, 3, 3};
    EXPECT_TRUE(link().connect(now_ms_));
    listen();
    hear("7EA01F21022373E6C7818012050120060120070400000003080400000003EC337E");
    EXPECT_EQ(request(), get) << "one frame, so it polls";
    EXPECT_EQ(hear("7EA82A210223202574E6E700808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C74EF7E"), silence)
        << "no F, no turn";
    EXPECT_EQ(hear("7EA02A21022334D803BDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCC6427E"),
              "7EA00802232131A5E27E")
        << "the frame in the middle was lost, RR 1";
    EXPECT_EQ(hear("7EA82A2102232237579D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBC03807E"),
              silence);
    EXPECT_EQ(hear("7EA02A21022334D803BDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCC6427E"),
              silence);
    EXPECT_EQ(event_, Kind::response);
    EXPECT_EQ(apdu_.size(), 2u * (0xDC - 0x80 + 1));
}

TEST_F(HdlcClient, DoesNotInterruptAFrameThatIsComingIn) {
    connect();
    EXPECT_EQ(request(), get);
    now_ms_ += settings_.response_timeout_ms - 1;
    EXPECT_EQ(hear(answer.substr(0, 20)), silence);
    EXPECT_EQ(wait(1), silence);
    EXPECT_EQ(link().wake_after_ms(now_ms_), settings_.inter_octet_timeout_ms + 1u);
    EXPECT_EQ(hear(answer.substr(20)), silence);
    EXPECT_EQ(apdu_, answer_apdu);
}

TEST_F(HdlcClient, CountsTheTimeItsOwnOctetsTake) {
    settings_.baud = 300;
    EXPECT_TRUE(link().connect(now_ms_));
    EXPECT_EQ(listen(), snrm);
    EXPECT_EQ(link().wake_after_ms(now_ms_), settings_.response_timeout_ms + 334u) << "ten octets at 300 Bd";
}

TEST_F(HdlcClient, RefusesAnAnswerBeyondItsBuffer) {
    response_buffer_.resize(16);
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(failure_, Failure::answer_too_long);
    EXPECT_FALSE(link().is_connected());
}

TEST_F(HdlcClient, RefusesAnAnswerWithoutLlcOctets) {
    connect();
    EXPECT_EQ(request(), get);
    Frame frame;
    const Octets information = from_hex("C401C100");
    frame.destination = one_octet_address(16);
    frame.source = two_octet_address(1, 17);
    frame.control = 0x30;
    frame.information = information;
    std::array<std::uint8_t, 64> room;
    EXPECT_EQ(hear(to_hex(Bytes(room).first(encode_frame(frame, room)))), silence);
    EXPECT_EQ(failure_, Failure::bad_answer);
}

TEST_F(HdlcClient, TakesADeadServerForDisconnected) {
    connect();
    EXPECT_TRUE(link().disconnect(now_ms_));
    EXPECT_EQ(listen(), disc);
    EXPECT_EQ(wait(settings_.response_timeout_ms), disc);
    EXPECT_EQ(wait(settings_.response_timeout_ms), disc);
    EXPECT_EQ(wait(settings_.response_timeout_ms), silence);
    EXPECT_EQ(event_, Kind::disconnected);
}

TEST_F(HdlcClient, ReceivesAPushAtAnyTime) {
    EXPECT_EQ(hear("7EA0122102231394D8E6E7000F00000001DFF87E"), silence);
    EXPECT_EQ(event_, Kind::datagram);
    EXPECT_EQ(apdu_, "0F00000001");
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear("7EA0122102230315C8E6E7000F00000001DFF87E" + std::string(answer)), silence);
    EXPECT_EQ(event_, Kind::response);
    EXPECT_EQ(events_, 4);
}

TEST_F(HdlcClient, SendsABroadcast) {
    const Octets apdu = from_hex("0F00000001");
    EXPECT_TRUE(link().send_datagram(two_octet_address(0x7F, 0x7F), apdu));
    EXPECT_EQ(listen(), "7EA012FEFF21036FC2E6E6000F000000010A677E");
    EXPECT_FALSE(link().is_datagram_pending());
}

TEST_F(HdlcClient, IgnoresFramesThatAreNotItsOwn) {
    connect();
    EXPECT_EQ(request(), get);
    EXPECT_EQ(hear(get), silence) << "the echo of an optical head";
    EXPECT_EQ(hear("7EA0084102231FF4737E"), silence) << "to another client";
    EXPECT_EQ(hear("7EA00721031F6BE97E"), silence) << "from another server";
    EXPECT_EQ(hear("7EA008210223B164A67E"), silence) << "an N(R) that cannot be";
    EXPECT_EQ(events_, 1);
    EXPECT_EQ(hear(answer), silence);
    EXPECT_EQ(events_, 2);
}

}  // namespace
}  // namespace blathy::dlms::hdlc
