#include "station/push_receiver.hpp"

#include <gmock/gmock.h>

#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/llc.hpp"

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;

// What came of some octets: "source>destination value" or "source>destination! why".
struct Received {
    std::vector<std::string> pushes;
    std::string replies;
    std::optional<Error> error;
};

Received receive(const std::vector<Octets>& pieces, PushReceiver::Framing framing = PushReceiver::Framing::wrapper) {
    Received received;
    PushReceiver receiver(framing, [&](const Push& push) {
        const std::string route = std::to_string(push.source) + ">" + std::to_string(push.destination);
        received.pushes.push_back(push.notification ? route + " " + to_text(push.notification->value)
                                                    : route + "! " + push.notification.error().text);
    });
    std::uint32_t now_ms = 0;
    for (const Octets& piece : pieces) {
        if (const auto taken = receiver.put(piece, now_ms += 10'000); !taken) {
            received.error = taken.error();
            break;
        }
    }
    received.replies = hex_text(receiver.take_replies());
    return received;
}

Received receive(std::string_view text) {
    return receive(std::vector<Octets>{hex(text)});
}

TEST(PushReceiver, TakesAPushOverTheWrapper) {
    const Received received = receive("0001 0001 0040 0008 0F 00000001 00 1105");
    EXPECT_THAT(received.pushes, ElementsAre("1>64 5"));
    EXPECT_EQ(received.replies, "");
}

TEST(PushReceiver, ConfirmsWhatWantsToBe) {
    const Received received = receive("0001 0001 0040 0008 0F C0000007 00 1105");
    EXPECT_THAT(received.pushes, ElementsAre("1>64 5"));
    EXPECT_EQ(received.replies,
              "00010040000100"
              "0610C000000700");
}

TEST(PushReceiver, TakesPiecesAndSeveralAtOnce) {
    const Octets two = hex("0001 0001 0040 0008 0F 00000001 00 1105 0001 0002 0040 0008 0F 00000002 00 1106");
    EXPECT_THAT(receive({two}).pushes, ElementsAre("1>64 5", "2>64 6"));
    std::vector<Octets> pieces;
    for (const std::uint8_t octet : two) pieces.push_back({octet});
    EXPECT_THAT(receive(pieces).pushes, ElementsAre("1>64 5", "2>64 6"));
}

TEST(PushReceiver, EndsWithWhatIsNoWrapper) {
    const Received received = receive("0001 0001 0040 0008 0F 00000001 00 1105 474554202F");
    EXPECT_EQ(received.pushes.size(), 1U);
    EXPECT_FALSE(received.error) << "five octets are no header yet";
    EXPECT_TRUE(receive("474554202F20485454").error);
}

TEST(PushReceiver, SaysWhatIsNoPush) {
    EXPECT_THAT(receive("0001 0001 0040 0003 0F0000").pushes, ElementsAre(HasSubstr("1>64! ")));
    EXPECT_THAT(receive("0001 0001 0040 0004 DB001E30").pushes, ElementsAre(HasSubstr("without a key")));
    EXPECT_THAT(receive("0001 0001 0040 0000").pushes, ElementsAre(HasSubstr("empty APDU")));
    EXPECT_THAT(receive("0001 0001 0040 0002 E080").pushes, ElementsAre(HasSubstr("malformed general block")));
}

// General blocks without acknowledgement, window 0: one stream.
TEST(PushReceiver, PutsUnconfirmedBlocksTogether) {
    const Received received = receive(
        "0001 0001 0040 000C E0 40 0001 0000 05 0F00000001"
        "0001 0001 0040 000A E0 80 0002 0000 03 001105");
    EXPECT_THAT(received.pushes, ElementsAre("1>64 5"));
    EXPECT_EQ(received.replies, "");
}

TEST(PushReceiver, AcknowledgesBlocksOfWhoWantsIt) {
    const Received received = receive(
        "0001 0001 0040 000C E0 01 0001 0000 05 0F00000001"
        "0001 0001 0040 000A E0 81 0002 0001 03 001105");
    EXPECT_THAT(received.pushes, ElementsAre("1>64 5"));
    EXPECT_EQ(received.replies, "0001004000010007E0880001000100");
}

TEST(PushReceiver, KeepsNoMoreThanItsLimit) {
    // Blocks of 255 octets without an end.
    std::vector<Octets> blocks;
    for (unsigned number = 1; number <= 300; ++number) {
        blocks.push_back(encoded(400, [&](ByteWriter& out) {
            const Octets data(255, 0);
            dlms::GeneralBlock block{false, true, 0, static_cast<std::uint16_t>(number), 0, data};
            const Octets apdu = encoded(300, [&](ByteWriter& inner) { write(inner, block); });
            out.bytes(*wrap(1, 64, apdu));
        }));
    }
    EXPECT_THAT(receive(blocks).pushes, ElementsAre(HasSubstr("broken off")));
    // An array of more elements than a push has octets never comes to be.
    EXPECT_THAT(receive("0001 0001 0040 000C 0F 00000001 00 0184FFFFFFFF").pushes, ElementsAre(HasSubstr("malformed")));
}

Octets ui_frame(Bytes information, bool segmented) {
    Octets room(300);
    dlms::hdlc::Frame frame;
    frame.destination = dlms::hdlc::one_octet_address(0x40);
    frame.source = dlms::hdlc::two_octet_address(1, 17);
    frame.control = dlms::hdlc::encode_control({dlms::hdlc::FrameKind::ui, false});
    frame.is_segmented = segmented;
    frame.information = information;
    room.resize(dlms::hdlc::encode_frame(frame, room));
    return room;
}

TEST(PushReceiver, TakesUiFramesWholeAndInSegments) {
    const Octets push = hex("E6E700 0F 00000001 00 1105");
    EXPECT_THAT(receive({ui_frame(push, false)}, PushReceiver::Framing::hdlc).pushes, ElementsAre("1>64 5"));
    const Bytes all(push);
    EXPECT_THAT(
        receive({ui_frame(all.first(7), true), ui_frame(all.subspan(7), false)}, PushReceiver::Framing::hdlc).pushes,
        ElementsAre("1>64 5"));
}

TEST(PushReceiver, ConfirmsOverHdlcInAUiFrame) {
    const Received received =
        receive({ui_frame(hex("E6E700 0F C0000007 00 1105"), false)}, PushReceiver::Framing::hdlc);
    EXPECT_THAT(received.pushes, ElementsAre("1>64 5"));
    Octets room(300);
    const Octets information = hex("E6E600 10 C0000007 00");
    dlms::hdlc::Frame frame;
    frame.destination = dlms::hdlc::two_octet_address(1, 17);
    frame.source = dlms::hdlc::one_octet_address(0x40);
    frame.control = 0x03;
    frame.information = information;
    room.resize(dlms::hdlc::encode_frame(frame, room));
    EXPECT_EQ(received.replies, hex_text(room));
}

TEST(PushReceiver, SaysNothingBackOverHdlcToWhatNeedsNothing) {
    EXPECT_EQ(receive({ui_frame(hex("E6E700 0F 00000007 00 1105"), false)}, PushReceiver::Framing::hdlc).replies, "");
}

TEST(PushReceiver, IgnoresOtherFramesAndNoise) {
    // SNRM, then octets that are nothing, then a push.
    const Octets push = hex("E6E700 0F 00000001 00 1105");
    EXPECT_THAT(
        receive({hex("7EA0070321930F017E"), hex("00112233"), ui_frame(push, false)}, PushReceiver::Framing::hdlc)
            .pushes,
        ElementsAre("1>64 5"));
    EXPECT_THAT(receive({ui_frame(hex("0F"), false)}, PushReceiver::Framing::hdlc).pushes,
                ElementsAre(HasSubstr("carries no APDU")));
}

TEST(PushReceiver, NeverEndingSegmentsAreGivenUp) {
    const Octets information(250, 0xE6);
    std::vector<Octets> frames(300, ui_frame(information, true));
    frames.push_back(ui_frame(information, false));
    EXPECT_THAT(receive(frames, PushReceiver::Framing::hdlc).pushes, ElementsAre(HasSubstr("too long")));
}

TEST(PushReceiver, OpensWhatIsCiphered) {
    std::vector<std::string> pushes;
    PushReceiver receiver(
        PushReceiver::Framing::wrapper,
        [&](const Push& push) {
            pushes.push_back(push.notification ? to_text(push.notification->value) : push.notification.error().text);
        },
        [](Bytes apdu) -> Result<Octets, Error> {
            if (apdu[0] != 0xDB) return fail(security_error("not believed"));
            return hex("0F C0000007 00 1105");
        });
    ASSERT_TRUE(receiver.put(hex("0001 0001 0040 0002 DB00"), 0));
    ASSERT_TRUE(receiver.put(hex("0001 0001 0040 0008 0F 00000001 00 1105"), 1));
    EXPECT_THAT(pushes, ElementsAre("5", "not believed"));
    EXPECT_TRUE(receiver.take_replies().empty()) << "a confirmation would have to be ciphered too";
}

}  // namespace
}  // namespace blathy::station
