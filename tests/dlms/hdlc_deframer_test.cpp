#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/hdlc/deframer.hpp"

#include "tests/dlms/hdlc_frames.hpp"
#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::hdlc {
namespace {

using namespace frames_test;
using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;

constexpr std::uint16_t timeout_ms = 25;

// The control octets of the frames found in what is fed in.
class HdlcDeframer : public ::testing::Test {
  protected:
    std::string feed(std::string_view hex, std::uint32_t after_ms = 0) {
        now_ms_ += after_ms;
        const Octets octets = from_hex(hex);
        Bytes input(octets);
        std::string found;
        while (const auto frame = deframer_.next(input, now_ms_)) {
            found += to_hex({&frame->control, 1});
            if (frame->is_oversize) found += "!";
            if (!frame->information.empty()) found += ":" + std::to_string(frame->information.size());
            found += " ";
        }
        EXPECT_TRUE(input.empty());
        return found;
    }

    std::string feed_in_two(std::string_view hex, std::size_t cut) {
        std::string found = feed(hex.substr(0, cut));
        return found += feed(hex.substr(cut));
    }

    Octets buffer_ = Octets(frame_octets(128));
    Deframer deframer_{buffer_, timeout_ms};
    std::uint32_t now_ms_ = 0xFFFF'FFF0;  // about to wrap
};

TEST_F(HdlcDeframer, FindsAFrameHoweverItIsCut) {
    for (std::size_t cut = 0; cut <= get.size(); cut += 2) {
        EXPECT_EQ(feed_in_two(get, cut), "10:16 ") << cut;
    }
    std::string found;
    for (std::size_t at = 0; at < get.size(); at += 2) found += feed(get.substr(at, 2), timeout_ms);
    EXPECT_EQ(found, "10:16 ");
}

TEST_F(HdlcDeframer, TakesOneFlagBetweenFramesOrMany) {
    EXPECT_EQ(feed("7EA00802232193BD64"
                   "7EA00802232153B1A2"
                   "7E"),
              "93 53 ");
    EXPECT_EQ(feed("7E7E7E7EA00802232193BD647E7E7E7EA00802232153B1A27E7E"), "93 53 ");
}

TEST_F(HdlcDeframer, LosesNoFrameBehindNoise) {
    for (const char* noise : {"00", "FF00FF", "7EA0", "7EA008", "7EA7FF", "7EAFFF0223", "7E", "7EA1", "7E9008",
                              "7EA00802", "7EA00802232193BD65", "A00802232193BD647E"}) {
        SCOPED_TRACE(noise);
        deframer_.reset();
        // A beginning that promises a long frame holds back what follows until it has come or the line falls silent.
        std::string found = feed(noise);
        found += feed(snrm);
        if (found.empty()) found = feed(snrm, timeout_ms + 1);
        EXPECT_EQ(found, "93 ");
    }
}

TEST_F(HdlcDeframer, SearchesOnInsideAFrameThatDoesNotClose) {
    // A length of 24 octets is promised, two good frames lie inside.
    EXPECT_EQ(feed("7EA018"
                   "7EA00802232193BD647E"
                   "7EA00802232153B1A27E"
                   "000000"),
              "93 53 ");
}

// A client that repeats its poll more often than the time-out would otherwise feed a frame that never was, until it is
// as long as the damaged length says.
TEST_F(HdlcDeframer, WaitsForNoLengthThatTheHeaderCheckDenies) {
    for (const char* damaged : {"7EA40702232153B1A27E", "7EA0180223219EBEEF7E", "7EA7FF02232153B1A27E"}) {
        SCOPED_TRACE(damaged);
        EXPECT_EQ(feed(damaged), "");
        EXPECT_EQ(feed(std::string(snrm).substr(2), timeout_ms) + feed(snrm, timeout_ms), "93 93 ");
    }
    EXPECT_EQ(feed("7EA4070222222222222222"), "");  // an address of more than four octets
    EXPECT_EQ(feed(snrm, timeout_ms), "93 ");
}

// An address of three octets, and none that ends: no header has them, but frames of that length there are.
TEST_F(HdlcDeframer, LosesNoFrameBehindOneWithABadAddress) {
    for (const std::string bad :
         {"7EA0090202032193FE107E", "7EA0090202232193C5137E", "7EA0070203047E", "7EA007020202020202027E"}) {
        SCOPED_TRACE(bad);
        EXPECT_EQ(feed(bad + std::string(snrm)), "93 ");
        for (std::size_t cut = 2; cut <= bad.size(); cut += 2) {
            EXPECT_EQ(feed_in_two(bad + std::string(snrm), cut), "93 ") << cut;
        }
        EXPECT_EQ(feed(bad), "");
        EXPECT_EQ(feed(snrm, 1), "93 ");
    }
}

TEST_F(HdlcDeframer, GivesUpAFrameWhoseNextOctetIsOverdue) {
    EXPECT_EQ(feed("7EA0080223"), "");
    EXPECT_TRUE(deframer_.is_inside_frame(now_ms_ + timeout_ms));
    EXPECT_FALSE(deframer_.is_inside_frame(now_ms_ + timeout_ms + 1));
    EXPECT_EQ(feed("2193BD647E", timeout_ms), "93 ");
    EXPECT_EQ(feed("A0080223", 0), "");
    EXPECT_EQ(feed("2193BD647E", timeout_ms + 1), "");
    EXPECT_EQ(feed(snrm, timeout_ms + 1), "93 ");
}

TEST_F(HdlcDeframer, WantsAnOpeningFlagAfterSilence) {
    EXPECT_EQ(feed(snrm), "93 ");
    EXPECT_EQ(feed("A00802232193BD647E", timeout_ms + 1), "");
}

TEST_F(HdlcDeframer, WaitsForEverWithoutATimeout) {
    deframer_.set_inter_octet_timeout(0);
    EXPECT_EQ(feed("7EA0080223"), "");
    EXPECT_FALSE(deframer_.is_inside_frame(now_ms_));
    EXPECT_EQ(feed("2193BD647E", 1'000'000), "93 ");
}

TEST_F(HdlcDeframer, ChecksAFrameTooLongForItsBuffer) {
    Frame frame;
    frame.destination = two_octet_address(1, 17);
    frame.source = one_octet_address(16);
    frame.control = 0x10;
    const Octets information(2030, 0xC0);
    Octets room(2100);
    for (const std::size_t size :
         {std::size_t{128}, std::size_t{129}, std::size_t{130}, std::size_t{1000}, std::size_t{2030}}) {
        frame.information = Bytes(information).first(size);
        const std::string hex = to_hex(Bytes(room).first(encode_frame(frame, room)));
        // One octet of client address and two of server address leave this buffer a little slack.
        const std::string expected = size <= 130 ? "10:" + std::to_string(size) + " " : "10! ";
        EXPECT_EQ(feed(hex), expected);
        for (std::size_t cut = 2; cut < hex.size(); cut += 34) EXPECT_EQ(feed_in_two(hex, cut), expected);
        std::string damaged = hex;
        damaged[300 < hex.size() ? 300 : 40] ^= 1;
        EXPECT_EQ(feed(damaged), "");
        EXPECT_EQ(feed(hex.substr(0, hex.size() - 2) + "00"), "");
        EXPECT_EQ(feed(snrm, timeout_ms + 1), "93 ");
    }
}

TEST_F(HdlcDeframer, StaysInItsBufferWhenAFrameNeverEnds) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(feed("7EA7FF" + std::string(2 * 1500, 'A')), "");
    EXPECT_EQ(feed(snrm, timeout_ms + 1), "93 ");
}

TEST(HdlcDeframerLimits, TheSmallestBuffersOnlyLoseFrames) {
    const Octets octets = from_hex(std::string(snrm) + std::string(get) + "7EA7FF" + std::string(4400, '7'));
    for (std::size_t size = 0; size < 24; ++size) {
        Octets buffer(size);
        Deframer deframer(buffer, timeout_ms);
        Bytes input(octets);
        while (deframer.next(input, 0)) {
        }
        EXPECT_TRUE(input.empty());
    }
}

// Whatever came before and wherever the octets are cut, two good frames after a silence are found.
RC_GTEST_PROP(HdlcDeframerLimits, AnyNoiseIsForgottenAfterASilence, ()) {
    Octets noise = *rc::gen::resize(3000, rc::gen::container<Octets>(rc::gen::weightedOneOf<std::uint8_t>(
                                              {{4, rc::gen::arbitrary<std::uint8_t>()},
                                               {2, rc::gen::element<std::uint8_t>(0x7E, 0xA0, 0xA7, 0x08, 0x21)}})));
    Octets buffer(frame_octets(128));
    Deframer deframer(buffer, timeout_ms);
    Bytes rest(noise);
    while (!rest.empty()) {
        Bytes piece = rest.first(*rc::gen::inRange<std::size_t>(1, rest.size() + 1));
        rest = rest.subspan(piece.size());
        while (deframer.next(piece, 1)) {
        }
        RC_ASSERT(piece.empty());
    }
    const Octets good = from_hex(std::string(get) + std::string(snrm));
    Bytes input(good);
    const auto first = deframer.next(input, 1 + timeout_ms + 1);
    RC_ASSERT(first.has_value());
    RC_ASSERT(first->control == 0x10);
    const auto second = deframer.next(input, 1 + timeout_ms + 1);
    RC_ASSERT(second.has_value());
    RC_ASSERT(second->control == 0x93);
}

}  // namespace
}  // namespace blathy::dlms::hdlc
